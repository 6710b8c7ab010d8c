"""The strict loader: bytes of one YAML file in, a tree of text with line numbers or faults out.

Rule 1: nothing here opens a file or knows what a lesson is, so that a child process can run it.
Rule 2: every scalar is text; ``no``, ``1.10`` and ``12:30`` stay what was written.
Rule 3: a file can be refused and can never raise, loop, recurse or fill the memory.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import yaml

from bot.core.source import Fault

FILE_BYTES = 256 * 1024
"""Largest file, in bytes, looked at before parsing.  Source: content.md, section 1."""

DEPTH = 32
"""Most lists and mappings inside each other.  Source: content.md, section 1."""

FAULTS_PER_FILE = 50
"""Where the list of one file's faults ends: a bomb must not fill the report."""

KEY_CHARACTERS = 80
"""Where the dotted way to a fault is cut: no honest key is longer."""

LOOKED = 2_000
"""Lines that are looked back over for the key of one that cannot be parsed."""

_NAMED = re.compile(r"([ -]{0,80})([A-Za-z0-9_-]{1,40}) ?:(?: |$)")
"""The beginning of a line that names a field: how deep it stands, and its name."""

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, line breaks that editors do not show, direction marks, half characters."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, and the line on which it begins, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping in file order; ``line`` is its own key's, ``lines`` are those of its keys."""

    entries: Mapping[str, "Node"] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    line: int = 1


Node = Scalar | Many | Fields


def parse(data: bytes, path: str) -> tuple[Fields | None, tuple[Fault, ...]]:
    """Return the tree of one file, or None and everything that is wrong with its form.

    ``path`` is only copied into the faults.
    """
    text, faults = _text(data, path)
    if text is None:
        return None, faults
    composer = _Composer(path, keep=bool(faults))
    composer.run(text)
    if composer.faults or faults:
        placed = [_keyed(fault, composer.leaves) for fault in faults]
        found = sorted({*placed, *composer.faults})
        return None, tuple(found[:FAULTS_PER_FILE])
    return composer.tree(), ()


def _text(data: bytes, path: str) -> tuple[str | None, tuple[Fault, ...]]:
    """Return *data* as text, and the marks that nobody can see; no text: nothing can be read."""
    if len(data) > FILE_BYTES:
        wrong = f"{len(data)} bytes, limit {FILE_BYTES}"
        return None, (Fault(path, 1, "", wrong, "split the file"),)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        key = _looked(data.decode(errors="replace"), line)
        return None, (Fault(path, line, key, "not UTF-8", "save the file as UTF-8"),)
    faults = [_hidden(path, text, found) for found in _first(_CONTROLS.finditer(text))]
    # Bytes that YAML itself refuses would end the parsing there: nothing more can be found.
    if any(found in text for found in "\x00\x85\u2028\u2029\ufffe\uffff"):
        return None, tuple(replace(one, key=_looked(text, one.line)) for one in faults)
    return text, tuple(faults)


def _looked(text: str, line: int) -> str:
    """Return the key at *line* of a text that cannot be parsed, by names and indentation alone."""
    names: list[str] = []
    deep = len(text)
    for row in reversed(text.split("\n")[max(0, line - LOOKED) : line]):
        found = _NAMED.match(row)
        if found and found.end(1) < deep:
            names.append(found[2])
            deep = found.end(1)
        if not deep:
            break
    return ".".join(reversed(names))[:KEY_CHARACTERS]


def _first(found: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (match for match, _ in zip(found, range(FAULTS_PER_FILE), strict=False))


def _nearer(text: str, line: int, known: str) -> str:
    """Return the key at which the parser stumbled, which it has often not yet told."""
    looked = _looked(text, line)
    return looked if looked.startswith(known) else known


def _hidden(path: str, text: str, found: re.Match[str]) -> Fault:
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    wrong = f"U+{ord(found.group()):04X} on column {column}"
    return Fault(path, line, "", wrong, "delete it")


def visible(text: str) -> str:
    """Return *text* with what cannot be seen written out: a fault goes to a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _keyed(fault: Fault, leaves: list[tuple[int, str]]) -> Fault:
    """Return *fault* with the key of the text in which its line lies."""
    before = [key for line, key in leaves if line <= fault.line]
    key = visible(before[-1][:KEY_CHARACTERS]) if before else ""
    return Fault(fault.path, fault.line, key, fault.wrong, fault.remedy)


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open."""

    line: int
    mapping: bool
    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: str | None = None
    double: bool = False


class _Composer:
    """Builds the tree from the parser's events with a stack of its own, never by recursion."""

    def __init__(self, path: str, *, keep: bool) -> None:
        """Begin a file; *keep* the place of every text, for faults that know only their line."""
        self.faults: list[Fault] = []
        self.leaves: list[tuple[int, str]] = []
        self._keep = keep
        self._path = path
        self._stack: list[_Frame] = []
        self._root: Node | None = None
        self._documents = 0

    def run(self, text: str) -> None:
        """Read all events of *text*; stop at the first place that cannot be read."""
        try:
            for event in events(text):
                self._take(event)
                if len(self._stack) > DEPTH:
                    self._refuse(_line(event), f"more than {DEPTH} levels deep", "flatten it")
                if len(self._stack) > DEPTH or len(self.faults) >= FAULTS_PER_FILE:
                    return
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            self._refuse(line, *_unreadable(str(error.problem)), _nearer(text, line, self._key()))
        except (yaml.YAMLError, ValueError, OverflowError):
            self._refuse(1, *_unreadable(""))
        if not self.faults and not isinstance(self._root, Fields):
            self._refuse(1, "no fields", "write 'key: value' lines")

    def tree(self) -> Fields:
        """Return the whole file."""
        return self._root if isinstance(self._root, Fields) else Fields()

    def _refuse(self, line: int, wrong: str, remedy: str, key: str | None = None) -> None:
        place = visible((key if key is not None else self._key())[:KEY_CHARACTERS])
        self.faults.append(Fault(self._path, line, place, wrong, remedy))

    def _key(self, last: str | None = None) -> str:
        """Return the dotted way to the place that is being read, *last* at its end."""
        parts = [
            str(len(frame.items)) if not frame.mapping else frame.key for frame in self._stack
        ]
        return ".".join(part for part in (*parts, last) if part is not None)

    def _take(self, event: Any) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._document(event)
            case yaml.AliasEvent():
                wrong = f"'*{_short(event.anchor)}' is an alias"
                self._refuse(_line(event), wrong, "write the text out")
                self._add(Scalar("", _line(event)))
            case yaml.ScalarEvent():
                self._marked(event)
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._marked(event)
                self._open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case _:
                pass

    def _document(self, event: Any) -> None:
        self._documents += 1
        if event.version or event.tags:
            self._refuse(_line(event), "a % directive", "delete it", "")
        if self._documents > 1:
            self._refuse(_line(event), "a second document", "keep one a file", "")

    def _marked(self, event: Any) -> None:
        """Refuse an anchor or a tag in front of a value."""
        if event.anchor is not None:
            wrong = f"'&{_short(event.anchor)}' is an anchor"
            self._refuse(_line(event), wrong, "delete it and write repeats out")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:40]
            self._refuse(
                _line(event), f"'{visible(tag)}' is a tag", "delete it; every value is text"
            )

    def _open(self, event: Any) -> None:
        line = _line(event)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if self._stack and self._stack[-1].mapping:
            top = self._stack[-1]
            if top.key is None:
                self._refuse(line, "a list or mapping as a key", "write one word before the ':'")
                top.key = ""
            line = top.lines.get(top.key, line) if mapping else line
        elif not self._stack:
            line = 1
        self._stack.append(_Frame(line, mapping))

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.mapping:
            entries, lines = MappingProxyType(frame.entries), MappingProxyType(frame.lines)
            self._add(Fields(entries, lines, frame.line))
        else:
            self._add(Many(tuple(frame.items), frame.line))

    def _scalar(self, event: Any) -> None:
        line, text = _line(event), event.value
        top = self._stack[-1] if self._stack else None
        if top is not None and top.mapping and top.key is None:
            self._name(top, text, line, plain=event.style in (None, ""))
            return
        if self._keep:
            self.leaves.append((line, self._key()))
        escaped = _CONTROLS.search(text)
        if escaped and event.style == '"':
            wrong = f"U+{ord(escaped.group()):04X} written as an escape"
            self._refuse(line, wrong, "delete it")
        self._add(Scalar(text, line))

    def _name(self, top: _Frame, name: str, line: int, *, plain: bool) -> None:
        """Take *name* as the next key of the mapping *top*."""
        if name == "<<" and plain:
            self._refuse(line, "'<<' is a merge key", "write the fields out", self._key())
        elif not name or _CONTROLS.search(name):
            wrong = "an empty or unprintable key"
            self._refuse(line, wrong, "write one word before the ':'")
            top.double = True
        elif name in top.entries:
            wrong = f"already on line {top.lines[name]}"
            held = self._stack[-2].key if len(self._stack) > 1 else None
            remedy = "give the item a new id" if held == "items" else "keep one of the two"
            self._refuse(line, wrong, remedy, self._key(name))
            top.double = True
        else:
            top.lines[name] = line
        top.key = name

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            self._refuse(node.line, "an alias as a key", "write one word before the ':'")
            top.key = ""
        else:
            if not top.double:
                top.entries[top.key] = node
            top.key, top.double = None, False


def events(text: str) -> Iterator[Any]:
    """Yield the YAML events of *text*, one at a time.

    The parser is libyaml's where PyYAML has it: it reads 11 MB a second, the pure Python one
    0.7, and a pack of 1,000 items, 1 MB with its lessons, must be checked in 5 s.  What dies on
    100,000 brackets is libyaml's *composer*, by recursion; its event stream is a machine with a
    stack on the heap, and the caller stops pulling at depth 32, before the quadratic part.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    vendor: Any = yaml
    parser: Any = vendor.cyaml.CParser(text) if vendor.__with_libyaml__ else _Slow(text)
    while parser.check_event():
        yield parser.get_event()


class _Slow(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """PyYAML's own parser without its composer, for a build that lacks libyaml."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def _short(name: Any) -> str:
    """Return the name of an anchor, alias or tag for a fault."""
    return visible(str(name)[:KEY_CHARACTERS])


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


_PROBLEMS = (
    (
        "mapping values are not allowed",
        "a ': ' inside a text without quotes",
        "put the text in quotes",
    ),
    ("cannot start any token", "a tab or sign that no value begins with", "use spaces or quotes"),
    ("undefined alias", "an alias", "write the text out"),
    ("tag", "a tag that cannot be read", "delete it; every value is text"),
    ("escape", "an escape that is not one", "use single quotes"),
)
"""A piece of the library's words, what we say instead, and the remedy."""


def _unreadable(problem: str) -> tuple[str, str]:
    for piece, wrong, remedy in _PROBLEMS:
        if piece in problem:
            return wrong, remedy
    return "cannot be read as YAML from here", "check the indentation, quotes and brackets"
