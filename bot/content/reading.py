"""How long a text is for the one who reads it: units, words, sentences, and the limits of each.

Source: content.md, section 5.1 (IReST, doi 10.1167/iovs.11-8284, for the speeds).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.core.learner import Track
from bot.core.library import PLACEHOLDERS

PLACEHOLDER_UNITS = 120
"""What a country placeholder counts, in UTF-16 units.  Source: content.md, section 2."""

OTHER_LANGUAGE = 1.3
"""How much longer than its source a text may be in a language without a row."""

_MARKS = re.compile(r"\*\*|\*|`")
PLACEHOLDER = re.compile(r"\{([^{}\n]{1,60})\}")
_SENTENCE_END = re.compile(r"[.!?…。！？؟]{1,9}[\"'”»’)\]]{0,9}(?=\s|$)|\n+|[。！？]")


@dataclass(frozen=True, slots=True)
class Pace:
    """What a language allows: words, or characters where ``characters`` is set."""

    first: int
    aim: int
    hard: int
    characters: bool = False

    @property
    def unit(self) -> str:
        """Return the name of what is counted."""
        return "characters" if self.characters else "words"


PACES: Mapping[str, Pace] = MappingProxyType(
    {
        "ar": Pace(24, 83, 103),
        "zh": Pace(44, 153, 191, characters=True),
        "en": Pace(40, 137, 171),
        "fr": Pace(34, 117, 146),
        "ru": Pace(32, 110, 138),
        "es": Pace(38, 131, 163),
    }
)
"""First card, aim and hard limit of all cards, by primary language."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a track allows: words in a sentence, the share of the language's limits, cards."""

    sentence: int
    factor: float
    cards: int = 3


LEVELS: Mapping[Track, Level] = MappingProxyType(
    {
        Track.CHILD: Level(10, 0.5, 2),
        Track.SENIOR: Level(12, 0.8),
        Track.TEEN: Level(14, 0.8),
        Track.CITIZEN: Level(15, 1.0),
        Track.PARENT: Level(15, 1.0),
        Track.EDUCATOR: Level(18, 1.0),
        Track.BUSINESS: Level(18, 1.0),
    }
)
"""The strictest first."""


def primary(language: str) -> str:
    """Return the language of a BCP 47 tag without script and region: ``zh`` for ``zh-Hans``."""
    return language.partition("-")[0]


def pace(language: str) -> Pace | None:
    """Return the limits of *language*, or None for one without a row."""
    return PACES.get(primary(language))


def units(text: str, placeholder: int = PLACEHOLDER_UNITS) -> int:
    """Return the UTF-16 units of *text* as it is shown: marks gone, placeholders filled.

    Each country placeholder counts *placeholder*.
    """
    shown = _MARKS.sub("", text)
    filled = 0
    for name in PLACEHOLDER.findall(shown):
        filled += placeholder - len(name) - 2 if name in PLACEHOLDERS else 0
    return len(shown.encode("utf-16-le", "surrogatepass")) // 2 + filled


def count(text: str, *, characters: bool = False) -> int:
    """Return the words of *text*, or its letters and digits; placeholders do not count."""
    bare = PLACEHOLDER.sub(" ", text)
    if characters:
        return sum(char.isalnum() for char in bare)
    return sum(any(char.isalnum() for char in word) for word in bare.split())


def measure(texts: Iterable[str], language: str) -> int:
    """Return the length of *texts* together, in what *language* counts."""
    limits = pace(language)
    characters = limits is None or limits.characters
    return sum(count(text, characters=characters) for text in texts)


def longest_sentence(text: str) -> int:
    """Return the words of the longest sentence; a line break ends one."""
    return max((count(part) for part in sentences(text)), default=0)


def sentences(text: str) -> list[str]:
    """Return the sentences of *text*; a line break ends one."""
    return [part for part in _SENTENCE_END.split(text) if part.strip()]


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names in braces, in their order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))
