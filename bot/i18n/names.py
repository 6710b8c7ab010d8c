"""Names that no translator has to type: languages, countries and cities, out of CLDR."""

from functools import lru_cache
from typing import Literal

from babel.core import Locale, get_global

from bot.i18n.tags import locale_of

Family = Literal["language", "country", "city"]

_FAMILIES: dict[str, Family] = {"language": "language", "country": "country", "city": "city"}


def family(key: str) -> tuple[Family, str] | None:
    """Return the family of *key* and what follows: ``city.Asia/Tokyo`` is a city; else None."""
    head, dot, rest = key.partition(".")
    return (_FAMILIES[head], rest) if dot and rest and head in _FAMILIES else None


@lru_cache(maxsize=512)
def autonym(tag: str) -> str:
    """Return the name of a language in itself, as in a list: with a capital where there are any.

    A tag that CLDR does not know stands for itself.
    """
    try:
        locale = locale_of(tag)
    except ValueError:
        return tag
    name = locale.languages.get(str(locale)) or locale.get_display_name() or tag
    return name[:1].title() + name[1:]


def country(locale: Locale, code: str) -> str:
    """Return the name of a country in the reader's language; *code* is ISO 3166, in any case."""
    return locale.territories.get(code.upper()) or code.upper()


@lru_cache(maxsize=4096)
def city(locale: Locale, zone: str) -> str:
    """Return the city that a time zone is named after, in the reader's language.

    A zone without one is named by its last part: ``Etc/UTC`` is ``UTC``.
    """
    aliases = get_global("zone_aliases")
    newest = aliases.get(zone, zone)
    others = (old for old, new in aliases.items() if new == newest)
    for name in (zone, newest, *others):
        found = locale.time_zones.get(name, {}).get("city")
        if isinstance(found, str):
            return found
    return zone.rpartition("/")[2].replace("_", " ")
