"""What is taught, as structure: the words stand in the catalogues under the same ids.

Rule 1: a lesson's text is ``<lesson>.<field>``, an item's ``<item>.<field>``; nobody else makes
keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from bot.core.card import Channel
from bot.core.learner import Track

ItemType = Literal["single", "first", "multi", "tf", "spot", "order", "numeric"]

PLACEHOLDERS = frozenset(
    {
        "emergency",
        "helpline.child",
        "helpline.crisis",
        "report.phishing",
        "report.sms",
        "report.fraud",
        "report.cirt",
        "report.dpa",
        "report.hotline_csam",
        "regulator.finance",
        "law.images",
        "law.computer",
    }
)
"""Names that a text may leave to the country file.  Source: content.md, section 2."""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: an option, a segment of a staged message, or a step.

    ``right``: the key of a choice, or a segment that is a warning sign.
    """

    id: str
    right: bool = False
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged message beside the question, ``<item>.specimen.text`` and ``.sender``."""

    channel: Channel
    sender: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    ``options`` in file order (for tf: ``true`` and ``false``); ``sequence`` is the right order
    of an ``order`` item; ``accept`` the closed range of a ``numeric`` one; ``min_hits`` and
    ``max_false_alarms`` judge a ``spot`` one.
    """

    id: str
    lesson: str
    type: ItemType
    technique: str
    difficulty: int
    options: tuple[Option, ...] = ()
    sequence: tuple[str, ...] = ()
    accept: tuple[float, float] = (0.0, 0.0)
    min_hits: int = 0
    max_false_alarms: int = 0
    staged: Staged | None = None
    misconception: str = ""
    """What a wrong answer shows, for the types whose options do not name it."""
    anchor: bool = False
    language: str = ""
    """Served in this language alone; empty: in every language where it is complete."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: ids of its cards, its items in order, and for whom it is."""

    id: str
    topic: str
    tracks: tuple[Track, ...]
    cards: tuple[str, ...]
    items: tuple[str, ...]
    techniques: tuple[str, ...]
    variants: Mapping[Track, tuple[str, ...]] = field(default_factory=dict)
    prerequisites: tuple[str, ...] = ()
    min_age: int = 18
    care: bool = False
    draft: bool = False
    """In review: shown under the note that its sources are not yet confirmed."""
    difficulty: int = 1
    action: bool = True


FRESH = timedelta(days=180)
"""How old an entry may be that is shown as it stands.  Source: content.md, section 6."""

SHOWN = timedelta(days=365)
"""How old an entry may be that is shown, with the request to check it.  Source: as above."""

Weekday = Literal["", "mo", "tu", "we", "th", "fr", "sa", "su"]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service answers: from ``first`` to ``last`` day of the week, from hour to hour.

    No days: every day.  Where it closes at the hour at which it opens, it never closes.
    """

    opens: time
    closes: time
    first: Weekday = ""
    last: Weekday = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a country file says, and the day on which its issuer's text was read.

    ``value`` is a number or an address as it stands; ``name``, ``phone``, ``chat`` and ``hours``
    are those of a helpline; ``law`` is the key of a text.  What is empty is not known.
    """

    checked: date
    value: str = ""
    name: str = ""
    phone: str = ""
    chat: str = ""
    hours: tuple[Hours, ...] = ()
    law: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """A country and the zones its people live in, the most used first.

    ``entries``: name of a placeholder to what the country file says of it; empty without a file.
    """

    code: str
    zones: tuple[str, ...]
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """An answer in first aid and where it leads: a step of the same tree, or another tree."""

    id: str
    goto: str = ""
    tree: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One card of first aid: a question with its answers, or one thing to do.

    ``goto`` follows what is to be done; empty: it is the last.  ``ways`` of a thing to do are the
    other ways out of it.
    """

    id: str
    asks: bool
    ways: tuple[Way, ...] = ()
    goto: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """What to do when one thing went wrong.  ``checked``: the day of its last review."""

    id: str
    start: str
    steps: Mapping[str, Step]
    checked: date
    draft: bool = False
    closing: bool = False
    """It has words of its own for its end."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How people say one thing in a language: phrases, and what looks like one and is harmless."""

    phrases: tuple[str, ...]
    harmless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All that the engine may know of what is taught, checked before the first event.

    Two libraries are never equal: a library is compared by identity, so that what follows from
    it can be kept beside it.

    ``paths`` holds the whole order of lessons of a track, starter path first.
    ``served``: lesson or item id to the languages in which it is whole.  ``countries`` by lower
    case ISO 3166-1 code.  ``offers``: language to the countries offered first in it;
    ``alphabet``: language to all countries by their names in it.
    ``placeholders``: text key to the country placeholders it holds.
    """

    lessons: Mapping[str, Lesson]
    items: Mapping[str, Item]
    paths: Mapping[Track, tuple[str, ...]]
    served: Mapping[str, frozenset[str]]
    languages: tuple[str, ...] = ("en",)
    source_language: str = "en"
    countries: Mapping[str, Country] = field(default_factory=dict)
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alphabet: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    """One zone for each clock of the world from now on, for whoever names no country."""
    home_country: str = ""
    """The deployment's country, offered first; empty for none."""
    home_zone: str = "UTC"
    """The deployment's zone, used where a learner has chosen none."""
    trees: Mapping[str, Tree] = field(default_factory=dict)
    """First aid by id, the tree that is opened first in front."""
    distress: Mapping[str, Wording] = field(default_factory=dict)
    """Language to words of distress in it."""
