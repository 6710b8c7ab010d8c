"""Work that many machines share, and that one process does all the same.

Rule 1: a task is done again where it died in the middle, so what it does twice it does once.
Rule 2: what a task is given are names of rows and never anything of a person: it may be logged.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.effects import Lane

Args = Mapping[str, str | int]
"""What a task is given, as JSON can say it."""

Task = Callable[[Args], Awaitable[None]]
"""Does a piece of work; raises where it must be tried again."""


@dataclass(frozen=True, slots=True)
class Job:
    """One task to be done.

    Of those with one ``lock``, empty for none, one is done at a time, in their order; ``at`` is
    the instant before which it is not begun, None for now.
    """

    task: str
    args: Args = field(default_factory=dict)
    lane: Lane = Lane.CAMPAIGN
    lock: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what would hold up others.

        Raises:
            ValueError: it waits for its time, and whoever has its lock would wait with it.
        """
        if self.lock and self.at:
            raise ValueError("what is to be done later takes no lock: it would hold it until then")


class Work(Protocol):
    """Who does it."""

    async def defer(self, job: Job) -> None:
        """Have *job* done, the best lane first; a second time only once the first has begun.

        Raises:
            StoreDown: it could not be written.
        """

    async def run(self) -> None:
        """Do what is deferred, until cancelled: what is being done then is ended first."""
