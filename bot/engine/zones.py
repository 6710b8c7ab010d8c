"""Which zone a person lives in, found from what their clock shows, since an offset is no zone.

Rule 1: the country names the zones; the clock decides among them; where zones that agree today
    part later, two or three cities decide.
Rule 2: zones that agree from now on for three years are one, and the first given stands for it.
Rule 3: zones are compared by the very seconds at which their clocks change, never by samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from bot.engine import calendar

AHEAD = timedelta(days=3 * 366)
"""How far ahead two zones must agree to be one: three years.

Longer than any rule that is announced; who moves or whose country changes its law tells us anew.
"""

STEP = timedelta(days=1)
"""Between two looks at a clock; a change is then sought to the second within three steps.

Since 1970 no two changes of a clock lay nearer than 6.9 days, nor do any to come nearer than 35
(Morocco around Ramadan); a test measures it.
"""

_MONTH = 35
"""Days beyond ``AHEAD``: what is kept from the start of a month must serve its last day."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the clocks that are read at this moment.

    ``offset`` in minutes east of UTC.  ``zones``: one for each way in which this clock goes on,
    the most used first; never empty.
    """

    offset: int
    zones: tuple[str, ...]


def clocks(zones: Sequence[str], at: datetime) -> tuple[Clock, ...]:
    """Return the different clocks read in *zones* at the instant *at*.

    Args:
        zones: names for which ``is_zone`` holds, the most used first.
        at: now, aware.

    Returns:
        Each offset once, in the order in which *zones* first show it.

    Raises:
        ValueError: one of *zones* is not a time zone.
    """
    ways: dict[int, dict[_Way, str]] = {}
    for zone in zones:
        way = _way(zone, at)
        ways.setdefault(way[0], {}).setdefault(way, zone)
    return tuple(Clock(offset, tuple(ways[offset].values())) for offset in ways)


def cities(zones: Sequence[str], offset: int, at: datetime) -> tuple[str, ...]:
    """Return those of *zones* that show *offset* at the instant *at* but part later.

    Args:
        zones: names for which ``is_zone`` holds, the most used first.
        offset: what the learner's clock shows, in minutes east of UTC.
        at: now, aware.

    Returns:
        One zone for each way in which that clock goes on, the most used first: a single one
        is the learner's, none means that no clock of *zones* shows this.

    Raises:
        ValueError: one of *zones* is not a time zone.
    """
    return next((clock.zones for clock in clocks(zones, at) if clock.offset == offset), ())


def wall(offset: int, at: datetime) -> time:
    """Return what a clock *offset* minutes east of UTC shows at *at*, to the minute."""
    shown = at.astimezone(UTC) + timedelta(minutes=offset)
    return time(shown.hour, shown.minute)


_Way = tuple[int, tuple[tuple[int, int], ...]]
"""How a clock goes on: its offset now, then each change: (second of UTC, offset in minutes)."""


def _way(zone: str, at: datetime) -> _Way:
    """Return how the clock of *zone* goes on from *at* for three years."""
    utc = at.astimezone(UTC)
    now, end = int(utc.timestamp()), int((utc + AHEAD).timestamp())
    changes = _changes(zone, utc.year, utc.month)
    later = tuple(change for change in changes if now < change[0] <= end)
    return calendar.offset(at, zone), later


@lru_cache(maxsize=2048)
def _changes(zone: str, year: int, month: int) -> tuple[tuple[int, int], ...]:
    """Return every change of the clock of *zone* from the start of a month for three years.

    Kept by month, so that one reading of the tables serves every learner of that month.
    """
    looks = _looks(year, month)
    # A table asked by wall-clock time answers ten times as fast, and tells the day of a change.
    days = pairwise(zip(looks, map(calendar.table(zone).utcoffset, looks), strict=True))
    changes = (
        _change(zone, _second(low - STEP), _second(high + STEP))
        for (low, was), (high, comes) in days
        if was != comes
    )
    return tuple((second, _offset(second, zone)) for second in changes)


@lru_cache(maxsize=12)
def _looks(year: int, month: int) -> tuple[datetime, ...]:
    """Return the days to look at, at midnight by any clock, so without a zone."""
    begin = datetime(year, month, 1, tzinfo=UTC).replace(tzinfo=None) - STEP
    return tuple(begin + day * STEP for day in range(AHEAD // STEP + _MONTH))


def _second(wall: datetime) -> int:
    return int(wall.replace(tzinfo=UTC).timestamp())


def _change(zone: str, low: int, high: int) -> int:
    """Return the first second in (*low*, *high*] whose offset is no longer that of *low*."""
    was = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == was:
            low = middle
        else:
            high = middle
    return high


def _offset(second: int, zone: str) -> int:
    return calendar.offset(datetime.fromtimestamp(second, UTC), zone)
