"""Phrases of a language found in what somebody typed, however it is spelled and spaced.

Rule 1: text and phrases are folded alike: case, marks, variants of a letter, repeated letters.
Rule 2: a word is found whole and never inside another; a Han character is a word of its own.
Rule 3: the time grows with the text and with nothing else: no text makes it go back.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.core.library import Wording

LONGEST = 4_096
"""Characters that are looked at: nothing that somebody types at once is longer."""

OTHERS = 3
"""Most words that may stand where a phrase has ``..``."""

GAP = ".."
STEM = "*"
EITHER = "/"

_APOSTROPHES = "'’‘ʼ`´"
_DROPPED = frozenset({"Mn", "Me", "Cf"})
"""Marks over and under letters, and what is not seen at all.  Source: Unicode, categories."""

_LETTERS = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES, ""), "ـ": "", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"}
)
"""One form for letters that people write in several; the hamza goes as a mark."""

_AND = "و"
"""The Arabic *and*, which is written as the beginning of the next word."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_AGAIN = re.compile(r"(.)\1+", re.DOTALL)

Part = tuple[tuple[str, ...], ...]
"""One place of a phrase: the words of each way to say it; none at all for a gap."""


def words(text: str) -> list[str]:
    """Return the folded words of *text*, of at most its first ``LONGEST`` characters."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].translate(_LETTERS)).casefold()
    # Cut again: one character can stand for eighteen.
    seen = "".join(one for one in plain[:LONGEST] if unicodedata.category(one) not in _DROPPED)
    return _WORD.findall(_AGAIN.sub(r"\1", seen.translate(_LETTERS)))


def parts(phrase: str) -> tuple[Part, ...]:
    """Return *phrase* of a file: ``a/b`` is either, ``a*`` any that begins so, ``..`` a gap."""
    return tuple(
        () if part == GAP else tuple(_way(way) for way in part.split(EITHER))
        for part in phrase.split()
    )


def _way(way: str) -> tuple[str, ...]:
    *before, last = words(way) or [""]
    return (*before, last + STEM if last and way.endswith(STEM) else last)


def found(text: str, wordings: Iterable[Wording]) -> bool:
    """Return whether a phrase of one of *wordings* is in *text*, outside of its harmless ones."""
    said = words(text)
    return any(_said(said, *_understood(wording)) for wording in wordings)


def _said(said: Sequence[str], phrases: "_Phrases", harmless: "_Phrases") -> bool:
    if not any(True for _ in phrases.spans(said)):
        return False
    spared = {at for first, last in harmless.spans(said) for at in range(first, last + 1)}
    left = [None if at in spared else word for at, word in enumerate(said)]
    return not spared or any(True for _ in phrases.spans(left))


@lru_cache(maxsize=64)
def _understood(wording: Wording) -> "tuple[_Phrases, _Phrases]":
    return _Phrases(wording.phrases), _Phrases(wording.harmless)


@dataclass(slots=True, eq=False)
class _Node:
    """A place between two words of a phrase; ``after`` is the same place beyond a gap."""

    onward: "dict[str, list[_Node]]" = field(default_factory=dict)
    after: "_Node | None" = None
    whole: bool = False

    def lead(self, way: Sequence[str], to: "_Node") -> None:
        """Lead *to* another place by the words of *way*."""
        node = self
        for word in way[:-1]:
            between = _Node()
            node.onward.setdefault(word, []).append(between)
            node = between
        node.onward.setdefault(way[-1], []).append(to)


_Places = tuple[tuple[tuple[_Node, int], int], ...]
"""Where phrases are, how many other words may stand there, and how many words ago each began."""


@dataclass(slots=True, eq=False)
class _Reached:
    """Where phrases are after a word of one text, and where its words lead from there."""

    places: _Places
    moves: "dict[str, tuple[_Reached, tuple[int, ...]]]" = field(default_factory=dict)


class _Phrases:
    """Phrases that begin at one place, walked along a text by all of them at once."""

    def __init__(self, written: Sequence[str]) -> None:
        self._root = _Node()
        known: set[str] = set()
        for phrase in written:
            node = self._root
            for part in parts(phrase):
                if not part:
                    node.after = node = _Node()
                    continue
                to = _Node()
                for way in part:
                    node.lead(way, to)
                    known.update(way)
                node = to
            node.whole = True
        self._known = frozenset(known)
        self._stems = tuple(sorted({len(word) - 1 for word in known if word.endswith(STEM)}))

    def spans(self, said: Sequence[str | None]) -> Iterator[tuple[int, int]]:
        """Yield first and last place of each phrase in *said*; none goes over a None."""
        known: dict[_Places, _Reached] = {}
        now = start = _Reached(())
        for at, word in enumerate(said):
            if word is None:
                now = start
                continue
            if word not in now.moves:
                places, ended = self._moved(now.places, word)
                now.moves[word] = known.setdefault(places, _Reached(places)), ended
            now, lengths = now.moves[word]
            yield from ((at - length, at) for length in lengths)

    def _moved(self, places: "_Places", word: str) -> "tuple[_Places, tuple[int, ...]]":
        """Return where *word* leads from *places*, and the ages of the phrases it ends."""
        going = {(node, left - 1): age + 1 for (node, left), age in places if left}
        ended: list[int] = []
        for sign in self._signs(word):
            for (node, _), age in (*places, ((self._root, 0), -1)):
                for to in node.onward.get(sign, ()):
                    _enter(going, to, age + 1)
                    ended += [age + 1] if to.whole else []
        return tuple(going.items()), tuple(ended)

    def _signs(self, word: str) -> list[str]:
        """Return as which of the known words and beginnings *word* may be read."""
        read = [word, word[1:]] if word[0] == _AND else [word]
        signs = [one for one in read if one in self._known]
        stems = (one[:length] + STEM for one in read for length in self._stems)
        return list(dict.fromkeys([*signs, *(one for one in stems if one in self._known)]))


def _enter(going: dict[tuple[_Node, int], int], node: _Node, age: int) -> None:
    """Go on at *node*, and beyond the gap that may follow."""
    going[node, 0] = min(age, going.get((node, 0), age))
    if node.after is not None:
        going[node.after, OTHERS] = min(age, going.get((node.after, OTHERS), age))
