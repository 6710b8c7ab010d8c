"""Forget me: asked once, done with one press, and true for every app that was linked.

Rule 1: whoever is a stranger again is forgotten by the store, with all addresses; nothing of them
is carried over but the language in which they are told so.
Rule 2: no state, no pause and no adult stands in the way, and nobody is asked why.
"""

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.effects import Decision
from bot.core.events import Incoming, Pressed
from bot.core.learner import Learner, Stranger
from bot.core.library import Library
from bot.engine import current
from bot.engine.linking import app
from bot.engine.replies import show

COMMAND = "forgetme"
"""The command; ``decide.ALIASES`` has its other names."""

FORGET = "forget"
"""The verb of everything here."""


def commanded(learner: Learner, incoming: Incoming) -> Decision:
    """Ask whether everything may be deleted; tell a stranger that there is nothing."""
    known = not isinstance(learner.stage, Stranger)
    card = _asked(learner) if known else _told("forget.nothing")
    return Decision(learner, (show(incoming.event, card),))


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Answer a press on one of the cards here; None where there is no such press."""
    what = event.action.args[0] if event.action.args else ""
    if what not in ("", "now", "keep"):
        return None
    if what == "" or isinstance(learner.stage, Stranger):
        return commanded(learner, incoming)
    if what == "keep":
        return Decision(learner, (show(event, current.menu("forget.kept")),))
    forgotten = Learner(learner.key, learner.address, learner.locale)
    return Decision(forgotten, (show(event, _told("forget.done")),))


def _asked(learner: Learner) -> Card:
    apps = tuple(Para(Text("forget.linked", (("app", app(one)),))) for one in learner.ties.also)
    return Card(
        title=Text("forget.title"),
        body=(Para(Text("forget.what")), *apps),
        buttons=(
            Button(Text("forget.me"), Action(FORGET, ("now",)), style="danger"),
            Button(Text("forget.keep"), Action(FORGET, ("keep",))),
        ),
        tone="warn",
    )


def _told(key: str) -> Card:
    return Card(body=(Para(Text(key)),))
