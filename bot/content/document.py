"""One file as it was understood: its values, and the line of each for whoever finds a fault."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from bot.content.strict import Fields, Many, Node, visible
from bot.core.source import Fault

QUOTED = 40
"""Most characters of a file that a fault repeats."""

Way = tuple[str | int, ...]
"""The keys and places that lead to a value, from the top of the file."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file that has the form of its schema.

    ``path`` as faults name it, ``folder`` the topic, ``stem`` the name without ``.yaml``, ``pack``
    the place of its pack in the list.  ``value`` holds what the schema made of the tree: texts,
    whole numbers, dates, lists and mappings.
    """

    path: str
    folder: str
    stem: str
    pack: int
    tree: Fields
    value: Mapping[str, Any]

    def line(self, *way: str | int) -> int:
        """Return the line of the value at *way*, or of the nearest key above it."""
        return line_at(self.tree, way)

    def fault(self, way: Way, wrong: str, remedy: str) -> Fault:
        """Return a refusal at *way*."""
        return Fault(self.path, self.line(*way), dotted(way), wrong, remedy)

    def warning(self, way: Way, wrong: str, remedy: str) -> Fault:
        """Return a warning at *way*."""
        return Fault(self.path, self.line(*way), dotted(way), wrong, remedy, warning=True)


def line_at(tree: Node, way: Way) -> int:
    """Return the line of the value at *way* in *tree*, or of the nearest key above it."""
    node = tree
    for step in way:
        if isinstance(node, Fields) and isinstance(step, str) and step in node.entries:
            node = node.entries[step]
        elif isinstance(node, Many) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node.line


def dotted(way: Way) -> str:
    """Return *way* as faults write it; places in lists count from 0."""
    return visible(".".join(str(step) for step in way))


def quoted(text: str) -> str:
    """Return *text* in quotes, short and on one line."""
    flat = visible(" ".join(text.split()))
    return f"'{flat if len(flat) <= QUOTED else flat[: QUOTED - 1] + '…'}'"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that *word* is a slip of, or None."""
    near = get_close_matches(word[: 2 * QUOTED], sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def meant(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return ``did you mean 'x'?`` for a slip, and *otherwise* for a word like no other."""
    near = did_you_mean(word, known)
    return f"did you mean '{near}'?" if near else otherwise
