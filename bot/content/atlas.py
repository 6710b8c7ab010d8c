"""Countries and their time zones, from the tables of the ``tzdata`` package.

Rule 1: a zone is offered only if Python can load it.

Source: ``zone.tab`` and ``zonenow.tab`` of the IANA time zone database.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.library import Country

COLUMNS = 3
"""Country code, coordinates, zone; comments may follow.  Source: the head of ``zone.tab``."""


def atlas() -> tuple[Mapping[str, Country], tuple[str, ...]]:
    """Return the countries, and zones for somebody who names none.

    Returns:
        Countries by lower-case ISO 3166-1 code, each with its zones in the order of the table,
        which begins with the most populous where geography allows; and one zone for each set of
        clocks that agree from now on, from west to east.
    """
    zones: dict[str, list[str]] = {}
    for code, zone in _rows("zone.tab"):
        zones.setdefault(code.lower(), []).append(zone)
    countries = {code: Country(code, tuple(names)) for code, names in zones.items()}
    return countries, tuple(zone for _, zone in _rows("zonenow.tab"))


def _rows(table: str) -> Iterator[tuple[str, str]]:
    """Yield (country code, zone) of each row whose zone can be loaded."""
    text = files("tzdata").joinpath("zoneinfo", table).read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and len(cells) >= COLUMNS and _loads(cells[2]):
            yield cells[0], cells[2]


def _loads(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
