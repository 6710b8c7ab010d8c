"""Review: what was learned comes back as another question, before it is forgotten.

Rule 1: a technique is remembered, never an item: what comes back is another item of it.
Rule 2: this is the one file that knows the memory model, and it is told the time: without that
the model reads the clock, draws lots and sleeps.
Rule 3: no heap: the clock brings one a day, and a wish a few; what was missed is never counted.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import fsrs

from bot.core.card import Action, Block, Button, Card, Para, Text
from bot.core.effects import Decision
from bot.core.events import Incoming, Pressed
from bot.core.learner import Answered, Answering, Idle, Learner, Memory, Session
from bot.core.library import Item, Library
from bot.engine import calendar, progress, quiz, rhythm, schedule
from bot.engine.replies import show

COMMAND = "review"
"""The command, and the verb of its buttons."""

MOST = 3
"""Most questions of one session.  Source: content.md, 9.2."""

AWAY = 14
"""Days without an answer after which somebody is coming back, to one easy question."""

CALM = 7
"""Active days, from that one on, on which one a day comes of what waited.

Source: content.md, 9.5.
"""

HEAP = 5
"""Most due techniques beside which something new is taught.  Source: content.md, 9.2."""

APART = 7
"""Days between two right answers that show a technique to be known.  Source: content.md, 9.4."""

GAP = 21
"""Days after which a right answer shows that it was held.  Source: content.md, 9.4."""

SEEN = 12
"""Items of one technique remembered, those seen last."""

DIGITS = 4
"""Digits kept of stability and difficulty."""

STEPS = 16_384
"""Steps of the model kept, about 300 bytes each."""

START = datetime(2000, 1, 1, tzinfo=UTC)
"""Where the model's days are counted from: any day, since it looks at lengths alone."""

MODEL = fsrs.Scheduler(
    desired_retention=0.9,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=150,
    enable_fuzzing=False,
)
"""Every idea comes back within 150 days.  Source: content.md, 9.4."""

RATINGS: dict[quiz.Verdict, fsrs.Rating] = {
    "right": fsrs.Rating.Good,
    "near": fsrs.Rating.Hard,
    "wrong": fsrs.Rating.Again,
    "unknown": fsrs.Rating.Again,
}


def graded(
    learner: Learner, item: Item, verdict: quiz.Verdict, at: datetime, library: Library
) -> Memory | None:
    """Return what is remembered of the item's technique now; None where nothing is kept.

    That is for care lessons, which leave no trace, and for anchors, which measure.
    """
    if library.lessons[item.lesson].care or item.anchor:
        return None
    now = at.replace(microsecond=0)
    right = verdict == "right"
    before = _memory(learner, item.technique)
    if before is None:
        stability, difficulty, length = _step(0.0, 0.0, 0, verdict)
        first_seen = ((item.id, now.toordinal() if right else 0),)
        return Memory(item.technique, stability, difficulty, now, now + length, first_seen)
    elapsed = (now - before.last).days
    stability, difficulty, length = _step(before.stability, before.difficulty, elapsed, verdict)
    today, seen = now.toordinal(), dict(before.seen)
    first = seen.pop(item.id, 0)
    others = [day for day in seen.values() if day]
    apart = right and any(today - day >= APART for day in others)
    gap = right and elapsed >= GAP
    seen[item.id] = first or (today if right else 0)
    return Memory(
        item.technique,
        stability,
        difficulty,
        now,
        now + length,
        tuple(seen.items())[-SEEN:],
        known=apart or before.known,
        held=gap or before.held,
    )


@lru_cache(maxsize=STEPS)
def _step(
    stability: float, difficulty: float, days: int, verdict: quiz.Verdict
) -> tuple[float, float, timedelta]:
    """Return stability, difficulty and the days to wait after an answer.

    *days* since the answer before; *stability* 0 where this is the first.  The model counts
    whole days, so that nothing else can matter, and learners share these steps.
    """
    now = START + timedelta(days=days)
    card = fsrs.Card(card_id=0, due=now)
    if stability:
        card = fsrs.Card(0, fsrs.State.Review, None, stability, difficulty, now, START)
    after, _ = MODEL.review_card(card, RATINGS[verdict], now)
    return (
        round(after.stability or 0.0, DIGITS),
        round(after.difficulty or 0.0, DIGITS),
        after.due - now,
    )


def _memory(learner: Learner, technique: str) -> Memory | None:
    return next((one for one in learner.reviews if one.technique == technique), None)


def remembered(learner: Learner, memory: Memory) -> tuple[Memory, ...]:
    """Return all that the learner remembers, with *memory* in place of what was before."""
    if not learner.reviews:
        return (memory,)
    others = (one for one in learner.reviews if one.technique != memory.technique)
    return tuple(sorted((*others, memory), key=lambda one: one.technique))


def due(learner: Learner, library: Library, day: date) -> tuple[Memory, ...]:
    """Return what is due on the local date *day*, the longest due first.

    A thing is due from the first minute of its day, whatever the hour it was learned at.
    """
    soon = day + timedelta(days=1)
    near = [one for one in learner.reviews if one.due.date() <= soon]
    if not near:
        return ()
    where = schedule.zone(learner, library)
    found = [
        one
        for one in near
        if calendar.local_day(one.due, where) <= day and parallel(learner, library, one)
    ]
    return tuple(sorted(found, key=lambda one: (one.due, one.technique)))


def back(learner: Learner, library: Library, technique: str, day: date) -> date | None:
    """Return the local date on which *technique* comes back, None for none after *day*."""
    memory = _memory(learner, technique)
    if memory is None:
        return None
    then = calendar.local_day(memory.due, schedule.zone(learner, library))
    return then if then > day else None


def parallel(learner: Learner, library: Library, memory: Memory) -> Item | None:
    """Return another item of a technique: one not seen yet, else the one seen longest ago.

    None where the only one there is was the last question of all, or nothing is there to ask.
    """
    items = progress.course(learner, library).techniques.get(memory.technique, ())
    places = {key: place for place, (key, _) in enumerate(memory.seen, start=1)}
    stage = learner.stage
    running = {progress.newest(learner)}
    if isinstance(stage, Answering):
        running.add(stage.item)
    able = [item for item in items if item.id not in running]
    return min(able, key=lambda item: places.get(item.id, 0), default=None)


def _active(learner: Learner, library: Library) -> date | None:
    """Return the local date of the newest answer, None for none."""
    last = max((one.last for one in learner.reviews), default=None)
    return calendar.local_day(last, schedule.zone(learner, library)) if last else None


def returning(learner: Learner, library: Library, day: date) -> bool:
    """Return whether nothing was answered for a while: then one easy question is enough."""
    newest = _active(learner, library)
    return newest is not None and day - newest >= timedelta(days=AWAY)


def resumed(learner: Learner, library: Library, at: datetime) -> int:
    """Return which active day since a return it is once something is answered at *at*.

    0 where nobody was long away, or more than ``CALM`` active days ago.
    """
    day, newest = schedule.day(learner, library, at), _active(learner, library)
    if newest is None or newest >= day:
        return learner.resumed
    if returning(learner, library, day):
        return 1
    return (learner.resumed + 1) % (CALM + 1) if learner.resumed else 0


def calm(learner: Learner, library: Library, day: date) -> bool:
    """Return whether on *day* one thing alone comes of what waited."""
    if returning(learner, library, day):
        return True
    today = _active(learner, library) == day
    return learner.resumed > 0 and (today or learner.resumed < CALM)


def waits(learner: Learner, library: Library, day: date) -> bool:
    """Return whether too much is due for something new to be taught."""
    return len(due(learner, library, day)) > HEAP


def _open(learner: Learner, library: Library, day: date) -> tuple[Memory, ...]:
    """Return what may be asked on *day* of what is due, the first of it first.

    Whoever comes back begins with the easiest, goes on with what is most at risk, and has one a
    day; for all others it is what is due longest.
    """
    found = due(learner, library, day)
    if not found or not calm(learner, library, day):
        return found
    if returning(learner, library, day):
        return (min(found, key=lambda one: _level(learner, library, one)),)
    if _active(learner, library) == day:
        return ()
    # Recall falls with the time since the last answer, measured in stabilities.
    return (max(found, key=lambda one: (day - one.last.date()).days / one.stability),)


def _level(learner: Learner, library: Library, memory: Memory) -> int:
    item = parallel(learner, library, memory)
    return item.difficulty if item else 0


def pick(learner: Learner, library: Library, day: date) -> Item | None:
    """Return the one question that comes on *day* of what is due, None for none."""
    found = _open(learner, library, day)
    return parallel(learner, library, found[0]) if found else None


def first(learner: Learner, library: Library, day: date) -> Item | None:
    """Return the question that comes before any lesson, None where a lesson may come.

    That is the one of whoever was long away, and one where too much is due for a new lesson.
    """
    before = calm(learner, library, day) or waits(learner, library, day)
    return pick(learner, library, day) if before else None


def count(learner: Learner, library: Library, at: datetime) -> int:
    """Return how many questions a session would bring, 0 to ``MOST``; never all that is due."""
    return len(_chosen(learner, library, schedule.day(learner, library, at)))


def _chosen(learner: Learner, library: Library, day: date) -> tuple[str, ...]:
    """Return the techniques of a session: one topic after the other, as far as there are."""
    return tuple(one.technique for one in _open(learner, library, day))[:MOST]


def offered(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Say what there is to refresh, or when there will be something; nothing has to be done."""
    day = schedule.day(learner, library, incoming.at)
    return Decision(learner, (show(incoming.event, _offer(learner, library, day)),))


def _offer(learner: Learner, library: Library, day: date) -> Card:
    chosen = _chosen(learner, library, day)
    not_now = Button(Text("review.not_now"), Action("enough"))
    if chosen:
        told = Text("review.due", (("count", len(chosen)),))
        start = Button(Text("review.start"), Action(COMMAND, ("start",)), style="primary")
        return Card(body=(Para(told),), buttons=(start, not_now))
    body: list[Block[Text]] = [Para(Text("review.nothing"))]
    then = _next_day(learner, library, day)
    if then:
        body.append(Para(Text("review.next_day", (("day", then),))))
    new = "menu.lesson" if waits(learner, library, day) else "review.new_lesson"
    lesson = Button(Text(new), Action("lesson"), style="primary")
    return Card(body=tuple(body), buttons=(lesson, not_now))


def _next_day(learner: Learner, library: Library, day: date) -> date | None:
    """Return the local date after *day* on which something comes back, None for none."""
    if due(learner, library, day):
        # One a day: today's was answered, and more is waiting.
        return day + timedelta(days=1)
    upcoming = min((one.due for one in learner.reviews), default=None)
    then = calendar.local_day(upcoming, schedule.zone(learner, library)) if upcoming else day
    return then if then > day else None


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Open a session, or go on in it; None where the press names nothing of ours."""
    stage = learner.stage
    match event.action.args:
        case ():
            return offered(learner, incoming, library)
        case ("start" | "next",) if isinstance(stage, Answering) and stage.session:
            # A finger presses twice: what is open stays open.
            return Decision(learner, (show(event, quiz.question(learner, library, stage)),))
        case ("start",):
            chosen = _chosen(learner, library, schedule.day(learner, library, incoming.at))
            return _asked(learner, incoming, library, Session(chosen))
        case ("next",):
            session = stage.session if isinstance(stage, Answered) else None
            return _asked(learner, incoming, library, session or Session())
        case _:
            return None


def _asked(learner: Learner, incoming: Incoming, library: Library, session: Session) -> Decision:
    """Put the next question of *session*, or end it."""
    for place, technique in enumerate(session.left, start=1):
        memory = _memory(learner, technique)
        item = parallel(learner, library, memory) if memory else None
        if item is not None:
            left = replace(session, left=session.left[place:])
            stage = Answering(item.id, quiz.seed(incoming.id), "review", session=left)
            after = replace(learner, stage=stage)
            return Decision(after, (show(incoming.event, quiz.question(after, library, stage)),))
    if not session.answered:
        return offered(learner, incoming, library)
    after = replace(learner, stage=Idle())
    card = _ended(after, library, session, schedule.day(after, library, incoming.at))
    return Decision(after, (show(incoming.event, card),))


def answered(session: Session, item: str, *, right: bool) -> Session:
    """Return *session* with one more answer."""
    return replace(session, answered=(*session.answered, (item, right)))


def _ended(learner: Learner, library: Library, session: Session, today: date) -> Card:
    """Return what became of a session: what sits, and when the rest comes back."""
    answers = [
        (library.items[key], right) for key, right in session.answered if key in library.items
    ]
    rights = sum(right for _, right in session.answered)
    values = (("right", rights), ("total", len(session.answered)))
    body = [Para(_fate(learner, library, item, right=right)) for item, right in answers]
    if rhythm.made(learner, today):
        body.append(Para(Text("rhythm.made")))
    tongues = (progress.fallback(library, item.lesson, learner.locale) for item, _ in answers)
    return Card(
        title=Text("review.ended", values),
        body=tuple(body),
        buttons=(Button(Text("review.done"), Action("enough"), style="primary"),),
        tone="good",
        lang=next(filter(None, tongues), ""),
    )


def _fate(learner: Learner, library: Library, item: Item, *, right: bool) -> Text:
    idea = ("idea", Text(f"{item.lesson}.title"))
    memory = _memory(learner, item.technique)
    if right or memory is None:
        return Text("review.sits", (idea,))
    day = calendar.local_day(memory.due, schedule.zone(learner, library))
    return Text("review.again", (idea, ("day", day)))
