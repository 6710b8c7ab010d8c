"""The card a learner has in front of them, drawn again from their stage.

It serves whoever comes back, whoever pressed a button of an earlier card, and whoever types a
letter instead of pressing.
"""

from datetime import datetime
from typing import assert_never

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Choosing,
    Idle,
    Learner,
    Reading,
    Stranger,
)
from bot.core.library import Library
from bot.engine import (
    answering,
    first_aid,
    lesson,
    onboarding,
    overview,
    quiz,
    review,
    schedule,
    screens,
)

COMMANDS = (
    "lesson",
    "check",
    "aid",
    "settings",
    "link",
    "stop",
    "help",
    "privacy",
    "mydata",
    "forgetme",
)
"""Commands offered on every platform, in this order; each has its text ``command.<name>``.

Source: chat.md, 9.
"""

PRIVACY = ("kept", "aid", "never", "stop", "forget")
"""The sentences of the card that says what is kept."""


def menu(key: str, due: int = 0) -> Card:
    """Return the card from which everything can be reached, saying *key* first.

    *due* things can be refreshed; 0: there is no button for it.
    """
    review_now = Button(Text("menu.review", (("n", due),)), Action(review.COMMAND))
    return Card(
        body=(Para(Text(key)),),
        buttons=(
            Button(Text("menu.lesson"), Action("lesson"), style="primary"),
            *((review_now,) if due else ()),
            Button(Text("menu.progress"), Action(overview.COMMAND)),
            Button(Text("menu.check"), Action("check")),
            first_aid.red(),
            Button(Text("menu.settings"), Action("go", ("settings",))),
        ),
    )


def privacy() -> Card:
    """Return what is kept, in words a ten-year-old reads."""
    return Card(
        title=Text("privacy.title"),
        body=tuple(Para(Text(f"privacy.{part}")) for part in PRIVACY),
    )


def card(learner: Learner, library: Library, at: datetime) -> Card:
    """Return the card that is open for *learner* at *at*."""
    stage = learner.stage
    match stage:
        case Stranger():
            return onboarding.greeting(learner.locale, library)
        case Idle():
            return menu("menu.back", review.count(learner, library, at))
        case Choosing():
            return screens.card(learner, library, stage, at)
        case Reading(key):
            return lesson.reading(learner, library, stage) if key in library.lessons else _lost()
        case Answering(item):
            return quiz.question(learner, library, stage) if item in library.items else _lost()
        case Answered(item):
            return (
                answering.answered(learner, library, stage) if item in library.items else _lost()
            )
        case Acting(key):
            day = schedule.day(learner, library, at)
            known = key in library.lessons
            return lesson.acting(learner, library, stage, day) if known else _lost()
        case _:
            assert_never(stage)


def _lost() -> Card:
    """Return the menu for a stage whose lesson is no longer taught."""
    return menu("menu.back")
