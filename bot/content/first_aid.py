"""First-aid trees: what keeps one from being read, its texts, and its lint.

Rule 1: from every step there is a way to an end, and to the first thing to do at most ``PRESSES``.
Rule 2: an answer is a press; a tree has no field to type into, so it can ask for no secret.

Source: content.md, section 7.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.content.document import Document, Way, meant, quoted
from bot.content.pack import Documents
from bot.content.schema import ASKED, DO, FIRST_AID, LABEL, Words
from bot.content.sourcing import dates, unconfirmed, unread
from bot.content.texts import Role, Worded, remark
from bot.core import library
from bot.core.source import Fault

FOLDER = "first_aid"

PRESSES = 5
"""Most presses from ``/aid`` to the first thing to do.  Source: chat.md, 9.9."""

LISTED = 2
"""Presses to a tree that is not the first: what else can have happened, and this."""

MONTHS = 6
"""Months until the next review.  Source: content.md, section 2."""

Steps = Mapping[str, Mapping[str, Any]]


def tree_fits(document: Document) -> Iterator[Fault]:
    """Yield what keeps a tree from being read: a walk through it must never be lost."""
    value = document.value
    if value["id"] != document.stem:
        wrong = f"{quoted(value['id'])} is not the name of the file"
        yield document.fault(("id",), wrong, f"write {document.stem}")
    steps: Steps = value["steps"]
    if value["start"] not in steps:
        yield _unknown(document, ("start",), value["start"], steps)
    elif "ask" not in steps[value["start"]]:
        yield document.fault(("start",), "not a question", "begin with a step that has 'ask'")
    for id_ in steps:
        yield from _step_fits(document, id_, steps)
    if value["start"] in steps:
        yield from _lost(document, steps)


def _step_fits(document: Document, id_: str, steps: Steps) -> Iterator[Fault]:
    step = steps[id_]
    for wrong, remedy in _misfits(step):
        yield document.fault(("steps", id_), wrong, remedy)
    for answer, leads in step.get("answers", {}).items():
        if ("goto" in leads) == ("tree" in leads):
            wrong = "leads to a step or to a tree, one of the two"
            way = ("steps", id_, "answers", answer)
            yield document.fault(way, wrong, "write either 'goto' or 'tree'")
    for inner, goto in _gotos(step):
        if goto not in steps:
            yield _unknown(document, ("steps", id_, *inner), goto, steps)


def _unknown(document: Document, way: Way, name: str, steps: Steps) -> Fault:
    remedy = meant(name, steps, "write that step")
    return document.fault(way, f"{quoted(name)} is no step of this tree", remedy)


def _misfits(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the fields of one step say against each other, and the remedy."""
    if ("ask" in step) == ("do" in step):
        yield "a question or a thing to do, one of the two", "write either 'ask' or 'do'"
    elif "ask" in step:
        if "answers" not in step:
            yield "a question without answers", "write answers"
        if "goto" in step or "end" in step:
            yield "a question goes on by its answers", "drop goto and end"
    elif "goto" not in step and "end" not in step:
        yield "no goto and no end", "say what comes next"
    elif "goto" in step and "end" in step:
        yield "goto and end", "drop one"


def _gotos(step: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    """Yield the steps of its own tree to which *step* leads, with where that is written."""
    if "goto" in step:
        yield ("goto",), step["goto"]
    for id_, answer in step.get("answers", {}).items():
        if "goto" in answer:
            yield ("answers", id_, "goto"), answer["goto"]


def _ends(step: Mapping[str, Any]) -> bool:
    """Return whether *step* is an end, or leads into another tree, which has its own."""
    return "end" in step or any("tree" in one for one in step.get("answers", {}).values())


def _lost(document: Document, steps: Steps) -> Iterator[Fault]:
    """Yield steps that nothing leads to, and those from which no end can be reached."""
    ahead = {id_: [goto for _, goto in _gotos(step)] for id_, step in steps.items()}
    reached, edge = set(), [document.value["start"]]
    while edge:
        found = edge.pop()
        if found in steps and found not in reached:
            reached.add(found)
            edge += ahead[found]
    ending = {id_ for id_, step in steps.items() if _ends(step)}
    grown = True
    while grown:
        more = {id_ for id_ in steps if id_ not in ending and not ending.isdisjoint(ahead[id_])}
        ending |= more
        grown = bool(more)
    for id_ in steps:
        if id_ not in reached:
            remedy = "lead to it or delete it"
            yield document.fault(("steps", id_), "nothing leads here", remedy)
        elif id_ not in ending:
            yield document.fault(("steps", id_), "no end can be reached", "lead to an end")


def tree(document: Document) -> library.Tree:
    """Return the tree of *document*."""
    value = document.value
    return library.Tree(
        id=value["id"],
        start=value["start"],
        steps={id_: _step(id_, step) for id_, step in value["steps"].items()},
        checked=value["review"]["last"],
        draft=value["status"] == "review",
        closing="closing" in value,
    )


def _step(id_: str, step: Mapping[str, Any]) -> library.Step:
    ways = tuple(
        library.Way(key, one.get("goto", ""), one.get("tree", ""))
        for key, one in step.get("answers", {}).items()
    )
    return library.Step(id_, "ask" in step, ways, step.get("goto", ""))


def tree_texts(document: Document) -> Iterator[Worded]:
    """Yield the texts of a tree; an answer's key ends in its id: ``aid-x.q1.answers.page``."""
    value = document.value
    id_ = value["id"]

    def made(key: str, way: Way, role: Role, words: Words, text: str, what: str) -> Worded:
        told = remark(f"first aid {id_}, {what}", words, text)
        return Worded(document, f"{id_}.{key}", way, role, text, words, told, id_)

    title = FIRST_AID.fields["title"].kind
    if isinstance(title, Words):
        what = "title, and the button that opens it"
        yield made("title", ("title",), "title", title, value["title"], what)
    for key, step in value["steps"].items():
        if "ask" in step:
            way: Way = ("steps", key, "ask")
            yield made(f"{key}.ask", way, "card", ASKED, step["ask"], f"step {key}, the question")
        if "do" in step:
            way = ("steps", key, "do")
            yield made(f"{key}.do", way, "card", DO, step["do"], f"step {key}, what to do now")
        for answer, one in step.get("answers", {}).items():
            way = ("steps", key, "answers", answer, "label")
            what = f"step {key}, an answer on a button, first person"
            yield made(f"{key}.answers.{answer}", way, "option", LABEL, one["label"], what)
    if "closing" in value:
        what = "said at the end of this tree"
        yield made("closing", ("closing",), "card", ASKED, value["closing"], what)


def lint_trees(documents: Documents, today: date) -> Iterator[Fault]:
    """Yield what is wrong between trees, with their sources, and with their dates."""
    first = min(documents.trees.values(), key=_place, default=None)
    for document in documents.trees.values():
        if document.value["status"] == "retired":
            continue
        yield from _names(document, documents)
        pressed = 0 if document is first else LISTED
        yield from _far(document, documents.trees, pressed)
        span = (MONTHS, "first aid")
        yield from dates(document, ("review",), document.value["review"], span, today)
        if document.value["status"] == "published":
            yield from unconfirmed(document, document.value["sources"], documents.sources or {})
            yield from unread(document)


def _place(document: Document) -> tuple[int, str]:
    return document.value["place"], document.value["id"]


def _names(document: Document, documents: Documents) -> Iterator[Fault]:
    """Yield sources, lessons and trees that stand for nothing."""
    value, sources = document.value, documents.sources
    for place, key in enumerate(value["sources"]):
        if sources is not None and key not in sources:
            remedy = meant(key, sources, "add it there")
            wrong = f"{quoted(key)} is not in lessons/sources.yaml"
            yield document.fault(("sources", place), wrong, remedy)
    if "lesson" in value and value["lesson"] not in documents.lesson_ids:
        wrong = f"{quoted(value['lesson'])} is not in lessons yet"
        yield document.warning(("lesson",), wrong, "write it, or drop the field")
    for way, name in _jumps(value["steps"]):
        if documents.trees_whole and name not in documents.trees:
            remedy = meant(name, documents.trees, "write that tree")
            yield document.fault(way, f"{quoted(name)} is no tree", remedy)


def _jumps(steps: Steps) -> Iterator[tuple[Way, str]]:
    for id_, step in steps.items():
        for key, answer in step.get("answers", {}).items():
            if "tree" in answer:
                yield ("steps", id_, "answers", key, "tree"), answer["tree"]


def _far(document: Document, trees: Mapping[str, Document], pressed: int) -> Iterator[Fault]:
    """Yield the start of a tree from which the first thing to do is too far, if it is."""
    most = pressed + _questions(document.value, document.value["start"], trees, ())
    if most > PRESSES:
        wrong = f"{most} presses to the first thing to do, {PRESSES} allowed"
        yield document.fault(("start",), wrong, "ask less before the first thing to do")


def _questions(
    value: Mapping[str, Any],
    step: str,
    trees: Mapping[str, Document],
    before: Sequence[tuple[str, str]],
) -> int:
    """Return the most questions in a row from *step* on; one come to again counts as too many."""
    here = (value["id"], step)
    found = value["steps"][step]
    if "ask" not in found:
        return 0
    if here in before or len(before) > PRESSES:
        return PRESSES
    longest = 0
    for answer in found["answers"].values():
        other = trees.get(answer.get("tree", ""))
        if other is not None:
            start = other.value["start"]
            longest = max(longest, _questions(other.value, start, trees, (*before, here)))
        elif "goto" in answer:
            ahead = _questions(value, answer["goto"], trees, (*before, here))
            longest = max(longest, ahead)
    return longest + 1
