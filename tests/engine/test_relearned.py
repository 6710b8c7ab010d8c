"""Content that is learned anew under somebody: the conversation goes on, in words that exist."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from bot.core.card import Action, Card
from bot.core.events import Began, Commanded, Event, Incoming, Pressed, Said, Unreadable
from bot.core.learner import Acting, Answered, Answering, Reading, Stage
from bot.core.library import Item, Lesson, Library, Option
from bot.engine import progress, quiz
from bot.engine.decide import decide
from tests.engine.school import (
    FIRST,
    GENUINE,
    ITEMS,
    LESSONS,
    LIBRARY,
    ME,
    MULTI,
    NOON,
    NUMERIC,
    ORDER,
    SINGLE,
    SPOT,
    TF,
    joined,
    keys,
)
from tests.engine.test_decide import cards


def having(items: Mapping[str, Item], lessons: Mapping[str, Lesson] = LESSONS) -> Library:
    left = {
        key: replace(one, items=tuple(item for item in one.items if item in items))
        for key, one in lessons.items()
    }
    kept = {key: one for key, one in items.items() if one.lesson in left}
    return replace(
        LIBRARY, lessons=left, items=kept, paths=progress.orders(left, {}), placeholders={}
    )


def turned(*forms: Item) -> dict[str, Item]:
    """Return every item with the form of another."""
    return {
        key: replace(forms[at % len(forms)], id=key, lesson=one.lesson, technique=one.technique)
        for at, (key, one) in enumerate(ITEMS.items())
    }


def renamed(item: Item) -> Item:
    """Return *item* with an option that is gone, and a new one in its place."""
    if not item.options or item.type == "tf":
        return item
    options = (Option("z", right=True), *item.options[1:])
    sequence = tuple(option.id for option in options) if item.sequence else ()
    return replace(item, options=options, sequence=sequence, min_hits=min(1, item.min_hits))


SHORT = {key: replace(one, cards=("c9",), variants={}) for key, one in LESSONS.items()}
LIBRARIES: Mapping[str, Library] = {
    "nothing": having({}, {}),
    "one lesson": having(ITEMS, {"scm-01": LESSONS["scm-01"]}),
    "no questions but one": having({"scm-01-q1": NUMERIC}),
    "one card of another name": having(ITEMS, SHORT),
    "other options": having({key: renamed(one) for key, one in ITEMS.items()}),
    "numbers": having(turned(NUMERIC)),
    "statements": having(turned(TF)),
    "orders": having(turned(ORDER)),
    "choices": having(turned(SINGLE, FIRST, MULTI)),
    "messages": having(turned(SPOT, GENUINE)),
}


def _item(item: Item) -> Iterator[str]:
    yield from ("stem", "explain", "hint")
    if item.staged is not None:
        yield from ("specimen.text", "specimen.sender")
    field = {"spot": "segments", "order": "steps"}.get(item.type, "options")
    for option in item.options:
        yield from (f"{field}.{option.id}.text", f"{field}.{option.id}.feedback")
    told = {"tf": "right wrong", "order": "right near wrong", "numeric": "right low high"}
    yield from (f"feedback.{one}" for one in told.get(item.type, "").split())


def written(library: Library) -> set[str]:
    """Return every text that lessons and questions of *library* have."""
    found = {f"{key}.{part}" for key, one in library.items.items() for part in _item(one)}
    for key, lesson in library.lessons.items():
        found |= {f"{key}.{part}" for part in ("title", "action", "recap")}
        found |= {f"{key}.cards.{card}" for card in lesson.cards}
        for track, own in lesson.variants.items():
            found |= {f"{key}.variants.{track}.{card}" for card in own}
    return found


def stages() -> Iterator[Stage]:
    """Yield where somebody can be in the middle of a lesson or question."""
    for key in LESSONS:
        yield from (Reading(key), Reading(key, 1), Acting(key))
    for key, item in ITEMS.items():
        ids = [option.id for option in item.options]
        for size in range(len(ids) + 1):
            yield Answering(key, "seed", "daily", tuple(ids[:size]))
        picks = [(quiz.UNKNOWN,), *((one,) for one in ids), tuple(ids), item.sequence]
        for picked in (one for one in picks if one):
            yield Answered(key, "seed", "more", picked, quiz.judge(item, picked))
        for value in (0.0, 95.0, 200.0):
            if item.type == "numeric":
                yield Answered(key, "seed", "more", (), *quiz.judge_number(item, value))


def events(stage: Stage) -> Iterator[Event]:
    """Yield what they may do next."""
    yield from (Began(), Unreadable(), Said("95"), Said("a"), Commanded("lesson"))
    key = getattr(stage, "item", "") or getattr(stage, "lesson", "")
    for option in ("a", "b", "c", "s1", "s2", "z", "true", "dk"):
        yield Pressed(Action("answer", (key, option)), "m1")
        yield Pressed(Action("answer", (key, option)), "m1", ("a", "b"))
    yield from (Pressed(Action("send", (key,)), "m1"), Pressed(Action("read", (key, "1")), "m1"))
    yield from (Pressed(Action("quiz", (key,)), "m1"), Pressed(Action("act", (key, "done")), "m1"))
    yield from (Pressed(Action(verb), "m1") for verb in ("more", "enough"))


def spoken(card: Card) -> set[str]:
    """Return the texts of lessons and questions on *card*."""
    return {key for key in keys(card) if key.startswith(tuple(LESSONS))}


@pytest.mark.parametrize("name", LIBRARIES)
def test_whoever_is_in_the_middle_goes_on_in_words_that_exist(name: str) -> None:
    library = LIBRARIES[name]
    known = written(library)
    told = 0
    for stage in stages():
        learner = replace(joined().learner, stage=stage)
        for event in events(stage):
            decision = decide(learner, Incoming("e:1", ME, NOON, event, "en"), library)
            assert decision.effects, (stage, event)
            for card in cards(decision):
                assert spoken(card) <= known, (stage, event)
                told += 1
    assert told


def test_what_was_ticked_and_is_gone_is_ticked_no_more() -> None:
    talk = joined(stage=Answering("acc-01-q2", "seed", "daily", ("a",)))
    talk.library = LIBRARIES["other options"]
    talk.press("answer:acc-01-q2:z")
    assert talk.learner.stage == Answering("acc-01-q2", "seed", "daily", ("z",))


def test_a_judged_question_that_is_the_same_stays_open_to_read() -> None:
    talk = joined(stage=Answered("acc-01-q2", "seed", "more", ("a", "b"), "right"))
    talk.library = LIBRARIES["one card of another name"]
    talk.press("answer:acc-01-q2:a")
    assert isinstance(talk.learner.stage, Answered)
