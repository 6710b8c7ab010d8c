"""Tokens of buttons: what packs, what is refused at birth, and what strangers may send back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import ACTION_BYTES, Action
from bot.core.source import Fault


def test_an_action_packs_and_unpacks() -> None:
    action = Action("answer", ("phi-05-q2", "b"))
    assert action.pack() == "answer:phi-05-q2:b"
    assert Action.unpack(action.pack()) == action


@pytest.mark.parametrize(
    ("verb", "args"), [("", ()), ("a", ("x y",)), ("a", ("x" * 63,)), ("é", ()), ("a", ("b:c",))]
)
def test_what_no_button_could_carry_is_refused_at_birth(verb: str, args: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="action"):
        Action(verb, args)


@given(st.text(max_size=200))
def test_a_token_of_a_stranger_never_raises(token: str) -> None:
    action = Action.unpack(token)
    assert action is None or len(action.pack()) <= ACTION_BYTES


@pytest.mark.parametrize("token", ["", ":", "a b", "x" * 65, "\x00", "a:" + "b" * 80])
def test_a_token_that_was_on_no_button_is_none(token: str) -> None:
    assert Action.unpack(token) is None


def test_a_fault_names_place_key_and_remedy() -> None:
    fault = Fault("lessons/acc/acc-06.yaml", 14, "cards", "'*old' is an alias", "write it out")
    assert str(fault) == "lessons/acc/acc-06.yaml:14 cards: '*old' is an alias; write it out"
    warned = Fault("a.po", 1, "", "old", "renew", warning=True)
    assert str(warned) == "a.po:1: warning: old; renew"
