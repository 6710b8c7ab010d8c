"""Linking: a code is offered, typed, judged; two learners become one, and part again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action, Fixed
from bot.core.effects import (
    VEIL,
    Edit,
    Join,
    Offer,
    Plan,
    Prefer,
    Say,
    Unlink,
    Unplan,
)
from bot.core.events import (
    Address,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    LessonDue,
    Linked,
    Miscoded,
    Pressed,
    Said,
    Where,
)
from bot.core.learner import Stranger, Ties
from bot.core.rhythm import Rhythm
from bot.engine import linking
from bot.engine.decide import decide
from tests.engine.school import LIBRARY, ME, NOON, Talk, joined, keys

THERE = Address("telegram", "9")
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
BOTH = Ties(also=("telegram",), home="telegram", joined=True, elsewhere=True)
FIRST = Ties(also=("discord",), elsewhere=True)


def heard(event: Event, where: Where | None = None) -> str:
    return linking.typed(Incoming("t:1", ME, NOON, event, where=where))


@pytest.mark.parametrize(
    "args", ["K4TZ-9XBM", "k4tz9xbm", " k4tz 9xbm ", "Ｋ４ＴＺ９ＸＢＭ", "K4TZ–9XBM", "K٤TZ-٩XBM"]
)
def test_behind_the_command_a_code_may_be_written_in_any_way(args: str) -> None:
    assert heard(Commanded("link", args)) == "K4TZ9XBM"


@pytest.mark.parametrize("args", ["", "K4TZ", "K4TZ-9XB0", "K4TZ-9XBMM", "x" * 9999, "٪٪"])
def test_what_can_be_no_code_is_none(args: str) -> None:
    assert heard(Commanded("link", args)) == ""


def test_another_command_is_no_code() -> None:
    assert heard(Commanded("lesson", "K4TZ-9XBM")) == ""
    assert heard(Began("K4TZ-9XBM")) == ""


def test_alone_a_code_is_taken_as_it_was_shown() -> None:
    assert heard(Said("K4TZ-9XBM")) == "K4TZ9XBM"
    assert heard(Said(" k4tz 9xbm\n")) == "K4TZ9XBM"


@pytest.mark.parametrize(
    "text", ["23heures", "23 heures", "K4TZ9XBM", "real-fast", "hello there", "4", "K4TZ-9XBM!"]
)
def test_alone_an_hour_or_a_word_is_no_code(text: str) -> None:
    assert heard(Said(text)) == ""


def test_where_all_read_along_no_code_is_taken() -> None:
    place = Address("test", "-5")
    assert heard(Commanded("link", "K4TZ-9XBM"), Where(place)) == ""
    assert heard(Commanded("link", "K4TZ-9XBM"), Where(ME, public=False)) == ""
    assert heard(Commanded("link", "K4TZ-9XBM"), Where(place, public=False)) == "K4TZ9XBM"


@given(st.binary(min_size=32, max_size=32))
def test_every_code_is_read_as_it_is_shown(digest: bytes) -> None:
    code = linking.code(digest)
    assert len(code) == 8
    assert heard(Commanded("link", linking.shown(code))) == code
    assert set(code) <= set(linking.ALPHABET)


def test_a_code_has_a_digit_and_40_bits() -> None:
    assert linking.code(b"\xff" * 5 + b"\x00" * 5) == "22222222"
    assert linking.code(b"\xff" * 32) == "ZZZZZZZZ"
    assert len({linking.code(bytes([0, 0, 0, 0, n])) for n in range(256)}) == 256


def test_a_code_is_offered_under_a_veil_for_ten_minutes() -> None:
    talk = joined()
    talk.hear(Commanded("link"))
    offer, say = talk.effects
    assert offer == Offer(NOON + timedelta(minutes=10))
    assert isinstance(say, Say)
    values = [value for part in talk.card.body for value in vars_of(part)]
    assert values == [Fixed("code", VEIL)]
    assert talk.card.protect


def vars_of(part: object) -> list[object]:
    text = getattr(part, "text", None)
    return [value for _, value in text.values] if text else []


def test_the_settings_lead_to_a_code() -> None:
    talk = joined()
    talk.hear(Commanded("settings"))
    assert talk.on_card("link")
    talk.press("link")
    assert isinstance(talk.effects[0], Offer)
    assert isinstance(talk.effects[1], Edit)


def test_whoever_has_chosen_no_hour_finishes_first() -> None:
    talk = joined(hour="")
    talk.hear(Commanded("link"))
    assert talk.keys == {"link.finish"}


def test_a_stranger_is_told_how() -> None:
    talk = Talk()
    talk.hear(Commanded("link"))
    assert talk.keys == {"link.how"}
    assert talk.learner.stage == Stranger()


def test_a_code_that_cannot_be_one_is_unknown_as_any_wrong_one() -> None:
    talk = Talk()
    talk.hear(Commanded("link", "nonsense"))
    assert talk.keys == {"link.unknown"}


@pytest.mark.parametrize("why", ["unknown", "last", "locked", "own"])
def test_each_refusal_has_its_words(why: str) -> None:
    talk = joined()
    before = talk.learner
    talk.hear(Miscoded(why))  # type: ignore[arg-type]  # one of the four
    assert talk.keys == {f"link.{why}"}
    assert talk.learner == before


def linked(event: Linked, **changes: object) -> Talk:
    talk = joined(ties=BOTH, **changes)
    talk.hear(event)
    return talk


def said(talk: Talk) -> list[set[str]]:
    return [keys(effect.card) for effect in talk.effects if isinstance(effect, Say)]


def test_a_stranger_joins_with_nothing_and_both_chats_are_told() -> None:
    talk = linked(Linked(THERE))
    assert talk.effects[0] == Join("", keep=False)
    welcome, told = (one for one in talk.effects if isinstance(one, Say))
    assert (welcome.to, told.to) == (None, THERE)
    assert keys(welcome.card) >= {"link.done", "link.there", "app.telegram", "link.write_here"}
    assert keys(told.card) >= {"link.told", "link.here", "link.not_you", "link.off", "app.test"}
    assert "link.added" not in keys(welcome.card)
    assert talk.learner.linked
    assert talk.plan is None


def test_of_each_lesson_the_greater_count_stays_and_new_points_are_added() -> None:
    known = ("mon-01", "dev-01")
    event = Linked(THERE, "cd" * 16, (("acc-01", 9), ("scm-01", 2)), points=30, shown=known)
    event = replace(event, rhythm=Rhythm((7, 8, 9), "UTC", 3))
    before = (("phi-01", 3), ("acc-01", 1))
    talk = linked(event, progress=before, points=10, shown=("dev-01", "net-01"))
    assert talk.learner.shown == ("dev-01", "net-01", "mon-01")
    assert talk.learner.rhythm == Rhythm((7, 8, 9), "UTC", 3)
    assert talk.learner.progress == (("phi-01", 3), ("acc-01", 9), ("scm-01", 2))
    assert talk.learner.points == 40
    welcome, told = said(talk)
    assert "link.added" in welcome
    assert "link.told_added" in told


def test_the_hour_is_that_of_whoever_showed_the_code() -> None:
    talk = joined(ties=BOTH)
    before = talk.learner
    talk.hear(Linked(THERE, "cd" * 16))
    after = talk.learner
    assert (after.hour, after.zone, after.often) == (before.hour, before.zone, before.often)
    assert after.locale == before.locale


def test_whoever_joins_after_todays_lesson_brings_tomorrows_plan() -> None:
    talk = linked(Linked(THERE, "cd" * 16, last_day=TODAY), last_day=TODAY - DAY)
    assert talk.learner.last_day == TODAY
    assert talk.effects[0] == Join("cd" * 16, keep=True)
    assert talk.plan is not None
    assert talk.plan.day == TODAY + DAY


def test_an_older_day_of_whoever_joins_leaves_the_plan_alone() -> None:
    talk = linked(Linked(THERE, "cd" * 16, last_day=TODAY - DAY))
    assert talk.learner.last_day == TODAY - DAY
    assert talk.plan is None
    talk = linked(Linked(THERE, "cd" * 16, last_day=TODAY), last_day=TODAY)
    assert talk.effects[0] == Join("cd" * 16, keep=False)
    assert talk.plan is None


def test_where_the_lesson_goes_to_a_third_app_both_chats_say_so() -> None:
    ties = Ties(also=("telegram", "web"), home="web", joined=True, elsewhere=True)
    talk = joined(ties=ties)
    talk.hear(Linked(THERE))
    assert all({"link.there", "app.web"} <= one for one in said(talk))


def test_where_the_lesson_comes_here_nobody_is_asked_to_let_it() -> None:
    talk = joined(ties=replace(BOTH, home=""))
    talk.hear(Linked(THERE))
    assert "link.write_here" not in said(talk)[0]


def test_whoever_is_linked_sees_where_and_may_move_the_lesson() -> None:
    talk = joined(linked=True, ties=BOTH)
    talk.hear(Commanded("link"))
    assert talk.keys >= {"link.state", "app.telegram", "link.there", "link.write_here"}
    assert talk.on_card("link:new")
    talk.press("link:here")
    assert talk.effects[0] == Prefer()
    assert talk.notice == "settings.saved"
    assert "link.here" in talk.keys
    assert not talk.on_card("link:here")
    talk.press("link:new")
    assert isinstance(talk.effects[0], Offer)


def test_the_one_who_joined_leaves_alone_and_is_asked_before() -> None:
    talk = joined(linked=True, ties=BOTH)
    talk.press("link:off")
    assert "link.off_here" in talk.keys
    assert talk.on_card("link:split")
    assert talk.on_card("link")
    talk.press("link:split")
    assert talk.effects[0] == Unlink(others=False)
    assert "link.left" in talk.keys
    assert not talk.learner.linked


def test_where_two_stay_they_stay_linked() -> None:
    talk = joined(linked=True, ties=replace(BOTH, also=("telegram", "web")))
    talk.press("link:split")
    assert talk.learner.linked


def test_the_first_one_parts_from_all_that_joined() -> None:
    talk = joined(linked=True, ties=replace(FIRST, also=("discord", "web")))
    talk.press("link:off")
    assert "link.off_there" in talk.keys
    talk.press("link:split")
    assert talk.effects[0] == Unlink(others=True)
    assert "link.parted" in talk.keys
    assert not talk.learner.linked


@pytest.mark.parametrize("what", ["here", "off", "split", "x"])
def test_an_old_button_of_whoever_is_not_linked_means_nothing(what: str) -> None:
    talk = joined()
    talk.press(f"link:{what}")
    assert talk.notice == "press.before"


def test_a_closed_address_leaves_the_plan_to_the_open_one() -> None:
    talk = joined(linked=True, ties=FIRST)
    talk.hear(Left("blocked"))
    assert talk.learner.gone
    assert talk.effects == ()
    talk.hear(Began())
    assert not talk.learner.gone
    assert talk.plan is None


def test_where_no_other_is_open_the_plan_ends() -> None:
    talk = joined(linked=True, ties=replace(FIRST, elsewhere=False))
    talk.hear(Left("blocked"))
    assert talk.effects == (Unplan("lesson"),)
    talk.hear(Began())
    assert talk.plan is not None


def test_an_hour_heard_at_a_closed_address_is_planned_anew() -> None:
    talk = joined(linked=True, gone=True, ties=FIRST)
    talk.wait(hours=6)
    talk.hear(LessonDue(TODAY))
    assert talk.plan is not None
    assert talk.plan.day == TODAY + DAY
    assert talk.learner.last_day is None


def test_a_day_that_had_its_lesson_has_no_second_one() -> None:
    talk = joined()
    talk.wait(hours=5, minutes=6)
    talk.hear(LessonDue(TODAY))
    assert isinstance(talk.effects[1], Say)
    talk.hear(LessonDue(TODAY))
    [plan] = talk.effects
    assert isinstance(plan, Plan)
    assert plan.day == TODAY + DAY


def test_linking_is_a_function_of_its_arguments() -> None:
    learner = joined(ties=BOTH).learner
    incoming = Incoming("t:1", ME, NOON, Pressed(Action("link"), "m1"))
    assert decide(learner, incoming, LIBRARY) == decide(learner, incoming, LIBRARY)
