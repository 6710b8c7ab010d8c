"""The daily loop: one card at the learner's hour, a question, why it matters, one thing to do.

Rule 1: one message a day; all else is a reply to a press.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.core.altered import altered
from bot.core.card import Action, Block, Button, Card, Para, Text
from bot.core.effects import Decision, Effect, Lane, Note, Say
from bot.core.events import Event, Incoming, LessonDue, Pressed
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Idle,
    Learner,
    Often,
    Reading,
    Track,
    Why,
)
from bot.core.library import Lesson, Library
from bot.engine import (
    calendar,
    helplines,
    placement,
    progress,
    quiz,
    review,
    rhythm,
    schedule,
    silence,
)
from bot.engine.replies import show, tell

EXPIRY = timedelta(hours=12)
"""How long a lesson may wait in the outbox: after that it would meet the next one."""

CARDS = 4096
"""Cards of lessons kept, about 1 KB each."""

LATER_DAYS = 7
"""Days after which a thing put off is asked about once more.  Source: chat.md, 9.2."""


Today = Callable[[Learner, Library, date], tuple[Learner, Card | None]]
"""What is sent on a local date: the learner afterwards, and the card if there is any."""


def due(
    learner: Learner,
    incoming: Incoming,
    event: LessonDue,
    library: Library,
    today: Today | None = None,
) -> Decision:
    """Answer the learner's hour: send today's card, and plan tomorrow's in the same breath.

    *today* makes the card; without it that is the learner's own lesson.
    """
    awake = _woken(learner, incoming.at)
    # Where this address is closed, the next lesson finds another one of theirs, if there is any.
    if awake.gone or awake.paused or not schedule.wanted(awake):
        return Decision(awake, (schedule.replan(awake, library, incoming.at),))
    where = schedule.zone(awake, library)
    wish = calendar.instant(event.day, time.fromisoformat(awake.hour), where) or incoming.at
    if schedule.missed(awake, library, incoming.at, wish):
        return Decision(awake, (schedule.replan(awake, library, incoming.at),))
    day = max(event.day, calendar.local_day(incoming.at, where))
    if awake.last_day is not None and awake.last_day >= day:
        # An hour claimed before two learners became one: that day has had its lesson.
        return Decision(awake, (schedule.replan(awake, library, incoming.at),))
    after, card = (today or _today)(awake, library, day)
    if card is None:
        return Decision(after, (schedule.replan(after, library, incoming.at),))
    asks = silence.asks(awake)
    plan = schedule.replan(after, library, incoming.at)
    say = Say(card, lane=Lane.LESSON, expires=incoming.at + EXPIRY, silent=asks)
    return Decision(after, (plan, say, Note("silence" if asks else "lesson", day.isoformat())))


def _woken(learner: Learner, at: datetime) -> Learner:
    """Return the learner with a pause that is over taken away."""
    if learner.paused and learner.paused_until is not None and at >= learner.paused_until:
        return altered(learner, paused=False, paused_until=None)
    return learner


def _today(learner: Learner, library: Library, today: date) -> tuple[Learner, Card | None]:
    """Return the learner and today's card: a thing put off, a review, else the next lesson."""
    if silence.asks(learner):
        after = altered(learner, last_day=today, unpressed=silence.counted(learner))
        return after, silence.card(learner)
    again = learner.later_on is not None and learner.later_on <= today
    if again and learner.later in library.lessons:
        stage = Acting(learner.later, asked_before=True)
        asked = altered(
            learner,
            stage=stage,
            later="",
            later_on=None,
            last_day=today,
            unpressed=silence.counted(learner),
        )
        return asked, acting(asked, library, stage, today)
    # A question that nobody answers does not come again and again; a tip asks nothing.
    answers = learner.often is not Often.TIP and not learner.unpressed
    item = review.pick(learner, library, today) if answers else None
    if item is None:
        # Who only reads is sent what is new all the same.
        waits = answers and review.waits(learner, library, today)
        return opened(learner, library, "daily", today, new=not waits)
    question = Answering(item.id, quiz.seed(f"{learner.key}:{today.isoformat()}"), "review")
    asked = altered(learner, stage=question, last_day=today, unpressed=silence.counted(learner))
    return asked, quiz.question(asked, library, question)


def opened(
    learner: Learner, library: Library, why: Why, today: date | None, *, new: bool = True
) -> tuple[Learner, Card | None]:
    """Return the learner with the next lesson open at its first card, and that card.

    *today* is the newest local date on which the clock sent one; without *new* it is one that
    was met before.
    """
    lesson = progress.next_lesson(learner, library, new=new)
    if lesson is None:
        return altered(learner, last_day=today), None
    stage = Reading(lesson.id, 0, why)
    unread = "" if learner.unread == lesson.id else learner.unread
    reader = altered(
        learner,
        progress=progress.met(learner, lesson.id),
        stage=stage,
        unread=unread,
        last_day=today,
        unpressed=silence.counted(learner) if why == "daily" else learner.unpressed,
    )
    return reader, reading(reader, library, stage)


def cards(track: Track, lesson: Lesson) -> tuple[Text, ...]:
    """Return the texts of the lesson's cards for *track*."""
    own = lesson.variants.get(track)
    if own:
        return tuple(Text(f"{lesson.id}.variants.{track}.{card}") for card in own)
    return tuple(Text(f"{lesson.id}.cards.{card}") for card in lesson.cards)


def reading(learner: Learner, library: Library, stage: Reading) -> Card:
    """Return one card of a lesson, with the question and, if there is one, the next card."""
    lesson = library.lessons[stage.lesson]
    course = progress.course(learner, library)
    place = (course.places.get(lesson.id, 1), len(course.lessons))
    tip = learner.often is Often.TIP and stage.why == "daily" and lesson.action
    told = (learner.track, learner.locale)
    card = _reading(library, lesson.id, stage.card, told, place, tip)
    begin = placement.beside(learner, library, stage)
    return replace(card, buttons=(*card.buttons, *begin)) if begin else card


@lru_cache(maxsize=CARDS)
def _reading(  # what a lesson's look depends on, no more
    library: Library,
    key: str,
    card: int,
    told: tuple[Track, str],
    place: tuple[int, int],
    tip: bool,  # noqa: FBT001
) -> Card:
    track, locale = told
    texts = cards(track, library.lessons[key])
    at = min(card, len(texts) - 1)
    body: list[Block[Text]] = [Para(helplines.filled(texts[at], library))]
    if tip:
        body.append(Para(Text("lesson.to_do", (("action", Text(f"{key}.action")),))))
    buttons = [Button(Text("lesson.question"), Action("quiz", (key,)), style="primary")]
    if at + 1 < len(texts):
        buttons.append(Button(Text("lesson.read_on"), Action("read", (key, str(at + 1)))))
    return Card(
        title=Text(f"{key}.title"),
        body=(*body, *progress.remarks(library, library.lessons[key], locale)),
        buttons=tuple(buttons),
        footer=Text("lesson.footer", (("n", place[0]), ("total", place[1]))),
        lang=progress.fallback(library, key, locale),
    )


def started(learner: Learner, incoming: Incoming, library: Library, why: Why) -> Decision:
    """Answer a wish for a lesson now; what must not be forgotten may come before a new one."""
    day = schedule.day(learner, library, incoming.at)
    item = review.first(learner, library, day)
    if item is not None:
        question = Answering(item.id, quiz.seed(incoming.id), "review")
        asked = altered(learner, stage=question)
        return Decision(asked, (show(incoming.event, quiz.question(asked, library, question)),))
    new = not review.waits(learner, library, day)
    after, card = opened(learner, library, why, learner.last_day, new=new)
    if card is None:
        return Decision(learner, (tell(incoming.event, Text("lesson.none")),))
    return Decision(after, (show(incoming.event, card),))


def read(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Turn to another card of a lesson; None where the press names none of ours."""
    key, place = (*event.action.args, "", "")[:2]
    lesson = library.lessons.get(key)
    if lesson is None or not place.isdecimal() or int(place) >= len(cards(learner.track, lesson)):
        return None
    why: Why = learner.stage.why if isinstance(learner.stage, Reading) else "more"
    stage = Reading(key, int(place), why)
    reader = altered(learner, progress=progress.met(learner, key), stage=stage)
    return Decision(reader, (show(event, reading(reader, library, stage)),))


def ask(learner: Learner, incoming: Incoming, event: Event, library: Library) -> Decision | None:
    """Put the next question of the lesson that the press names; None where there is none."""
    key = event.action.args[0] if isinstance(event, Pressed) and event.action.args else ""
    lesson = library.lessons.get(key)
    item = progress.next_item(learner, library, lesson) if lesson else None
    if lesson is None or item is None:
        return None
    why: Why = learner.stage.why if isinstance(learner.stage, Reading) else "more"
    stage = Answering(item.id, quiz.seed(incoming.id), why)
    asked = altered(learner, progress=progress.met(learner, key), stage=stage)
    return Decision(asked, (show(event, quiz.question(asked, library, stage)),))


def another(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Answer a press for a lesson: what is open stays open, else the next lesson.

    A finger presses twice: the second press must not skip what the first one opened.
    """
    match learner.stage:
        case Answering() as stage:
            card = quiz.question(learner, library, stage)
        case Reading() as stage:
            card = reading(learner, library, stage)
        case _:
            return started(learner, incoming, library, "more")
    return Decision(learner, (show(incoming.event, card),))


def more(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Go on after an answer: the next question of the same lesson, else the next lesson."""
    stage = learner.stage
    if isinstance(stage, Answered) and stage.why not in ("first", "review"):
        lesson = library.lessons[library.items[stage.item].lesson]
        item = progress.next_item(learner, library, lesson)
        if item is not None and not progress.finished(learner, library, lesson):
            asked = Answering(item.id, quiz.seed(incoming.id), "more")
            after = altered(learner, stage=asked)
            card = quiz.question(after, library, asked)
            return Decision(after, (show(incoming.event, card),))
    return another(learner, incoming, library)


def enough(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """End for today: one thing to keep, one thing to do."""
    stage = learner.stage
    if isinstance(stage, Answering):
        # Pressed on a card of before: the open question stays.
        return Decision(learner, (tell(incoming.event, Text("lesson.see_you")),))
    if not isinstance(stage, Answered | Acting):
        card = Card(body=(Para(Text("lesson.see_you")),), tone="good")
        return Decision(altered(learner, stage=Idle()), (show(incoming.event, card),))
    # A second press finds the thing to do already offered.
    offered = stage if isinstance(stage, Acting) else _offered(library, stage)
    after = altered(learner, stage=offered)
    day = schedule.day(after, library, incoming.at)
    return Decision(after, (show(incoming.event, acting(after, library, offered, day)),))


def _offered(library: Library, stage: Answered) -> Acting:
    """Return what follows an answer: its lesson's thing to do, and what was missed."""
    item = library.items[stage.item]
    return Acting(item.lesson, technique="" if stage.verdict == "right" else item.technique)


def acting(learner: Learner, library: Library, stage: Acting, today: date) -> Card:
    """Return the card with the recap, the one thing to do, and when what was missed comes back."""
    lesson = library.lessons[stage.lesson]
    body: list[Block[Text]] = []
    if not stage.asked_before:
        body.append(Para(Text("act.keep", (("recap", Text(f"{lesson.id}.recap")),))))
    if lesson.action:
        body.append(Para(Text("act.do", (("action", Text(f"{lesson.id}.action")),))))
    then = review.back(learner, library, stage.technique, today)
    if then:
        body.append(Para(Text("act.back", (("day", then),))))
    if rhythm.made(learner, today):
        body.append(Para(Text("rhythm.made")))
    buttons = [Button(Text("act.done"), Action("act", (lesson.id, "done")), style="primary")]
    if not stage.asked_before:
        buttons.append(Button(Text("act.later"), Action("act", (lesson.id, "later"))))
    buttons.append(Button(Text("act.no"), Action("act", (lesson.id, "no"))))
    if stage.asked_before:
        buttons.append(Button(Text("act.lesson"), Action("lesson")))
    return Card(
        title=Text("act.again" if stage.asked_before else "act.title"),
        body=tuple(body),
        buttons=tuple(buttons) if lesson.action else (),
        tone="info" if stage.asked_before else "good",
        lang=progress.fallback(library, lesson.id, learner.locale),
    )


def act(learner: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision | None:
    """Keep what became of the one thing to do; None where the press names no lesson."""
    key, what = (*event.action.args, "", "")[:2]
    if key not in library.lessons or what not in ("done", "later", "no"):
        return None
    # Yesterday's card may be pressed while today's question is open.
    own = isinstance(learner.stage, Acting) and learner.stage.lesson == key
    idle = altered(learner, stage=Idle()) if own else learner
    effects: list[Effect] = []
    if what == "later":
        where = schedule.zone(learner, library)
        on = calendar.local_day(incoming.at, where) + timedelta(days=LATER_DAYS)
        idle = altered(idle, later=key, later_on=on)
    else:
        once = f"action:{key}" if what == "done" else ""
        effects.append(Note("action" if what == "done" else "declined", key, once=once))
        if key == learner.later:
            # Answered meanwhile on the card of before: there is nothing left to ask.
            idle = altered(idle, later="", later_on=None)
    more_now = Button(Text("lesson.one_more_now"), Action("more"))
    card = Card(body=(Para(Text(f"act.said_{what}")),), buttons=(more_now,), tone="good")
    return Decision(idle, (*effects, show(event, card)))
