"""The words about accounts: what the audit knows, and how something is refused."""

from bot.core.account import WHATS, Refusal


def test_each_act_has_one_name() -> None:
    assert len(set(WHATS)) == len(WHATS)


def test_a_refusal_says_why() -> None:
    assert (Refusal("taken").why, str(Refusal("taken"))) == ("taken", "taken")
