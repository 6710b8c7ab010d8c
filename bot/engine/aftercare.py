"""After first aid: days later it is asked once how it went, unless the person declines.

Rule 1: it is promised in somebody's own chat alone, where a checklist ends; whoever does not wish
to be written to is offered it and must say yes.
Rule 2: until then it is kept which checklist it was, and the day: whatever makes us quiet
forgets both, and so does the asking.
Rule 3: the question does not tell what happened: others may read it on a locked screen.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.effects import Decision, Effect, Lane, Plan, Say, Unplan
from bot.core.events import AidDue, Incoming, Linked, Pressed
from bot.core.learner import Learner, Often, Stranger
from bot.core.library import Library, Tree
from bot.engine import calendar, first_aid, schedule
from bot.engine.lesson import EXPIRY
from bot.engine.replies import show

VERB = "aftercare"
"""The verb of every button here: ``aftercare:<what>:<tree>``."""

AID = "aid"
"""The kind of the plan that brings the question."""

AFTER = timedelta(days=3)
"""From the end of a checklist to the question.  Source: chat.md, 9.9."""

HOUR = "12:00"
"""When it is asked where no hour was chosen, by the learner's clock."""

_DAY = timedelta(days=1)


def promised(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Answer the press that ends a checklist with the promise to ask; None for anything else.

    None too where nothing can be promised: to a stranger, and outside their own chat.
    """
    tree = first_aid.ended(incoming.event, library)
    if tree is None or not _own_chat(learner, incoming):
        return None
    wants_to_be_written_to = learner.often not in (Often.UNASKED, Often.NEVER)
    if wants_to_be_written_to and not learner.paused:
        return _promise(learner, incoming, tree, library)
    return _offered(learner, incoming, tree, library, Text("aid.again"))


def _own_chat(learner: Learner, incoming: Incoming) -> bool:
    known = not isinstance(learner.stage, Stranger)
    return known and not learner.place and incoming.where is None


def _promise(learner: Learner, incoming: Incoming, tree: Tree, library: Library) -> Decision:
    today = calendar.local_day(incoming.at, schedule.zone(learner, library))
    after, plan = _planned(learner, tree.id, today + AFTER, library, incoming.at)
    button = Button(Text("aid.do_not_ask"), Action(VERB, ("no", tree.id)))
    card = first_aid.done(tree, library, learner.locale, Text("aid.promise"), button)
    return Decision(after, (plan, show(incoming.event, card)))


def _offered(
    learner: Learner, incoming: Incoming, tree: Tree | None, library: Library, said: Text
) -> Decision:
    """Show the end of a checklist of which nothing is kept, and that it could be asked about."""
    offer = (Button(Text("aid.ask_me"), Action(VERB, ("yes", tree.id))),) if tree else ()
    card = first_aid.done(tree, library, learner.locale, said, *offer)
    return Decision(learner, (show(incoming.event, card),))


def _planned(
    learner: Learner, tree: str, day: date, library: Library, at: datetime
) -> tuple[Learner, Plan]:
    """Return the learner who is asked about *tree* on *day* or soon after, and the plan of it.

    It comes after the lesson of that hour, which is spread over the same seconds.
    """
    where = schedule.zone(learner, library)
    due, on = calendar.next_lesson(
        at, learner.hour or HOUR, where, day - _DAY, calendar.SPREAD_SECONDS
    )
    return replace(learner, aided=tree, aided_on=on), Plan(AID, due, on)


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Answer a press on one of the cards here; None where there is no such press."""
    what, key = (*event.action.args, "", "")[:2]
    tree = library.trees.get(key)
    match what:
        case "yes" if tree and incoming.where is None:
            return _promise(learner, incoming, tree, library)
        case "no":
            quiet, unplan = dropped(learner)
            declined = _offered(quiet, incoming, tree, library, Text("aid.declined"))
            return replace(declined, effects=(*unplan, *declined.effects))
        case "solved" | "stop":
            # What was walked since is another matter, and solved only if they say so.
            other = what == "solved" and learner.aided != key
            quiet, unplan = (learner, ()) if other else dropped(learner)
            card = Card(body=(Para(Text(f"aid.said_{what}")),), tone="good")
            return Decision(quiet, (*unplan, show(event, card)))
        case _:
            return None


def dropped(learner: Learner) -> tuple[Learner, tuple[Effect, ...]]:
    """Return the learner of whom nothing is asked any more, and what takes the plan away."""
    if not learner.aided:
        return learner, ()
    return replace(learner, aided="", aided_on=None), (Unplan(AID),)


def followed(
    before: Learner, after: Learner, library: Library, at: datetime
) -> tuple[Learner, tuple[Effect, ...]]:
    """Return *after*, who wishes something else than *before*, and what becomes of the plan.

    Whoever pauses, or wishes to be written to no more, is not asked; a new hour holds here too.
    """
    if after.aided_on is None:
        return after, ()
    if _quiet(after) and _quiet(after) != _quiet(before):
        return dropped(after)
    if (after.hour, after.zone) == (before.hour, before.zone):
        return after, ()
    moved, plan = _planned(after, after.aided, after.aided_on, library, at)
    return moved, (plan,)


def _quiet(learner: Learner) -> tuple[object, ...]:
    """Return all by which the learner wishes us to be quiet, nothing where they do not."""
    pause = (learner.paused_until,) if learner.paused else ()
    return (*pause, learner.often) if learner.often is Often.NEVER else pause


def joined(
    learner: Learner, event: Linked, library: Library, at: datetime
) -> tuple[Learner, tuple[Effect, ...]]:
    """Return *learner* with what whoever joins them is to be asked: the newest, where both are."""
    if event.aided_on is None or learner.paused:
        return learner, ()
    if learner.aided_on is not None and learner.aided_on >= event.aided_on:
        return learner, ()
    asked, plan = _planned(learner, event.aided, event.aided_on, library, at)
    return asked, (plan,)


def due(learner: Learner, incoming: Incoming, event: AidDue, library: Library) -> Decision:
    """Ask how it went, once, and keep nothing more of it; the lesson's plan is not touched."""
    if learner.aided_on is None or event.day < learner.aided_on:
        # Declined, or walked anew, after the hour was claimed.
        return Decision(learner)
    if learner.gone and not learner.ties.elsewhere:
        quiet, unplan = dropped(learner)
        return Decision(quiet, unplan)
    if learner.gone or _missed(learner, incoming.at, event.day, library):
        later, plan = _planned(learner, learner.aided, event.day + _DAY, library, incoming.at)
        return Decision(later, (plan,))
    say = Say(question(learner.aided), Lane.LESSON, expires=incoming.at + EXPIRY, silent=True)
    return Decision(replace(learner, aided="", aided_on=None), (say,))


def _missed(learner: Learner, at: datetime, day: date, library: Library) -> bool:
    """Return whether the hour of *day* was so long ago that it would be asked at a bad time."""
    hour = learner.hour or HOUR
    where = schedule.zone(learner, library)
    wish = calendar.instant(day, time.fromisoformat(hour), where) or at
    return schedule.missed(replace(learner, hour=hour), library, at, wish)


def question(tree: str) -> Card:
    """Return the question how it went with *tree*, which only a button's token names."""
    return Card(
        body=(Para(Text("aid.how")),),
        buttons=(
            Button(Text("aid.solved"), Action(VERB, ("solved", tree))),
            Button(Text("aid.not_yet"), Action(first_aid.VERB, (tree,))),
            Button(Text("aid.stop"), Action(VERB, ("stop", tree))),
        ),
    )
