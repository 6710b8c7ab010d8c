"""A place that subscribes, a group or a channel: set up in the chat by whoever runs it.

Rule 1: only whoever runs the place, as the platform says, changes anything; then the place
itself is who acts.
Rule 2: what is a person's own matter is never answered where others read along.
"""

from dataclasses import replace

from bot.core.card import Action, Button, Card, Choice, Para, Text
from bot.core.effects import Decision, Effect, Notice, Relocate, Say
from bot.core.events import (
    Added,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    LessonDue,
    Muted,
    Pressed,
    Relocated,
    Said,
    Unreadable,
)
from bot.core.learner import Choosing, Learner, Stranger
from bot.core.library import Library
from bot.engine import lesson, posting, preferences, schedule, screens
from bot.engine.replies import redrawn, show
from bot.engine.screens import HERE

GOVERNED = frozenset({"set", "go", "page"})
"""Verbs of settings, which belong to the place on its own cards."""

PRESSED_HERE = frozenset({HERE, "vote"})
"""Verbs whose answer may be given where all read along."""

COMMANDS = frozenset({"settings", "stop", "pause"})
"""Commands that concern the place where they are typed, from whoever runs it."""


def governs(event: Event, *, public: bool) -> bool:
    """Return whether *event* concerns the place, where whoever acted runs it.

    *public*: an answer there is read by all; where it is not, a command is a person's own.
    """
    match event:
        case Pressed(Action(verb)):
            return verb == HERE
        case Commanded(name):
            return public and name in COMMANDS
        case _:
            return public and isinstance(event, Began)


def speaker(incoming: Incoming) -> Incoming:
    """Return *incoming* as said by the place, where whoever runs it speaks for it."""
    where = incoming.where
    if where is None or not where.runs or not governs(incoming.event, public=where.public):
        return incoming
    by = incoming.address if incoming.address != where.place else None
    return replace(incoming, address=where.place, by=by)


def concerns(learner: Learner, incoming: Incoming) -> bool:
    """Return whether *learner* is a place that is set up, or one whose keeper speaks for it."""
    own = incoming.where is not None and incoming.where.place == incoming.address
    return bool(learner.place) or own


def visits(learner: Learner, incoming: Incoming) -> bool:
    """Return whether somebody known acts in a place, and may be told there what is theirs."""
    known = not isinstance(learner.stage, Stranger)
    return known and incoming.where is not None and not concerns(learner, incoming)


def happened(place: Learner, incoming: Incoming, library: Library) -> Decision:
    """Return what follows from an event of a place."""
    decision = _happened(place, incoming, library)
    return replace(decision, effects=tuple(redrawn(one, governed) for one in decision.effects))


def _happened(place: Learner, incoming: Incoming, library: Library) -> Decision:
    event = incoming.event
    match event:
        case Added():
            return _added(place, incoming, event, library)
        case Left():
            return _rests(place, incoming, library)
        case Muted():
            return _muted(place, incoming, library)
        case Relocated(to):
            there = replace(place, gone=False)
            return Decision(there, (*_planned(there, incoming, library), Relocate(to)))
        case LessonDue():
            return lesson.due(place, incoming, event, library, posting.today)
        case Began() | Commanded():
            return _asked(place, incoming, library)
        case Pressed():
            return _pressed(place, incoming, event, library)
        case _:
            return _unheard(place, event)


def _unheard(place: Learner, event: Event) -> Decision:
    """Answer nothing to what people say to one another, and a press that means nothing now."""
    old = isinstance(event, Unreadable)
    return Decision(place, (Notice(Text("place.before")),) if old else ())


def _added(place: Learner, incoming: Incoming, event: Added, library: Library) -> Decision:
    if "post" not in event.rights:
        return _rests(place, incoming, library)
    here = replace(place, gone=False, place=event.kind)
    if isinstance(place.stage, Stranger):
        return Decision(here, (Say(hello(), silent=event.kind == "channel"),))
    return Decision(here, _planned(here, incoming, library))


def _planned(place: Learner, incoming: Incoming, library: Library) -> tuple[Effect, ...]:
    """Return the plan of a place that is set up."""
    known = not isinstance(place.stage, Stranger)
    return (schedule.replan(place, library, incoming.at),) if known else ()


def hello() -> Card:
    """Return what is said in a place that nobody has set up yet."""
    runs = Button(Text("place.run"), Action(HERE, ("run",)), style="primary")
    goes = Button(Text("place.leave"), Action(HERE, ("leave",)))
    body = (Para(Text("place.hello")),)
    return Card(title=Text("place.hello_title"), body=body, buttons=(runs, goes))


def farewell() -> Card:
    """Return the last thing that is said in a place."""
    return Card(body=(Para(Text("place.left")),), leaves=True)


def _rests(place: Learner, incoming: Incoming, library: Library) -> Decision:
    """Post nothing more until somebody who runs the place comes, or its rights come back."""
    gone = replace(place, gone=True)
    return Decision(gone, _planned(gone, incoming, library))


def _muted(place: Learner, incoming: Incoming, library: Library) -> Decision:
    """Rest, and tell whoever set the place up: once, for it rests already the next time."""
    decision = _rests(place, incoming, library)
    if place.gone or place.keeper is None:
        return decision
    card = Card(body=(Para(Text("place.muted")),), tone="warn")
    return replace(decision, effects=(*decision.effects, Say(card, to=place.keeper)))


def _asked(place: Learner, incoming: Incoming, library: Library) -> Decision:
    """Answer a command of whoever runs the place."""
    event = incoming.event
    if isinstance(event, Commanded) and event.name not in COMMANDS:
        return _other(place, incoming)
    if isinstance(place.stage, Stranger):
        return _begun(place, incoming, library)
    kept = replace(place, keeper=incoming.by or place.keeper)
    stops = isinstance(event, Commanded) and event.name != "settings"
    found = preferences.opened(kept, incoming, library, "pause" if stops else "settings")
    return found or Decision(kept)


def _other(place: Learner, incoming: Incoming) -> Decision:
    """Answer a command that is no matter of a place, typed in its name.

    In a channel whatever begins with a slash may be meant for all who read it.
    """
    channel = incoming.where is None or incoming.where.kind == "channel"
    return Decision(place) if channel else _elsewhere(place, incoming)


def _begun(place: Learner, incoming: Incoming, library: Library) -> Decision:
    """Ask the first thing that a place is set up with: its language."""
    kind = incoming.where.kind if incoming.where else "group"
    stage = Choosing("language", joining=True)
    here = replace(
        place, place=kind, keeper=incoming.by, locale=incoming.locale, stage=stage, gone=False
    )
    card = screens.card(here, library, stage, incoming.at)
    return Decision(here, (show(incoming.event, card),))


def _pressed(place: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision:
    verb, *args = (*event.action.args, "")
    if event.action.verb != HERE:
        return _unheard(place, Unreadable(event.on))
    fresh = isinstance(place.stage, Stranger)
    if verb == "leave" or (verb == "stop" and not fresh):
        return _stopped(place, event, verb)
    if fresh or verb == "run":
        return (_begun if fresh else _asked)(place, incoming, library)
    # The last of the arguments is the empty one that stands for none.
    meant = Pressed(Action(verb, tuple(args[:-1])), event.on) if verb in GOVERNED else None
    inner = replace(incoming, event=meant) if meant else None
    found = _chosen(place, inner, meant, library) if inner and meant else None
    return found or _unheard(place, Unreadable(event.on))


def _chosen(place: Learner, inner: Incoming, meant: Pressed, library: Library) -> Decision | None:
    match meant.action.verb:
        case "set":
            return preferences.choose(place, inner, meant, library)
        case "go":
            return preferences.go(place, inner, meant, library)
        case _:
            return preferences.page(place, inner, meant, library)


def _stopped(place: Learner, event: Pressed, verb: str) -> Decision:
    """Forget the place: it is a stranger again, and nothing more is posted there."""
    stays = Card(body=(Para(Text("place.stopped")),), tone="good")
    card = farewell() if verb == "leave" else stays
    forgotten = Learner(place.key, place.address, place.locale)
    return Decision(forgotten, (show(event, card),))


def beside(card: Card) -> Card:
    """Return the settings of a person with the way to those of the place they act in."""
    this = Button(Text("place.this"), Action(HERE, ("go", "settings")))
    return replace(card, buttons=(*card.buttons, this))


def visited(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Answer a person in a place; None where the answer is the same as anywhere.

    In a place where all read along, only what is anybody's business is said.
    """
    where, event = incoming.where, incoming.event
    if where is None:
        return None
    if isinstance(event, Pressed) and event.action.verb == HERE:
        return Decision(learner, (Notice(Text("place.not_yours"), loud=True),))
    if isinstance(event, Pressed) and event.action.verb == "vote":
        return posting.vote(learner, incoming, event, library) or _elsewhere(learner, incoming)
    if not where.public:
        return None
    match event:
        case Pressed() | Unreadable():
            return Decision(learner, (Notice(Text("place.own_chat"), loud=True),))
        case Began() | Commanded():
            return _elsewhere(learner, incoming)
        case Said():
            return Decision(learner)
        case _:
            return None


def _elsewhere(learner: Learner, incoming: Incoming) -> Decision:
    """Show the way to the person's own chat."""
    if _presses(incoming.event) or incoming.where is None:
        return Decision(learner, (Notice(Text("place.own_chat"), loud=True),))
    button = Button(Text("place.open_chat"), Action("lesson"), style="primary")
    card = Card(body=(Para(Text("place.own_chat")),), buttons=(button,))
    return Decision(learner, (Say(card, to=incoming.where.place),))


def _presses(event: Event) -> bool:
    return isinstance(event, Pressed | Unreadable)


def governed(card: Card) -> Card:
    """Return *card* with the buttons of settings marked as the place's own."""
    return replace(
        card,
        choices=tuple(_choice(one) for one in card.choices),
        buttons=tuple(_button(one) for one in card.buttons),
    )


def _choice(choice: Choice[Text]) -> Choice[Text]:
    return replace(choice, action=_here(choice.action))


def _button(button: Button[Text]) -> Button[Text]:
    does = button.does
    return replace(button, does=_here(does)) if isinstance(does, Action) else button


def _here(action: Action) -> Action:
    return Action(HERE, (action.verb, *action.args)) if action.verb in GOVERNED else action
