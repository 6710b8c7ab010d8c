"""The days on which a learner answered something: a word that their events share with them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The days on which something was answered, as far as the week that runs needs them.

    ``days`` are local dates as ``date.toordinal``, oldest first; ``zone`` is the clock by which
    the newest was counted; ``weeks`` counts those that were made.
    """

    days: tuple[int, ...] = ()
    zone: str = ""
    weeks: int = 0
    wish: Literal["", "on", "off"] = ""
    """Whether the learner wants it counted, empty while they said nothing."""


NONE = Rhythm()
"""Nothing was counted yet."""
