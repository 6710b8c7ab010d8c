"""The dispatcher: posts leave here, best lane first, and what became of each is written down.

Rule 1: ``sending`` is committed before the first byte leaves.
Rule 2: a known result stays in memory until it is recorded.
Rule 3: nobody else calls ``Platform.send``.
Rule 4: one address is sent to in order: of two edits of one message the newer is the last.
Rule 5: nothing waits out a pause as ``sending``: a process that ends then would lose it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from bot.core.effects import Lane
from bot.core.events import Address, Event, Incoming, Left, Muted
from bot.core.message import Message
from bot.ports import (
    Barred,
    Conflict,
    Now,
    Outcome,
    Platform,
    Post,
    Receive,
    SendError,
    Store,
    StoreDown,
    Throttled,
    Unreachable,
)
from bot.runtime.crowd import Rounds
from bot.runtime.export import carried
from bot.runtime.failing import failed
from bot.runtime.render import Render
from bot.runtime.throttle import Gate

IN_FLIGHT = 30
"""Most posts marked ``sending`` at once: the bound on duplicates after a kill."""

POLL_SECONDS = 1.0
"""How long the dispatcher rests when nothing waits and nobody woke it."""

FRESH = 10_000
"""Replies held in memory; those beyond wait in the ledger until their leases end."""

EACH = 3
"""Most replies to one address in one group: they go one after the other, and all wait for them."""

log = logging.getLogger(__name__)


class Dispatcher:
    """Sends the posts of one platform, over one token."""

    def __init__(
        self, platform: Platform, store: Store, render: Render, gate: Gate, now: Now
    ) -> None:
        """Join platform, ledger and gate."""
        self._platform = platform
        self._store = store
        self._render = render
        self._gate = gate
        self._now = now
        self._fresh: Rounds[Address, Post] = Rounds()
        self._wake = asyncio.Event()
        self._unwritten: list[Outcome] = []
        self._stopping = False
        self._barred: Barred | None = None
        self._newest: OrderedDict[tuple[Address, str], int] = OrderedDict()

    def stop(self) -> None:
        """End ``run`` after the replies at hand; nothing new is claimed."""
        self._stopping = True
        self._wake.set()

    def offer(self, posts: Sequence[Post]) -> None:
        """Take posts that were born leased, and look for others that wait."""
        replies = [post for post in posts if post.lane is Lane.REPLY]
        for post in replies[: max(FRESH - len(self._fresh), 0)]:
            self._fresh.add(post.address, post)
        self._wake.set()

    async def run(self, receive: Receive, rest: Callable[[], Awaitable[None]]) -> None:
        """Send until stopped; *receive* hears of addresses that are gone; *rest* idles.

        Raises:
            Barred: the service refuses the token; the posts stay.
        """
        while self._fresh or not self._stopping:
            self._wake.clear()
            try:
                if not await self.once(receive):
                    await rest()
            except (StoreDown, Conflict):
                log.warning("ledger_down", extra={"platform": self._platform.name})
                await rest()

    async def woken(self) -> None:
        """Wait until somebody offers posts, at most ``POLL_SECONDS``."""
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def once(self, receive: Receive) -> int:
        """Send one group and return its size; 0 when nothing waits, or nothing may leave."""
        await self._record([])
        leased = () if self._gate.pause() else await self._leased()
        if not leased:
            return 0
        try:
            marked = await self._store.mark(leased)
        except (StoreDown, Conflict):
            for post in reversed(leased):
                self._fresh.back(post.address, post)
            raise
        sent = await asyncio.gather(*(self._in_order(queue) for queue in _queues(marked)))
        outcomes = [outcome for queue in sent for outcome in queue]
        await self._record(outcomes)
        barred, self._barred = self._barred, None
        if barred:
            raise barred
        await self._tell_gone(marked, outcomes, receive)
        return len(leased)

    async def _in_order(self, posts: Sequence[Post]) -> Sequence[Outcome]:
        """Send the posts of one address; behind one that has to wait, the others wait too."""
        outcomes: list[Outcome] = []
        waits: Outcome | None = None
        for post in posts:
            outcome = replace(waits, post=post.id) if waits else await self._send(post)
            outcomes.append(outcome)
            if outcome.state == "pending" and not waits:
                waits = replace(outcome, moved_to=None)
        return outcomes

    async def _leased(self) -> Sequence[Post]:
        if self._fresh:
            return self._fresh.take(IN_FLIGHT, each=EACH)
        return await self._store.claim_posts(self._platform.name, self._now(), IN_FLIGHT)

    async def _record(self, outcomes: Sequence[Outcome]) -> None:
        """Write outcomes down; what cannot be written is kept and written first next time."""
        self._unwritten.extend(outcomes)
        if self._unwritten:
            await self._store.settle(self._unwritten, self._now())
            self._unwritten.clear()

    def _overtaken(self, post: Post) -> bool:
        """Return whether a newer edit of the same message has left already."""
        if not post.on:
            return False
        message = (post.address, post.on)
        newest = max(self._newest.pop(message, 0), post.id)
        self._newest[message] = newest
        if len(self._newest) > FRESH:
            self._newest.popitem(last=False)
        return newest > post.id

    async def _send(self, post: Post) -> Outcome:
        if self._overtaken(post):
            return Outcome(post.id, "skipped")
        if self._barred or not await self._gate.permit():
            later = self._now() + timedelta(seconds=self._gate.pause())
            return Outcome(post.id, "pending", again=later)
        try:
            message = await self._message(post)
            sent_as = await self._platform.send(post, message)
        except Throttled as error:
            if error.everyone:
                self._gate.close(error.retry_after)
            return failed(post, error, self._now())
        except SendError as error:
            return failed(post, error, self._now())
        except StoreDown:
            # What it should carry could not be read: nothing left us.
            return failed(post, Unreachable(), self._now())
        except Barred as error:
            # The others of the group may have arrived: what became of them is written first.
            self._barred = error
            return Outcome(post.id, "pending")
        return Outcome(post.id, "sent", sent_as)

    async def _message(self, post: Post) -> Message:
        if post.card.files:
            return await carried(post, self._store, self._render)
        return self._render(post.card, post.locale)

    async def _tell_gone(
        self, posts: Sequence[Post], outcomes: Sequence[Outcome], receive: Receive
    ) -> None:
        told: dict[int, Event] = {o.post: Muted() for o in outcomes if o.muted}
        told |= {o.post: Left("blocked") for o in outcomes if o.state == "gone"}
        closed = {post.address: told[post.id] for post in posts if post.id in told}
        left = [
            Incoming(f"gone:{uuid4().hex}", address, self._now(), event)
            for address, event in closed.items()
        ]
        if left:
            await receive(left)


def _queues(posts: Sequence[Post]) -> Sequence[Sequence[Post]]:
    """Return *posts* by address, each queue in their order."""
    queues: dict[Address, list[Post]] = {}
    for post in posts:
        queues.setdefault(post.address, []).append(post)
    return tuple(queues.values())
