"""What the values of one file say about each other, where a file that disagrees is not read.

Rule 1: only what the engine must be able to trust stands here; taste and length are lint.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.content.document import Document, Way, quoted
from bot.core.source import Fault

FLAGS = 4
"""Most warning signs in a staged message.  Source: content.md, section 3."""


def lesson_fits(document: Document) -> Iterator[Fault]:
    """Yield what keeps a lesson file from being read: its id, its folder, its age."""
    lesson = document.value
    yield from _named(document, "id")
    if lesson["topic"] != document.folder:
        wrong = f"{quoted(lesson['topic'])} is not the folder"
        yield document.fault(("topic",), wrong, f"write {document.folder}")
    if "child" in lesson["tracks"] and lesson["min_age"] != "8":
        wrong = f"{lesson['min_age']}, but tracks holds child"
        yield document.fault(("min_age",), wrong, "drop the track")
    elif "teen" in lesson["tracks"] and lesson["min_age"] == "18":
        wrong = f"{lesson['min_age']}, but tracks holds teen"
        yield document.fault(("min_age",), wrong, "drop the track")
    if lesson["topic"] == "kid" and "risks" not in lesson:
        wrong = "missing in topic kid"
        yield document.fault(("risks",), wrong, "name at least one, such as contact")
    if "action" not in lesson and lesson["sensitivity"] != "care":
        yield document.fault(("action",), "missing", "write one thing doable today")


def quiz_fits(document: Document) -> Iterator[Fault]:
    """Yield what keeps a quiz file from being read: its ids, and keys that fit no type."""
    yield from _named(document, "lesson")
    lesson = document.value["lesson"]
    items = document.value["items"]
    for id_, item in items.items():
        if id_.rpartition("-")[0] != lesson:
            wrong = f"belongs to {id_.rpartition('-')[0]}"
            remedy = f"take {_free(lesson, id_.rpartition('-')[2], items)}"
            yield document.fault(("items", id_), wrong, remedy)
        for way, wrong, remedy in _KEYS[item["type"]](item):
            yield document.fault(("items", id_, *way), wrong, remedy)


def _named(document: Document, field: str) -> Iterator[Fault]:
    id_ = document.value[field]
    if id_ != document.stem:
        wrong = f"{quoted(id_)} is not the name of the file"
        remedy = f"write {document.stem} or rename the file to {id_}.yaml"
        yield document.fault((field,), wrong, remedy)
    elif id_.partition("-")[0] != document.folder:
        wrong = f"{quoted(id_)} is in folder {document.folder}"
        yield document.fault((field,), wrong, f"move the file to {id_.partition('-')[0]}")


def _free(lesson: str, number: str, items: Mapping[str, Any]) -> str:
    """Return an item id of *lesson* that no item has yet, with *number* if it is free."""
    names = [number, *(f"q{place}" for place in range(1, 100))]
    return next(f"{lesson}-{name}" for name in names if f"{lesson}-{name}" not in items)


Misfit = tuple[Way, str, str]


def _choice(item: Mapping[str, Any]) -> Iterator[Misfit]:
    right = [id_ for id_, option in item["options"].items() if option.get("right") == "true"]
    if not right:
        yield ("options",), "no option is right", "write right: true in one"
    elif len(right) > 1:
        number = {2: "two", 3: "three"}.get(len(right), str(len(right)))
        yield (
            ("options",),
            f"{number} options are right, {item['type']} allows one",
            "use multi",
        )


def _multi(item: Mapping[str, Any]) -> Iterator[Misfit]:
    right = [option.get("right") == "true" for option in item["options"].values()]
    if all(right) or not any(right):
        wrong = f"{'all' if all(right) else 'no'} options are right"
        yield ("options",), wrong, "write at least one right and one wrong"


def _nothing(_: Mapping[str, Any]) -> Iterator[Misfit]:
    return iter(())


def _order(item: Mapping[str, Any]) -> Iterator[Misfit]:
    if sorted(item["right"]) != sorted(item["steps"]):
        yield (
            ("right",),
            "not the steps in some order",
            f"use each of {', '.join(item['steps'])} once",
        )


def _numeric(item: Mapping[str, Any]) -> Iterator[Misfit]:
    if item["accept"]["min"] > item["accept"]["max"]:
        yield ("accept",), "min is above max", "swap them"


def _spot(item: Mapping[str, Any]) -> Iterator[Misfit]:
    flagged = [id_ for id_, part in item["segments"].items() if part.get("flag") == "true"]
    hits = item["pass"]["min_hits"]
    if item["verdict"] == "genuine":
        if flagged:
            wrong = f"genuine but {flagged[0]} is flagged"
            yield ("verdict",), wrong, "remove the flag or write fake"
        elif hits:
            yield ("pass", "min_hits"), f"{hits}, but nothing is flagged", "write 0"
    elif not flagged:
        yield ("verdict",), "fake but no segment is flagged", "flag one or write genuine"
    elif len(flagged) > FLAGS:
        yield ("segments",), f"{len(flagged)} segments are flagged, {FLAGS} allowed", "flag fewer"
    elif not 1 <= hits <= len(flagged):
        wrong = f"{hits}, but {len(flagged)} segments are flagged"
        yield ("pass", "min_hits"), wrong, f"write 1 to {len(flagged)}"


_KEYS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Misfit]]] = {
    "single": _choice,
    "first": _choice,
    "multi": _multi,
    "tf": _nothing,
    "order": _order,
    "numeric": _numeric,
    "spot": _spot,
}
