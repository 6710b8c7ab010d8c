"""The faithful reader and the ghost: how often somebody is written to who presses nothing.

Rule 1: a tip is never counted: a platform does not tell whether it was read.
Rule 2: silence says so: the last message asks, and tells what follows where nobody answers.
Rule 3: nothing is counted against who comes back.
"""

from bot.core.altered import altered
from bot.core.card import Action, Button, Card, Para, Text
from bot.core.events import AidDue, Event, Left, LessonDue
from bot.core.learner import Learner, Often

LESSONS = 7
"""Messages without a press after which one a week is enough.  Source: chat.md, 9.2."""

WEEKS = 4
"""Messages, one a week, after which the next one asks.  Source: chat.md, 9.2."""


NOBODY = (LessonDue, AidDue, Left)
"""Events of a person's address that are none of their doing."""


def weekly(learner: Learner) -> bool:
    """Return whether one message a week is enough."""
    return learner.often is Often.WEEKLY or learner.unpressed >= LESSONS


def asks(learner: Learner) -> bool:
    """Return whether the next message asks if any are still wanted."""
    return learner.unpressed == LESSONS + WEEKS


def over(learner: Learner) -> bool:
    """Return whether it was asked, and nobody answered."""
    return learner.unpressed > LESSONS + WEEKS


def counted(learner: Learner) -> int:
    """Return the messages without a press after one more of them; a tip is none."""
    return 0 if learner.often is Often.TIP else learner.unpressed + 1


def heard(learner: Learner, event: Event) -> Learner:
    """Return the learner after *event*: whoever does anything is here."""
    if not learner.unpressed or isinstance(event, NOBODY):
        return learner
    return altered(learner, unpressed=0)


def card(learner: Learner) -> Card:
    """Return the message that asks, and that says what silence will mean."""
    return Card(
        body=(Para(Text("silence.ask")),),
        buttons=(
            Button(Text("often.weekly"), Action("set", ("often", Often.WEEKLY))),
            Button(Text("settings.pause"), Action("go", ("pause",))),
            Button(Text("silence.go_on"), Action("set", ("often", learner.often))),
        ),
        tone="info",
    )
