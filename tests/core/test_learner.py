"""A learner copied slot by slot is the learner that ``dataclasses.replace`` makes."""

from dataclasses import fields, replace
from datetime import date

import pytest

from bot.core.events import Address
from bot.core.learner import Learner, Reading, changed

ANA = Learner("a" * 32, Address("fake", "1"), locale="ar", progress=(("acc-01", 2),), points=40)


def test_a_changed_learner_is_a_new_one_with_all_that_was_not_changed() -> None:
    new = {"stage": Reading("acc-02"), "last_day": date(2026, 11, 21), "unpressed": 1}
    after = changed(ANA, **new)
    assert after == replace(ANA, **new)  # type: ignore[arg-type]  # any field
    assert hash(after) == hash(replace(after))
    assert ANA.points == after.points
    assert ANA.last_day is None


def test_nothing_changed_is_the_same_learner() -> None:
    copy = changed(ANA)
    assert copy == ANA
    assert all(getattr(copy, one.name) is getattr(ANA, one.name) for one in fields(Learner))


def test_a_field_that_no_learner_has_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(ANA, shoes=2)
