"""Language tags: what Babel knows of one, and which offered language fits a client's tag.

Rule 1: outside this room a language is its BCP 47 tag (``zh-Hans``), never a vendor's object.
"""

from collections.abc import Sequence
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.plurals import get_plural

TAG_CHARACTERS = 35
"""How much of a client's tag is read.  Source: RFC 5646, section 4.4.1."""

_LANGUAGE, _SCRIPT, _REGION = 3, 4, 2


@lru_cache(maxsize=256)
def locale_of(tag: str) -> Locale:
    """Return what CLDR knows of *tag*.

    Raises:
        ValueError: *tag* is not a BCP 47 tag, or CLDR has nothing on its language.
    """
    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError as error:
        raise ValueError(f"CLDR has no data for {tag!r}") from error


def rtl(tag: str) -> bool:
    """Return whether the script of *tag* runs from right to left; False where nobody knows."""
    try:
        return locale_of(tag).text_direction == "rtl"
    except ValueError:
        return False


def plural_forms(tag: str) -> tuple[int, str]:
    """Return the number of plural forms of *tag*, and gettext's expression that picks one.

    Raises:
        ValueError: *tag* is unknown.

    Source: ``babel.messages.plurals``; CLDR names more for some languages (content.md, 4.7).
    """
    found = get_plural(str(locale_of(tag)))
    return found.num_plurals, found.plural_expr


def fitting(tag: str, offered: Sequence[str]) -> str | None:
    """Return the language of *offered* that fits a client's *tag*, or None.

    First the lookup of RFC 4647, section 3.4 (``fr-CA``, ``fr``), then the same language in the
    same script (``zh-CN`` is written like ``zh-Hans``).  Case and ``_`` for ``-`` do not matter;
    no *tag* is an error, since clients send anything.
    """
    if tag in offered:
        return tag  # What most clients say, and the clock always does.
    wanted = tag[:TAG_CHARACTERS].replace("_", "-").casefold()
    known = {language.casefold(): language for language in offered}
    parts = wanted.split("-")
    while parts:
        if (found := known.get("-".join(parts))) is not None:
            return found
        parts.pop()
        while parts and len(parts[-1]) == 1:
            parts.pop()
    written = _written(wanted)
    return next((one for one in offered if written and _written(one.casefold()) == written), None)


@lru_cache(maxsize=1024)
def _written(tag: str) -> tuple[str, str] | None:
    """Return the language and the script of *tag* (lower case), or None where CLDR has no guess.

    Source: CLDR, likelySubtags.
    """
    language, *rest = tag.split("-")
    if not 1 < len(language) <= _LANGUAGE:
        return None
    script = next((part for part in rest[:1] if len(part) == _SCRIPT), "")
    if script:
        return language, script
    region = next((part for part in rest[:1] if len(part) == _REGION), "")
    likely = get_global("likely_subtags")
    guess = likely.get(f"{language}_{region.upper()}") or likely.get(language)
    if guess is None:
        return None
    full, *more = guess.casefold().split("_")
    return full, more[0] if more else ""
