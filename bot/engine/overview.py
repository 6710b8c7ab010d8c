"""How far somebody has come, for themselves alone: what they met, what sits, and their week.

Rule 1: what is shown only ever grows: nothing that was missed, and nobody else to compare with.
"""

from dataclasses import replace
from datetime import date

from bot.core.card import Action, Block, Bullets, Button, Card, Para, Progress, Text
from bot.core.effects import Decision
from bot.core.events import Event, Incoming, Pressed
from bot.core.learner import Learner
from bot.core.library import Library
from bot.engine import mastery, progress, rhythm, schedule
from bot.engine.replies import show

COMMAND = "progress"
"""The command, and the verb of its buttons."""

TOPICS = frozenset({"acc", "phi", "scm", "dev", "net", "pri", "kid", "ai", "wrk", "hlp", "inf"})
"""Topics that have a name, ``topic.<id>``; those of a further pack are told by their lessons."""

LESSONS = 5
"""Most lessons named beside whole topics, those furthest in the course."""


def opened(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Show how far the learner has come; what is open stays open."""
    return _shown(learner, incoming, incoming.event, library)


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Show it, or count the days or no longer; None where the press names nothing of ours."""
    match event.action.args:
        case ():
            return opened(learner, incoming, library)
        case ("on",):
            wished = replace(learner.rhythm, wish="on")
        case ("off",):
            # A press by mistake loses nothing: what was counted stays, unseen.
            wished = replace(learner.rhythm, wish="off")
        case _:
            return None
    return _shown(replace(learner, rhythm=wished), incoming, event, library)


def _shown(learner: Learner, incoming: Incoming, event: Event, library: Library) -> Decision:
    today = schedule.day(learner, library, incoming.at)
    return Decision(learner, (show(event, card(learner, library, today)),))


def card(learner: Learner, library: Library, today: date) -> Card:
    """Return what the learner has met, and on how many days of the week that runs."""
    own = progress.course(learner, library).lessons
    counts = dict(learner.progress)
    met = sum(lesson.id in counts for lesson in own)
    lessons = Text("progress.lessons", (("n", met), ("total", len(own))))
    counts_days = rhythm.on(learner)
    sits, lang = _sits(learner, library)
    switch, wish = ("progress.off", "off") if counts_days else ("progress.on", "on")
    return Card(
        title=Text("progress.title"),
        body=(Para(lessons), *(_week(learner, today) if counts_days else ()), *sits),
        buttons=(
            Button(Text("lesson.one_more_now"), Action("more"), style="primary"),
            Button(Text(switch), Action(COMMAND, (wish,))),
        ),
        tone="info",
        lang=lang,
    )


def _sits(learner: Learner, library: Library) -> tuple[tuple[Block[Text], ...], str]:
    """Return what is known for good by name, and the language the card falls back to."""
    topics = [topic for topic in mastery.topics(learner, library) if topic in TOPICS]
    others = [one for one in mastery.lessons(learner, library) if one.topic not in topics]
    others = others[-LESSONS:]
    names = [Text(f"topic.{topic}") for topic in topics]
    names += [Text(f"{lesson.id}.title") for lesson in others]
    if not names:
        return (), ""
    tongues = (progress.fallback(library, lesson.id, learner.locale) for lesson in others)
    return (Para(Text("progress.sits")), Bullets(tuple(names))), next(filter(None, tongues), "")


def _week(learner: Learner, today: date) -> tuple[Block[Text], ...]:
    """Return the week that runs and how many were made; where nothing is yet, nothing."""
    days, weeks = rhythm.running(learner, today), learner.rhythm.weeks
    said: list[Block[Text]] = []
    if days:
        said.append(Progress(days, rhythm.DAYS, Text("progress.week")))
    if weeks:
        said.append(Para(Text("progress.weeks", (("n", weeks),))))
    return tuple(said)
