"""Words of distress: what keeps a file from being read, and what the files of all packs say.

Rule 1: a phrase that would match by nothing or by a gap at its edge is refused: it would stop
whatever runs for anybody.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.content.document import Document, quoted
from bot.core.library import Wording
from bot.core.source import Fault
from bot.engine import phrases

LISTS = ("phrases", "harmless")

LONGEST = 600
"""Most characters of a phrase with all of its ``a/b``."""

LEAST = 3
"""Fewest letters of a phrase that is one word: shorter ones are also something else."""


def distress_fits(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with a file of words of distress."""
    seen: set[tuple[phrases.Part, ...]] = set()
    for name in LISTS:
        for place, phrase in enumerate(document.value.get(name, ())):
            parts = phrases.parts(phrase)
            wrong = _wrong(phrase, parts)
            if wrong is None and parts in seen:
                wrong = "stands here twice", "delete one"
            seen.add(parts)
            if wrong is not None:
                told, remedy = wrong
                yield document.fault((name, place), f"{quoted(phrase)} {told}", remedy)


def _wrong(phrase: str, parts: tuple[phrases.Part, ...]) -> tuple[str, str] | None:
    if len(phrase) > LONGEST:
        return f"is longer than {LONGEST} characters", "keep the words that matter"
    if not (parts[0] and parts[-1]):
        return "begins or ends with a gap", "drop the '..' there"
    if any(not all(way) or not "".join(way).strip(phrases.STEM) for part in parts for way in part):
        return "has a part without a letter", "write a word on both sides of '/'"
    if len(parts) == 1 and any(len(way) == 1 and len(way[0]) < LEAST for way in parts[0]):
        return "is too short to stand alone", "add a word"
    return None


def wordings(documents: Iterable[Document]) -> Mapping[str, Wording]:
    """Return language to the words of distress that all *documents* have in it."""
    told: dict[str, dict[str, list[str]]] = {}
    for document in documents:
        lists = told.setdefault(document.folder, {name: [] for name in LISTS})
        for name in LISTS:
            lists[name] += document.value.get(name, ())
    return {
        tag: Wording(*(tuple(dict.fromkeys(lists[name])) for name in LISTS))
        for tag, lists in told.items()
    }
