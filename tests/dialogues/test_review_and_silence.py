"""The transcripts of chat.md, 9.2 (silence) and 9.3, word for word from the catalogue."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot import i18n, settings, teaching
from bot.core.card import Card
from bot.core.effects import Remember
from bot.core.events import Commanded, LessonDue
from bot.core.learner import Answering, Idle, Memory
from bot.runtime.render import renderer
from tests.engine.school import NOON, Talk, joined

Read = Callable[[Card], str]
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def made() -> teaching.Taught:
    """All that is taught, and in which words."""
    return teaching.taught(settings.read({}))


@pytest.fixture(scope="module")
def read(made: teaching.Taught) -> Read:
    render = renderer(made.catalogues.translate, i18n.rtl)
    return lambda card: render(card, "en").plain()


def person(made: teaching.Taught) -> Talk:
    talk = joined(stage=Idle(), reviews=(), progress=())
    talk.library = made.library
    return talk


def remembered(*techniques: str, due: datetime = NOON) -> tuple[Memory, ...]:
    return tuple(Memory(key, 2.3, 5.0, due - timedelta(days=2), due) for key in techniques)


def answered(talk: Talk, *, right: bool) -> None:
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    item = talk.library.items[stage.item]
    keys = tuple(option.id for option in item.options if option.right)
    verb = "send" if item.type in ("multi", "spot") else "answer"
    if item.type == "order":
        keys = item.sequence
    if not right:
        talk.press(f"answer:{item.id}:dk")
    elif verb == "send" or item.type == "order":
        token = f"{verb}:{item.id}" if verb == "send" else f"answer:{item.id}:{keys[0]}"
        talk.press(token, picked=keys)
    else:
        talk.press(f"answer:{item.id}:{keys[0]}")
    assert any(isinstance(effect, Remember) for effect in talk.effects)


def test_three_things_to_refresh(made: teaching.Taught, read: Read) -> None:
    talk = person(made)
    reviews = remembered("code-never-shared", "email-first", "update-soon")
    talk.learner = replace(talk.learner, reviews=reviews)
    talk.hear(Commanded("help"))
    assert "[2] Review · 3" in read(talk.card)
    talk.press("review")
    assert read(talk.card) == ("3 things to refresh, about a minute.\n\n[1] Start\n[2] Not now")
    talk.press("review:start")
    for right in (True, True, False):
        answered(talk, right=right)
        assert read(talk.card).endswith("[1] Go on")
        talk.press("review:next")
    lines = read(talk.card).split("\n\n")
    assert lines[0] == "✅ 2 of 3"
    assert [line.endswith(" sits now.") for line in lines[1:4]] == [True, True, False]
    assert " comes back on Sunday, November 22" in lines[3]
    assert lines[4] == "[1] Done"
    talk.press("review")
    assert read(talk.card).split("\n\n") == [
        "Nothing to refresh today.",
        "Next: Sunday, November 22",
        "[1] One new lesson\n[2] Not now",
    ]


def test_one_thing_to_refresh_is_said_in_the_singular(made: teaching.Taught, read: Read) -> None:
    talk = person(made)
    talk.learner = replace(talk.learner, reviews=remembered("email-first"))
    talk.hear(Commanded("review"))
    assert read(talk.card).startswith("1 thing to refresh, less than a minute.")


def test_the_last_message_asks_and_says_what_silence_means(
    made: teaching.Taught, read: Read
) -> None:
    talk = person(made)
    talk.learner = replace(talk.learner, unpressed=11)
    talk.at = datetime.combine(TODAY, NOON.timetz()) + timedelta(hours=5, minutes=1)
    talk.hear(LessonDue(TODAY))
    assert read(talk.card) == (
        "I have written every week and you have not been around. If you say nothing, "
        "I stop here. /lesson brings me back.\n\n[1] Once a week\n[2] Pause\n[3] Go on"
    )
    talk.press("set:often:weekly")
    assert "How often: Once a week" in read(talk.card)
