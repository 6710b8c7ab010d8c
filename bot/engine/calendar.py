"""When: a learner's wall-clock hour in their zone as one instant per local date, never two.

Rule 1: an hour that the clock leaps over comes at the first moment after the leap; where that
    is another date already, at the last second before it.
Rule 2: an hour that comes twice counts the first time.
Rule 3: every date that exists in a zone has exactly one instant, and its own; a date that the
    zone leaps over as a whole has none.
Rule 4: nothing here reads a clock; the time zone tables are the only thing outside.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, assert_never
from zoneinfo import ZoneInfo, available_timezones

SPREAD_SECONDS = 300
"""Width of the window in which the lessons of one hour are sent, in seconds.

A million people choose a handful of hours; the platforms take tens of messages a second.
"""

HOUR_CHARACTERS = 40
"""How much of a typed hour is read; longer is talk, not a time."""

INSTANTS = 65_536
"""Instants kept: people of one zone and hour share theirs, so a nation needs a few hundred."""

_NOT_PLACES = frozenset({"Factory", "localtime"})
_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_LAST = time(23, 59, 59)
_DUSK, _NOON, _MIDNIGHT = 6, 12, 24


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Return every name in the tables; read once, since it opens hundreds of files."""
    return frozenset(available_timezones()) - _NOT_PLACES


def is_zone(name: str) -> bool:
    """Return whether *name* is a time zone of the installed tables, such as ``Africa/Algiers``.

    Whatever comes from outside (a browser, a country file, a setting) is asked here once;
    everything else in the engine takes the zone as given.
    """
    return name in _names()


@lru_cache(maxsize=1024)
def table(zone: str) -> ZoneInfo:
    """Return the rules of *zone*, kept for the life of the process.

    Raises:
        ValueError: *zone* is not a time zone of the installed tables; see ``is_zone``.
    """
    if not is_zone(zone):
        message = f"{zone!r} is not a time zone of the installed tables"
        raise ValueError(message)
    return ZoneInfo(zone)


def local_day(at: datetime, zone: str) -> date:
    """Return the date that a calendar in *zone* shows at the instant *at*.

    Raises:
        ValueError: *zone* is not a time zone.
    """
    return at.astimezone(table(zone)).date()


def offset(at: datetime, zone: str) -> int:
    """Return how far the clock in *zone* is ahead of UTC at the instant *at*, in whole minutes.

    It is negative west of Greenwich, and rounded down (only before 1972 were there seconds).

    Raises:
        ValueError: *zone* is not a time zone.
    """
    east = at.astimezone(table(zone)).utcoffset()
    return east // _MINUTE if east else 0


@lru_cache(maxsize=INSTANTS)
def instant(day: date, hour: time, zone: str) -> datetime | None:
    """Return the moment, in UTC, that stands for *hour* on *day* in *zone*.

    It is the first moment of that date at which the clock shows *hour* or later, and where
    there is none the date's last second; so it always lies on *day* itself.

    Args:
        day: a date of that zone's calendar.
        hour: wall-clock time, naive, in whole seconds.
        zone: a name for which ``is_zone`` holds.

    Returns:
        None where *zone* has no such date (Samoa, 30 December 2011).

    Raises:
        ValueError: *zone* is not a time zone.
    """
    wall = datetime.combine(day, hour, tzinfo=table(zone))
    first = wall.astimezone(UTC)
    second = wall.replace(fold=1).astimezone(UTC)
    if second >= first:
        return first
    # In a gap the two readings lie on either side of the leap, the second one before it.
    leap = _leap(wall, second, first)
    return next((at for at in (leap, leap - _SECOND) if local_day(at, zone) == day), None)


def _leap(wall: datetime, before: datetime, after: datetime) -> datetime:
    """Return the first second in (*before*, *after*] at which the clock is past *wall*."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        # Both sides have the same tzinfo, so Python compares what the clocks show.
        if (before + timedelta(seconds=middle)).astimezone(wall.tzinfo) > wall:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def next_lesson(
    after: datetime, hour: str, zone: str, last_day: date | None, spread: int = 0
) -> tuple[datetime, date]:
    """Return the soonest lesson after *after* on a date later than *last_day*, and its date.

    After an outage of a month this is one lesson, not thirty.  Whoever sent a lesson late gives
    as *last_day* the local date on which it really went out, or that day would have two.

    Args:
        after: now, aware.
        hour: the learner's hour as ``HH:MM``; see ``parse_hour``.
        zone: a name for which ``is_zone`` holds.
        last_day: local date of the newest lesson, in the zone of that moment; None before the
            first.  After a journey to the west it may lie in the future: that date is done.
        spread: seconds added to the hour, 0 or more; never past the end of the date.

    Returns:
        The instant in UTC, spread included and later than *after*, and its local date.

    Raises:
        ValueError: *hour* is not ``HH:MM``, or *zone* is not a time zone.
    """
    wanted = _wall(hour)
    day = local_day(after, zone)
    if last_day is not None and last_day >= day:
        day = last_day + _DAY
    # At most a few rounds: today's hour may be over, and a date or two may not exist.
    while True:
        at = instant(day, wanted, zone)
        if at is not None:
            at += timedelta(seconds=spread % _left(day, wanted, zone)) if spread else _NOTHING
            if at > after:
                return at, day
        day += _DAY


@lru_cache(maxsize=INSTANTS)
def _left(day: date, hour: time, zone: str) -> int:
    """Return the seconds from *hour* to the end of *day* in *zone*, 1 or more.

    Near midnight what is spread stays within them: it is still spread, and still that date.
    """
    first, last = instant(day, hour, zone), instant(day, _LAST, zone)
    return int((last - first + _SECOND).total_seconds()) if first and last else 1


def spread(key: str, seconds: int = SPREAD_SECONDS) -> int:
    """Return how many seconds after their hour a learner is written to: 0 <= s < *seconds*.

    It is the same for a *key* for ever, in every process, and even over all keys.
    """
    digest = blake2b(key.encode("utf-8", "replace"), digest_size=8, person=b"wary.spread").digest()
    return int.from_bytes(digest, "big") % max(seconds, 1)


@lru_cache(maxsize=1440)
def _wall(hour: str) -> time:
    return time.fromisoformat(hour)


def quiet(at: datetime, zone: str, hours: tuple[str, str]) -> bool:
    """Return whether the clock in *zone* stands within the quiet *hours* at the instant *at*.

    Args:
        at: an instant, aware.
        zone: a name for which ``is_zone`` holds.
        hours: first quiet minute and first loud one, as ``HH:MM``; the range may pass midnight,
            and two equal times mean that no hour is quiet.

    Raises:
        ValueError: *hours* are not ``HH:MM``, or *zone* is not a time zone.
    """
    begin, end = _wall(hours[0]), _wall(hours[1])
    now = at.astimezone(table(zone)).time()
    if begin <= end:
        return begin <= now < end
    return now >= begin or now < end


Half = Literal["", "am", "pm", "night"]
"""Which half of the day a typed hour belongs to; at night the hours before 6 are early ones."""

_SAID: dict[Half, str] = {
    "": "at a um kl vers las alas в 整 الساعة ساعة",
    "am": "am morning inthemorning matin dumatin manana delamanana madrugada delamadrugada "
    "утра утром 早上 上午 凌晨 清晨 صباحا صباح ص",
    "pm": "pm p afternoon intheafternoon evening intheevening delapresmidi soir dusoir tarde "
    "delatarde дня днем вечера вечером 下午 中午 傍晚 مساء ظهرا عصرا م",
    "night": "night atnight tonight delanuit noche delanoche ночи ночью 晚上 夜里 夜裡 ليلا",
}
_NAMED_SAID = {
    "12:00": "noon midday midi mediodia полдень вполдень 中午 正午 الظهر ظهرا",
    "00:00": "midnight minuit medianoche полночь вполночь 午夜 半夜",
}
_UNIT = (
    "heures?|hours?|hrs?|horas?|h|oclock|uhr|часов|часа|час|ч|点钟|點鐘|点|點|时|時|ساعة|الساعة"
)
_HOUR = re.compile(
    rf"(?P<front>\D*)(?P<hour>\d{{1,2}}?)(?:(?:[:.,]|{_UNIT})?(?P<minute>[0-5]\d|半))?"
    rf"(?:{_UNIT}|分)?(?P<back>\D*)"
)


def parse_hour(text: str) -> str | None:
    """Return the wall-clock time that a person typed, as ``HH:MM``, or None if it is none.

    Digits of any script and width, with or without minutes (``7``, ``07.30``,
    ``19h``, ``1930``), and before or behind them the half of the day in the six languages of the
    United Nations (``7 pm``, ``7 de la tarde``).  24:00 is midnight.
    """
    if len(text) > HOUR_CHARACTERS:
        return None
    said = _squeezed(text)
    found = _HOUR.fullmatch(said)
    if found is None:
        return _named().get(said)
    front, back = _halves().get(found["front"]), _halves().get(found["back"])
    if front is None or back is None or (front and back):
        return None
    hour = _of_day(int(found["hour"]), front or back)
    minute = int((found["minute"] or "0").replace("半", "30"))
    # 24:00 is written for midnight, 24:30 for nothing.
    if hour is None or (hour, minute) > (_MIDNIGHT, 0):
        return None
    return f"{hour % _MIDNIGHT:02}:{minute:02}"


def _squeezed(text: str) -> str:
    """Return *text* without case, width, accents, spaces and dots, its digits in ASCII."""
    bare = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(char) not in {"Mn", "Cf"}
    )
    apart = re.sub(r"(?<=\d)\s+(?=\d)", ":", bare.strip())
    # A dot or comma counts between digits alone: "7.30", but "p.m." and "7 ч."
    return re.sub(r"\s|['`\u2019]|(?<!\d)[.,]|[.,](?!\d)", "", apart)


@lru_cache(maxsize=1)
def _halves() -> dict[str, Half]:
    known: dict[str, Half] = {"": ""}
    for half, said in _SAID.items():
        known |= {_squeezed(word): half for word in said.split()}
    return known


@lru_cache(maxsize=1)
def _named() -> dict[str, str]:
    return {_squeezed(word): at for at, said in _NAMED_SAID.items() for word in said.split()}


def _of_day(hour: int, half: Half) -> int | None:
    """Return *hour*, 0 to 99 as typed, on a clock of 24 hours."""
    if half == "" or hour > _NOON:
        return None if half == "am" else hour
    match half:
        case "am":
            return hour % _NOON
        case "pm":
            return hour % _NOON + _NOON
        case "night":
            return hour % _NOON + (_NOON if _DUSK <= hour < _NOON else 0)
        case _:
            assert_never(half)
