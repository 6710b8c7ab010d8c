"""Every text of a lesson or question with its catalogue key, its role and its room.

Rule 1: catalogue keys are made here and nowhere else.
Rule 2: the lint, the extractor and the count of what is whole all read this one list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.content.document import Document, Way
from bot.content.reading import PACES, PLACEHOLDER_UNITS, placeholders, primary, units
from bot.content.schema import (
    ACTION,
    ALT,
    CARD,
    FEEDBACK,
    LINE,
    OPTION,
    OPTION_BEST,
    SENDER,
    SENTENCE,
    SPECIMEN,
    STEM,
    TITLE,
    Words,
)
from bot.core.library import PLACEHOLDERS

Role = Literal[
    "title",
    "objective",
    "card",
    "recap",
    "action",
    "alt",
    "stem",
    "option",
    "feedback",
    "explain",
    "hint",
    "staged",
    "sender",
    "report",
    "law",
    "interface",
]
"""What a text is for: lint and limits differ by it.  ``staged``: words of an invented message."""

ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+(?:example|test|invalid)(?:/\S*)?",
    re.ASCII | re.IGNORECASE,
)
"""A reserved address; a text that is nothing else is never translated."""


@dataclass(frozen=True, slots=True)
class Worded:
    """One text of a document.

    ``key`` is the msgctxt, ``way`` leads to it in the file, ``first`` marks what must be read in
    ten seconds, ``wrong`` a wrong answer or the reply to one.
    ``owner`` is the lesson or item that is not whole without it, empty for none.
    """

    document: Document
    key: str
    way: Way
    role: Role
    text: str
    words: Words
    note: str
    owner: str = ""
    first: bool = False
    wrong: bool = False
    language: str = ""

    @property
    def line(self) -> int:
        """Return the line on which the text begins."""
        return self.document.line(*self.way)

    @property
    def fixed(self) -> bool:
        """Return whether the text is the same in every language."""
        return bool(self.language) or bool(ADDRESS.fullmatch(self.text))


def lesson_texts(document: Document) -> Iterator[Worded]:
    """Yield the texts of a lesson in the order of its fields."""
    lesson = document.value
    id_ = lesson["id"]
    about = f"lesson {id_}"

    def made(role: Role, way: Way, words: Words, what: str, **more: Any) -> Worded:
        text = _at(lesson, way)
        key = ".".join((id_, *map(str, way)))
        owner = "" if role == "objective" else id_
        note = remark(f"{about}, {what}", words, text, extra=more.pop("extra", ""))
        return Worded(document, key, way, role, text, words, note, owner, **more)

    yield made("title", ("title",), TITLE, "title")
    yield made("objective", ("objective",), LINE, "objective")
    for number, card in enumerate(lesson["cards"], start=1):
        what = f"card {number} of {len(lesson['cards'])}"
        first = number == 1
        extra = _first_card_note() if first else ""
        yield made("card", ("cards", card), CARD, what, first=first, extra=extra)
    for track, cards in lesson.get("variants", {}).items():
        for number, card in enumerate(cards, start=1):
            what = f"{track} variant, card {number} of {len(cards)}"
            first = number == 1
            extra = "child 8-12" if track == "child" else ""
            way = ("variants", track, card)
            yield made("card", way, CARD, what, first=first, extra=extra)
    yield made("recap", ("recap",), LINE, "recap, shown at review time")
    if "action" in lesson:
        yield made("action", ("action",), ACTION, "action, first person")
    if "media" in lesson:
        yield made("alt", ("media", "alt"), ALT, "description of the picture")


def _first_card_note() -> str:
    rooms = [f"{language} {room.first} {room.unit}" for language, room in PACES.items()]
    return f"first card, read in 10 s: {', '.join(rooms)}"


def quiz_texts(document: Document) -> Iterator[Worded]:
    """Yield the texts of all items of a quiz file, item by item."""
    for id_, item in document.value["items"].items():
        yield from _item_texts(document, id_, item)


_FEEDBACKS = {
    "right": "feedback on the right answer",
    "wrong": "feedback on a wrong answer",
    "near": "feedback on a near miss",
    "low": "feedback on a number that is too low",
    "high": "feedback on a number that is too high",
}


def _item_texts(document: Document, id_: str, item: Mapping[str, Any]) -> Iterator[Worded]:
    language = item.get("language", "")

    def made(role: Role, way: Way, words: Words, what: str, **more: Any) -> Worded:
        text = _at(item, way)
        key = ".".join((id_, *map(str, way)))
        note = remark(f"item {id_}, {what}", words, text, extra=more.pop("extra", ""))
        where = ("items", id_, *way)
        return Worded(
            document, key, where, role, text, words, note, id_, language=language, **more
        )

    yield made("stem", ("stem",), STEM, "the question", first=True)
    if "specimen" in item:
        if "sender" in item["specimen"]:
            yield made("sender", ("specimen", "sender"), SENDER, "sender of the staged message")
        yield made("staged", ("specimen", "text"), SPECIMEN, "the staged message")
    if "alt" in item:
        yield made("alt", ("alt",), ALT, "description of the staged message")
    for part, role, what, wrong in _parts(item):
        best = f"best under {OPTION_BEST}" if role == "option" else ""
        yield made(role, (*part, "text"), OPTION, what, wrong=wrong, extra=best)
        on = f"feedback on {what.partition(', ')[0]}"
        yield made("feedback", (*part, "feedback"), FEEDBACK, on, wrong=wrong)
    for name in item.get("feedback", {}):
        wrong = name != "right"
        yield made("feedback", ("feedback", name), FEEDBACK, _FEEDBACKS[name], wrong=wrong)
    yield made("explain", ("explain",), FEEDBACK, "explanation")
    if "hint" in item:
        yield made("hint", ("hint",), LINE, "hint")


def _parts(item: Mapping[str, Any]) -> Iterator[tuple[Way, Role, str, bool]]:
    """Yield options, segments and steps: way, role, name for translators, whether it is wrong."""
    for id_, part in item.get("options", {}).items():
        right = part.get("right") == "true"
        kind = "the right answer" if right else "a wrong answer"
        what = f"option {id_} of {len(item['options'])}, {kind}"
        yield ("options", id_), "option", what, not right
    for number, id_ in enumerate(item.get("segments", {}), start=1):
        yield ("segments", id_), "staged", f"part {number}, words of the staged message", False
    for id_ in item.get("steps", {}):
        yield ("steps", id_), "option", f"step {id_} of {len(item['steps'])}", False


def report_texts(document: Document, field: str, name: str) -> Iterator[Worded]:
    """Yield the sentences of ``techniques`` or ``misconceptions``; *name* begins their keys."""
    for slug, text in document.value[field].items():
        note = remark(f"{name} {slug}, for reports", SENTENCE, text)
        key = f"{name}.{slug}"
        yield Worded(document, key, (field, slug), "report", text, SENTENCE, note)


def _at(value: Mapping[str, Any], way: Way) -> str:
    found: Any = value
    for step in way:
        found = found[step]
    return str(found)


def remark(what: str, words: Words, text: str, extra: str = "") -> str:
    """Return what a translator reads above the text: role, room, what to keep."""
    limit = f"limit {words.limit}" + (f" (zh {words.zh})" if words.zh else "")
    kept = [f"{{{name}}}" for name in placeholders(text) if name in PLACEHOLDERS]
    keep = f"keep {' '.join(kept)} after a colon" if kept else ""
    comma = ", " if extra.startswith("best") else "; "
    lengths = comma.join(part for part in (limit, extra) if part)
    return "; ".join(part for part in (what, lengths, keep) if part)


def room(words: Words, language: str) -> int:
    """Return how many UTF-16 units a text may take in *language*."""
    return words.zh if words.zh and primary(language) == "zh" else words.limit


def taken(words: Words, text: str, language: str) -> int:
    """Return how many UTF-16 units of its room *text* takes in *language*.

    A placeholder takes the same share of it in each language, also where the room is smaller
    (Chinese): two of them filled the room of a first-aid step before a word was said.
    """
    return units(text, PLACEHOLDER_UNITS * room(words, language) // words.limit)
