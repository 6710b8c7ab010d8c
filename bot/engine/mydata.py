"""My data: all that is kept of whoever asks, at once, in two files.

Rule 1: the files are no business of this room: the card says that it carries them, and whoever
sends it makes them then, so that they tell what is kept at that moment.
Rule 2: files come with a new message: an edit would hide them on a card far above.
"""

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.effects import Decision, Say
from bot.core.events import Incoming
from bot.core.learner import Learner, Stranger
from bot.engine import erasure

COMMAND = "mydata"
"""The command and the verb; ``decide.ALIASES`` has its other name."""


def asked(learner: Learner, _: Incoming) -> Decision:
    """Give whoever asks their files; tell a stranger that there is nothing."""
    if isinstance(learner.stage, Stranger):
        return Decision(learner, (Say(Card(body=(Para(Text("mydata.nothing")),))),))
    return Decision(learner, (Say(_card()),))


def _card() -> Card:
    return Card(
        title=Text("mydata.title"),
        body=(Para(Text("mydata.what")),),
        buttons=(
            Button(Text("forget.me"), Action(erasure.FORGET), style="danger"),
            Button(Text("forget.keep"), Action(erasure.FORGET, ("keep",))),
        ),
        files="mine",
    )
