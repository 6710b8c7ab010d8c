"""Placement: a few questions find where to begin; nothing is graded, locked or lost."""

from dataclasses import replace

import pytest

from bot.core.card import Action
from bot.core.effects import Remember
from bot.core.events import Pressed
from bot.core.learner import Answered, Answering, Idle, Learner, Often, Track
from bot.core.library import Item, Library, Option
from bot.engine import onboarding, placement, progress
from tests.engine.school import LESSONS, LIBRARY, ME, Talk, keys

COURSE = ("acc", "phi", "scm", "hlp", "mon", "dev", "net", "pri", "ide")
"""A topic each, in the order of the course; the one for help is never asked about."""


def school() -> Library:
    lessons = {
        f"{topic}-01": replace(
            LESSONS["phi-01"],
            id=f"{topic}-01",
            topic=topic,
            items=(f"{topic}-01-easy", f"{topic}-01-hard"),
            techniques=(topic,),
            care=topic == "net",
        )
        for topic in COURSE
    }
    options = (Option("true", right=True), Option("false"))
    items = {
        f"{key}-{name}": Item(f"{key}-{name}", key, "tf", lesson.topic, level, options)
        for key, lesson in lessons.items()
        for name, level in (("easy", 1), ("hard", 3))
    }
    served = dict.fromkeys((*lessons, *items), frozenset({"en"}))
    paths = dict.fromkeys(Track, tuple(lessons))
    return replace(LIBRARY, lessons=lessons, items=items, served=served, paths=paths)


def begun(library: Library) -> Talk:
    idle = Learner("ab" * 16, ME, often=Often.DAILY, hour="18:00", stage=Idle())
    return Talk(library, learner=idle)


def press(talk: Talk, *args: str) -> None:
    talk.hear(Pressed(Action("placement", args)))


def says(talk: Talk, option: str) -> str:
    """Answer the open question, and return which it was."""
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    assert stage.why == "placement"
    talk.hear(Pressed(Action("answer", (stage.item, option))))
    return stage.item


@pytest.mark.parametrize("often", [Often.DAILY, Often.NEVER])
def test_it_is_offered_once_all_is_ready(often: Often) -> None:
    card = onboarding.ready(Learner("ab" * 16, ME, often=often, hour="18:00"))
    assert placement.offer() in card.buttons
    talk = begun(school())
    press(talk)
    assert "placement.what" in keys(talk.card)
    assert talk.learner.stage == Idle()


def test_right_answers_lead_further_and_harder_up_to_the_most() -> None:
    talk = begun(school())
    press(talk, "start")
    asked = []
    for _ in range(placement.MOST):
        asked.append(says(talk, "true"))
        press(talk, "next")
    topics = ["acc", "phi", "scm", "mon", "dev", "pri"]
    assert asked == ["acc-01-easy", *(f"{topic}-01-hard" for topic in topics[1:])]
    assert "placement.ended" in keys(talk.card)
    assert talk.learner.stage == Idle()
    assert talk.learner.progress == ()
    # All that was right waits behind what is not known; the topic of help never does.
    assert [memory.technique for memory in talk.learner.reviews] == sorted(topics)
    following = []
    for _ in COURSE:
        lesson = progress.next_lesson(talk.learner, talk.library)
        assert lesson is not None
        following.append(lesson.topic)
        met = progress.met(talk.learner, lesson.id)
        talk.learner = replace(talk.learner, progress=met)
    assert following == ["hlp", "net", "ide", *topics]


def test_the_second_miss_ends_it_and_the_first_makes_it_easier() -> None:
    talk = begun(school())
    press(talk, "start")
    assert says(talk, "true") == "acc-01-easy"
    press(talk, "next")
    assert says(talk, "dk") == "phi-01-hard"
    press(talk, "next")
    assert says(talk, "false") == "scm-01-easy"
    assert any(isinstance(effect, Remember) for effect in talk.effects)
    press(talk, "next")
    assert "placement.ended" in keys(talk.card)
    found = progress.next_lesson(talk.learner, talk.library)
    assert found is not None
    assert found.id == "phi-01"


def test_any_press_may_end_it() -> None:
    talk = begun(school())
    press(talk, "start")
    stop = Action("placement", ("stop",))
    assert stop in {button.does for button in talk.card.buttons}
    before = talk.learner.stage
    press(talk, "start")
    assert talk.learner.stage == before
    says(talk, "true")
    assert stop in {button.does for button in talk.card.buttons}
    press(talk, "stop")
    assert talk.learner.stage == Idle()
    # A press on the card of before finds nothing of it open.
    press(talk, "stop")
    press(talk, "next")
    assert talk.learner.stage == Idle()


def test_no_item_comes_twice_and_a_lesson_met_is_not_asked_about() -> None:
    talk = begun(school())
    press(talk, "start")
    first = says(talk, "true")
    press(talk, "stop")
    press(talk, "start")
    assert says(talk, "true") != first
    talk.learner = replace(talk.learner, progress=(("acc-01", 0), ("phi-01", 0)), stage=Idle())
    press(talk, "start")
    assert says(talk, "true") == "scm-01-easy"


def test_more_after_an_answer_goes_to_a_lesson() -> None:
    talk = begun(school())
    press(talk, "start")
    says(talk, "true")
    talk.hear(Pressed(Action("more")))
    assert not isinstance(talk.learner.stage, Answered)


def test_what_is_no_longer_taught_and_an_empty_library_end_it() -> None:
    talk = begun(school())
    press(talk, "start")
    says(talk, "true")
    press(talk, "next")
    says(talk, "true")
    kept = {key: item for key, item in talk.library.items.items() if item.lesson != "acc-01"}
    talk.library = replace(talk.library, items=kept)
    press(talk, "next")
    assert says(talk, "true") == "scm-01-hard"
    empty = begun(replace(school(), items={}))
    press(empty, "start")
    assert empty.learner.stage == Idle()
