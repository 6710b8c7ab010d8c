"""How long a session lives and how often somebody may guess."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.session import HALF, IDLE, PER_CLIENT, WHOLE, alive, fit, locked

NOW = datetime(2027, 3, 28, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_session_ends_after_rest_and_after_a_day_whatever_was_done() -> None:
    assert alive(NOW, NOW, NOW + IDLE - SECOND, half=False)
    assert not alive(NOW, NOW, NOW + IDLE, half=False)
    late = NOW + WHOLE
    assert alive(NOW, late - 2 * SECOND, late - SECOND, half=False)
    assert not alive(NOW, late - SECOND, late, half=False)


def test_between_the_two_factors_there_is_little_time() -> None:
    assert alive(NOW, NOW, NOW + HALF - SECOND, half=True)
    assert not alive(NOW, NOW, NOW + HALF, half=True)


def test_a_lock_opens_by_itself() -> None:
    assert not locked(PER_CLIENT, PER_CLIENT.tries - 1, NOW, NOW)
    assert locked(PER_CLIENT, PER_CLIENT.tries, NOW, NOW)
    assert not locked(PER_CLIENT, PER_CLIENT.tries, NOW, NOW + PER_CLIENT.within)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("eleven char", False),
        ("twelve chars", True),
        ("x" * 201, False),
        ("ana@example.org", False),
        ("ANA@example.org", False),
        ("gro.elpmaxe@ana", False),
    ],
)
def test_a_password_is_long_and_not_the_address(password: str, good: bool) -> None:  # noqa: FBT001
    assert fit(password, "ana@example.org") is good
