"""Placement: a few questions, one a topic, that find where somebody begins.

Rule 1: it is offered and never urged, ends at any press, and gives a beginning, not a grade.
Rule 2: what was answered right only waits behind what is new; nothing is locked or lost.
"""

from dataclasses import replace

from bot.core.card import Action, Button, Card, Para, Text
from bot.core.effects import Decision
from bot.core.events import Event, Incoming, Pressed
from bot.core.learner import Answered, Answering, Idle, Learner, Session
from bot.core.library import Item, Lesson, Library
from bot.engine import progress, quiz
from bot.engine.replies import show, tell

MOST = 6
"""Most questions: the fewest that reach across a track, about three minutes.

Source: content.md, 9.3, which gives six to ten.
"""

MISSES = 2
"""Misses that end it: one may be a slip, a second shows where there is something to learn."""

ONE_PRESS = frozenset({"single", "first", "tf"})
"""Types answered by one press: a situation and what to do, nothing to count or sort."""


def offer() -> Button[Text]:
    """Return the button that leads here."""
    return Button(Text("placement.offer"), Action("placement"))


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Offer, begin, go on or end; None where the press names nothing of ours."""
    stage = learner.stage
    ours = isinstance(stage, Answering | Answered) and stage.why == "placement"
    match event.action.args:
        case ():
            return Decision(learner, (show(event, _offered()),))
        case ("start" | "next",) if ours and isinstance(stage, Answering):
            # A finger presses twice: what is open stays open.
            return Decision(learner, (show(event, quiz.question(learner, library, stage)),))
        case ("start",):
            return _asked(learner, incoming, library, Session())
        case ("next",) if ours and isinstance(stage, Answered):
            return _asked(learner, incoming, library, stage.session or Session())
        case ("stop",) if ours:
            return _ended(learner, event, library)
        case _:
            return None


def _offered() -> Card:
    start = Button(Text("placement.start"), Action("placement", ("start",)), style="primary")
    return Card(
        body=(Para(Text("placement.what")),),
        buttons=(start, Button(Text("review.not_now"), Action("enough"))),
    )


def _asked(learner: Learner, incoming: Incoming, library: Library, session: Session) -> Decision:
    """Put the next question, or say where to begin."""
    item = _next(learner, library, session)
    if item is None:
        return _ended(learner, incoming.event, library)
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


def _ended(learner: Learner, event: Event, library: Library) -> Decision:
    """Say with which lesson it begins, and nothing of how many were right."""
    after = replace(learner, stage=Idle())
    lesson = progress.next_lesson(after, library)
    if lesson is None:
        return Decision(after, (tell(event, Text("lesson.none")),))
    card = Card(
        body=(Para(Text("placement.ended", (("idea", Text(f"{lesson.id}.title")),))),),
        buttons=(
            Button(Text("placement.lesson"), Action("lesson"), style="primary"),
            Button(Text("ready.see_you"), Action("enough")),
        ),
        tone="good",
        lang=progress.fallback(library, lesson.id, learner.locale),
    )
    return Decision(after, (show(event, card),))
