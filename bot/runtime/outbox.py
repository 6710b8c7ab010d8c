"""The dispatcher: posts leave here, best lane first, and what became of each is written down.

Rule 1: ``sending`` is committed before the first byte leaves.
Rule 2: a known result stays in memory until it is recorded.
Rule 3: one address is sent to in order: of two edits of one message the newer is the last.
Rule 4: nothing waits for a permit, or for the end of a pause, as ``sending``: a process that ends
then would lose it.
Rule 5: an address that may not be written to yet keeps nobody else waiting.
Rule 6: nobody waits for another's answer: what ended is recorded while the others are on their
way, and its place is free for the next.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from bot.core.events import Address, Event, Incoming, Left, Muted
from bot.ports import Conflict, Now, Outcome, Platform, Post, Receive, Store, StoreDown
from bot.runtime.clock import monotonic
from bot.runtime.courier import Courier
from bot.runtime.queue import HELD, Ended, Queue
from bot.runtime.render import Render
from bot.runtime.tally import Tally
from bot.runtime.throttle import Gate

IN_FLIGHT = 30
"""Most posts marked ``sending`` at once, up to 500 a second: the bound on doubles after a kill."""

FLIGHT_SECONDS = 0.06
"""How long a post may be on its way before a faster rate than that is not reached any more."""

log = logging.getLogger(__name__)


class Dispatcher:
    """Sends the posts of one platform, over one token."""

    def __init__(
        self,
        platform: Platform,
        store: Store,
        render: Render,
        gate: Gate,
        now: Now,
        tally: Tally | None = None,
    ) -> None:
        """Join platform, ledger and gate; *tally* counts what became of posts."""
        self._tally = tally
        self._name = platform.name
        self._store, self._now = store, now
        self._courier = Courier(platform, store, render, gate, now)
        self._queue = Queue(platform, store, gate, now)
        rate = min(platform.limits.rate, 2 * HELD)
        self._width = int(max(IN_FLIGHT, rate * FLIGHT_SECONDS))
        self._wake, self._calm = asyncio.Event(), asyncio.Event()
        self._calm.set()
        self._flying: dict[asyncio.Task[Outcome], Post] = {}
        self._ended: list[Ended] = []
        self._fault: BaseException | None = None
        self._stopping = self._held = False

    def hold(self, *, held: bool) -> None:
        """Let nothing more leave while *held*: the platform is not open."""
        self._held = held
        self._wake.set()

    async def quiet(self) -> None:
        """Return once nothing is on its way, and all that ended is written down."""
        await self._calm.wait()

    def stop(self) -> None:
        """End ``run`` after the replies at hand; nothing new is claimed."""
        self._stopping = True
        self._wake.set()

    def offer(self, posts: Sequence[Post]) -> None:
        """Take posts that were born leased, and look for others that wait."""
        self._queue.offer(posts)
        self._wake.set()

    async def run(self, receive: Receive, rest: Callable[[], Awaitable[None]]) -> None:
        """Send until stopped; *receive* hears of addresses that are gone; *rest* idles.

        Raises:
            Barred: the service refuses the token; the posts stay.
        """
        try:
            while not self._stopping or self._queue.replies or self._flying or self._ended:
                try:
                    if not await self.once(receive):
                        await rest()
                except (StoreDown, Conflict):
                    log.warning("ledger_down", extra={"platform": self._name})
                    await rest()
        finally:
            for task in self._flying:
                task.cancel()
            self._flying.clear()
            self._calm.set()

    async def woken(self) -> None:
        """Wait until posts are offered, one has ended or may leave: ``POLL_SECONDS`` at most."""
        try:
            await asyncio.wait_for(self._wake.wait(), self._queue.soon)
        except TimeoutError:
            self._queue.look()

    async def once(self, receive: Receive) -> int:
        """Take one step and return how many posts moved; 0 when nothing waits, or may leave.

        What ended is recorded, then as many begin as may.  Where there is neither, but posts are
        on their way, it waits for them.
        """
        self._wake.clear()
        try:
            moved = await self._record(receive) + await self._begin()
        finally:
            if self._flying or self._ended:
                self._calm.clear()
            else:
                self._calm.set()
        if not moved and self._flying:
            await self.woken()
            return len(self._flying)
        return moved or len(self._ended)

    async def _record(self, receive: Receive) -> int:
        """Write down what ended; what cannot be written is kept and written first next time."""
        self._land()
        if self._stopping:
            self._queue.stop()
            self._ended += self._queue.handed_back()
        ended = tuple(self._ended)
        if ended:
            await self._store.settle([outcome for _, outcome in ended], self._now())
            del self._ended[: len(ended)]
            if self._tally:
                self._tally.settled(ended)
        if not self._flying:
            self._courier.check()
        fault, self._fault = self._fault, None
        if fault:
            raise fault
        await _tell_gone(ended, receive, self._now)
        return len(ended)

    def _arrived(self, began: float, _: asyncio.Task[Outcome]) -> None:
        self._wake.set()
        if self._tally:
            self._tally.flown(self._name, monotonic() - began)

    def _land(self) -> None:
        """Take over the results of what ended."""
        for task in [task for task in self._flying if task.done()]:
            post = self._flying.pop(task)
            self._fault = task.exception() or self._fault
            if task.exception():
                continue
            outcome = task.result()
            self._ended.append((post, outcome))
            if outcome.state == "pending":
                # Behind a post that has to wait, the others of its address wait too.
                waits = replace(outcome, moved_to=None)
                behind = self._queue.drop(post.address)
                self._ended += [(one, replace(waits, post=one.id)) for one in behind]

    async def _begin(self) -> int:
        """Let as many posts leave as there is room for, and return how many those are."""
        room = self._width - len(self._flying) - len(self._ended)
        if room <= 0 or self._held or self._courier.barred:
            return 0
        posts = await self._queue.next(room, {post.address for post in self._flying.values()})
        self._ended += self._queue.handed_back()
        try:
            marked = await self._store.mark(posts) if posts else ()
        except (StoreDown, Conflict):
            self._queue.back(posts)
            raise
        for post in marked:
            task = asyncio.create_task(self._courier.send(post))
            task.add_done_callback(partial(self._arrived, monotonic()))
            self._flying[task] = post
        return len(posts)


async def _tell_gone(ended: Sequence[Ended], receive: Receive, now: Now) -> None:
    """Raise the events of addresses that took their last post."""
    closed: dict[Address, Event] = {}
    for post, outcome in ended:
        if outcome.muted:
            closed[post.address] = Muted()
        elif outcome.state == "gone":
            closed[post.address] = Left("blocked")
    left = [
        Incoming(f"gone:{uuid4().hex}", address, now(), event) for address, event in closed.items()
    ]
    if left:
        await receive(left)
