"""When somebody can have acted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import OLDEST, acted

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
SECOND = int(NOW.timestamp())


def test_what_happened_within_a_day_keeps_its_time() -> None:
    for late in (0, 1, OLDEST - 60, OLDEST - 1):
        assert acted(SECOND - late, NOW) == NOW.replace(microsecond=0) - timedelta(seconds=late)


@given(st.integers())
def test_nobody_acted_later_than_now_or_a_day_ago(second: int) -> None:
    at = acted(second, NOW)
    assert at is None or timedelta(0) <= NOW - at < timedelta(days=1, seconds=1)
    assert (at is not None) == (0 <= SECOND - second < OLDEST)
