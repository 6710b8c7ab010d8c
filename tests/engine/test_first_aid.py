"""First aid: from the event and the content alone, before everything else that is going on."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action, Card, Text
from bot.core.effects import Decision, Edit, Notice, Say
from bot.core.events import Address, Began, Commanded, Event, Incoming, Pressed, Said, Where
from bot.core.learner import Answering, Learner, Stranger
from bot.core.library import Step, Tree, Way
from bot.engine import current, first_aid
from bot.engine.decide import decide
from tests.engine.school import BOTH, LIBRARY, ME, NOON, Talk, joined, keys

DAY = date(2026, 11, 21)
CLICKED = Tree(
    "aid-clicked",
    "q1",
    {
        "q1": Step(
            "q1",
            True,
            (Way("page", goto="looked"), Way("code", tree="aid-hacked"), Way("x", tree="aid-x")),
        ),
        "looked": Step("looked", False, (Way("opened", goto="help"),), "update"),
        "update": Step("update", False, (), "work"),
        "work": Step("work", True, (Way("yes", goto="help"),)),
        "help": Step("help", False),
    },
    DAY,
    draft=True,
)
HACKED = Tree(
    "aid-hacked",
    "q1",
    {
        "q1": Step("q1", True, (Way("yes", goto="a"),)),
        "a": Step("a", False, (), "b"),
        "b": Step("b", False, (), "a"),
    },
    DAY,
    closing=True,
)
AID = replace(
    LIBRARY,
    trees={"aid-clicked": CLICKED, "aid-hacked": HACKED},
    served={**LIBRARY.served, "aid-clicked": BOTH, "aid-hacked": frozenset({"en"})},
    placeholders={"aid.danger": ("emergency",), "aid-clicked.looked.do": ("report.fraud",)},
)
GROUP = Where(Address("test", "-5"))


def tokens(card: Card) -> list[str]:
    pressed = [one.action for one in card.choices]
    pressed += [one.does for one in card.buttons if isinstance(one.does, Action)]
    return [action.pack() for action in pressed]


def labels(card: Card) -> list[str]:
    return [one.label.key for one in card.choices] + [one.label.key for one in card.buttons]


def asks(event: Event, where: Where | None = None, locale: str = "en") -> Card | None:
    return first_aid.aid(Incoming("test:1", ME, NOON, event, locale, where), AID, locale)


def pressing(token: str) -> Card:
    card = asks(Pressed(Action("aid", tuple(token.split(":")[1:])), "m1"))
    assert card is not None
    return card


def talk(**more: object) -> Talk:
    return Talk(library=replace(AID, **more))  # type: ignore[arg-type]  # any field


def test_a_stranger_gets_it_at_once_and_nothing_is_kept_of_them() -> None:
    one = talk()
    decision = one.hear(Commanded("aid"))
    assert decision == Decision(Learner("ab" * 16, ME), (Say(one.card),))
    assert isinstance(one.learner.stage, Stranger)
    assert labels(one.card) == [
        "aid-clicked.q1.answers.page",
        "aid-clicked.q1.answers.code",
        "aid-clicked.q1.answers.x",
        "aid.other",
        "aid.talk",
    ]
    assert {"aid.title", "aid.danger", "neutral.emergency", "aid.calm", "aid.draft"} <= one.keys


@pytest.mark.parametrize("name", ["aid", "help_now"])
def test_both_its_names_open_it_while_paused_and_leave_the_open_question_open(name: str) -> None:
    one = joined(paused=True, stage=Answering("acc-01-q1", "seed", "daily"))
    one.library = AID
    before = one.learner
    one.hear(Commanded(name))
    assert one.learner == before
    assert "aid.title" in one.keys


def test_each_press_edits_the_card_and_the_position_rides_in_the_token() -> None:
    one = talk()
    one.hear(Commanded("aid"))
    decision = one.press("aid:aid-clicked:looked", on="m7")
    assert decision.effects == (Edit("m7", one.card),)
    assert one.card.title == Text("aid.first", (("n", 1), ("total", 2)))
    assert tokens(one.card) == [
        "aid:aid-clicked:update:2",
        "aid:aid-clicked:help",
        "aid:talk:aid-clicked:looked:1",
    ]
    assert "neutral.report.fraud" in one.keys
    one.press("aid:aid-clicked:update:2")
    assert one.card.title == Text("aid.step", (("n", 2), ("total", 2)))
    one.press(tokens(one.card)[0])
    assert (one.card.title, tokens(one.card)[0]) == (
        Text("aid-clicked.title"),
        "aid:aid-clicked:help",
    )
    one.press("aid:aid-clicked:help")
    assert one.card.title == Text("aid.now")
    assert labels(one.card) == ["aid.finished", "aid.talk"]
    one.press("aid:done:aid-clicked")
    assert {"aid.closing", "aid.again"} <= one.keys
    assert one.card.tone == "good"


def test_nothing_but_the_card_ever_follows() -> None:
    one = joined()
    one.library = AID
    before = one.learner
    for token in ("aid", "aid:aid-clicked", "aid:aid-clicked:help", "aid:done:aid-gone"):
        decision = one.press(token)
        assert [type(effect) for effect in decision.effects] == [Edit]
        assert one.learner == before


def test_a_person_to_talk_to_is_on_every_card_and_leads_back() -> None:
    for token in tokens(pressing("aid")) + tokens(pressing("aid:aid-clicked:looked:1")):
        card = pressing(token)
        assert "aid.talk" in labels(card) or "list.back" in labels(card)
    card = pressing("aid:talk:aid-clicked:update:2")
    assert tokens(card) == ["aid:aid-clicked:update:2"]
    assert keys(card) >= {"aid.danger", "aid.child", "aid.crisis", "aid.fraud"}


def test_a_tree_of_its_own_words_ends_with_them() -> None:
    assert "aid-hacked.closing" in keys(pressing("aid:done:aid-hacked"))
    assert "aid.closing" in keys(pressing("aid:done:aid-gone"))


def test_what_else_can_have_happened_is_one_press_away() -> None:
    card = pressing("aid:list")
    assert tokens(card) == ["aid:aid-clicked", "aid:aid-hacked", "aid:talk"]
    assert {"aid-hacked.title", "aid.danger"} <= keys(card)


def test_a_way_to_a_tree_that_is_not_shown_leads_to_those_that_are() -> None:
    assert tokens(pressing("aid"))[1:3] == ["aid:aid-hacked", "aid:list"]


def test_a_circle_of_things_to_do_is_counted_once() -> None:
    assert pressing("aid:aid-hacked:a").title == Text("aid.first", (("n", 1), ("total", 2)))


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("aid:aid-clicked:nothing", "aid-clicked.q1.ask"),
        ("aid:aid-gone:q1", "aid.calm"),
        ("aid:", "aid.calm"),
        ("aid:aid-clicked:help:-1", "aid.now"),
        ("aid:aid-clicked:help:12345", "aid.now"),
    ],
)
def test_a_token_of_another_time_still_leads_somewhere(token: str, key: str) -> None:
    assert key in keys(pressing(token))


def test_without_any_tree_there_still_is_somebody_to_talk_to() -> None:
    card = first_aid.aid(Incoming("test:1", ME, NOON, Commanded("aid")), LIBRARY, "en")
    assert card is not None
    assert "aid.alone" in keys(card)


def test_a_tree_is_said_whole_in_a_language_or_in_the_source_language() -> None:
    card = asks(Pressed(Action("aid", ("aid-hacked",))), locale="ar")
    assert card is not None
    assert card.lang == "en"
    assert "lesson.not_translated" in keys(card)
    first = asks(Commanded("aid"), locale="ar")
    assert first is not None
    assert first.lang == "ar"
    others = asks(Pressed(Action("aid", ("list",))), locale="ar")
    assert others is not None
    assert others.lang == "en"


def test_a_learner_hears_their_own_language_and_a_stranger_that_of_their_client() -> None:
    one = joined(locale="ar")
    one.library = AID
    one.hear(Commanded("aid"))
    assert one.card.lang == "ar"
    other = Talk(library=AID, locale="ar")
    other.hear(Commanded("aid"))
    assert other.card.lang == "ar"


def test_a_deep_link_opens_it_even_for_a_stranger() -> None:
    card = asks(Began("aid"))
    assert card is not None
    assert "aid.calm" in keys(card)
    there = asks(Began("aid_aid-clicked_help"))
    assert there is not None
    assert "aid-clicked.help.do" in keys(there)
    assert asks(Began("")) is None
    assert asks(Began("take_phi-01")) is None


def test_where_all_read_along_only_the_way_to_the_own_chat_is_shown() -> None:
    me = Learner("ab" * 16, ME)
    heard = Incoming("test:1", ME, NOON, Commanded("aid"), "en", GROUP)
    [effect] = decide(me, heard, AID).effects
    assert isinstance(effect, Say)
    assert effect.to == GROUP.place
    assert labels(effect.card) == ["place.open_chat"]
    assert tokens(effect.card) == ["aid"]


def test_a_press_in_a_group_is_told_where_to_go() -> None:
    me = Learner("ab" * 16, ME)
    pressed = Pressed(Action("aid", ("aid-clicked",)), "m1")
    heard = Incoming("test:1", ME, NOON, pressed, "en", GROUP)
    [effect] = decide(me, heard, AID).effects
    assert isinstance(effect, Notice)


def test_where_only_who_asks_reads_it_is_given_in_a_place_too() -> None:
    card = asks(Commanded("aid"), replace(GROUP, public=False))
    assert card is not None
    assert "aid.calm" in keys(card)


def test_a_place_that_asks_in_its_own_name_is_shown_the_way_as_well() -> None:
    place = Learner("ab" * 16, GROUP.place, place="group")
    heard = Incoming("test:1", GROUP.place, NOON, Commanded("aid"), "en", GROUP)
    decision = decide(place, heard, AID)
    assert decision.learner == place
    assert isinstance(decision.effects[0], Say)


def test_the_red_button_is_in_the_menu_and_nothing_else_is_red() -> None:
    red = [one for one in current.menu("menu.unknown").buttons if one.style == "danger"]
    assert [one.does for one in red] == [Action("aid")]


def test_words_that_only_speak_of_it_are_no_first_aid() -> None:
    assert asks(Said("aid")) is None
    assert asks(Commanded("lesson")) is None


@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda *parts: Pressed(Action("aid", parts), "m1"),
                st.sampled_from(["aid-clicked", "aid-hacked", "talk", "list", "done", "x", ""]),
                st.sampled_from(["q1", "looked", "update", "aid-clicked", "nothing", ""]),
                st.sampled_from(["1", "2", "99", "100", "-1", "a", ""]),
            ),
            st.just(Commanded("aid")),
            st.just(Began("aid")),
            st.integers(0, 9),
        ),
        max_size=20,
    )
)
def test_no_sequence_of_presses_breaks_it_or_keeps_anything(said: list[Event | int]) -> None:
    one = talk()
    one.hear(Commanded("aid"))
    for what in said:
        offered = tokens(one.card)
        if isinstance(what, int):
            one.press(offered[what % len(offered)])
        else:
            one.hear(what)
        assert one.learner == Learner("ab" * 16, ME)
        assert len(one.effects) == 1
        assert offered
