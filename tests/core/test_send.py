from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.card import Card
from bot.core.send import Audit, Draft, Progress

AT = datetime(2031, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT = Draft("campaign", "spring", {"en": Card()}, "en")
PROGRESS = Progress(1, "campaign", "spring", "finished", 10, planned=True, counts={"sent": 10})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cause": ""}, "needs a name"),
        ({"fallback": "ar"}, "a card in the language"),
        ({"ends": AT}, "ends after it begins"),
        ({"begins": AT, "ends": AT}, "ends after it begins"),
        ({"begins": AT, "expires": AT}, "begins before it expires"),
    ],
)
def test_what_contradicts_itself_is_no_draft(changed: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(DRAFT, **changed)  # type: ignore[arg-type]  # whatever contradicts


def test_a_window_that_ends_and_a_send_that_expires_later_is_one() -> None:
    made = replace(DRAFT, begins=AT, ends=AT + HOUR, expires=AT + 2 * HOUR)
    assert made.ends == AT + HOUR
    assert replace(DRAFT, expires=AT).begins is None


@pytest.mark.parametrize(
    ("counts", "waiting", "rows", "lost", "late", "miscounted"),
    [
        ({"sent": 9, "erased": 1}, {}, {"sent": 9}, 0, 0, ()),
        ({"sent": 9}, {}, {"sent": 9}, 1, 0, ()),
        ({"sent": 9}, {"pending": 1}, {"sent": 9}, 0, 1, ()),
        ({"sent": 10}, {}, {"sent": 9, "gone": 1}, 0, 0, ("gone", "sent")),
    ],
)
def test_an_audit_is_sound_where_everybody_is_accounted_for(
    counts: dict[str, int],
    waiting: dict[str, int],
    rows: dict[str, int],
    lost: int,
    late: int,
    miscounted: tuple[str, ...],
) -> None:
    audit = Audit(replace(PROGRESS, counts=counts), waiting, rows, kept=True)
    assert (audit.lost, audit.late, audit.miscounted) == (lost, late, miscounted)
    assert audit.sound is not bool(lost or late or miscounted)


def test_while_it_goes_on_who_waits_is_not_late() -> None:
    running = replace(PROGRESS, state="running", counts={"sent": 4})
    assert running.open == 6
    assert Audit(running, {"pending": 6}, {"sent": 4}, kept=True).sound


def test_rows_past_their_term_may_be_gone_but_not_more_than_counted() -> None:
    assert Audit(PROGRESS, {}, {}, kept=False).sound
    assert not Audit(PROGRESS, {}, {"sent": 11}, kept=False).sound
