import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import calendar
from tests.engine import oracle

HOURS = [f"{hour:02}:00" for hour in range(24)]
ODD_HOURS = ["00:01", "00:30", "01:59", "02:30", "23:30", "23:59"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ["Europe/Paris", "Asia/Tokyo", "Pacific/Honolulu", "Africa/Casablanca", "Pacific/Apia"]
ZONES += ["Pacific/Kiritimati", "America/Nuuk", "Australia/Lord_Howe", "Asia/Kathmandu"]


def on(day: int) -> date:
    return date.fromordinal(oracle.EPOCH + day)


def number(day: date) -> int:
    return day.toordinal() - oracle.EPOCH


def at(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def size(hour: str) -> int:
    return int(hour[:2]) * 3600 + int(hour[3:]) * 60


def wrong_lessons(zone: str, hour: str, days: Iterable[int], clock: oracle.Clock) -> Iterator[str]:
    """Walk from lesson to lesson and tell where the calendar and the definition part."""
    before = None
    for day in days:
        right = clock.due(day, size(hour))
        if right is None:
            continue
        if before != day - 1:
            after, last = at(right) - timedelta(seconds=1), on(day) - timedelta(days=1)
        got = calendar.next_lesson(after, hour, zone, last)
        if got != (at(right), on(day)):
            yield f"{zone} {on(day)} {hour}: {got}, right is {at(right)}"
        (after, last), before = got, day


def test_each_hour_near_each_change_of_each_zone_comes_once_and_at_the_right_instant() -> None:
    wrong = [
        line
        for zone in oracle.different()
        for clock in [oracle.Clock.of(zone, 2026, 2035)]
        for days in [clock.days_around_changes(2026, 2035, 1)]
        for hour in HOURS
        for line in wrong_lessons(zone, hour, days, clock)
    ]
    assert wrong == []


def test_each_day_of_ten_years_of_each_way_a_clock_goes_has_its_lesson() -> None:
    decade = range(number(date(2026, 1, 1)), number(date(2036, 1, 1)))
    wrong = [
        line
        for place, zones in enumerate(oracle.classes(2025, 2036).values())
        for clock in [oracle.Clock.of(zones[0], 2026, 2035)]
        for hour in [(HOURS + ODD_HOURS)[place % 30]]
        for line in wrong_lessons(zones[0], hour, decade, clock)
    ]
    assert wrong == []


@pytest.mark.parametrize("zone", ["America/St_Johns", "Pacific/Apia", "Africa/Cairo", *ZONES])
def test_sixty_years_of_changes_hold_as_well(zone: str) -> None:
    clock = oracle.Clock.of(zone, 1972, 2035)
    days = clock.days_around_changes(1972, 2035)
    wrong = [line for hour in HOURS + ODD_HOURS for line in wrong_lessons(zone, hour, days, clock)]
    assert wrong == []


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Nuuk", "Africa/Cairo", "Pacific/Apia"])
def test_the_oracle_says_what_a_walk_minute_by_minute_finds(zone: str) -> None:
    clock = oracle.Clock.of(zone, 2010, 2027)
    days = clock.days_around_changes(2010, 2011, 1) + clock.days_around_changes(2026, 2027, 1)
    for day in days:
        for hour in (*HOURS[:4], "02:30", "23:00", "23:59"):
            assert clock.due(day, size(hour)) == clock.walk(day, size(hour))


@pytest.mark.parametrize(
    ("footer", "year", "changes"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2027, ["2027-03-28T01:00", "2027-10-31T01:00"]),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2027, ["2027-03-28T01:00", "2027-10-31T01:00"]),
        ("AAA0BBB,J60/0,J365/0", 2028, ["2028-03-01T00:00", "2028-12-30T23:00"]),
        ("AAA0BBB-2,59/0,364/0", 2028, ["2028-02-29T00:00", "2028-12-29T22:00"]),
    ],
)
def test_the_oracle_reads_a_footer(footer: str, year: int, changes: list[str]) -> None:
    seconds = [at(second) for second, _ in oracle._footer(footer, 0, year, year)]
    right = [datetime.fromisoformat(change).replace(tzinfo=UTC) for change in changes]
    assert [second for second in seconds if second.year == year] == right


def test_an_hour_that_is_leapt_over_comes_right_after_the_leap() -> None:
    got = calendar.instant(date(2027, 3, 28), time(2, 30), "Europe/Paris")
    assert got == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_counts_the_first_time() -> None:
    got = calendar.instant(date(2027, 10, 31), time(2, 30), "Europe/Paris")
    assert got == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_date_that_the_zone_leapt_over_has_no_instant_and_no_lesson() -> None:
    assert calendar.instant(date(2011, 12, 30), time(18), "Pacific/Apia") is None
    evening = datetime(2011, 12, 30, 4, 0, tzinfo=UTC)
    due, day = calendar.next_lesson(evening, "18:00", "Pacific/Apia", date(2011, 12, 29))
    assert (due, day) == (datetime(2011, 12, 31, 4, 0, tzinfo=UTC), date(2011, 12, 31))


def test_a_leap_over_midnight_keeps_the_lesson_on_its_date() -> None:
    got = calendar.instant(date(2027, 3, 27), time(23, 30), "America/Nuuk")
    assert got == datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)
    assert calendar.local_day(got, "America/Nuuk") == date(2027, 3, 27)


def test_a_month_away_brings_one_lesson_and_then_one_a_day() -> None:
    zone, spread = "Europe/Paris", 77
    plan, day = calendar.next_lesson(
        datetime(2027, 3, 1, 9, tzinfo=UTC), "18:00", zone, None, spread
    )
    back = plan + timedelta(days=30, hours=-6)
    sent = [calendar.local_day(back, zone)]
    now = back
    for _ in range(5):
        now, day = calendar.next_lesson(now, "18:00", zone, sent[-1], spread)
        sent.append(day)
    assert sent == [date(2027, 3, 31) + timedelta(days=days) for days in range(6)]


def test_a_month_away_without_a_plan_makes_the_next_hour_due_and_no_older_one() -> None:
    now = datetime(2027, 3, 31, 9, tzinfo=UTC)
    got = calendar.next_lesson(now, "18:00", "Europe/Paris", date(2027, 2, 27))
    assert got == (datetime(2027, 3, 31, 16, tzinfo=UTC), date(2027, 3, 31))


journeys = st.lists(
    st.tuples(st.sampled_from(ZONES), st.integers(min_value=1, max_value=20 * oracle.DAY)),
    min_size=1,
    max_size=12,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    stays=journeys, hour=st.sampled_from(HOURS + ODD_HOURS), spread=st.sampled_from([0, 1, 299])
)
def test_a_traveller_gets_one_lesson_a_date_and_misses_none_that_came(
    stays: list[tuple[str, int]], hour: str, spread: int
) -> None:
    # The rule: a date counts once, wherever it was; a lesson comes at the hour of the first
    # later date that is met at that hour, in the zone of that moment.
    begin = now = datetime(2027, 3, 1, tzinfo=UTC)
    last: date | None = None
    for zone, stay in stays:
        end = begin + timedelta(seconds=stay)
        clock = oracle.Clock.of(zone, 2027, 2028)
        while True:
            due, day = calendar.next_lesson(now, hour, zone, last, spread)
            assert due > now
            assert calendar.local_day(due, zone) == day
            assert last is None or day > last
            assert skipped(clock, hour, now, min(due, end), last, spread) == []
            if due >= end:
                break
            now, last = due, day
        begin = now = end


def skipped(
    clock: oracle.Clock, hour: str, now: datetime, end: datetime, last: date | None, spread: int
) -> list[date]:
    """Return the dates after *last* whose hour came between *now* and *end*."""
    first = number(now.date()) - 1
    found = []
    for day in range(first, number(end.date()) + 2):
        second = clock.due(day, size(hour))
        came = second is not None and now < at(second) and at(second + spread) < end
        if came and (last is None or on(day) > last):
            found.append(on(day))
    return found


@given(
    key=st.text(),
    minutes=st.integers(min_value=0, max_value=1439),
    zone=st.sampled_from(ZONES),
    days=st.integers(min_value=0, max_value=800),
    seconds=st.integers(min_value=1, max_value=3600),
)
@settings(derandomize=True, deadline=None)
def test_the_spread_stays_on_its_date_and_within_its_window(
    key: str, minutes: int, zone: str, days: int, seconds: int
) -> None:
    hour = f"{minutes // 60:02}:{minutes % 60:02}"
    last = date(2026, 12, 31) + timedelta(days=days)
    shift = calendar.spread(key, seconds)
    assert 0 <= shift < seconds
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    sharp, day = calendar.next_lesson(long_ago, hour, zone, last)
    due, same = calendar.next_lesson(long_ago, hour, zone, last, shift)
    assert day == same == calendar.local_day(due, zone)
    assert sharp <= due <= sharp + timedelta(seconds=shift)


def test_the_last_minute_of_the_day_is_still_spread() -> None:
    due = {
        calendar.next_lesson(
            datetime(2027, 1, 1, tzinfo=UTC), "23:59", "Europe/Paris", None, spread
        )
        for spread in range(300)
    }
    assert len(due) == 60
    assert {day for _, day in due} == {date(2027, 1, 1)}


def test_a_spread_is_the_same_in_every_process_and_even() -> None:
    assert calendar.spread("00000000000000000000000000000000") == 81
    counted = [0] * 300
    for key in range(30_000):
        counted[calendar.spread(f"{key:032x}")] += 1
    assert min(counted) > 50
    assert max(counted) < 150
    assert calendar.spread("anybody", 0) == 0


def test_a_spread_that_is_over_makes_tomorrows_lesson_due() -> None:
    noon = datetime(2027, 1, 1, 12, tzinfo=UTC)
    today = (noon + timedelta(seconds=30), date(2027, 1, 1))
    assert calendar.next_lesson(noon, "12:00", "UTC", None, 30) == today
    assert calendar.next_lesson(today[0], "12:00", "UTC", None, 30)[1] == date(2027, 1, 2)


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [
        (("21:00", "07:00"), 20, False),
        (("21:00", "07:00"), 21, True),
        (("21:00", "07:00"), 0, True),
        (("21:00", "07:00"), 6, True),
        (("21:00", "07:00"), 7, False),
        (("13:00", "15:00"), 12, False),
        (("13:00", "15:00"), 13, True),
        (("13:00", "15:00"), 15, False),
        (("08:00", "08:00"), 8, False),
    ],
)
def test_quiet_hours_may_pass_midnight(hours: tuple[str, str], hour: int, quiet: bool) -> None:  # noqa: FBT001
    kolkata = datetime(2027, 1, 5, hour, tzinfo=UTC) - timedelta(hours=5, minutes=30)
    assert calendar.quiet(kolkata, "Asia/Kolkata", hours) is quiet


def test_an_offset_is_in_minutes_and_follows_the_clock() -> None:
    winter, summer = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    assert calendar.offset(winter, "Europe/Paris") == 60
    assert calendar.offset(summer, "Europe/Paris") == 120
    assert calendar.offset(winter, "America/St_Johns") == -210
    assert calendar.offset(winter, "UTC") == 0


def test_every_zone_of_the_tables_is_one_and_nothing_else_is() -> None:
    assert all(calendar.is_zone(zone) for zone in oracle.zones())
    hostile = ["", "UTC+1", "europe/paris", "Europe", "../etc/passwd", "/etc/localtime", "a\0b"]
    hostile += ["localtime", "Factory", "right/Europe/Paris", "posix/UTC", "tzdata.zi", "\ud800"]
    assert [name for name in hostile if calendar.is_zone(name)] == []


def test_a_name_that_is_no_zone_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="'Mars/Base' is not a time zone"):
        calendar.local_day(EPOCH, "Mars/Base")


TYPED = {
    "7": "07:00",
    "7:30": "07:30",
    "07.30": "07:30",
    "7,30": "07:30",
    "7 30": "07:30",
    "730": "07:30",
    "1930": "19:30",
    "0:00": "00:00",
    "24:00": "00:00",
    " 19h ": "19:00",
    "19h30": "19:30",
    "19 H 30": "19:30",
    "à 19 heures": "19:00",
    "7 heures du matin": "07:00",
    "18:00 Uhr": "18:00",
    "7pm": "19:00",
    "7 P.M.": "19:00",
    "7:30 a.m.": "07:30",
    "12 am": "00:00",
    "12:15 pm": "12:15",
    "19 pm": "19:00",
    "at 7 in the evening": "19:00",
    "7 o'clock": "07:00",
    "7 o’clock": "07:00",
    "11 at night": "23:00",
    "12 at night": "00:00",
    "2 at night": "02:00",
    "noon": "12:00",
    "Midnight": "00:00",
    "a las 7 de la mañana": "07:00",
    "7 de la tarde": "19:00",
    "в 19 часов": "19:00",
    "7 ч. вечера": "19:00",
    "7 утра": "07:00",
    "полдень": "12:00",
    "下午7点半": "19:30",
    "上午9點30分": "09:30",
    "晚上12点": "00:00",
    "19时": "19:00",
    "７：３０": "07:30",
    "٧:٣٠": "07:30",
    "۱۹:۰۰": "19:00",
    "७:१५": "07:15",
    "\u200f٧ مساءً": "19:00",
    "الساعة ٧ صباحًا": "07:00",
}


@pytest.mark.parametrize("text", TYPED)
def test_an_hour_is_understood_as_people_type_it(text: str) -> None:
    assert calendar.parse_hour(text) == TYPED[text]


NO_HOUR = ["", " ", "25", "24:30", "7:60", "7:5", "7.5", "7 8", "-7", "+7", "13 am", "7:30:00"]
NO_HOUR += ["18-19", "cats", "7 cats", "at 7 am pm", "am 7 pm", "½", "1e1", "7" * 50, "99"]


@pytest.mark.parametrize("text", NO_HOUR)
def test_what_is_no_hour_is_none(text: str) -> None:
    assert calendar.parse_hour(text) is None


@given(st.text() | st.text(alphabet="0123456789:.h apm٧半点م"))
def test_whatever_is_typed_gives_an_hour_or_none(text: str) -> None:
    hour = calendar.parse_hour(text)
    assert hour is None or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", hour, re.ASCII)


@given(st.times())
def test_an_hour_as_shown_is_understood(wanted: time) -> None:
    shown = f"{wanted:%H:%M}"
    assert calendar.parse_hour(shown) == shown


def test_what_is_read_once_a_process_is_read_here_too() -> None:
    for once in (calendar._names, calendar._halves, calendar._named):
        once.cache_clear()
    assert calendar.is_zone("Africa/Tunis")
    assert not calendar.is_zone("Mars/Base")
    assert calendar.parse_hour("7 pm") == "19:00"
    assert calendar.parse_hour("noon") == "12:00"
