"""One file parsed: its tree or its faults, and the plain form in which both leave a process.

Rule 1: what comes from another process is looked at like what comes from a stranger.
"""

from dataclasses import dataclass
from typing import Any

from bot.content.files import File
from bot.content.strict import DEPTH, Fields, Many, Node, Scalar, parse
from bot.core.source import Fault


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the bytes of one file gave; ``tree`` is None where it cannot be read."""

    path: str
    parts: tuple[str, ...]
    pack: int
    tree: Fields | None
    faults: tuple[Fault, ...] = ()


def parsed(file: File) -> Parsed:
    """Return what the bytes of *file* give."""
    tree, faults = parse(file.data, file.path)
    return Parsed(file.path, file.parts, file.pack, tree, faults)


def plain(one: Parsed) -> list[Any]:
    """Return *one* as lists, texts and numbers."""
    tree = None if one.tree is None else _plain(one.tree)
    return [one.path, list(one.parts), tree, [plain_fault(fault) for fault in one.faults]]


def plain_fault(fault: Fault) -> list[Any]:
    """Return *fault* as a list."""
    return [fault.path, fault.line, fault.key, fault.wrong, fault.remedy]


def _plain(node: Node) -> list[Any]:
    match node:
        case Scalar(text, line):
            return [line, text]
        case Many(items, line):
            return [line, [_plain(item) for item in items], 0]
        case Fields():
            entries = [[k, node.lines[k], _plain(v)] for k, v in node.entries.items()]
            return [node.line, entries, 0, 0]


def understood(said: Any, pack: int) -> Parsed:
    """Return what :func:`plain` was given.

    Raises:
        ValueError: *said* is nothing that it makes.
    """
    match said:
        case [str(path), [*parts], tree, [*faults]] if all(isinstance(p, str) for p in parts):
            found = tuple(understood_fault(fault) for fault in faults)
            node = None if tree is None else _node(tree, DEPTH)
            if (isinstance(node, Fields) and not found) or (node is None and found):
                return Parsed(path, tuple(parts), pack, node, found)
    message = "not a parsed file"
    raise ValueError(message)


def understood_fault(said: Any) -> Fault:
    """Return what :func:`plain_fault` was given.

    Raises:
        ValueError: *said* is nothing that it makes.
    """
    match said:
        case [str(path), int(line), str(key), str(wrong), str(remedy)]:
            return Fault(path, line, key, wrong, remedy)
    message = "not a fault"
    raise ValueError(message)


def _node(said: Any, depth: int) -> Node:
    """Return the node that *said* is, at most *depth* levels deep."""
    if depth >= 0:
        match said:
            case [int(line), str(text)]:
                return Scalar(text, line)
            case [int(line), [*items], 0]:
                return Many(tuple(_node(item, depth - 1) for item in items), line)
            case [int(line), [*entries], 0, 0]:
                rows = [_row(entry, depth - 1) for entry in entries]
                values = {name: node for name, _, node in rows}
                return Fields(values, {name: at for name, at, _ in rows}, line)
    message = "not a tree"
    raise ValueError(message)


def _row(said: Any, depth: int) -> tuple[str, int, Node]:
    match said:
        case [str(name), int(line), node]:
            return name, line, _node(node, depth)
    message = "not a field"
    raise ValueError(message)
