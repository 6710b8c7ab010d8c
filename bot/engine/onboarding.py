"""The first conversation: language, for whom, one real question, then how often, hour, country.

Rule 1: nothing is kept of a stranger: until they said for whom, all rides in the tokens.
Rule 2: leaving in the middle loses nothing; whoever comes back goes on where they stopped.
"""

from dataclasses import replace

from bot.core.altered import altered
from bot.core.card import Action, Button, Card, Choice, Instant, Para, Text
from bot.core.effects import Decision, Effect, Note
from bot.core.events import Incoming, Pressed
from bot.core.learner import (
    Answering,
    Choosing,
    Idle,
    Learner,
    Often,
    Stranger,
    Track,
)
from bot.core.library import Library
from bot.engine import placement, progress, quiz, schedule, screens
from bot.engine.replies import show


def greeting(locale: str, library: Library) -> Card:
    """Return the first card: a greeting in every language, the client's own first.

    *locale* is one of those offered; for any other the deployment's own comes first.
    """
    first = locale if locale in library.languages else library.languages[0]
    tags = (first, *(tag for tag in library.languages if tag != first))
    return Card(
        body=(Para(Text("hello.all")),),
        choices=tuple(Choice(Text(f"language.{tag}"), Action("lang", (tag,))) for tag in tags),
        lang=first,
    )


def greet(learner: Learner, incoming: Incoming, library: Library) -> Decision:
    """Show a stranger the languages; nothing is kept."""
    return Decision(learner, (show(incoming.event, greeting(incoming.locale, library)),))


def language(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Take a stranger's language and ask for whom the lessons are; nothing is kept yet."""
    tag = event.action.args[0] if event.action.args else ""
    if not isinstance(learner.stage, Stranger) or tag not in library.languages:
        return None
    choices = tuple(
        Choice(Text(f"track.{track}"), Action("track", (tag, track))) for track in screens.TRACKS
    )
    card = Card(
        title=Text("hello.title"),
        body=(Para(Text("hello.what")), Para(Text("hello.kept")), Para(Text("track.ask"))),
        choices=choices,
        lang=tag,
    )
    return Decision(altered(learner, locale=tag), (show(event, card),))


def track(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Take for whom the lessons are: from here on the learner is kept, and gets a question."""
    tag, name = (*event.action.args, "", "")[:2]
    stranger = isinstance(learner.stage, Stranger)
    if not stranger or tag not in library.languages or name not in screens.TRACKS:
        return None
    joined = altered(learner, locale=tag, track=Track(name), stage=Idle())
    lesson = progress.next_lesson(joined, library)
    item = progress.next_item(joined, library, lesson) if lesson else None
    note = Note("joined", name, once="joined")
    if lesson is None or item is None:
        return go_on(joined, incoming, library, (note,))
    stage = Answering(item.id, quiz.seed(incoming.id), "first")
    asked = replace(
        joined, progress=progress.met(joined, lesson.id), stage=stage, unread=lesson.id
    )
    return Decision(asked, (note, show(event, quiz.question(asked, library, stage))))


def missing(learner: Learner) -> str:
    """Return the step of the first conversation that is still open, empty for none."""
    if learner.often is Often.UNASKED:
        return "often"
    if learner.often is Often.NEVER:
        return ""
    if not learner.hour:
        return "hour"
    return "" if learner.zone else "country"


def often_choices(learner: Learner) -> tuple[Choice[Text], ...]:
    """Return the ways of being written to."""
    return tuple(screens.choice("often", text, value) for text, value in screens.often(learner))


def go_on(
    learner: Learner, incoming: Incoming, library: Library, before: tuple[Effect, ...]
) -> Decision:
    """Show the next open step of the first conversation, or that all is ready.

    *before* is what follows from the event besides, such as a new plan.
    """
    step = missing(learner)
    if step:
        after = altered(learner, stage=Choosing(step, joining=True))
        card = screens.card(after, library, Choosing(step, joining=True), incoming.at)
        return Decision(after, (*before, show(incoming.event, card)))
    after = altered(learner, stage=Idle())
    upcoming = schedule.upcoming(after, library, incoming.at)
    return Decision(after, (*before, show(incoming.event, ready(after, upcoming))))


def ready(learner: Learner, upcoming: Instant | None = None) -> Card:
    """Return the card that ends the first conversation, or the set-up of a place.

    *upcoming* is when the learner will be written to first, None for never.
    """
    if learner.place:
        return _ready_place(learner)
    if learner.often is Often.NEVER:
        quiet = screens.choice("urgent", Text("ready.no_alerts"), "none")
        return Card(
            body=(Para(Text("ready.never")),),
            buttons=(
                Button(Text("lesson.one_more_now"), Action("more"), style="primary"),
                placement.offer(),
                Button(quiet.label, quiet.action),
            ),
            tone="good",
        )
    hour = screens.hour_text(learner.hour)
    first = (Para(Text("ready.first", (("when", upcoming),))),) if upcoming else ()
    told = Para(Text(f"ready.{learner.often}", (("hour", hour),)))
    return Card(
        title=Text("ready.title"),
        body=(told, *first, Para(Text("ready.change"))),
        buttons=(
            Button(Text("lesson.one_more_now"), Action("more"), style="primary"),
            placement.offer(),
            Button(Text("ready.see_you"), Action("enough")),
        ),
        tone="good",
    )


def _ready_place(place: Learner) -> Card:
    hour = screens.hour_text(place.hour) if place.hour else Text("settings.unchosen")
    told = Text(f"place.ready_{place.often}", (("hour", hour),))
    return Card(
        title=Text("ready.title"),
        body=(Para(told), Para(Text("place.ready_change"))),
        tone="good",
    )
