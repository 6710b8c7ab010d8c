from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from bot.engine import calendar, zones
from tests.engine import oracle

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = date(2026, 11, 1)
"""The year that is looked at begins here; learners are followed 400 days further."""
FOLLOWED = 400
THREE_YEARS = 3 * 366 * oracle.DAY
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def alike(one: str, other: str, at: datetime) -> bool:
    return sum(len(clock.zones) for clock in zones.clocks((one, other), at)) == 1


def countries() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for country, _, zone, *_ in oracle.rows("zone.tab"):
        found.setdefault(country, []).append(zone)
    return found


def world() -> list[str]:
    """Return the zones that differ from now on, as tzdata counts them."""
    return [row[2] for row in oracle.rows("zonenow.tab")]


def dates() -> list[datetime]:
    """Return 24 days through the year, and what lies around the changes of large zones."""
    year = {datetime(2026, 11, 1, 9, 30, tzinfo=UTC) + timedelta(days=15.2 * n) for n in range(24)}
    for zone in ("Europe/Paris", "Africa/Casablanca"):
        for second, _ in oracle.changes(zone, 2026, 2027)[1:]:
            change = EPOCH + timedelta(seconds=second)
            year |= {change + timedelta(seconds=away) for away in (-86_400, -1, 0)}
    return sorted(day.replace(microsecond=0) for day in year if day.date() >= FIRST)


@cache
def shown(zone: str, at: datetime) -> int:
    """Return what the clock on the wall in *zone* says, as minutes east of UTC."""
    second = int((at - EPOCH).total_seconds())
    return oracle.Clock.of(zone, 2026, 2032).offset(second) // 60


@cache
def rest(zone: str, at: datetime) -> tuple[int, tuple[oracle.Change, ...]]:
    """Return how the clock in *zone* goes on for three years."""
    now = int((at - EPOCH).total_seconds())
    row = oracle.changes(zone, 2025, 2033)[1:]
    later = [change for change in row if now < change[0] <= now + THREE_YEARS]
    return shown(zone, at), tuple(later)


def dialogue(offered: list[str], at: datetime) -> dict[int, tuple[str, ...]]:
    """Return the cities that are asked about, for each clock that can be pressed."""
    found = {clock.offset: clock.zones for clock in zones.clocks(offered, at)}
    assert all(zones.cities(offered, offset, at) == found[offset] for offset in found)
    return found


def chosen(home: str, names: tuple[str, ...], at: datetime) -> str:
    """Return the one of *names* that somebody who lives in *home* knows for their own."""
    known = [name for name in names if rest(name, at) == rest(home, at)]
    assert len(known) == 1, f"{home}: one city is right, not {known} of {names}"
    return known[0]


@cache
def wrong_days(chosen_zone: str, home: str) -> tuple[date, ...]:
    """Return the days on which 18:00 in one zone is not 18:00 in the other, by the tables."""
    clock = oracle.Clock.of(home, 2026, 2029)
    days = [FIRST + timedelta(days=n) for n in range(370 + FOLLOWED)]
    return tuple(
        day for day in days if calendar.instant(day, time(18), chosen_zone) != evening(clock, day)
    )


def evening(clock: oracle.Clock, day: date) -> datetime | None:
    second = clock.due(day.toordinal() - oracle.EPOCH, 18 * 3600)
    return None if second is None else EPOCH + timedelta(seconds=second)


def failures(offered: list[str]) -> Iterator[str]:
    for at in dates():
        end = at.date() + timedelta(days=FOLLOWED)
        pressed = dialogue(offered, at)
        for home in offered:
            zone = chosen(home, pressed[shown(home, at)], at)
            # Whoever is given their own zone keeps their hour if the calendar is right.
            if zone != home and any(at.date() < day < end for day in wrong_days(zone, home)):
                yield f"{home} on {at}: {zone}"


def test_whoever_names_country_and_clock_keeps_their_hour_for_400_days() -> None:
    assert len(dates()) >= 24
    assert [line for offered in countries().values() for line in failures(offered)] == []


def test_whoever_names_the_clock_alone_keeps_their_hour_for_400_days() -> None:
    assert list(failures(world())) == []


def test_the_hour_is_lost_where_only_the_offset_is_kept() -> None:
    paris, algiers = (calendar.offset(NOW, zone) for zone in ("Europe/Paris", "Africa/Algiers"))
    assert paris == algiers == 60
    assert wrong_days("Etc/GMT-1", "Africa/Algiers") == ()
    assert wrong_days("Etc/GMT-1", "Europe/Paris")[0] == date(2027, 3, 28)
    assert not alike("Europe/Paris", "Africa/Algiers", NOW)
    offered = ["Europe/Paris", "Africa/Algiers", "Africa/Lagos", "Europe/Berlin"]
    assert zones.cities(offered, 60, NOW) == ("Europe/Paris", "Africa/Algiers")


def test_zones_are_alike_where_the_tables_say_so_to_the_second() -> None:
    for at in (NOW, datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)):
        classes: dict[object, list[str]] = {}
        for zone in oracle.zones():
            classes.setdefault(rest(zone, at), []).append(zone)
        for names in classes.values():
            assert all(alike(names[0], name, at) for name in names)
        firsts = [names[0] for names in classes.values()]
        assert sum(alike(a, b, at) for a in firsts for b in firsts) == len(firsts)


def test_zones_part_if_they_part_within_three_years() -> None:
    # Pyongyang left the clock of Tokyo on 14 August 2015 at 15:00 UTC.
    early, late = datetime(2012, 8, 1, tzinfo=UTC), datetime(2012, 8, 20, tzinfo=UTC)
    assert alike("Asia/Tokyo", "Asia/Pyongyang", early)
    assert not alike("Asia/Tokyo", "Asia/Pyongyang", late)


def test_zones_are_alike_from_the_second_of_their_last_change() -> None:
    # Istanbul went to summer time in March 2016 and stayed there, on the clock of Moscow.
    change = datetime(2016, 3, 27, 1, tzinfo=UTC)
    assert alike("Europe/Istanbul", "Europe/Moscow", change)
    assert not alike("Europe/Istanbul", "Europe/Moscow", change - timedelta(seconds=1))


def test_two_changes_of_one_clock_never_lie_nearer_than_the_search_allows() -> None:
    assert oracle.nearest_changes(1970, 2037) > 3 * zones.STEP.total_seconds()


def test_clocks_come_in_the_order_given_and_the_first_zone_stands_for_its_like() -> None:
    offered = ["America/Toronto", "America/Montreal", "America/Vancouver", "America/Panama"]
    assert zones.clocks(offered, NOW) == (
        zones.Clock(-300, ("America/Toronto", "America/Panama")),
        zones.Clock(calendar.offset(NOW, "America/Vancouver"), ("America/Vancouver",)),
    )


def test_a_clock_that_nobody_there_reads_has_no_city() -> None:
    assert zones.cities(["Europe/Paris"], 45, NOW) == ()
    assert zones.clocks([], NOW) == ()


def test_a_change_at_this_very_second_has_happened() -> None:
    change = datetime(2027, 3, 28, 1, tzinfo=UTC)
    before = zones.clocks(["Europe/Paris"], change - timedelta(seconds=1))
    assert [clock.offset for clock in before] == [60]
    assert [clock.offset for clock in zones.clocks(["Europe/Paris"], change)] == [120]


@pytest.mark.parametrize(
    ("offset", "shows"),
    [(0, time(12, 0)), (345, time(17, 45)), (-210, time(8, 30)), (840, time(2, 0))],
)
def test_a_clock_is_shown_to_the_minute(offset: int, shows: time) -> None:
    assert zones.wall(offset, NOW + timedelta(seconds=42)) == shows


def test_every_country_and_the_world_have_few_clocks_and_few_cities() -> None:
    for offered in [*countries().values(), world()]:
        found = zones.clocks(offered, NOW)
        assert max(len(clock.zones) for clock in found) <= 6
