"""The one door: every event of every platform comes through here.

Rule 1: which feature answers an event is decided in this file and nowhere else.
Rule 2: this file knows no platform, no language and no clock.
Rule 3: every event of a person gets an answer; nothing that a person can do raises.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from bot.core.altered import altered
from bot.core.card import Action, Card, Text
from bot.core.effects import Decision, Notice, Say
from bot.core.events import (
    Added,
    AidDue,
    Began,
    Commanded,
    Due,
    Incoming,
    Left,
    LessonDue,
    Linked,
    Miscoded,
    Muted,
    Pressed,
    Relocated,
    Said,
    Shown,
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
from bot.engine import (
    aftercare,
    answering,
    check,
    current,
    distress,
    erasure,
    first_aid,
    helplines,
    lesson,
    linking,
    mydata,
    onboarding,
    overview,
    place,
    placement,
    posting,
    preferences,
    progress,
    review,
    schedule,
    silence,
)
from bot.engine.replies import pressed_on, redrawn, show

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
    "take": posting.take,
    "check": check.pressed,
    "menu": check.menu,
    "link": linking.pressed,
    "forget": erasure.pressed,
    "review": review.pressed,
    mydata.COMMAND: lambda learner, incoming, _, __: mydata.asked(learner, incoming),
    "placement": placement.pressed,
    aftercare.VERB: aftercare.pressed,
    overview.COMMAND: overview.pressed,
    distress.VERB: distress.pressed,
}
"""Which feature answers a press, by its verb; None from it: the press means nothing now."""

PARTS = {
    **dict.fromkeys(("more", "enough", "lesson", mydata.COMMAND, distress.VERB), 0),
    **dict.fromkeys(("lang", "send", "quiz", "go", "take", "link", "forget"), 1),
    **dict.fromkeys(("track", "answer", "read", "act", "set", "page"), 2),
}
"""Most parts behind a verb; of one that is not here its feature says which it knows.

A token with more was never on a button of ours: it means nothing, whatever its beginning means.
"""

FIRST = frozenset({"lang", "track", "check", "menu", "forget", mydata.COMMAND, distress.VERB})
"""The verbs that a stranger may press; all others belong to somebody who is known."""

Act = Began | Commanded | Pressed | Said | Shown | Unreadable
"""What a person does."""

SILENT = Left | Due | Added | Muted | Relocated
"""What nobody did who may be written to again because of it."""

LINKS = frozenset({"lesson", "take"})
"""The verbs that a deep link may carry, its parts joined by ``_``: ``take_phi-01``."""

ALIASES = {"pause": "stop", "export": "mydata", "forget": "forgetme", "delete": "forgetme"}
"""Other names of commands."""


def decide(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Return the learner as they are after *incoming*, and what should follow.

    A function of its arguments alone: the same three give the same decision for ever.
    """
    known = _sound(_own(learner, library), library)
    # The clock is nobody who came back: an hour claimed before they left may still be heard.
    back = known.gone and _reachable(incoming)
    returned = altered(known, gone=False) if back else known
    quiet = silence.weekly(returned)
    returned = silence.heard(returned, incoming.event)
    decision = _answer(returned, incoming, library)
    # Where another address of theirs is open, their plan has gone on.
    awake = quiet and not silence.weekly(returned)
    if awake or (back and not known.ties.elsewhere):
        plan = schedule.replan(decision.learner, library, incoming.at)
        decision = replace(decision, effects=(plan, *decision.effects))
    if back and place.visits(returned, incoming):
        # What was sent to their own chat did not arrive, and here they can be told so.
        told = Notice(Text("place.closed"), loud=True)
        decision = replace(decision, effects=(told, *decision.effects))
    return _dressed(helplines.at_home(decision, library, incoming.at.date()))


def _reachable(incoming: Incoming) -> bool:
    """Return whether whoever acted can be written to again; the clock is nobody who came back.

    A press where all read along says nothing of the person's own chat.
    """
    where = incoming.where
    elsewhere = where is not None and where.public and where.place != incoming.address
    return not elsewhere and not isinstance(incoming.event, SILENT)


def _own(learner: Learner, library: Library) -> Learner:
    """Return the learner without what is open, or put off, of a lesson that is for elders only.

    They may have learned as somebody else before they chose to learn as the young do.
    """
    match learner.stage:
        case Answering(name) | Answered(name) | Reading(name) | Acting(name):
            closed = progress.elders(learner, library, name)
        case _:
            closed = False
    own = altered(learner, stage=Idle()) if closed else learner
    if progress.elders(own, library, own.later):
        own = altered(own, later="", later_on=None)
    return own


def _sound(learner: Learner, library: Library) -> Learner:
    """Return the learner with a stage that fits what is taught now; idle where nothing does."""
    match learner.stage:
        case Answering(key) | Answered(key) if key not in library.items:
            return altered(learner, stage=Idle())
        case Answering(key) | Answered(key) as stage:
            fitting = answering.fitting(stage, library.items[key])
            return learner if fitting is stage else altered(learner, stage=fitting)
        case Reading(key) | Acting(key) if key not in library.lessons:
            return altered(learner, stage=Idle())
        case _:
            return learner


def _answer(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    aided = aftercare.promised(learner, incoming, library)
    aided = aided or first_aid.answered(learner, incoming, library)
    aided = aided or distress.heard(learner, incoming, library)
    if aided is not None:
        return aided
    if place.concerns(learner, incoming):
        return place.happened(learner, incoming, library)
    event = incoming.event
    match event:
        case Left():
            return _left(learner, incoming, library)
        case Added() | Muted() | Relocated():
            return place.happened(learner, incoming, library)
        case LessonDue():
            return lesson.due(learner, incoming, event, library)
        case AidDue():
            return aftercare.due(learner, incoming, event, library)
        case Linked() | Miscoded():
            return linking.coded(learner, incoming, event, library)
        case _:
            found = place.visited(learner, incoming, library)
            return found or _acted(learner, incoming, event, library)


def _left(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    gone = replace(learner, gone=True)
    if gone.ties.elsewhere:
        # To another open address of theirs the plans go on, even one that is overdue.
        return Decision(gone)
    quiet, unplan = aftercare.dropped(gone)
    return Decision(quiet, (schedule.replan(quiet, library, incoming.at), *unplan))


def _acted(learner: Learner, incoming: Incoming, event: Act, library: Library) -> Decision:
    match event:
        case Began():
            return _began(learner, incoming, library)
        case Pressed():
            return _pressed(learner, incoming, event, library)
        case Unreadable():
            return _before(learner, incoming, library)
        case Commanded(name):
            return _commanded(learner, incoming, library, name)
        case Said():
            return _said(learner, incoming, library, event)
        case Shown():
            return check.shown(learner, incoming, event)
        case _:
            assert_never(event)


def _pressed(learner: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision:
    verb, parts = event.action.verb, len(event.action.args)
    # A button of an earlier life must not make a stranger known who was asked nothing yet.
    known = verb in FIRST or not isinstance(learner.stage, Stranger)
    known = known and not _elders(learner, event.action, library)
    press = PRESSES.get(verb) if known and parts <= PARTS.get(verb, parts) else None
    found = press(learner, incoming, event, library) if press else None
    return found or _before(learner, incoming, library)


def _elders(learner: Learner, action: Action, library: Library) -> bool:
    """Return whether a button leads to a lesson that is not for this young learner.

    It may be of an old card, or of a place where others learn.
    """
    return any(progress.elders(learner, library, part) for part in action.args)


def _began(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Greet a stranger; show whoever comes back where they stopped."""
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    linked = _linked(learner, incoming, library)
    if linked is not None:
        return linked
    awake = learner
    if learner.paused and learner.paused_until is None:
        awake = altered(learner, paused=False)
    open_question = isinstance(awake.stage, Answering | Answered | Reading)
    plan = schedule.changed(learner, awake, library, incoming.at)
    if onboarding.missing(awake) and not open_question:
        return onboarding.go_on(awake, incoming, library, plan)
    card = current.card(awake, library, incoming.at)
    return Decision(awake, (*plan, show(incoming.event, card)))


def _linked(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Return what the deep link asks for by which somebody came, None where it names nothing."""
    payload = incoming.event.payload if isinstance(incoming.event, Began) else ""
    action = Action.unpack(payload.replace("_", ":"))
    if action is None or action.verb not in LINKS or _elders(learner, action, library):
        return None
    return PRESSES[action.verb](learner, incoming, Pressed(action), library)


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
    anybody = _asked_by_anybody(learner, incoming, asked)
    if anybody is not None:
        return anybody
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    command = COMMANDS.get(asked)
    found = command(learner, incoming, library) if command else None
    key = "menu.help" if asked == "help" else "menu.unknown"
    return found or _unknown(learner, incoming, library, key)


def _asked_by_anybody(learner: Learner, incoming: Incoming, name: str) -> Decision | None:
    """Answer a command that a stranger may give as well; None for any other."""
    args = incoming.event.args if isinstance(incoming.event, Commanded) else ""
    match name:
        case "privacy":
            return Decision(learner, (show(incoming.event, current.privacy()),))
        case check.CHECK:
            return check.commanded(learner, incoming.event, args)
        case linking.COMMAND:
            return linking.commanded(learner, incoming, args)
        case erasure.COMMAND:
            return erasure.commanded(learner, incoming)
        case mydata.COMMAND:
            return mydata.asked(learner, incoming)
        case _:
            return None


def _settings(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Open the settings; whoever runs the place they are opened in finds its own beside them."""
    found = preferences.opened(learner, incoming, library, "settings")
    if found is None or incoming.where is None or not incoming.where.runs:
        return found
    return replace(found, effects=tuple(redrawn(one, place.beside) for one in found.effects))


def _stopped(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Ask for how long to be quiet; what only was promised is dropped at once."""
    quiet, unplan = aftercare.dropped(learner)
    found = preferences.opened(quiet, incoming, library, "pause")
    return replace(found, effects=(*unplan, *found.effects)) if found else None


COMMANDS: dict[str, Callable[[Learner, Incoming, Library], Decision | None]] = {
    "lesson": lambda learner, incoming, library: lesson.started(
        learner, incoming, library, "more"
    ),
    review.COMMAND: review.offered,
    overview.COMMAND: overview.opened,
    "settings": _settings,
    "stop": _stopped,
}
"""Which feature answers a command of somebody who is known."""


def _said(learner: Learner, incoming: Incoming, library: Library, event: Said) -> Decision:
    """Answer typed words: a number or a time that was asked for, else what we can do."""
    if isinstance(learner.stage, Stranger):
        found = check.form(learner, event) or check.said(learner, event)
        return found or onboarding.greet(learner, incoming, library)
    return (
        check.form(learner, event)
        or answering.typed_number(learner, incoming, event.text, library)
        or preferences.typed_hour(learner, incoming, event.text, library)
        or check.said(learner, event)
        or _unknown(learner, incoming, library, "menu.unknown")
    )


def _unknown(learner: Learner, incoming: Incoming, library: Library, key: str) -> Decision:
    due = review.count(learner, library, incoming.at)
    return Decision(learner, (Say(current.menu(key, due)),))


def _dressed(decision: Decision) -> Decision:
    """Return the decision with the cards of a learner who wants words alone marked so."""
    if not decision.learner.typed_only:
        return decision
    return replace(decision, effects=tuple(redrawn(one, _bare) for one in decision.effects))


def _bare(card: Card) -> Card:
    return replace(card, typed_only=True)
