"""A send: one wave of posts to an audience, as whoever orders it says it.

Rule 1: an audience is words and numbers alone, so that it can be frozen and read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.card import Card

Kind = Literal["alert", "campaign", "lesson_day", "live"]
"""What a send is about; its lane and its guarantee follow from it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: whoever meets every condition; an empty one is met by everybody.

    ``countries`` are two letters in lower case, ``regions`` as in ISO 3166-2.  ``seen_since``:
    who was not heard of since then is left out.  ``sample``: at most so many of them, drawn by
    the seed of the send; 0 for all.  ``places``: whether groups and channels are meant.
    """

    languages: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    seen_since: datetime | None = None
    sample: int = 0
    places: Literal["none", "also", "only"] = "none"


@dataclass(frozen=True, slots=True)
class Draft:
    """A send before it starts.

    ``cause`` names what it is about: of one kind and cause there is one send for ever.
    ``cards`` has one card for each language, ``fallback`` the language of whoever reads none of
    these.  With ``begins`` and ``ends`` the posts are spread over the time between, else all are
    due at the start; after ``expires`` none leaves.
    """

    kind: Kind
    cause: str
    cards: Mapping[str, Card]
    fallback: str
    audience: Audience = Audience()
    seed: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    expires: datetime | None = None
    by: str = ""

    def __post_init__(self) -> None:
        """Refuse what no audience could be sent.

        Raises:
            ValueError: there is no name or card for it, or its times contradict each other.
        """
        if not self.cause or self.fallback not in self.cards:
            raise ValueError("a send needs a name, and a card in the language of its fallback")
        if self.ends and (not self.begins or self.ends <= self.begins):
            raise ValueError("a window ends after it begins")
        if self.expires and self.begins and self.expires <= self.begins:
            raise ValueError("a send begins before it expires")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a send has come.

    ``counts``: how many posts have ended in each final state, ``erased`` among them.
    ``recent``: how many ended within the last minute.  ``planned``: every recipient has a row.
    """

    id: int
    kind: Kind
    cause: str
    state: str
    size: int
    planned: bool
    counts: Mapping[str, int]
    recent: int = 0
    begins: datetime | None = None
    ends: datetime | None = None
    expires: datetime | None = None

    @property
    def open(self) -> int:
        """Return how many posts have not ended."""
        return self.size - sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of a send: to whom, by a pseudonym, what became of it, and when.

    ``state`` is empty for somebody of the audience who has no row.
    """

    row: int
    address: int
    platform: str
    locale: str
    state: str
    due: datetime | None = None
    settled: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether the ledger of a send adds up.

    ``counts`` are the final states as counted, ``waiting`` the open ones as they stand in the
    rows.  ``kept``: no row can have reached its term, so that rows and counts must be equal.
    """

    progress: Progress
    waiting: Mapping[str, int]
    rows: Mapping[str, int]
    kept: bool

    @property
    def lost(self) -> int:
        """Return how many recipients are neither counted nor waiting."""
        return self.progress.open - sum(self.waiting.values())

    @property
    def late(self) -> int:
        """Return how many wait though the send is over."""
        over = self.progress.state == "finished"
        return sum(self.waiting.values()) if over else 0

    @property
    def miscounted(self) -> tuple[str, ...]:
        """Return the final states of which rows and counts differ."""
        counts = self.progress.counts
        states = sorted({*counts, *self.rows} - {"erased"})
        return tuple(one for one in states if self._differs(one))

    def _differs(self, state: str) -> bool:
        counted, there = self.progress.counts.get(state, 0), self.rows.get(state, 0)
        return there != counted if self.kept else there > counted

    @property
    def sound(self) -> bool:
        """Return whether everybody is accounted for."""
        return not (self.lost or self.late or self.miscounted)
