"""My data: one card, at once, for everybody who is known."""

from dataclasses import replace

import pytest

from bot.core.effects import Notice, Say
from bot.core.events import Address, Commanded, Where
from bot.core.learner import Stranger
from tests.engine.school import ME, Talk, joined


@pytest.mark.parametrize("name", ["mydata", "export"])
def test_the_card_carries_the_files_and_offers_to_forget(name: str) -> None:
    talk = joined()
    before = talk.learner
    talk.hear(Commanded(name))
    assert [type(effect) for effect in talk.effects] == [Say]
    assert talk.card.files == "mine"
    assert talk.keys == {"mydata.title", "mydata.what", "forget.me", "forget.keep"}
    assert [button.style for button in talk.card.buttons] == ["danger", "plain"]
    assert talk.learner == before


def test_forget_me_on_it_asks_first_and_keep_deletes_nothing() -> None:
    talk = joined()
    talk.hear(Commanded("mydata"))
    talk.press("forget")
    assert "forget.title" in talk.keys
    talk.press("forget:keep")
    assert "forget.kept" in talk.keys


def test_the_settings_offer_it_and_the_files_come_with_a_new_message() -> None:
    talk = joined()
    talk.hear(Commanded("settings"))
    assert talk.on_card("mydata")
    talk.press("mydata")
    assert [type(effect) for effect in talk.effects] == [Say]
    assert talk.card.files == "mine"


def test_whoever_is_paused_or_wants_words_alone_gets_it_too() -> None:
    talk = joined(paused=True, typed_only=True)
    talk.hear(Commanded("mydata"))
    assert (talk.card.files, talk.card.typed_only) == ("mine", True)


def test_a_stranger_is_told_that_nothing_is_known_and_stays_one() -> None:
    talk = Talk()
    talk.hear(Commanded("mydata"))
    assert (talk.keys, talk.card.files) == ({"mydata.nothing"}, "")
    talk.press("mydata")
    assert (talk.keys, talk.card.files) == ({"mydata.nothing"}, "")
    assert isinstance(talk.learner.stage, Stranger)


def test_where_others_read_along_nothing_is_carried() -> None:
    group = Address(ME.platform, "-7")
    where = Where(group, public=True)
    talk = joined()
    talk.hear(Commanded("mydata"), where)
    [said] = talk.effects
    assert isinstance(said, Say)
    assert (said.to, said.card.files) == (group, "")
    talk.hear(Commanded("mydata"), replace(where, public=False))
    assert talk.card.files == "mine"
    assert not any(isinstance(effect, Notice) for effect in talk.effects)
