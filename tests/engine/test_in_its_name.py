"""Who speaks in the name of a place: its own commands, and those that are a person's."""

import pytest

from bot.core.effects import Say
from bot.core.events import Began, Commanded, Incoming, Where
from bot.core.learner import Learner
from bot.engine.decide import decide
from bot.engine.place import COMMANDS
from tests.engine.school import LIBRARY, NOON
from tests.engine.test_place import GROUP, NEW, SET_UP, card_of, heard, press, tokens


def spoken(event: Began | Commanded, where: Where | None) -> Incoming:
    """Return what an administrator who stays unnamed, or the channel itself, types there."""
    return Incoming("test:1", GROUP, NOON, event, "en", where)


@pytest.mark.parametrize("place", [NEW, SET_UP])
@pytest.mark.parametrize("event", [Began(), *map(Commanded, sorted(COMMANDS))])
def test_the_commands_of_a_place_open_its_settings(place: Learner, event: Commanded) -> None:
    decision = decide(place, spoken(event, Where(GROUP, runs=True)), LIBRARY)
    assert all(token.startswith("here:") for token in tokens(card_of(decision)))


@pytest.mark.parametrize("place", [NEW, SET_UP])
@pytest.mark.parametrize("name", ["lesson", "check", "forgetme", "of_another_bot"])
def test_any_other_shows_a_group_the_way_to_the_own_chat_and_a_channel_nothing(
    place: Learner, name: str
) -> None:
    group = decide(place, spoken(Commanded(name), Where(GROUP, runs=True)), LIBRARY)
    assert group.learner == place
    assert [type(one) for one in group.effects] == [Say]
    assert tokens(card_of(group)) == ["lesson"]
    channel = decide(place, spoken(Commanded(name), Where(GROUP, "channel", runs=True)), LIBRARY)
    assert (channel.learner, channel.effects) == (place, ())


def test_where_nobody_knows_where_nothing_is_said() -> None:
    decision = decide(SET_UP, spoken(Commanded("lesson"), None), LIBRARY)
    assert (decision.learner, decision.effects) == (SET_UP, ())


@pytest.mark.parametrize("place", [NEW, SET_UP])
def test_whoever_runs_a_place_sends_us_away(place: Learner) -> None:
    decision = decide(place, heard(press("here:leave"), runs=True), LIBRARY)
    assert decision.learner == Learner(place.key, GROUP, place.locale)
    card = card_of(decision)
    assert (card.leaves, tokens(card)) == (True, [])
