"""What is posted in a place: a lesson or a question of the day, and what a press there tells.

Rule 1: a question posted in a place is open practice: whoever presses is told, and nothing of
them is kept, so that children need no account and a stranger stays one.
"""

from dataclasses import replace
from datetime import date

from bot.core.card import Action, Button, Card, Choice, Para, Text
from bot.core.effects import Decision, Notice
from bot.core.events import Incoming, Pressed
from bot.core.learner import Answering, Learner, Often
from bot.core.library import Item, Lesson, Library
from bot.engine import helplines, lesson, progress, quiz

OPTIONS = frozenset({"single", "tf"})
"""Types of items with exactly one right answer, which a place can be asked."""


def today(place: Learner, library: Library, day: date) -> tuple[Learner, Card | None]:
    """Return *place* with what is posted on *day* counted, and its card, if there is any."""
    counts = dict(place.progress)
    own = progress.course(place, library).lessons
    asks = place.often is not Often.DAILY
    able = [one for one in own if not asks or _items(place, library, one)]
    told = min(able, key=lambda one: counts.get(one.id, 0), default=None)
    posted = replace(place, last_day=day)
    if told is None:
        return posted, None
    count = counts.get(told.id, 0)
    posted = replace(posted, progress=progress.met(posted, told.id, 1))
    if not asks:
        return posted, announced(place, library, told)
    items = _items(place, library, told)
    return posted, _question(place, library, items[count % len(items)], day)


def _items(place: Learner, library: Library, told: Lesson) -> tuple[Item, ...]:
    items = progress.course(place, library).items[told.id]
    return tuple(item for item in items if item.type in OPTIONS)


def announced(place: Learner, library: Library, told: Lesson) -> Card:
    """Return the card that tells of a lesson, the same for everybody of one track and language."""
    texts = [helplines.filled(lesson.cards(place.track, told)[0], library)]
    if told.action:
        texts.append(Text("lesson.to_do", (("action", Text(f"{told.id}.action")),)))
    return Card(
        title=Text(f"{told.id}.title"),
        body=(*map(Para, texts), *progress.remarks(library, told, place.locale)),
        buttons=(_take("place.take", told.id),),
        lang=progress.fallback(library, told.id, place.locale),
    )


def _question(place: Learner, library: Library, item: Item, day: date) -> Card:
    """Return the question of the day; a channel's client may show it as a quiz of its own."""
    stage = Answering(item.id, quiz.seed(f"{place.key}:{day.isoformat()}"), "daily")
    card = quiz.question(place, library, stage)
    options = card.choices[:-1]  # The last is Don't know: nobody who practises need say so.
    keys = {option.id for option in item.options if option.right}
    weekly = place.often is Often.WEEKLY
    return replace(
        card,
        title=Text("place.title_week" if weekly else "place.title_day"),
        choices=tuple(_vote(one, keys, key=place.place == "channel") for one in options),
        buttons=(_take("place.behind", item.lesson),),
        footer=None,
        why=Text(f"{item.id}.explain") if place.place == "channel" else None,
    )


def _vote(choice: Choice[Text], keys: set[str], *, key: bool) -> Choice[Text]:
    item, option = choice.action.args
    return replace(choice, action=Action("vote", (item, option)), right=key and option in keys)


def _take(label: str, key: str) -> Button[Text]:
    return Button(Text(label), Action("take", (key,)), style="primary")


def vote(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Tell whoever presses on a question in a place how it is; None where there is none."""
    key, option = (*event.action.args, "", "")[:2]
    item = library.items.get(key)
    if item is None or item.type not in OPTIONS:
        return None
    if option not in {one.id for one in item.options}:
        return None
    right = quiz.judge(item, (option,)) == "right"
    said = f"{key}.feedback.{'right' if right else 'wrong'}"
    if item.type == "single":
        said = f"{key}.options.{option}.feedback"
    told = helplines.filled(Text(said), library)
    text = Text("vote.right" if right else "vote.wrong", (("why", told),))
    return Decision(learner, (Notice(text, loud=True),))


def take(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Open the lesson that a place was told of, for one person; None where there is none."""
    key = event.action.args[0] if event.action.args else ""
    return lesson.read(learner, incoming, Pressed(Action("read", (key, "0")), event.on), library)
