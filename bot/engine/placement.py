"""Placement: a few questions, one a topic, that find where somebody begins.

Rule 1: it is offered and never urged, ends at any press, and gives a beginning, not a grade.
Rule 2: what was answered right only waits behind what is new; nothing is locked or lost.
Rule 3: one question follows the other; what was missed is explained at the end, and not before.
"""

from dataclasses import replace

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.effects import Decision
from bot.core.events import Event, Incoming, Pressed
from bot.core.learner import Answering, Idle, Learner, Reading, Session
from bot.core.library import Item, Lesson, Library
from bot.engine import helplines, progress, quiz
from bot.engine.replies import show, tell

MOST = 6
"""Most questions: the fewest that reach across a track, about three minutes.

Source: content.md, 9.3, which gives six to ten.
"""

MISSES = 2
"""Misses that end it: one may be a slip, a second shows where there is something to learn."""

ONE_PRESS = frozenset({"single", "first", "tf"})
"""Types answered by one press: a situation and what to do, nothing to count or sort."""


NEW = 2
"""Most lessons met by whoever is still asked beside a lesson where to begin."""


def offer() -> Button[Text]:
    """Return the button that leads here."""
    return Button(Text("placement.offer"), Action("placement"))


def offers(learner: Learner, library: Library) -> tuple[Button[Text], ...]:
    """Return the button that leads here, as long as there is something to ask."""
    return (offer(),) if _next(learner, library, Session()) else ()


def beside(learner: Learner, library: Library, stage: Reading) -> tuple[Button[Text], ...]:
    """Return the button for a lesson that somebody new asked for; the clock's has none."""
    begins = stage.why == "more" and not stage.card and len(learner.progress) <= NEW
    return offers(learner, library) if begins and not learner.shown else ()


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Offer, begin, go on or end; None where the press names nothing of ours."""
    stage = learner.stage
    open_ = stage if isinstance(stage, Answering) and stage.why == "placement" else None
    match event.action.args:
        case ():
            return Decision(learner, (show(event, _offered(learner)),))
        case ("start",) if open_:
            # A finger presses twice: what is open stays open.
            return Decision(learner, (show(event, quiz.question(learner, library, open_)),))
        case ("start",):
            return asked(_unopened(learner, library), incoming, library, Session())
        case ("stop",) if open_:
            return _ended(learner, event, library, open_.session or Session())
        case _:
            return None


def _offered(learner: Learner) -> Card:
    """Return the offer; whoever has a lesson open goes back to it."""
    start = Button(Text("placement.start"), Action("placement", ("start",)), style="primary")
    back = Button(Text("placement.lesson"), Action("lesson"))
    no = Button(Text("review.not_now"), Action("enough"))
    reads = isinstance(learner.stage, Reading | Answering)
    return Card(body=(Para(Text("placement.what")),), buttons=(start, back if reads else no))


def _unopened(learner: Learner, library: Library) -> Learner:
    """Return the learner without the lesson that is open and of which nothing was answered.

    It was only looked at: it may be asked about, and comes in its turn.
    """
    match learner.stage:
        case Reading(key):
            opened = key
        case Answering(item):
            opened = library.items[item].lesson
        case _:
            return learner
    kept = tuple(one for one in learner.progress if one != (opened, 0))
    return replace(learner, progress=kept)


def answered(learner: Learner, event: Pressed, library: Library) -> Decision | None:
    """Show the open question to a second press on one before it; None for any other press."""
    stage = learner.stage
    named = event.action.args[0] if event.action.args else ""
    before = stage.session.answered if isinstance(stage, Answering) and stage.session else ()
    if not isinstance(stage, Answering) or named not in dict(before):
        return None
    return Decision(learner, (show(event, quiz.question(learner, library, stage)),))


def asked(learner: Learner, incoming: Incoming, library: Library, session: Session) -> Decision:
    """Put the next question, or say where to begin."""
    item = _next(learner, library, session)
    if item is None:
        return _ended(learner, incoming.event, library, session)
    stage = Answering(item.id, quiz.seed(incoming.id), "placement", session=session)
    after = replace(learner, stage=stage)
    return Decision(after, (show(incoming.event, quiz.question(after, library, stage)),))


def _next(learner: Learner, library: Library, session: Session) -> Item | None:
    """Return the next item, None where enough is known: harder after a right answer."""
    misses = sum(not right for _, right in session.answered)
    if misses >= MISSES or len(session.answered) >= MOST:
        return None
    asked = {library.items[key].lesson for key, _ in session.answered if key in library.items}
    topics = {library.lessons[key].topic for key in asked} | {progress.HELP}
    steps = -1 if session.answered and session.answered[-1][1] else 1
    for lesson in progress.course(learner, library).lessons:
        able = _able(learner, library, lesson) if lesson.topic not in topics else ()
        if able:
            return min(able, key=lambda item: steps * item.difficulty)
    return None


def _able(learner: Learner, library: Library, lesson: Lesson) -> tuple[Item, ...]:
    """Return the items of *lesson* that may be asked: none seen, none of a lesson met."""
    if lesson.care or lesson.id in dict(learner.progress):
        return ()
    seen = {key for memory in learner.reviews for key, _ in memory.seen}
    items = progress.course(learner, library).items[lesson.id]
    return tuple(item for item in items if item.type in ONE_PRESS and item.id not in seen)


def _ended(learner: Learner, event: Event, library: Library, session: Session) -> Decision:
    """Say with which lesson it begins, why of what was missed, and nothing of how many."""
    after = replace(learner, stage=Idle())
    lesson = progress.next_lesson(after, library)
    if lesson is None:
        return Decision(after, (tell(event, Text("lesson.none")),))
    answers = ((library.items.get(key), right) for key, right in session.answered)
    missed = [item for item, right in answers if item and not right]
    tongues = (
        progress.fallback(library, key, learner.locale)
        for key in (lesson.id, *(item.lesson for item in missed))
    )
    card = Card(
        body=(
            Para(Text("placement.ended", (("idea", Text(f"{lesson.id}.title")),))),
            *(Para(_why(item, library)) for item in missed),
        ),
        buttons=(
            Button(Text("placement.lesson"), Action("lesson"), style="primary"),
            Button(Text("ready.see_you"), Action("enough")),
        ),
        tone="good",
        lang=next(filter(None, tongues), ""),
    )
    return Decision(after, (show(event, card),))


def _why(item: Item, library: Library) -> Text:
    why = helplines.filled(Text(f"{item.id}.explain"), library)
    return Text("placement.missed", (("idea", Text(f"{item.lesson}.title")), ("why", why)))
