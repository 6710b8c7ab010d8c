"""Placement: a few questions find where to begin; nothing is graded, locked or lost."""

from dataclasses import replace

import pytest

from bot.core.card import Action
from bot.core.effects import Remember
from bot.core.events import Pressed
from bot.core.learner import Answering, Choosing, Idle, Learner, Often, Reading, Track
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
    asked = [says(talk, "true") for _ in range(placement.MOST)]
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
    assert says(talk, "dk") == "phi-01-hard"
    assert "phi-01-hard.explain" not in keys(talk.card)
    assert says(talk, "false") == "scm-01-easy"
    assert any(isinstance(effect, Remember) for effect in talk.effects)
    assert "placement.ended" in keys(talk.card)
    # What was missed is explained now, and nothing else.
    told = {key for key in keys(talk.card) if key.endswith(".explain")}
    assert told == {"phi-01-hard.explain", "scm-01-easy.explain"}
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


def test_a_second_press_on_an_answer_finds_the_next_question_and_counts_nothing() -> None:
    talk = begun(school())
    press(talk, "start")
    says(talk, "true")
    before, card = talk.learner, talk.card
    talk.hear(Pressed(Action("answer", ("acc-01-easy", "false")), "m1"))
    assert (talk.learner, talk.card, talk.notice) == (before, card, "")
    talk.hear(Pressed(Action("answer", ("hlp-01-easy", "false")), "m1"))
    assert (talk.learner, talk.notice) == (before, "press.before")


def test_the_settings_lead_to_it_as_long_as_there_is_something_to_ask() -> None:
    talk = begun(school())
    talk.press("go:settings")
    assert talk.on_card("placement")
    press(talk)
    assert talk.on_card("enough")
    met = tuple((key, 1) for key in talk.library.lessons)
    talk.learner = replace(talk.learner, progress=met, stage=Choosing("settings"))
    talk.press("go:settings")
    assert not talk.on_card("placement")


def test_a_lesson_asked_for_leads_to_it_for_whoever_is_new() -> None:
    talk = begun(school())
    talk.press("lesson")
    assert talk.on_card("placement")
    # The first card alone, and not the one that comes by itself.
    talk.press("read:acc-01:1")
    assert not talk.on_card("placement")
    daily = Reading("acc-01", 0, "daily")
    assert placement.beside(talk.learner, talk.library, daily) == ()
    talk.learner = replace(talk.learner, stage=Idle(), shown=("phi-01",))
    talk.press("lesson")
    assert not talk.on_card("placement")
    known = tuple((key, 1) for key in ("acc-01", "phi-01", "scm-01"))
    talk.learner = replace(talk.learner, stage=Idle(), shown=(), progress=known)
    talk.press("lesson")
    assert not talk.on_card("placement")


@pytest.mark.parametrize("opens", ["read:acc-01:0", "quiz:acc-01"])
def test_a_lesson_that_was_only_looked_at_is_not_lost_by_it(opens: str) -> None:
    talk = begun(school())
    talk.press("lesson")
    talk.press(opens)
    press(talk)
    # Who would rather read goes back to what was open.
    assert talk.on_card("lesson")
    opened = talk.learner
    talk.press("lesson")
    assert talk.learner == opened
    press(talk, "start")
    assert says(talk, "dk").startswith("acc-01")
    press(talk, "stop")
    found = progress.next_lesson(talk.learner, talk.library)
    assert found is not None
    assert found.id == "acc-01"


def test_a_lesson_of_which_something_was_answered_stays_met() -> None:
    talk = begun(school())
    talk.learner = replace(talk.learner, progress=(("acc-01", 1),), stage=Reading("acc-01"))
    press(talk, "start")
    assert talk.learner.progress == (("acc-01", 1),)
    assert says(talk, "true") == "phi-01-easy"


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
    press(talk, "stop")
    talk.hear(Pressed(Action("more")))
    assert isinstance(talk.learner.stage, Reading)


def test_what_is_no_longer_taught_and_an_empty_library_end_it() -> None:
    talk = begun(school())
    press(talk, "start")
    says(talk, "dk")
    kept = {key: item for key, item in talk.library.items.items() if item.lesson != "acc-01"}
    talk.library = replace(talk.library, items=kept)
    assert says(talk, "true") == "phi-01-easy"
    assert says(talk, "dk") == "scm-01-hard"
    assert {key for key in keys(talk.card) if "explain" in key} == {"scm-01-hard.explain"}
    empty = begun(replace(school(), items={}))
    press(empty, "start")
    assert empty.learner.stage == Idle()
