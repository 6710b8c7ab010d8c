"""The cheap copy of a frozen thing: the same as the slow one, field by field."""

from dataclasses import replace

import pytest

from bot.core.altered import altered
from bot.core.events import Address
from bot.core.learner import Idle, Learner, Reading, Track

WHO = Learner("0" * 32, Address("web", "1"), track=Track.TEEN, stage=Reading("acc-01"))


def test_what_is_altered_is_what_replace_makes() -> None:
    made = altered(WHO, points=3, stage=Idle())
    assert made == replace(WHO, points=3, stage=Idle())
    assert hash(made) == hash(replace(WHO, points=3, stage=Idle()))
    assert type(made) is Learner


def test_the_one_it_was_made_of_stays_as_it_was() -> None:
    before = replace(WHO)
    made = altered(WHO, points=3)
    assert before == WHO != made
    with pytest.raises(AttributeError):
        made.points = 4  # type: ignore[misc]  # it is frozen, as is what it was made of


def test_a_class_with_slots_is_refused_at_once() -> None:
    with pytest.raises(AttributeError):
        altered(WHO.address, id="2")
