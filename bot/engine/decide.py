"""The one door: every event of every platform comes through here.

Rule 1: which feature answers an event is decided in this file and nowhere else.
Rule 2: this file knows no platform, no language and no clock.
Rule 3: every event of a person gets an answer; nothing that a person can do raises.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from bot.core.card import Card, Text
from bot.core.effects import Decision, Edit, Effect, Notice, Say
from bot.core.events import (
    Began,
    Commanded,
    Incoming,
    Left,
    LessonDue,
    Pressed,
    Said,
    Unreadable,
)
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Idle,
    Learner,
    Reading,
    Stranger,
)
from bot.core.library import Library
from bot.engine import answering, current, lesson, onboarding, preferences, schedule
from bot.engine.replies import pressed_on, show

Press = Callable[[Learner, Incoming, Pressed, Library], Decision | None]

PRESSES: dict[str, Press] = {
    "lang": onboarding.language,
    "track": onboarding.track,
    "answer": answering.answer,
    "send": answering.send,
    "quiz": lesson.ask,
    "read": lesson.read,
    "act": lesson.act,
    "more": lambda learner, incoming, _, library: lesson.more(learner, incoming, library),
    "enough": lambda learner, incoming, _, library: lesson.enough(learner, incoming, library),
    "lesson": lambda learner, incoming, _, library: lesson.another(learner, incoming, library),
    "set": preferences.choose,
    "go": preferences.go,
    "page": preferences.page,
}
"""Which feature answers a press, by its verb; None from it: the press means nothing now."""

FIRST = frozenset({"lang", "track"})
"""The verbs that a stranger may press; all others belong to somebody who is known."""

ALIASES = {"pause": "stop", "export": "mydata"}
"""Other names of commands."""


def decide(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Return the learner as they are after *incoming*, and what should follow.

    A function of its arguments alone: the same three give the same decision for ever.
    """
    known = _sound(learner, library)
    # The clock is nobody who came back: an hour claimed before they left may still be heard.
    back = known.gone and not isinstance(incoming.event, Left | LessonDue)
    returned = replace(known, gone=False) if back else known
    decision = _answer(returned, incoming, library)
    if back:
        plan = schedule.replan(decision.learner, library, incoming.at)
        decision = replace(decision, effects=(plan, *decision.effects))
    return _dressed(decision)


def _sound(learner: Learner, library: Library) -> Learner:
    """Return the learner with a stage whose lesson or item is no longer taught made idle."""
    match learner.stage:
        case Answering(key) | Answered(key) if key not in library.items:
            return replace(learner, stage=Idle())
        case Reading(key) | Acting(key) if key not in library.lessons:
            return replace(learner, stage=Idle())
        case _:
            return learner


def _answer(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    event = incoming.event
    match event:
        case Left():
            gone = replace(learner, gone=True)
            return Decision(gone, (schedule.replan(gone, library, incoming.at),))
        case LessonDue():
            return lesson.due(learner, incoming, event, library)
        case Began():
            return _began(learner, incoming, library)
        case Pressed():
            return _pressed(learner, incoming, event, library)
        case Unreadable():
            return _before(learner, incoming, library)
        case Commanded(name):
            return _commanded(learner, incoming, library, name)
        case Said(text):
            return _said(learner, incoming, library, text)
        case _:
            assert_never(event)


def _pressed(learner: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision:
    verb = event.action.verb
    # A button of an earlier life must not make a stranger known who was asked nothing yet.
    known = verb in FIRST or not isinstance(learner.stage, Stranger)
    press = PRESSES.get(verb) if known else None
    found = press(learner, incoming, event, library) if press else None
    return found or _before(learner, incoming, library)


def _began(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Greet a stranger; show whoever comes back where they stopped."""
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    awake = learner
    if learner.paused and learner.paused_until is None:
        awake = replace(learner, paused=False)
    open_question = isinstance(awake.stage, Answering | Answered | Reading)
    plan = schedule.changed(learner, awake, library, incoming.at)
    if onboarding.missing(awake) and not open_question:
        return onboarding.go_on(awake, incoming, library, plan)
    card = current.card(awake, library, incoming.at)
    return Decision(awake, (*plan, show(incoming.event, card)))


def _before(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Answer a press that means nothing now: a notice, and the newest card."""
    card = current.card(learner, library, incoming.at)
    if isinstance(learner.stage, Stranger):
        card = onboarding.greeting(incoming.locale, library)
    if not pressed_on(incoming.event):
        return Decision(learner, (Say(card),))
    return Decision(learner, (Notice(Text("press.before")), Say(card)))


def _commanded(learner: Learner, incoming: Incoming, library: Library, name: str) -> Decision:
    asked = ALIASES.get(name, name)
    if asked == "privacy":
        return Decision(learner, (show(incoming.event, current.privacy()),))
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    match asked:
        case "lesson":
            return lesson.started(learner, incoming, library, "more")
        case "settings":
            found = preferences.opened(learner, incoming, library, "settings")
        case "stop":
            found = preferences.opened(learner, incoming, library, "pause")
        case _:
            found = None
    return found or _unknown(learner, "menu.help" if asked == "help" else "menu.unknown")


def _said(learner: Learner, incoming: Incoming, library: Library, text: str) -> Decision:
    """Answer typed words: a number or a time that was asked for, else what we can do."""
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    event = incoming.event
    return (
        answering.typed_number(learner, event, text, library)
        or preferences.typed_hour(learner, incoming, text, library)
        or _unknown(learner, "menu.unknown")
    )


def _unknown(learner: Learner, key: str) -> Decision:
    return Decision(learner, (Say(current.menu(key)),))


def _dressed(decision: Decision) -> Decision:
    """Return the decision with the cards of a learner who wants words alone marked so."""
    if not decision.learner.typed_only:
        return decision
    return replace(decision, effects=tuple(_typed(one) for one in decision.effects))


def _typed(effect: Effect) -> Effect:
    match effect:
        case Say(card) | Edit(_, card):
            return replace(effect, card=_bare(card))
        case _:
            return effect


def _bare(card: Card) -> Card:
    return replace(card, typed_only=True)
