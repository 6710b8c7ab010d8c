"""After first aid: asked once, only where that was promised, and never against anybody's wish."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.card import Action
from bot.core.effects import Decision, Edit, Effect, Lane, Plan, Say, Unplan
from bot.core.events import (
    Address,
    AidDue,
    Began,
    Commanded,
    Incoming,
    Left,
    Linked,
    Pressed,
)
from bot.core.learner import Answering, Learner, Often, Ties
from bot.engine import aftercare, first_aid
from bot.engine.decide import decide
from tests.engine.school import ME, NOON, Talk, joined
from tests.engine.test_first_aid import AID, GROUP, labels, tokens

DONE = "aid:done:aid-clicked"
THURSDAY = NOON.date() + timedelta(days=3)
ASKED_AT = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)
"""18:05 in Paris, three days later: after the lesson of that hour, which is spread over 300 s."""

PLAN = Plan("aid", ASKED_AT, THURSDAY)


def known(**changes: object) -> Talk:
    one = joined(**changes)
    one.library = AID
    return one


def walked(**changes: object) -> Talk:
    """Return a talk in which first aid was walked to its end, and the question promised."""
    one = known(**changes)
    one.press(DONE)
    assert one.learner.aided == "aid-clicked"
    return one


def asked(one: Talk) -> Say:
    """Let the hour come and return the question."""
    one.at = ASKED_AT
    [say] = one.hear(AidDue(THURSDAY)).effects
    assert isinstance(say, Say)
    return say


def plans(decision: Decision) -> list[Effect]:
    return [e for e in decision.effects if isinstance(e, Plan | Unplan) and e.kind == "aid"]


def test_the_end_of_a_checklist_promises_a_question_that_can_be_declined() -> None:
    one = known()
    decision = one.press(DONE)
    assert decision.effects == (PLAN, Edit("m1", one.card))
    assert (one.learner.aided, one.learner.aided_on) == ("aid-clicked", THURSDAY)
    assert {"aid.closing", "aid.promise"} <= one.keys
    assert "aid.again" not in one.keys
    assert labels(one.card) == ["aid.do_not_ask", "aid.other", "aid.talk"]


def test_it_is_asked_once_in_silence_and_then_nothing_of_it_is_kept() -> None:
    stage = Answering("acc-01-q1", "seed", "daily")
    one = walked(stage=stage, unpressed=3, last_day=THURSDAY)
    one.learner = replace(one.learner, unpressed=3)
    say = asked(one)
    assert (say.lane, say.silent, say.to) == (Lane.LESSON, True, None)
    assert say.expires == ASKED_AT + timedelta(hours=12)
    assert tokens(say.card) == [
        "aftercare:solved:aid-clicked",
        "aid:aid-clicked",
        "aftercare:stop:aid-clicked",
    ]
    assert (one.learner.aided, one.learner.aided_on) == ("", None)
    # The lesson goes its own way, and whoever is silent stays silent.
    assert one.learner.last_day == THURSDAY
    assert one.learner.unpressed == 3
    assert one.learner.stage == stage
    assert one.hear(AidDue(THURSDAY)).effects == ()


def test_the_question_says_nothing_of_what_happened() -> None:
    assert asked(walked()).card.title is None
    assert Talk(card=aftercare.question("aid-clicked")).keys == {
        "aid.how",
        "aid.solved",
        "aid.not_yet",
        "aid.stop",
    }


def test_what_is_not_settled_goes_through_the_steps_again() -> None:
    one = walked()
    asked(one)
    one.press("aid:aid-clicked")
    assert "aid-clicked.q1.ask" in one.keys
    assert "aid.talk" in labels(one.card)
    assert one.learner.aided == ""


@pytest.mark.parametrize(
    ("token", "key"), [("solved", "aid.said_solved"), ("stop", "aid.said_stop")]
)
def test_what_is_settled_or_unwanted_is_not_asked_again(token: str, key: str) -> None:
    one = walked()
    asked(one)
    assert one.press(f"aftercare:{token}:aid-clicked").effects == (Edit("m1", one.card),)
    assert one.keys == {key}
    # Also where the same was walked again meanwhile.
    one.press(DONE)
    decision = one.press(f"aftercare:{token}:aid-clicked")
    assert plans(decision) == [Unplan("aid")]
    assert (one.learner.aided, one.learner.aided_on) == ("", None)


def test_that_one_thing_is_settled_says_nothing_of_another() -> None:
    one = walked()
    assert plans(one.press("aftercare:solved:aid-hacked")) == []
    assert one.learner.aided == "aid-clicked"
    assert plans(one.press("aftercare:stop:aid-hacked")) == [Unplan("aid")]


def test_whoever_declines_at_once_can_still_change_their_mind() -> None:
    one = walked()
    decision = one.press("aftercare:no:aid-clicked")
    assert decision.effects == (Unplan("aid"), Edit("m1", one.card))
    assert one.learner.aided == ""
    assert {"aid.closing", "aid.declined"} <= one.keys
    assert labels(one.card) == ["aid.ask_me", "aid.other", "aid.talk"]
    one.press("aftercare:yes:aid-clicked")
    assert one.effects == (PLAN, Edit("m1", one.card))
    assert labels(one.card)[0] == "aid.do_not_ask"


def test_a_tree_that_is_taught_no_more_can_be_declined_and_not_asked_for() -> None:
    one = walked()
    one.library = replace(AID, trees={})
    decision = one.press("aftercare:no:aid-clicked")
    assert plans(decision) == [Unplan("aid")]
    assert labels(one.card) == ["aid.other", "aid.talk"]
    one.press("aftercare:yes:aid-clicked")
    assert one.notice == "press.before"
    assert one.learner.aided == ""


@pytest.mark.parametrize("token", ["aftercare", "aftercare:", "aftercare:forged:aid-clicked"])
def test_a_token_that_nobody_gave_means_nothing(token: str) -> None:
    one = walked()
    one.press(token)
    assert one.notice == "press.before"
    assert one.learner.aided == "aid-clicked"


@pytest.mark.parametrize(
    "changes",
    [
        {"often": Often.NEVER, "hour": "", "zone": ""},
        {"often": Often.UNASKED, "hour": "", "zone": ""},
        {"paused": True},
    ],
)
def test_whoever_wishes_no_messages_must_say_yes(changes: dict[str, object]) -> None:
    one = known(**changes)
    decision = one.press(DONE)
    assert decision.effects == (Edit("m1", one.card),)
    assert "aid.again" in one.keys
    assert labels(one.card) == ["aid.ask_me", "aid.other", "aid.talk"]
    one.press("aftercare:yes:aid-clicked")
    assert one.learner.aided_on == THURSDAY
    assert "aid.promise" in one.keys
    one.at = one.plan.at if one.plan else one.at
    assert isinstance(one.hear(AidDue(THURSDAY)).effects[0], Say)


def test_where_no_hour_was_chosen_it_is_asked_at_noon() -> None:
    one = known(often=Often.NEVER, hour="", zone="Asia/Tokyo")
    one.press("aftercare:yes:aid-clicked")
    assert one.plan == Plan("aid", datetime(2026, 11, 24, 3, 5, tzinfo=UTC), THURSDAY)


def test_a_second_walk_is_asked_about_instead_of_the_first() -> None:
    one = walked()
    one.wait(days=1)
    one.press("aid:done:aid-hacked")
    assert one.plan == Plan("aid", ASKED_AT + timedelta(days=1), THURSDAY + timedelta(days=1))
    one.at = ASKED_AT
    assert one.hear(AidDue(THURSDAY)).effects == ()
    one.wait(days=1)
    [say] = one.hear(AidDue(THURSDAY + timedelta(days=1))).effects
    assert isinstance(say, Say)
    assert "aid:aid-hacked" in tokens(say.card)


def test_a_plan_that_was_put_off_is_still_kept() -> None:
    one = walked()
    one.at = ASKED_AT + timedelta(days=1)
    assert isinstance(one.hear(AidDue(THURSDAY + timedelta(days=1))).effects[0], Say)


def test_to_a_stranger_and_in_a_place_nothing_is_promised() -> None:
    stranger = Talk(library=AID)
    stranger.press(DONE)
    assert "aid.again" in stranger.keys
    assert labels(stranger.card) == ["aid.other", "aid.talk"]
    stranger.press("aftercare:yes:aid-clicked")
    assert stranger.notice == "press.before"
    server = replace(GROUP, public=False)
    one = known()
    one.hear(Pressed(Action("aid", ("done", "aid-clicked")), "m1"), server)
    assert labels(one.card) == ["aid.other", "aid.talk"]
    one.hear(Pressed(Action("aftercare", ("yes", "aid-clicked")), "m1"), server)
    assert one.notice == "press.before"
    assert one.learner.aided == ""
    place = Learner("ab" * 16, ME, stage=one.learner.stage, place="group", often=Often.DAILY)
    heard = Incoming("t:1", ME, NOON, Pressed(Action("aid", ("done", "aid-clicked")), "m1"))
    assert decide(place, heard, AID).learner == place


def test_while_nothing_can_be_saved_nothing_is_promised_or_said_to_be_declined() -> None:
    end = Pressed(Action("aid", ("done", "aid-clicked")), "m1")
    card = first_aid.aid(Incoming("t:1", ME, NOON, end), AID, "en")
    assert card is not None
    assert "aid.again" in Talk(card=card).keys
    declining = Pressed(Action("aftercare", ("no", "aid-clicked")), "m1")
    assert first_aid.aid(Incoming("t:2", ME, NOON, declining), AID, "en") is None


def test_a_link_that_somebody_sent_promises_nothing() -> None:
    one = known()
    one.hear(Began("aid_done_aid-clicked"))
    assert "aid.again" in one.keys
    assert one.learner.aided == ""


@pytest.mark.parametrize(
    "does",
    [
        lambda one: one.hear(Commanded("stop")),
        lambda one: one.hear(Commanded("pause")),
        lambda one: one.press("set:pause:week"),
        lambda one: one.press("set:pause:open"),
        lambda one: one.press("set:often:never"),
        lambda one: one.hear(Left("blocked")),
    ],
)
def test_whoever_wishes_quiet_is_not_asked(does: Callable[[Talk], Decision]) -> None:
    one = walked()
    assert plans(does(one)) == [Unplan("aid")]
    assert (one.learner.aided, one.learner.aided_on) == ("", None)
    # An hour that was claimed before brings nothing.
    one.at = ASKED_AT
    assert one.hear(AidDue(THURSDAY)).effects == ()


@pytest.mark.parametrize(
    "token", ["set:often:weekly", "set:language:ar", "set:typed:on", "go:pause", "go:settings"]
)
def test_any_other_change_leaves_the_promise_as_it_is(token: str) -> None:
    one = walked()
    assert plans(one.press(token)) == []
    assert one.learner.aided == "aid-clicked"


@pytest.mark.parametrize("changes", [{"often": Often.NEVER}, {"paused": True}])
def test_whoever_said_yes_while_quiet_is_asked_although_other_things_change(
    changes: dict[str, object],
) -> None:
    one = known(**changes)
    one.press("aftercare:yes:aid-clicked")
    one.press("set:language:ar")
    assert one.learner.aided == "aid-clicked"


def test_a_new_hour_holds_for_the_question_too() -> None:
    one = walked()
    decision = one.press("set:hour:07.30")
    early = datetime(2026, 11, 24, 6, 35, tzinfo=UTC)
    assert plans(decision) == [Plan("aid", early, THURSDAY)]
    decision = one.press("set:country:dz")
    assert plans(decision) == [Plan("aid", early, THURSDAY)]


def test_a_new_hour_that_is_over_today_brings_it_tomorrow() -> None:
    one = walked()
    one.at = ASKED_AT - timedelta(hours=1)
    one.press("set:hour:07.30")
    assert one.learner.aided_on == THURSDAY + timedelta(days=1)
    one.at = ASKED_AT
    assert one.hear(AidDue(THURSDAY)).effects == ()
    assert one.learner.aided == "aid-clicked"


def test_forgetting_forgets_it() -> None:
    one = walked()
    one.press("forget:now")
    assert one.learner == Learner(one.learner.key, ME)


def test_after_an_outage_it_waits_for_the_hour_and_for_the_day() -> None:
    one = walked()
    one.at = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    assert one.hear(AidDue(THURSDAY)).effects == (
        Plan("aid", ASKED_AT + timedelta(days=1), THURSDAY + timedelta(days=1)),
    )
    assert one.learner.aided_on == THURSDAY + timedelta(days=1)
    one.at = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)
    assert isinstance(one.hear(AidDue(THURSDAY + timedelta(days=1))).effects[0], Say)


def test_where_this_address_is_closed_another_one_is_asked() -> None:
    one = walked(ties=Ties(also=("discord",), elsewhere=1))
    assert plans(one.hear(Left("blocked"))) == []
    one.at = ASKED_AT
    assert one.hear(AidDue(THURSDAY)).effects == (
        Plan("aid", ASKED_AT + timedelta(days=1), THURSDAY + timedelta(days=1)),
    )
    one.learner = replace(one.learner, ties=Ties())
    assert one.hear(AidDue(THURSDAY + timedelta(days=1))).effects == (Unplan("aid"),)
    assert one.learner.aided == ""


def linked(one: Talk, tree: str, day: date | None) -> Decision:
    event = Linked(Address("other", "1"), "cd" * 16, aided=tree, aided_on=day)
    return one.hear(event)


def test_what_was_promised_elsewhere_comes_along_and_the_newest_counts() -> None:
    one = known()
    assert plans(linked(one, "aid-hacked", THURSDAY)) == [PLAN]
    assert (one.learner.aided, one.learner.aided_on) == ("aid-hacked", THURSDAY)
    assert plans(linked(one, "aid-clicked", THURSDAY)) == []
    assert one.learner.aided == "aid-hacked"
    assert plans(linked(one, "", None)) == []
    later = THURSDAY + timedelta(days=1)
    assert plans(linked(one, "aid-clicked", later)) == [
        Plan("aid", ASKED_AT + timedelta(days=1), later)
    ]


def test_whoever_pauses_is_asked_nothing_because_they_link() -> None:
    one = known(paused=True)
    assert plans(linked(one, "aid-hacked", THURSDAY)) == []
    assert one.learner.aided == ""


def test_the_clock_wakes_nobody() -> None:
    one = walked()
    one.learner = replace(one.learner, gone=True, ties=Ties(elsewhere=1), unpressed=9)
    one.at = ASKED_AT
    one.hear(AidDue(THURSDAY))
    assert one.learner.gone
    assert one.learner.unpressed == 9
