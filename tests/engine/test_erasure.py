"""Forget me: one card, one press, and nothing of the learner is left to decide with."""

from dataclasses import replace

import pytest

from bot.core.card import Action
from bot.core.effects import Edit, Say
from bot.core.events import Address, Commanded, Pressed, Where
from bot.core.learner import Learner, Stranger, Ties
from tests.engine.school import ME, NOON, Talk, joined


def test_it_asks_once_with_the_red_button_first_and_nothing_to_type() -> None:
    talk = joined()
    talk.hear(Commanded("forgetme"))
    assert talk.keys == {"forget.title", "forget.what", "forget.me", "forget.keep"}
    assert [button.style for button in talk.card.buttons] == ["danger", "plain"]
    assert talk.card.ask is None
    assert not isinstance(talk.learner.stage, Stranger)


@pytest.mark.parametrize("name", ["forgetme", "forget", "delete"])
def test_its_other_names_ask_the_same(name: str) -> None:
    talk = joined()
    talk.hear(Commanded(name))
    assert "forget.title" in talk.keys


def test_the_press_makes_a_stranger_who_keeps_only_the_language_of_the_answer() -> None:
    talk = joined(locale="ar", points=30, progress=(("acc-01", 3),))
    talk.hear(Commanded("forgetme"))
    talk.press("forget:now")
    assert talk.learner == Learner(talk.learner.key, ME, "ar")
    assert [type(effect) for effect in talk.effects] == [Edit]
    assert talk.keys == {"forget.done"}


def test_keep_deletes_nothing_and_leaves_the_open_question_open() -> None:
    talk = joined()
    talk.press("lesson")
    before = talk.learner
    talk.hear(Commanded("forgetme"))
    talk.press("forget:keep")
    assert talk.learner == before
    assert "forget.kept" in talk.keys


@pytest.mark.parametrize("token", ["forget", "forget:now", "forget:keep"])
def test_a_second_press_and_a_stranger_s_are_told_that_there_is_nothing(token: str) -> None:
    talk = Talk()
    talk.press(token)
    assert talk.keys == {"forget.nothing"}
    assert isinstance(talk.learner.stage, Stranger)


def test_a_stranger_s_command_is_told_that_there_is_nothing() -> None:
    talk = Talk()
    talk.hear(Commanded("forgetme"))
    assert [type(effect) for effect in talk.effects] == [Say]
    assert talk.keys == {"forget.nothing"}


def test_it_works_while_paused_and_while_the_first_conversation_is_unfinished() -> None:
    for talk in (joined(paused=True), Talk()):
        talk.press("lang:en")
        talk.press("track:en:citizen")
        talk.hear(Commanded("forgetme"))
        talk.press("forget:now")
        assert isinstance(talk.learner.stage, Stranger)


def test_whoever_has_linked_accounts_is_told_that_all_are_forgotten() -> None:
    talk = joined(linked=True, ties=Ties(also=("telegram", "web")))
    talk.hear(Commanded("forgetme"))
    assert {"forget.linked", "app.telegram", "app.web"} <= talk.keys
    talk.press("forget:now")
    assert not talk.learner.linked


def test_the_settings_lead_there_and_those_of_a_place_do_not() -> None:
    talk = joined()
    talk.hear(Commanded("settings"))
    assert talk.on_card("forget")
    talk.press("forget")
    assert "forget.title" in talk.keys
    talk.learner = replace(talk.learner, place="group")
    talk.press("here:go:settings")
    assert not talk.on_card("forget")


def test_a_press_that_no_button_of_ours_carries_deletes_nothing() -> None:
    talk = joined()
    talk.press("forget:everybody")
    assert talk.notice == "press.before"
    assert not isinstance(talk.learner.stage, Stranger)


def test_where_others_read_along_nobody_is_asked() -> None:
    talk = joined()
    group = Where(Address("test", "-1"))
    press = Pressed(Action("forget", ("now",)), "m1")
    for event in (Commanded("forgetme"), press):
        decision = talk.hear(event, where=group)
        assert decision.learner == talk.learner
        assert "forget.title" not in talk.keys
    assert not isinstance(talk.learner.stage, Stranger)
    assert talk.at == NOON
