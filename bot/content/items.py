"""Lint of one item: a fair question with one answer that cannot be guessed from its looks."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.content.document import Document, Way, quoted
from bot.content.phrases import ALL_OF_THEM
from bot.content.reading import units
from bot.content.schema import OPTION_BEST, PHISH_ALT
from bot.core.source import Fault

TELLING = 1.5
"""Most times the mean length that one option may have."""

_ABSOLUTE = re.compile(r"\b(?:always|never)\b", re.IGNORECASE)

Found = tuple[Way, str, str, bool]
"""Where in the item, what is wrong, what to do, and whether it is only a warning."""


def lint_item(document: Document, id_: str, *, care: bool) -> Iterator[Fault]:
    """Yield what is wrong with the item *id_* of a quiz file."""
    item = document.value["items"][id_]
    for check in (_misconceptions, _alike, _lengths, _clues, _scale, _alt):
        for way, wrong, remedy, warning in check(item):
            make = document.warning if warning else document.fault
            yield make(("items", id_, *way), wrong, remedy)
    if care and item.get("anchor") == "true":
        yield document.fault(("items", id_, "anchor"), "a care item is never scored", "remove")


def _misconceptions(item: Mapping[str, Any]) -> Iterator[Found]:
    for id_, option in item.get("options", {}).items():
        right, named = option.get("right") == "true", "misconception" in option
        way = ("options", id_, "misconception")
        if not right and not named:
            yield way, "missing", "name why people choose it", False
        elif right and named:
            yield way, "the right answer has one", "delete it", False


def plain(text: str) -> str:
    """Return *text* as options are compared: letters and digits only, in one case."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _parts(item: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    name = "steps" if "steps" in item else "options"
    return name, item.get(name, {})


def _alike(item: Mapping[str, Any]) -> Iterator[Found]:
    name, parts = _parts(item)
    seen: dict[str, str] = {}
    for id_, part in parts.items():
        said = plain(part["text"])
        way = (name, id_, "text")
        if said in seen:
            yield way, f"same as {name[:-1]} {seen[said]}", "make them differ", False
        elif ALL_OF_THEM.fullmatch(said):
            remedy = "ask with type multi" if name == "options" else "name the step"
            yield way, quoted(part["text"].strip(" .").lower()), remedy, False
        seen.setdefault(said, id_)


def _lengths(item: Mapping[str, Any]) -> Iterator[Found]:
    for name in ("options", "steps"):
        for id_, part in item.get(name, {}).items():
            size = units(part["text"])
            if size > OPTION_BEST:
                wrong = f"{size} characters, best under {OPTION_BEST}"
                yield (name, id_, "text"), wrong, "shorten, or it is cut in a poll", True
    options = item.get("options", {})
    if not options:
        return
    sizes = {id_: units(option["text"]) for id_, option in options.items()}
    mean = sum(sizes.values()) / len(sizes)
    for id_, size in sizes.items():
        if size > TELLING * mean:
            wrong = f"{size / mean:.1f} times the mean length"
            yield ("options", id_, "text"), wrong, f"trim to {TELLING}", False


def key_is_longest(item: Mapping[str, Any]) -> bool:
    """Return whether the one right option is longer than every other."""
    right, wrong = _sizes(item)
    return len(right) == 1 and bool(wrong) and right[0] > max(wrong)


def key_is_shortest(item: Mapping[str, Any]) -> bool:
    """Return whether the one right option is shorter than every other."""
    right, wrong = _sizes(item)
    return len(right) == 1 and bool(wrong) and right[0] < min(wrong)


def _sizes(item: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Return the lengths of the right options and of the wrong ones."""
    options = item.get("options", {})
    right = [units(o["text"]) for o in options.values() if o.get("right") == "true"]
    wrong = [units(o["text"]) for o in options.values() if o.get("right") != "true"]
    return right, wrong


def _clues(item: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what lets a guesser find the key without reading the question."""
    options = item.get("options", {})
    if key_is_longest(item):
        id_ = next(id_ for id_, option in options.items() if option.get("right") == "true")
        wrong = "the single longest option is right"
        yield ("options", id_, "text"), wrong, "trim it or lengthen another", True
    absolute = [o for o in options.values() if _ABSOLUTE.search(o["text"])]
    if absolute and all(option.get("right") != "true" for option in absolute):
        wrong = "always or never in wrong options only"
        yield ("options",), wrong, "leave it out or use it in the key", True


_HARD = {("few", "high"), ("few", "medium"), ("some", "high")}
_EASY = {("some", "low"), ("many", "low")}


def _scale(item: Mapping[str, Any]) -> Iterator[Found]:
    if "phish_scale" not in item:
        return
    cues, alignment = item["phish_scale"]["cues"], item["phish_scale"]["alignment"]
    pair = (cues, alignment)
    due = 3 if pair in _HARD else 1 if pair in _EASY else 2
    if item["difficulty"] != due:
        wrong = f"{item['difficulty']}, but {cues} cues and {alignment} alignment give {due}"
        yield ("difficulty",), wrong, "change one", False


def _alt(item: Mapping[str, Any]) -> Iterator[Found]:
    if "specimen" in item and "alt" not in item:
        yield ("alt",), "missing", PHISH_ALT, False
