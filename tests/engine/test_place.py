"""A group or a channel: who sets it up, what is posted there, and what a press there tells."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action, Button, Card, Text
from bot.core.effects import Decision, Edit, Lane, Notice, Plan, Relocate, Say, Unplan
from bot.core.events import (
    Added,
    Address,
    AidDue,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    LessonDue,
    Muted,
    Pressed,
    Relocated,
    Said,
    Unreadable,
    Where,
)
from bot.core.learner import Choosing, Idle, Learner, Often, Stranger, Track
from bot.engine import place
from bot.engine.decide import decide
from bot.engine.replies import redrawn
from tests.engine.school import LIBRARY, ME, NOON

GROUP = Address("test", "-100")
OPEN = Where(GROUP)
NEW = Learner("p" * 32, GROUP)
SET_UP = Learner(
    "p" * 32,
    GROUP,
    place="group",
    keeper=ME,
    often=Often.QUESTION,
    hour="18:00",
    country="dz",
    zone="Africa/Algiers",
    stage=Idle(),
)


def heard(
    event: Event,
    *,
    who: Address = ME,
    where: Where | None = OPEN,
    runs: bool = False,
    number: int = 1,
) -> Incoming:
    there = replace(where, runs=runs) if where else None
    return place.speaker(Incoming(f"test:{number}", who, NOON, event, "en", there))


def press(token: str) -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, "41")


def governed(who: Learner, event: Event) -> Decision:
    incoming = heard(event, runs=True)
    assert incoming.address == GROUP
    return decide(who, incoming, LIBRARY)


def card_of(decision: Decision) -> Card:
    [card] = [one.card for one in decision.effects if isinstance(one, Say | Edit)]
    return card


def tokens(card: Card) -> list[str]:
    offered = [one.action for one in card.choices]
    offered += [one.does for one in card.buttons if isinstance(one.does, Action)]
    return [one.pack() for one in offered]


def notice(decision: Decision) -> str:
    [told] = [one for one in decision.effects if isinstance(one, Notice)]
    return told.text.key


def asked(decision: Decision) -> str:
    body = card_of(decision).body
    return str(getattr(body[-1], "text", Text("")).key)


def plans(decision: Decision) -> list[Plan | Unplan]:
    return [one for one in decision.effects if isinstance(one, Plan | Unplan)]


def test_only_what_concerns_a_place_is_said_by_it_and_only_by_who_runs_it() -> None:
    for event in (Began(), Commanded("settings"), Commanded("stop"), press("here:go:hour")):
        assert heard(event, runs=True).address == GROUP
        assert heard(event, runs=True).by == ME
        assert heard(event).address == ME
        assert heard(event, where=None) == Incoming("test:1", ME, NOON, event)
    for own in (Commanded("lesson"), press("lesson"), press("set:hour:18.00"), Said("hello")):
        assert heard(own, runs=True).address == ME
    quiet = replace(OPEN, public=False)
    assert heard(Commanded("settings"), where=quiet, runs=True).address == ME
    assert heard(press("here:go:hour"), where=quiet, runs=True).address == GROUP
    anonymous = heard(Commanded("settings"), who=GROUP, runs=True)
    assert (anonymous.address, anonymous.by) == (GROUP, None)


def test_a_new_place_is_greeted_and_nothing_is_kept_of_it() -> None:
    decision = decide(NEW, heard(Added(), who=GROUP), LIBRARY)
    assert isinstance(decision.learner.stage, Stranger)
    assert tokens(card_of(decision)) == ["here:run", "here:leave"]
    channel = decide(NEW, heard(Added(kind="channel"), who=GROUP, where=None), LIBRARY)
    [said] = channel.effects
    assert isinstance(said, Say)
    assert said.silent


def test_where_nothing_may_be_posted_nothing_is_said() -> None:
    decision = decide(NEW, heard(Added(frozenset()), who=GROUP), LIBRARY)
    assert decision.effects == ()
    rested = decide(SET_UP, heard(Added(frozenset()), who=GROUP), LIBRARY)
    assert rested.learner.gone
    assert plans(rested) == [Unplan("lesson")]
    back = decide(rested.learner, heard(Added(), who=GROUP), LIBRARY)
    assert not back.learner.gone
    assert [type(one) for one in back.effects] == [Plan]


def test_who_runs_a_place_sets_it_up_in_six_presses() -> None:
    there = NEW
    steps = []
    for token in (
        "here:run",
        "here:set:language:en",
        "here:set:often:weekly",
        "here:page:hour:1",
        "here:set:hour:18.00",
        "here:set:country:dz",
    ):
        decision = governed(there, press(token))
        assert all(t.startswith("here:") for t in tokens(card_of(decision)))
        there = decision.learner
        steps.append(asked(decision))
    assert steps == [
        "language.ask",
        "place.often_ask",
        "place.hour_ask",
        "place.hour_ask",
        "place.country_ask",
        "place.ready_change",
    ]
    assert (there.place, there.keeper, there.often) == ("group", ME, Often.WEEKLY)
    assert (there.hour, there.zone, there.stage) == ("18:00", "Africa/Algiers", Idle())
    [plan] = plans(decision)
    assert isinstance(plan, Plan)


def test_a_place_of_urgent_alerts_alone_is_never_asked_for_an_hour() -> None:
    there = governed(NEW, press("here:run")).learner
    there = governed(there, press("here:set:language:en")).learner
    decision = governed(there, press("here:set:often:never"))
    assert card_of(decision).title == Text("ready.title")
    assert plans(decision) == [Unplan("lesson")]


def test_what_only_people_choose_is_no_choice_of_a_place() -> None:
    assert notice(governed(SET_UP, press("here:set:often:tip"))) == "place.before"
    assert decide(SET_UP, heard(press("set:often:question")), LIBRARY).learner == SET_UP
    person = Learner("k" * 32, ME, stage=Idle())
    mine = Incoming("test:9", ME, NOON, press("set:often:question"))
    assert decide(person, mine, LIBRARY).learner.often is Often.UNASKED


def test_the_settings_of_a_place_tell_what_it_posts() -> None:
    decision = governed(replace(SET_UP, gone=True), Commanded("settings"))
    card = card_of(decision)
    assert card.title == Text("place.settings")
    assert "here:go:often" in tokens(card)
    assert "here:stop" in tokens(card)
    assert not any("typed" in token for token in tokens(card))
    assert not decision.learner.gone
    assert isinstance(decision.effects[0], Plan)
    hour = governed(decision.learner, press("here:set:hour:07.30"))
    assert (hour.learner.hour, notice(hour)) == ("07:30", "settings.saved")


def test_a_place_that_is_set_up_is_not_set_up_again() -> None:
    for event in (press("here:run"), Began()):
        assert card_of(governed(SET_UP, event)).title == Text("place.settings")
    assert governed(SET_UP, press("here:run")).learner.keeper == ME


def test_stop_makes_a_place_quiet_and_its_button_forgets_it() -> None:
    pause = governed(SET_UP, Commanded("stop"))
    assert asked(pause) == "pause.ask"
    gone = governed(pause.learner, press("here:stop"))
    assert isinstance(gone.learner.stage, Stranger)
    assert gone.learner == Learner(SET_UP.key, GROUP)
    assert asked(gone) == "place.stopped"


@pytest.mark.parametrize("token", ["here:go:nothing", "here:nothing", "here:set", "lesson"])
def test_a_button_that_means_nothing_changes_nothing(token: str) -> None:
    event = press(token)
    incoming = Incoming("test:1", GROUP, NOON, event, "en", OPEN)
    decision = decide(SET_UP, incoming, LIBRARY)
    assert (decision.learner, notice(decision)) == (SET_UP, "place.before")


def test_what_people_say_to_one_another_is_not_answered() -> None:
    incoming = Incoming("test:1", GROUP, NOON, Said("hello"), "en", OPEN)
    assert decide(SET_UP, incoming, LIBRARY) == Decision(SET_UP)
    assert decide(Learner("k" * 32, ME), heard(Said("hello")), LIBRARY).effects == ()


@pytest.mark.parametrize("stage", [Idle(), Stranger()])
def test_who_does_not_run_the_place_is_told_so_and_changes_nothing(
    stage: Idle | Stranger,
) -> None:
    person = Learner("k" * 32, ME, stage=stage)
    decision = decide(person, heard(press("here:stop")), LIBRARY)
    assert (decision.learner, notice(decision)) == (person, "place.not_yours")
    other = decide(person, heard(press("lesson")), LIBRARY)
    assert (other.learner, notice(other)) == (person, "place.own_chat")
    assert notice(decide(person, heard(Unreadable("41")), LIBRARY)) == "place.own_chat"


def test_a_command_where_all_read_along_is_answered_with_the_way_to_the_own_chat() -> None:
    person = Learner("k" * 32, ME, stage=Idle(), gone=True)
    for event in (Commanded("lesson"), Began(), Commanded("privacy")):
        decision = decide(person, heard(event), LIBRARY)
        [said] = decision.effects
        assert isinstance(said, Say)
        assert said.to == GROUP
        assert tokens(said.card) == ["lesson"]
        assert decision.learner.gone


def test_where_answers_are_private_a_person_is_answered_as_anywhere() -> None:
    person = Learner("k" * 32, ME, stage=Idle())
    quiet = replace(OPEN, public=False)
    decision = decide(person, heard(Commanded("settings"), where=quiet), LIBRARY)
    assert card_of(decision).title == Text("settings.title")
    assert "here:go:settings" not in tokens(card_of(decision))
    runs = decide(person, heard(Commanded("settings"), where=quiet, runs=True), LIBRARY)
    assert tokens(card_of(runs))[-1] == "here:go:settings"
    lost = decide(person, heard(press("here:go:settings"), where=quiet), LIBRARY)
    assert notice(lost) == "place.not_yours"


def test_the_button_of_a_place_stands_beside_settings_alone() -> None:
    assert redrawn(Unplan("lesson"), place.beside) == Unplan("lesson")


def test_a_place_that_refuses_our_posts_rests_and_its_keeper_is_told_once() -> None:
    first = decide(SET_UP, heard(Muted(), who=GROUP, where=None), LIBRARY)
    assert first.learner.gone
    [said] = [one for one in first.effects if isinstance(one, Say)]
    assert (said.to, said.card.body[0]) == (ME, card_of(first).body[0])
    again = decide(first.learner, heard(Muted(), who=GROUP, where=None), LIBRARY)
    assert not any(isinstance(one, Say) for one in again.effects)
    nobody = decide(replace(SET_UP, keeper=None), heard(Muted(), where=None), LIBRARY)
    assert plans(nobody) == list(nobody.effects)
    stranger = decide(NEW, heard(Muted(), who=GROUP, where=None), LIBRARY)
    assert stranger.effects == ()


def test_a_place_that_put_us_out_rests_until_it_takes_us_in_again() -> None:
    out = decide(SET_UP, heard(Left("removed"), who=GROUP), LIBRARY)
    assert (out.learner.gone, plans(out)) == (True, [Unplan("lesson")])
    late = decide(out.learner, Incoming("plan:x", GROUP, NOON, LessonDue(NOON.date())), LIBRARY)
    assert not any(isinstance(one, Say) for one in late.effects)
    back = decide(out.learner, heard(Added(), who=GROUP), LIBRARY)
    assert not back.learner.gone


def test_a_group_that_moves_takes_its_rhythm_along() -> None:
    to = Address("test", "-200")
    decision = decide(SET_UP, heard(Relocated(to), who=GROUP), LIBRARY)
    assert decision.effects[-1] == Relocate(to)
    assert (decision.learner, len(plans(decision))) == (SET_UP, 1)
    stranger = decide(NEW, heard(Relocated(to), who=GROUP), LIBRARY)
    assert stranger == Decision(NEW, (Relocate(to),))


def test_a_page_that_opens_is_no_button_of_the_place() -> None:
    page = Button(Text("x"), "https://wary.example")
    assert place.governed(Card(buttons=(page,))) == Card(buttons=(page,))


def test_a_child_of_a_group_is_never_a_track_that_can_be_chosen() -> None:
    assert notice(governed(SET_UP, press("here:set:track:child"))) == "place.before"
    assert governed(SET_UP, press("here:set:track:teen")).learner.track is Track.TEEN


def test_a_screen_of_a_place_is_drawn_again_from_its_stage() -> None:
    opened = governed(SET_UP, press("here:go:country"))
    assert opened.learner.stage == Choosing("country")
    assert "here:go:settings" in tokens(card_of(opened))


def test_a_command_of_who_runs_the_place_begins_to_set_it_up() -> None:
    for event in (Commanded("settings"), Began()):
        assert asked(governed(NEW, event)) == "language.ask"


def test_who_could_not_be_written_to_is_told_so_where_they_act() -> None:
    quiet = replace(OPEN, public=False)
    closed = Learner("k" * 32, ME, stage=Idle(), often=Often.DAILY, hour="18:00", gone=True)
    decision = decide(closed, heard(Commanded("lesson"), where=quiet), LIBRARY)
    assert notice(decision) == "place.closed"
    assert not decision.learner.gone
    assert [type(one) for one in plans(decision)] == [Plan]
    again = decide(decision.learner, heard(Commanded("lesson"), where=quiet), LIBRARY)
    assert not any(isinstance(one, Notice) for one in again.effects)
    own = decide(closed, heard(Commanded("lesson"), where=None), LIBRARY)
    assert not any(isinstance(one, Notice) for one in own.effects)


TOKENS = st.sampled_from(
    [
        "here:run",
        "here:stop",
        "here:set:language:ar",
        "here:set:often:weekly",
        "here:set:often:never",
        "here:set:hour:07.30",
        "here:set:country:ca",
        "here:set:country:none",
        "here:set:clock:-300",
        "here:set:city:America.Regina",
        "here:set:pause:week",
        "here:set:pause:open",
        "here:set:urgent:none",
        "here:go:settings",
        "here:go:resume",
        "here:page:country:1",
        "here:page:hour:9",
        "here:lesson",
        "vote:acc-01-q1:a",
        "take:acc-01",
        "lesson",
    ]
)
HAPPENINGS: st.SearchStrategy[Event] = st.one_of(
    TOKENS.map(press),
    st.sampled_from(
        [
            Added(),
            Added(frozenset()),
            Added(kind="channel"),
            Muted(),
            Left("removed"),
            Relocated(Address("test", "-2")),
            Began(),
            Commanded("settings"),
            Commanded("stop"),
            Commanded("lesson"),
            Said("hello"),
            Unreadable("41"),
            LessonDue(NOON.date()),
            AidDue(NOON.date()),
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(HAPPENINGS, st.booleans(), st.integers(0, 90)), max_size=30))
def test_no_history_of_a_place_breaks_the_engine_or_posts_twice_a_day(
    history: list[tuple[Event, bool, int]],
) -> None:
    there, at = NEW, NOON
    days: list[str] = []
    for number, (happened, runs, hours) in enumerate(history):
        at += timedelta(hours=hours)
        event = LessonDue(at.date()) if isinstance(happened, LessonDue) else happened
        said = Incoming(f"e:{number}", GROUP, at, event, "en", replace(OPEN, runs=runs))
        decision = decide(there, said, LIBRARY)
        assert decision == decide(there, said, LIBRARY)
        assert decision.learner.key == there.key
        for effect in decision.effects:
            if isinstance(effect, Plan):
                assert effect.at > at
            if isinstance(effect, Say) and effect.lane is Lane.LESSON:
                days.append(str(decision.learner.last_day))
            if isinstance(effect, Say | Edit) and effect.card.choices:
                verbs = {one.action.verb for one in effect.card.choices}
                assert verbs <= {"here", "vote"}
        if isinstance(decision.learner.stage, Stranger):
            days.clear()
        there = decision.learner
    assert len(days) == len(set(days))
