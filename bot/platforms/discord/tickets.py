"""This file is what an interaction allows us to say for a quarter of an hour.

Rule 1: tokens live in memory only, and are never shown.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.ports import Now

LIFE = timedelta(minutes=14, seconds=30)
"""How long a token is used; Discord takes it for 15 minutes."""

TICKETS = 20_000
"""Tokens kept."""


@dataclass(slots=True)
class Ticket:
    """An interaction that was answered by a deferral; ``taken``: by which post it was filled."""

    token: str = field(repr=False)
    kind: Literal["command", "press"]
    on: str
    private: bool
    until: datetime
    taken: int = 0


class Tickets:
    """The tokens that still count, by the id of the event."""

    def __init__(self, now: Now) -> None:
        """Start with none."""
        self._now = now
        self._kept: OrderedDict[str, Ticket] = OrderedDict()

    def add(
        self, event: str, token: str, kind: Literal["command", "press"], on: str, *, private: bool
    ) -> bool:
        """Keep a token; False where the event was heard before."""
        if event in self._kept:
            return False
        self._kept[event] = Ticket(token, kind, on, private, self._now() + LIFE)
        while len(self._kept) > TICKETS:
            self._kept.popitem(last=False)
        return True

    def of(self, event: str) -> Ticket | None:
        """Return the token of *event*, None where there is none that counts."""
        found = self._kept.get(event)
        return found if found and found.token and self._now() < found.until else None

    def spend(self, event: str) -> None:
        """Use the token of *event* no more; the event stays known."""
        if event in self._kept:
            self._kept[event].token = ""
