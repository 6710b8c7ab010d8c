"""The console as one application: all doors, and the findings that are looked for now and then."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bot.console.desk import Desk
from bot.console.entry import Entry
from bot.console.frame import Frame
from bot.console.gate import Gate
from bot.console.staff import Examine, Staff
from bot.console.visit import Door, Outside
from bot.core.finding import Finding
from bot.ports import Now, Tools

FRESH: Final = timedelta(minutes=1)
"""How old a finding may be that a page shows: to look takes seconds."""


class Console:
    """All doors of the console, and the application behind them."""

    def __init__(self, desk: Desk, tools: Tools, outside: Outside, examine: Examine) -> None:
        frame = Frame(tools)
        staff = Staff(desk, frame, examine)
        self.doors: tuple[Door, ...] = (*Entry(desk.doors, frame).all(), *staff.all())
        gate = Gate(desk, frame, tools, outside)
        self.app: Starlette = gate.app(self.doors)
        self.misled: Callable[[Request], Response] = gate.misled


class Examination:
    """What was found the last time somebody looked; looks again where that is too long ago."""

    def __init__(self, look: Callable[[], Sequence[Finding]], now: Now) -> None:
        """Look by *look*, which takes its time: it runs in a thread."""
        self._look = look
        self._now = now
        self._turn = asyncio.Lock()
        self._found: Sequence[Finding] = ()
        self._at: datetime | None = None

    async def found(self) -> Sequence[Finding]:
        """Return the findings, at most ``FRESH`` old."""
        async with self._turn:
            if self._at is None or self._now() - self._at >= FRESH:
                self._found = await asyncio.to_thread(self._look)
                self._at = self._now()
            return self._found
