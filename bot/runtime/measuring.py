"""What is measured: whether this process can do its work, and the figures of how it does.

Rule 1: readiness is tried, not believed: what is asked for is written, read and looked at.
Rule 2: a figure that cannot be had is left out.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.effects import Lane
from bot.core.trouble import Trouble, What
from bot.ports import Now, State, StoreDown, Unfit
from bot.runtime.clock import Clock, monotonic
from bot.runtime.leading import Leads
from bot.runtime.tally import Tally
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from bot.runtime.watchdog import Watchdog

Figure = tuple[str, Mapping[str, str], float]
"""Name, labels and value.  Source of the names: trust.md, 11.5."""

OLDEST_SECONDS = 60.0
"""How long an event, or the clock, may wait until this process is not ready.

Source: trust.md, 11.3: intake below 60 seconds; a stuck clock red within two minutes.
"""

FREE = 0.1
"""The part of the disk that must be free.  Source: trust.md, 11.3."""

PROBED_SECONDS = 1.0
"""How long what was found holds: whoever asks more often costs no further commit."""


class Vital(Protocol):
    """Signs of life of a database."""

    async def commits(self, now: datetime) -> None:
        """Write and read what readiness needs."""

    async def owed(self) -> Sequence[tuple[Lane, State, int]]:
        """Return how many posts are not final, by lane and state."""

    async def parked(self) -> int:
        """Return how many events were set aside for ever."""

    async def next_due(self) -> datetime | None:
        """Return the earliest instant at which a plan can be claimed, or None."""

    def room(self) -> tuple[int, int] | None:
        """Return the bytes that are free on the disk of a file, and all; None for a server."""


@runtime_checkable
class Measured(Protocol):
    """A platform that has figures of its own."""

    def figures(self) -> Mapping[str, float]:
        """Return them by name."""


class Counting(Protocol):
    """Whatever looks for new content."""

    @property
    def refused(self) -> int:
        """Return how often what was found could not be taught."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """All that is looked at."""

    base: Vital
    turns: Turns
    clock: Clock
    leads: Leads
    watchdog: Watchdog
    reload: Counting
    tally: Tally
    gates: dict[str, Gate] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)


class Readiness:
    """Whether this process can do its work, and what keeps it from that."""

    def __init__(self, rooms: Rooms, now: Now, tell: Callable[[Trouble], None]) -> None:
        """Look at *rooms*, and *tell* what begins and what is over."""
        self._rooms = rooms
        self._now = now
        self._tell = tell
        self._one = asyncio.Lock()
        self._probed = float("-inf")
        self.commit_seconds: float | None = None
        """How long the last commit took; None while there was none, or it failed."""

    async def look(self) -> None:
        """Look at everything, and tell what was found."""
        async with self._one:
            if monotonic() - self._probed < PROBED_SECONDS:
                return
            written = await self._writes()
            self._said("database_down", not written)
            self._said("intake_late", self._rooms.turns.crowd.waited() > OLDEST_SECONDS)
            self._said("clock_stuck", monotonic() - self._rooms.clock.looked > OLDEST_SECONDS)
            self._said("disk_full", self._full())
            self._probed = monotonic()

    async def _writes(self) -> bool:
        began = monotonic()
        try:
            await self._rooms.base.commits(self._now())
        except (StoreDown, Unfit):
            self.commit_seconds = None
            return False
        self.commit_seconds = monotonic() - began
        return True

    def _full(self) -> bool:
        room = self._rooms.base.room()
        return room is not None and room[0] < FREE * room[1]

    def _said(self, what: What, is_so: bool) -> None:  # noqa: FBT001  a verdict has no better name
        self._tell(Trouble("", what, self._now(), over=not is_so))


class Figures:
    """The figures of one process, as they are when they are asked for."""

    def __init__(
        self, rooms: Rooms, ready: Readiness, now: Now, version: Callable[[], str]
    ) -> None:
        """Measure *rooms*; *version* is the fingerprint of what is taught."""
        self._rooms = rooms
        self._ready = ready
        self._now = now
        self._version = version

    async def measure(self) -> Sequence[Figure]:
        """Return all figures that can be had."""
        await self._ready.look()
        figures = [*self._own(), *self._sent(), *self._led()]
        try:
            figures += await self._stored()
        except StoreDown:
            # Whoever reads them sees by what is missing, and by readiness, that it is down.
            return figures
        return figures

    def _own(self) -> Iterator[Figure]:
        rooms = self._rooms
        yield "intake_depth", {}, len(rooms.turns.crowd)
        yield "intake_oldest_s", {}, rooms.turns.crowd.waited()
        yield "duplicate_updates_total", {}, rooms.turns.repeated
        yield "loop_lag_s", {}, rooms.watchdog.lag
        yield "content_version", {"version": self._version()}, 1
        yield "content_reload_failed_total", {}, rooms.reload.refused
        for result, count in sorted(rooms.clock.fired.items()):
            yield "occurrences_total", {"result": result}, count
        room = rooms.base.room()
        if room:
            yield "db_free_bytes", {}, room[0]
        if self._ready.commit_seconds is not None:
            yield "db_commit_s", {}, self._ready.commit_seconds

    def _sent(self) -> Iterator[Figure]:
        tally = self._rooms.tally
        results: dict[tuple[str, State], int] = {}
        for (platform, _, state), count in tally.posts.items():
            results[platform, state] = results.get((platform, state), 0) + count
        for (platform, state), count in sorted(results.items()):
            yield "send_total", {"platform": platform, "result": state}, count
        for platform, count in sorted(tally.flights.items()):
            yield "send_latency_s_sum", {"platform": platform}, tally.seconds[platform]
            yield "send_latency_s_count", {"platform": platform}, count
        for platform, gate in self._rooms.gates.items():
            yield "retry_after_s", {"platform": platform}, gate.pause()
        for platform, one in self._rooms.measured.items():
            for name, value in one.figures().items():
                yield name, {"platform": platform}, value

    def _led(self) -> Iterator[Figure]:
        led = self._rooms.leads.led
        for platform in self._rooms.gates:
            yield "leader", {"platform": platform}, int(platform in led)
            if platform in led:
                yield "lease_epoch", {"platform": platform}, led[platform]

    async def _stored(self) -> Sequence[Figure]:
        base = self._rooms.base
        counts: dict[tuple[State, Lane], int] = {}
        ended = ((state, Lane(lane), n) for (_, lane, state), n in self._rooms.tally.posts.items())
        owed = ((state, lane, n) for lane, state, n in await base.owed())
        for state, lane, n in (*ended, *owed):
            counts[state, lane] = counts.get((state, lane), 0) + n
        due = await base.next_due()
        late = max((self._now() - due).total_seconds(), 0.0) if due else 0.0
        return [
            *_posts(counts.items()),
            ("schedule_lag_s", {}, late),
            ("dead_letter", {}, await base.parked()),
        ]


def _posts(counts: Iterable[tuple[tuple[State, Lane], int]]) -> Iterator[Figure]:
    for (state, lane), count in sorted(counts):
        yield "posts", {"state": state, "lane": lane.name.lower()}, count
