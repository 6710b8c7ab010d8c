from dataclasses import fields, is_dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given

from bot.core.card import Card, Para, Text
from bot.core.learner import Answering, Idle, Learner, Reading, Stage
from bot.store.codec import (
    Record,
    card_hash,
    learner_of,
    learner_row,
    pack_card,
    pack_memory,
    pack_stage,
    unpack_card,
    unpack_stage,
)
from tests.store.cards import cards, learners, stages
from tests.store.people import ANA, CARD, NOW


def kinds(value: object) -> object:
    """Return *value* with the type of every part: 1 and True are equal, and not the same."""
    if isinstance(value, tuple):
        return tuple(kinds(part) for part in value)
    if is_dataclass(value):
        return type(value), tuple(kinds(getattr(value, f.name)) for f in fields(value))
    return type(value), value


def record(row: dict[str, object], closed: datetime | None = None) -> Record:
    """Return *row* as the database would, with what the address adds."""
    added: dict[str, object] = {"learner": row["id"], "closed_at": closed, "reviews": None}
    named = SimpleNamespace(**(added | row))
    return cast("Record", named)


@given(cards)
def test_a_card_comes_back_exactly(card: Card) -> None:
    again = unpack_card(pack_card(card))
    assert again == card
    assert kinds(again) == kinds(card)
    assert hash(again) == hash(card)


@given(stages)
def test_a_stage_comes_back_exactly(stage: Stage) -> None:
    again = unpack_stage(pack_stage(stage))
    assert again == stage
    assert type(again) is type(stage)


@given(learners)
def test_a_learner_comes_back_exactly(learner: Learner) -> None:
    row = learner_row(learner, NOW)
    joined = ",".join(map(pack_memory, reversed(learner.reviews)))
    found = record(row | {"reviews": joined or None}, NOW if learner.gone else None)
    assert learner_of(found, learner.address) == learner


def test_a_card_is_compact() -> None:
    assert pack_card(Card(body=(Para(Text("quiz.right")),))) == (
        '{"":"Card","body":[{"":"Para","text":{"":"Text","key":"quiz.right"}}]}'
    )


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", '{"":"Sleeping"}', '{"":"Answering"}', '{"":"Card"}', '{"is":"x"}'],
)
def test_a_stage_of_another_version_is_idle(text: str) -> None:
    assert unpack_stage(text) == Idle()


def test_a_field_that_is_gone_is_passed_over_and_a_new_one_has_its_default() -> None:
    assert unpack_stage('{"":"Reading","lesson":"phi-05","mood":"good"}') == Reading("phi-05")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", '{"":"Idle"}', '{"":"Card","body":[{"":"Film"}]}', '{"":"Para"}', '{"a":1}'],
)
def test_a_card_of_another_version_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not of this version"):
        unpack_card(text)


def test_what_is_no_part_of_a_card_is_not_written() -> None:
    with pytest.raises(TypeError):
        pack_card(Card(body=(Para(Text("x", (("n", cast("str", b"bytes")),))),)))


def test_the_hash_is_of_the_words() -> None:
    assert card_hash(pack_card(CARD)) == card_hash(pack_card(CARD))
    assert card_hash(pack_card(CARD)) != card_hash(pack_card(Card()))
    assert len(card_hash("")) == 16


def test_a_new_setting_needs_no_migration() -> None:
    row = learner_row(Learner("x", ANA), NOW)
    row["settings"] = '{"shoe_size":44}'
    row["stage"] = pack_stage(Answering("q", "s", "more"))
    found = learner_of(record(row), ANA)
    assert found.stage == Answering("q", "s", "more")
    assert found.points == 0
