"""This file sends a lesson on each day of ten years, at each hour, in each zone there is.

Rule 1: what is right is told by tests/engine/oracle.py, from the tables' bytes alone.
Rule 2: one wrong day, and the run has failed.

    python -m bench.torture_calendar            all zones, 2026 to 2035, 24 hours; and since 1972
    python -m bench.torture_calendar --tables=package   the tzdata package, not the machine's
"""

import argparse
import os
import sys
import time
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context

from bot.engine import calendar
from tests.engine.oracle import EPOCH, Clock, classes, zones

FIRST, LAST = 2026, 2035
PAST = 1972
"""Since then offsets are whole minutes; the days around each change are tried from here on."""

SHOWN = 10
"""How many wrong days are printed."""

START = datetime(1970, 1, 1, tzinfo=UTC)
HOURS = tuple(f"{hour:02}:00" for hour in range(24))


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found in one zone: lessons asked for, days without a date, and wrong ones."""

    zone: str
    lessons: int
    absent: int
    wrong: tuple[str, ...]


def decade(zone: str) -> Tally:
    """Walk from lesson to lesson through each day of ten years, for each hour."""
    days = range(date(FIRST, 1, 1).toordinal(), date(LAST + 1, 1, 1).toordinal())
    return _tally(zone, [day - EPOCH for day in days], Clock.of(zone, FIRST, LAST))


def past(zone: str) -> Tally:
    """Walk through the days around each change since 1972, for each hour."""
    clock = Clock.of(zone, PAST, LAST)
    return _tally(zone, clock.days_around_changes(PAST, LAST), clock)


def _tally(zone: str, days: list[int], clock: Clock) -> Tally:
    lessons = absent = 0
    wrong: list[str] = []
    for hour in HOURS:
        right = [(day, clock.due(day, int(hour[:2]) * 3600)) for day in days]
        due = [(day, second) for day, second in right if second is not None]
        lessons += len(due)
        absent += len(right) - len(due)
        wrong += _wrong(zone, hour, due)
    return Tally(zone, lessons, absent, tuple(wrong))


def _wrong(zone: str, hour: str, due: Iterable[tuple[int, int]]) -> list[str]:
    wrong, before = [], -1
    after, last = START, date.min
    for day, second in due:
        right = (START + timedelta(seconds=second), date.fromordinal(day + EPOCH))
        if before != day - 1:
            after, last = right[0] - timedelta(seconds=1), right[1] - timedelta(days=1)
        got = calendar.next_lesson(after, hour, zone, last)
        if got != right:
            wrong.append(f"{zone} {hour} {right[1]}: {got[0]} {got[1]}, right is {right[0]}")
        (after, last), before = got, day
    return wrong


def cost(calls: int = 100_000) -> tuple[float, float]:
    """Return microseconds of one ``next_lesson``: sharp, and with a spread."""
    now, last = datetime(2026, 11, 21, 17, 0, 30, tzinfo=UTC), date(2026, 11, 21)
    figures = []
    for spread in (0, 120):
        begin = time.perf_counter()
        for _ in range(calls):
            calendar.next_lesson(now, "18:00", "Europe/Paris", last, spread)
        figures.append((time.perf_counter() - begin) / calls * 1e6)
    return figures[0], figures[1]


def run(name: str, tallies: Iterable[Tally]) -> bool:
    """Print what one walk has found; return whether no day was wrong."""
    begin = time.perf_counter()
    found = list(tallies)
    wrong = [line for tally in found for line in tally.wrong]
    lessons, absent = sum(tally.lessons for tally in found), sum(tally.absent for tally in found)
    print(f"{name}: {lessons:,} day-slots, {absent} more on dates that do not exist,")
    print(f"  {len(wrong)} wrong, {time.perf_counter() - begin:.0f} s")
    print("".join(f"  {line}\n" for line in wrong[:SHOWN]), end="", flush=True)
    return not wrong


def main() -> int:
    """Run, print, and return 1 if one day was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.torture_calendar")
    parser.add_argument("--tables", choices=("machine", "package"), default="machine")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.tables == "package":
        zoneinfo.reset_tzpath(to=())
    names = zones()
    ways = len(classes(FIRST - 1, LAST + 1))
    sharp, spread = cost()
    print(f"{len(names)} zones, {ways} ways for a clock to go, {asked.processes} processes")
    print(f"next_lesson: {sharp:.1f} us, with a spread {spread:.1f} us", flush=True)
    # A forked process keeps the tables that were chosen above.
    with get_context("fork").Pool(asked.processes) as pool:
        good = [
            run(f"each day of {FIRST}-{LAST}", pool.imap_unordered(decade, names, chunksize=4)),
            run(f"changes {PAST}-{LAST}", pool.imap_unordered(past, names, chunksize=4)),
        ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
