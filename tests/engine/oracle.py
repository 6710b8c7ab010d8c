"""What the calendar should say, from the zone tables' own bytes and the definition at its word.

Rule 1: nothing here uses zoneinfo's arithmetic, fold, or bot.engine; only where its files lie.
Rule 2: a clock is a row of pieces (from second, to second, offset), each of them plain addition.
"""

import re
import struct
import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
HEAD = struct.Struct(">4s c 15x 6L")
FAR = 1 << 60

Change = tuple[int, int]
"""A second of UTC, and the offset in seconds from then on."""


def zones() -> list[str]:
    """Return every name that the tzdata package lists."""
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    return sorted(set(listed) - {"Factory"})


def rows(tab: str) -> Iterator[list[str]]:
    """Return the columns of a table of the tzdata package, such as ``zone.tab``."""
    text = resources.files("tzdata").joinpath("zoneinfo", tab).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def content(zone: str) -> bytes:
    """Return the file that zoneinfo would read: the machine's own, or else the package's."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder, zone)
        if file.is_file():
            return file.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


@cache
def changes(zone: str, first_year: int, last_year: int) -> tuple[Change, ...]:
    """Return how the clock of *zone* goes: its offset at the start, then each change of it."""
    begin, end = _day(first_year, 1, 1) * DAY, _day(last_year + 1, 1, 1) * DAY
    listed, footer = _read(content(zone))
    offset = listed[0][1]
    found: list[Change] = []
    later = _footer(footer, listed[-1][0], first_year, last_year)
    for second, comes in [*listed[1:], *later]:
        if second <= begin:
            offset = comes
        elif second < end and comes != (found[-1][1] if found else offset):
            found.append((second, comes))
    return ((begin, offset), *found)


def _read(data: bytes) -> tuple[list[Change], str]:
    """Return the changes that a TZif file lists, the first at minus infinity, and its footer.

    Source: RFC 9636, sections 3.1 to 3.3.
    """
    _, version, *counts = HEAD.unpack_from(data)
    assert version >= b"2", "a file of 1970's seconds only"
    utc, std, leap, times, types, chars = counts
    at = HEAD.size + times * 5 + types * 6 + chars + leap * 8 + std + utc
    magic, _, utc, std, leap, times, types, chars = HEAD.unpack_from(data, at)
    assert magic == b"TZif"
    assert leap == 0, "leap seconds are not what a wall clock shows"
    at += HEAD.size
    seconds = struct.unpack_from(f">{times}q", data, at)
    kinds = data[at + times * 8 : at + times * 9]
    at += times * 9
    offsets = [struct.unpack_from(">l", data, at + kind * 6)[0] for kind in range(types)]
    at += types * 6 + chars + std + utc
    listed = [(second, offsets[kind]) for second, kind in zip(seconds, kinds, strict=True)]
    return [(-FAR, offsets[0]), *listed], data[at:].decode("ascii").strip("\n")


NAME = r"(?:<[^>]+>|[A-Za-z]+)"
HOURS = r"[+-]?\d+(?::\d+){0,2}"
FOOTER = re.compile(
    rf"{NAME}(?P<std>{HOURS})"
    rf"(?:{NAME}(?P<dst>{HOURS})?,(?P<on>[^,/]+)(?:/(?P<on_at>{HOURS}))?"
    rf",(?P<off>[^,/]+)(?:/(?P<off_at>{HOURS}))?)?"
)


def _footer(text: str, after: int, first_year: int, last_year: int) -> list[Change]:
    """Return the changes that a footer means, those later than *after*.

    Source: POSIX 1003.1, 8.3 (TZ), with the wider hours of RFC 9636, section 3.3.1.
    """
    found = FOOTER.fullmatch(text)
    assert found, text
    std = -_seconds(found["std"])
    if not found["on"]:
        return []
    dst = -_seconds(found["dst"]) if found["dst"] else std + 3600
    both = [
        change
        for year in range(first_year - 1, last_year + 2)
        for change in (
            (_rule(found["off"], year) * DAY + _seconds(found["off_at"] or "2") - dst, std),
            (_rule(found["on"], year) * DAY + _seconds(found["on_at"] or "2") - std, dst),
        )
    ]
    return sorted(change for change in both if change[0] > after)


def _seconds(text: str) -> int:
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    size = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    return -size if text.startswith("-") else size


def _rule(text: str, year: int) -> int:
    """Return the day, counted from 1970, that ``Mm.w.d``, ``Jn`` or ``n`` means in a year."""
    if text.startswith("M"):
        month, week, weekday = (int(part) for part in text[1:].split("."))
        first = _day(year, month, 1)
        # 1 January 1970 was a Thursday, day 4 of POSIX.
        day = first + (weekday - (first + 4)) % 7 + (week - 1) * 7
        following = _day(year + month // 12, month % 12 + 1, 1)
        return day - 7 if day >= following else day
    if text.startswith("J"):
        number = int(text[1:])
        leap = _day(year, 3, 1) - _day(year, 2, 1) == 29
        return _day(year, 1, 1) + number - 1 + (1 if leap and number >= 60 else 0)
    return _day(year, 1, 1) + int(text)


def _day(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal() - EPOCH


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a zone as pieces (from second, to second, offset), over whole years."""

    pieces: tuple[tuple[int, int, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, zone: str, first_year: int, last_year: int) -> "Clock":
        """Return the clock of *zone* with a year to spare on both sides."""
        row = changes(zone, first_year - 1, last_year + 1)
        ends = [second for second, _ in row[1:]] + [FAR]
        pieces = tuple((a, b, offset) for (a, offset), b in zip(row, ends, strict=True))
        return cls(pieces, tuple(piece[0] for piece in pieces))

    def due(self, day: int, wanted: int) -> int | None:
        """Return the second of UTC that stands for a wall-clock time on a date.

        The definition at its word: the first second on that date at which the clock shows at
        least *wanted*; without one, the last second of the date; None if there is no such date.

        Args:
            day: days since 1970.
            wanted: seconds since midnight by the wall clock.
        """
        start, last = day * DAY, None
        for begin, end, offset in self._around(start):
            stop = min(end, start + DAY - offset)
            first = max(begin, start + wanted - offset)
            if first < stop:
                return first
            if max(begin, start - offset) < stop:
                last = stop - 1
        return last

    def _around(self, start: int) -> Iterable[tuple[int, int, int]]:
        low = bisect_right(self.starts, start - DAY) - 1
        return self.pieces[max(low, 0) : bisect_right(self.starts, start + 2 * DAY)]

    def days_around_changes(self, first_year: int, last_year: int, spare: int = 2) -> list[int]:
        """Return the dates within *spare* days of a change in these years, in order."""
        low, high = _day(first_year, 1, 1), _day(last_year + 1, 1, 1)
        days = {
            second // DAY + away
            for second, _, _ in self.pieces[1:]
            for away in range(-spare - 1, spare + 2)
        }
        return sorted(day for day in days if low <= day < high)

    def offset(self, second: int) -> int:
        """Return the offset at a second of UTC, in seconds east."""
        return self.pieces[bisect_right(self.starts, second) - 1][2]

    def walk(self, day: int, wanted: int) -> int | None:
        """Return what ``due`` returns, found by looking at each minute of four days.

        Only for clocks whose changes fall on whole minutes.
        """
        last = None
        for second in range((day - 1) * DAY, (day + 3) * DAY, 60):
            shown = second + self.offset(second)
            if shown // DAY == day:
                if shown % DAY >= wanted:
                    return second
                last = second + 59
        return last


def different() -> list[str]:
    """Return one name for each different file: the others are aliases, the same byte by byte."""
    return list({content(zone): zone for zone in zones()}.values())


def classes(first_year: int, last_year: int) -> dict[tuple[Change, ...], list[str]]:
    """Return the zones by how their clocks go in these years, to the second."""
    found: dict[tuple[Change, ...], list[str]] = {}
    for zone in zones():
        found.setdefault(changes(zone, first_year, last_year), []).append(zone)
    return found


def nearest_changes(first_year: int, last_year: int) -> int:
    """Return the fewest seconds between two changes of one clock in these years."""
    rows_ = (changes(zone, first_year, last_year)[1:] for zone in zones())
    return min(b[0] - a[0] for row in rows_ for a, b in pairwise(row))
