"""A tree against its table: values out, and every unknown, missing or wrong field named.

Rule 1: a value of the wrong form is left out and named once; what leans on it is not named too.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.content.document import Way, did_you_mean, dotted, meant, quoted
from bot.content.schema import (
    ByType,
    Day,
    Field,
    Group,
    Kind,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Whole,
    Word,
    Words,
)
from bot.content.strict import Fields, Many, Node, Scalar
from bot.core.source import Fault

WORD_CHARACTERS = 64
"""Longest token, key or date: an id travels in a button's 64 bytes."""

_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Shaper:
    """Shapes the trees of one file and gathers what is wrong with them."""

    def __init__(self, path: str) -> None:
        """Begin a file; *path* is only copied into the faults."""
        self.faults: list[Fault] = []
        self._path = path
        self._kinds: Mapping[type, Callable[[Any, Any, Way], Any]] = {
            Words: self._words,
            Word: self._word,
            OneOf: self._one_of,
            Whole: self._whole,
            Number: self._number,
            Day: self._day,
            ListOf: self._list,
            MapOf: self._map,
            Group: self._group,
            ByType: self._by_type,
        }

    def shape(self, node: Node, kind: Kind, way: Way = ()) -> Any:
        """Return the value of *node*, or None where it is not of *kind*."""
        return self._kinds[type(kind)](node, kind, way)

    def refuse(self, line: int, way: Way, wrong: str, remedy: str) -> None:
        """Add a refusal."""
        self.faults.append(Fault(self._path, line, dotted(way), wrong, remedy))

    def _text(self, node: Node, way: Way) -> str | None:
        if not isinstance(node, Scalar):
            self.refuse(node.line, way, f"a {_form(node)}, not a text", "write one value")
            return None
        if not node.text.strip():
            self.refuse(node.line, way, "empty", "write it or delete the field")
            return None
        return node.text

    def _words(self, node: Node, _: Words, way: Way) -> str | None:
        text = self._text(node, way)
        return None if text is None else text.strip()

    def _word(self, node: Node, kind: Word, way: Way) -> str | None:
        text = self._text(node, way)
        if text is None:
            return None
        if len(text) > WORD_CHARACTERS or not re.fullmatch(kind.pattern, text):
            self.refuse(node.line, way, *_misshapen(text, kind))
            return None
        return text

    def _one_of(self, node: Node, kind: OneOf, way: Way) -> str | None:
        text = self._text(node, way)
        if text is None or text in kind.values:
            return text
        several = ", ".join(kind.values)
        remedy = meant(text, kind.values, f"write one of: {several}")
        if len(kind.values) == 1:
            remedy = f"write {kind.values[0]}"
        self.refuse(node.line, way, f"{quoted(text)} is not known here", remedy)
        return None

    def _whole(self, node: Node, kind: Whole, way: Way) -> int | None:
        text = self._text(node, way)
        if text is None:
            return None
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is None or not kind.low <= number <= kind.high:
            remedy = f"write a whole number from {kind.low} to {kind.high}"
            self.refuse(node.line, way, f"{quoted(text)} does not fit", remedy)
            return None
        return number

    def _number(self, node: Node, _: Number, way: Way) -> float | None:
        text = self._text(node, way)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            remedy = "write digits, with a point if need be"
            self.refuse(node.line, way, f"{quoted(text)} is not a number", remedy)
            return None
        return float(text)

    def _day(self, node: Node, _: Day, way: Way) -> date | None:
        text = self._text(node, way)
        if text is None:
            return None
        try:
            return date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.refuse(node.line, way, f"{quoted(text)} is not a date", "write YYYY-MM-DD")
            return None

    def _list(self, node: Node, kind: ListOf, way: Way) -> list[Any] | None:
        if not isinstance(node, Many):
            self.refuse(node.line, way, "not a list", "write [a, b] or lines with '- '")
            return None
        self._counted(node, len(node.items), kind, way)
        shaped = [
            self.shape(item, kind.of, (*way, place)) for place, item in enumerate(node.items)
        ]
        return [value for value in shaped if value is not None]

    def _counted(self, node: Node, found: int, kind: ListOf | MapOf, way: Way) -> None:
        if not kind.least <= found <= kind.most:
            self.refuse(node.line, way, *_miscounted(found, kind))

    def _map(self, node: Node, kind: MapOf, way: Way) -> dict[str, Any] | None:
        if not isinstance(node, Fields):
            self.refuse(node.line, way, "not a mapping", f"write lines like '{kind.like}: ...'")
            return None
        self._counted(node, len(node.entries), kind, way)
        made = {}
        for key, value in node.entries.items():
            if len(key) > WORD_CHARACTERS or not re.fullmatch(kind.keys, key):
                remedy = f"write it like '{kind.like}'"
                wrong = f"{quoted(key)} is not an id of the right form"
                self.refuse(node.lines[key], (*way, key[:WORD_CHARACTERS]), wrong, remedy)
                continue
            made[key] = self.shape(value, kind.of, (*way, key))
        return {key: value for key, value in made.items() if value is not None}

    def _group(self, node: Node, kind: Group, way: Way) -> dict[str, Any] | None:
        if not isinstance(node, Fields):
            fields = ", ".join(kind.fields)
            self.refuse(node.line, way, "not a mapping", f"write the fields {fields}")
            return None
        slips = set()
        for name, near, remedy in _unknown(node, kind):
            slips.add(near)
            place = (*way, name[:WORD_CHARACTERS])
            self.refuse(node.lines[name], place, "unknown field", remedy)
        made = {}
        for name, field in kind.fields.items():
            if name in node.entries:
                made[name] = self.shape(node.entries[name], field.kind, (*way, name))
            elif field.required and name not in slips:
                self.refuse(node.line, (*way, name), "missing", field.remedy or _example(field))
        return {name: value for name, value in made.items() if value is not None}

    def _by_type(self, node: Node, kind: ByType, way: Way) -> dict[str, Any] | None:
        types = OneOf(tuple(kind.groups))
        if not isinstance(node, Fields):
            self.refuse(node.line, way, "not a mapping", f"begin with '{kind.field}: ...'")
            return None
        if kind.field not in node.entries:
            self.refuse(node.line, (*way, kind.field), "missing", _example(Field(types)))
            return None
        chosen = self._one_of(node.entries[kind.field], types, (*way, kind.field))
        return None if chosen is None else self._group(node, kind.groups[chosen], way)


def _unknown(node: Fields, kind: Group) -> Iterator[tuple[str, str | None, str]]:
    """Yield the names in *node* that *kind* does not have, what may be meant, and the remedy."""
    missing = [known for known in kind.fields if known not in node.entries]
    for name in node.entries:
        if name not in kind.fields:
            near = did_you_mean(name, missing)
            known = f"delete it; known are {', '.join(kind.fields)}"
            yield name, near, f"did you mean '{near}'?" if near else known


def _miscounted(found: int, kind: ListOf | MapOf) -> tuple[str, str]:
    """Return what is wrong with the length of a list or mapping, and what to do."""
    allowed = f"{kind.least}" if kind.least == kind.most else f"{kind.least} to {kind.most}"
    remedy = f"add {kind.least - found}" if found < kind.least else f"drop {found - kind.most}"
    return f"{found} entries, {allowed} allowed", remedy


def _misshapen(text: str, kind: Word) -> tuple[str, str]:
    """Return what is wrong with a token, and how it is written."""
    if kind.slip and (found := re.fullmatch(kind.slip[0], text)):
        return f"{quoted(text)} {kind.slip[1]}", found.expand(kind.slip[2])
    return f"{quoted(text)} is not of the right form", f"write it like '{kind.like}'"


def _form(node: Node) -> str:
    return "list" if isinstance(node, Many) else "mapping"


def _example(field: Field) -> str:
    """Return what to write where *field* is missing."""
    match field.kind:
        case Word(_, like):
            return f"write it like '{like}'"
        case OneOf((only,)):
            return f"write {only}"
        case OneOf(values):
            return f"write one of: {', '.join(values)}"
        case Whole(low, high):
            return f"write a whole number from {low} to {high}"
        case Day():
            return "write YYYY-MM-DD"
        case Words(limit):
            return f"write at most {limit} characters"
        case kind:
            return f"write {_sample(kind)}"


def _sample(kind: Kind) -> str:
    """Return how a value of *kind* looks; it may have a line of its own for each of its parts."""
    match kind:
        case Word(_, like):
            return like
        case OneOf(values):
            return "|".join(values)
        case ListOf(of):
            return f"[{_sample(of)}]"
        case MapOf(_, _, like):
            return f"{{{like}: ...}}"
        case Group(fields):
            wanted = {name: one.kind for name, one in fields.items() if one.required}
            parts = (f"{name}: {_sample(own)}" for name, own in wanted.items())
            return f"{{{', '.join(parts)}}}"
        case Whole() | Number():
            return "1"
        case Day():
            return "YYYY-MM-DD"
        case _:
            return "..."
