"""Questions: how one is put, how an answer is judged, and what the learner is told about it.

Rule 1: the letters are given after shuffling; what is stored are option ids.
Rule 2: Don't know is always there, counts as wrong, and is never called wrong.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from bot.core.card import (
    Action,
    Ask,
    Block,
    Bullets,
    Button,
    Card,
    Choice,
    Mark,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
    Tone,
)
from bot.core.learner import Answered, Answering, Learner, Why
from bot.core.library import Item, Library, Option
from bot.engine import helplines, progress

POINTS = 10
"""Points of a right answer.  Nobody sees them but the learner and, summed, a class."""

UNKNOWN = "dk"
"""The option id of Don't know, in every item."""

SHUFFLED = frozenset({"single", "first", "multi"})
"""Types whose options change places; the others tell something by their order."""

SEVERAL = frozenset({"multi", "spot"})
"""Types answered by any number of ticks."""

FEEDBACK_LINES = 3
"""Most feedback lines of one answer, so that a card stays within 1,000 characters."""

CARDS = 4096
"""Cards of questions kept, about 1 KB each: six orders of 430 items, and their feedback."""

STOP = Button(Text("placement.stop"), Action("placement", ("stop",)))
"""The way out of a placement, on every question of it."""

_FOOTERS: dict[Why, str] = {"first": "quiz.footer_first", "placement": "placement.footer"}

Verdict = Literal["right", "near", "wrong", "unknown"]

_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?")


def seed(event: str) -> str:
    """Return the seed of a question that *event* opens: 12 hexadecimal digits."""
    return hashlib.blake2b(event.encode(), digest_size=6).hexdigest()


def shown(item: Item, seeded: str) -> tuple[Option, ...]:
    """Return the options in the order in which this learner sees them."""
    if item.type not in SHUFFLED:
        return item.options
    return tuple(
        sorted(
            item.options,
            key=lambda option: hashlib.blake2b(f"{seeded}:{option.id}".encode()).digest(),
        )
    )


def label(item: Item, option: Option, place: int) -> Text:
    """Return what stands on the button of *option*, the *place*-th shown, counted from 1."""
    match item.type:
        case "tf":
            return Text(f"quiz.{option.id}")
        case "spot":
            return Text("quiz.part", (("n", place),))
        case "order":
            return Text(f"{item.id}.steps.{option.id}.text")
        case _:
            return Text(f"{item.id}.options.{option.id}.text")


def question(learner: Learner, library: Library, stage: Answering) -> Card:
    """Return the card of an open question, with what was picked so far."""
    item = library.items[stage.item]
    order = tuple(option.id for option in shown(item, stage.seed))
    return _question(library, item, learner.locale, order, stage.picked, stage.why)


@lru_cache(maxsize=CARDS)
def _question(  # what a question's look depends on, no more
    library: Library,
    item: Item,
    locale: str,
    order: tuple[str, ...],
    picked: tuple[str, ...],
    why: Why,
) -> Card:
    lesson = library.lessons[item.lesson]
    card = Card(
        title=Text(f"{lesson.id}.title"),
        body=(
            *_case(item),
            Para(Text(f"{item.id}.stem")),
            *_picks(item, picked),
            *progress.remarks(library, lesson, locale),
        ),
        buttons=(STOP,) if why == "placement" else (),
        footer=Text(_FOOTERS.get(why, "quiz.footer")),
        lang=progress.spoken(library, item, locale),
    )
    return (
        _asking_number(card, item)
        if item.type == "numeric"
        else _asking(card, item, order, picked)
    )


def _asking_number(card: Card, item: Item) -> Card:
    """Return *card* asking for a number, with Don't know as a button."""
    ask = Ask(
        Action("answer", (item.id,)),
        prompt=Text("quiz.number"),
        button=Text("quiz.answer"),
        max_len=20,
    )
    unknown = Button(Text("quiz.unknown"), Action("answer", (item.id, UNKNOWN)))
    return replace(card, ask=ask, buttons=(unknown,))


def _asking(card: Card, item: Item, order: tuple[str, ...], picked: tuple[str, ...]) -> Card:
    """Return *card* with the options, and Don't know as the last of them."""
    choices = tuple(
        Choice(
            label(item, option, place),
            Action("answer", (item.id, option.id)),
            picked=option.id in picked,
            letter=str(place) if item.type == "spot" else "",
        )
        for place, option in enumerate(_ordered(item, order), start=1)
    )
    unknown = Choice(Text("quiz.unknown"), Action("answer", (item.id, UNKNOWN)), letter="?")
    send = Button(Text("quiz.send"), Action("send", (item.id,)), style="primary")
    return replace(
        card,
        choices=(*choices, unknown),
        many=send if item.type in SEVERAL else None,
        sequence=item.type == "order",
    )


def _case(item: Item) -> Iterator[Block[Text]]:
    """Yield the staged message of *item*, if it has one."""
    if item.staged is None:
        return
    spot = item.type == "spot"
    parts = (
        tuple(Text(f"{item.id}.segments.{part.id}.text") for part in item.options)
        if spot
        else (Text(f"{item.id}.specimen.text"),)
    )
    yield Specimen(
        channel=item.staged.channel,
        label=Text("specimen.label"),
        parts=parts,
        sender=Text(f"{item.id}.specimen.sender") if item.staged.sender else None,
        numbered=spot,
    )


def _ordered(item: Item, order: tuple[str, ...]) -> tuple[Option, ...]:
    by_id = {option.id: option for option in item.options}
    return tuple(by_id[key] for key in order)


def _picks(item: Item, picked: tuple[str, ...]) -> Iterator[Block[Text]]:
    """Yield the order chosen so far."""
    if item.type == "order" and picked:
        steps = tuple(Text(f"{item.id}.steps.{step}.text") for step in picked)
        yield Bullets(steps, ordered=True)


def toggled(item: Item, stage: Answering, option: str) -> Answering:
    """Return the stage after a press on *option* of a question with several answers."""
    if option in stage.picked:
        return replace(stage, picked=tuple(one for one in stage.picked if one != option))
    return replace(stage, picked=(*stage.picked, option))


def number(text: str) -> float | None:
    """Return the number that *text* writes in the digits of any script, or None."""
    folded = "".join(
        str(unicodedata.digit(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKC", text[:40])
        if unicodedata.category(char) not in ("Cf", "Zs")
    )
    folded = re.sub(r"(?<=\d)[,'\u2019\u066c](?=\d{3}(?!\d))", "", folded)
    found = _NUMBER.fullmatch(folded.replace(",", ".").replace("\u066b", ".").rstrip("%\u066a"))
    return float(found.group()) if found else None


def judge(item: Item, picked: tuple[str, ...]) -> Verdict:
    """Return the verdict on option ids, in the order given."""
    if UNKNOWN in picked:
        return "unknown"
    if item.type == "order":
        return _judge_order(item, picked)
    keys = {option.id for option in item.options if option.right}
    chosen = set(picked)
    if item.type == "spot":
        found = len(chosen & keys) >= item.min_hits
        return "right" if found and len(chosen - keys) <= item.max_false_alarms else "wrong"
    return "right" if chosen == keys else "wrong"


def _judge_order(item: Item, picked: tuple[str, ...]) -> Verdict:
    if picked == item.sequence:
        return "right"
    for at in range(len(picked) - 1):
        swapped = (*picked[:at], picked[at + 1], picked[at], *picked[at + 2 :])
        if swapped == item.sequence:
            return "near"
    return "wrong"


def judge_number(item: Item, value: float) -> tuple[Verdict, str]:
    """Return the verdict on a number and on which side it missed: ``low``, ``high`` or empty."""
    low, high = item.accept
    if low <= value <= high:
        return "right", ""
    return "wrong", "low" if value < low else "high"


_TITLES: dict[str, tuple[str, Tone]] = {
    "right": ("quiz.right", "good"),
    "near": ("quiz.near", "bad"),
    "wrong": ("quiz.not_quite", "bad"),
    "unknown": ("quiz.here_it_is", "info"),
}


def feedback(learner: Learner, library: Library, stage: Answered) -> Card:
    """Return the card of a judged question, with what may come next."""
    item = library.items[stage.item]
    total = len(progress.course(learner, library).items[item.lesson])
    done = min(progress.answered(learner, item.lesson), total)
    order = tuple(option.id for option in shown(item, stage.seed))
    judged = (stage.verdict, stage.detail, stage.picked)
    return _feedback(library, item, learner.locale, order, judged, (done, total))


@lru_cache(maxsize=CARDS)
def _feedback(  # what a judgement's look depends on, no more
    library: Library,
    item: Item,
    locale: str,
    order: tuple[str, ...],
    judged: tuple[Verdict, str, tuple[str, ...]],
    done: tuple[int, int],
) -> Card:
    verdict, detail, picked = judged
    title, tone = _TITLES[verdict]
    told = [*_told(item, verdict, detail, picked), Text(f"{item.id}.explain")]
    return Card(
        title=Text(title),
        body=(
            *_case(item),
            Para(Text(f"{item.id}.stem")),
            *_marked(item, order, picked),
            *(Para(helplines.filled(text, library)) for text in told),
            Progress(*done),
        ),
        buttons=(
            Button(Text("lesson.one_more"), Action("more"), style="primary"),
            Button(Text("lesson.enough"), Action("enough")),
        ),
        tone=tone,
        lang=progress.spoken(library, item, locale),
    )


def _marked(item: Item, order: tuple[str, ...], picked: tuple[str, ...]) -> Iterator[Block[Text]]:
    if item.type == "numeric":
        return
    if item.type == "order":
        yield Bullets(
            tuple(Text(f"{item.id}.steps.{step}.text") for step in item.sequence), ordered=True
        )
        return
    lines = []
    for place, option in enumerate(_ordered(item, order), start=1):
        marks: set[Mark] = set()
        if option.right:
            marks.add("right")
        if option.id in picked:
            marks.add("yours")
        lines.append((frozenset(marks), label(item, option, place)))
    yield Marked(tuple(lines))


def _told(item: Item, verdict: Verdict, detail: str, picked: tuple[str, ...]) -> Iterator[Text]:
    """Yield the feedback that fits the answer, at most ``FEEDBACK_LINES`` lines."""
    if verdict == "unknown":
        return
    if item.type in SEVERAL:
        field = "segments" if item.type == "spot" else "options"
        keys = {option.id for option in item.options if option.right}
        missed = [option.id for option in item.options if option.id in keys ^ set(picked)]
        for option_id in missed[:FEEDBACK_LINES]:
            yield Text(f"{item.id}.{field}.{option_id}.feedback")
    elif item.type in ("tf", "order", "numeric"):
        yield Text(f"{item.id}.feedback.{detail or verdict}")
    else:
        for option_id in picked[:1]:
            yield Text(f"{item.id}.options.{option_id}.feedback")
