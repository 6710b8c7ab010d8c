"""Turns: what arrives while a transaction runs is the next batch, and one is a batch of one.

Rule 1: nothing is acknowledged before its effects are committed.
Rule 2: an event that cannot be handled is tried alone, three times, and then set aside with an
alarm, so that one poisoned event never stops everybody else's.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core.effects import Decision, Notice
from bot.core.events import Incoming
from bot.core.learner import Learner
from bot.core.library import Library
from bot.core.message import words
from bot.engine.decide import decide
from bot.ports import Conflict, Post, Receipt, Store, StoreDown, Tools
from bot.runtime.hear import Ear, Front, front

BATCH = 500
"""Most events in one transaction.  Source: house.md, 7: 500 lessons a transaction."""

CONFLICTS = 5
"""Tries of a transaction that another one overtook.  Source: trust.md, D10."""

TRIES = 3
"""Tries of one event alone before it is set aside.  Source: trust.md, A28."""

log = logging.getLogger(__name__)


def carried(
    fresh: Sequence[tuple[Learner, Incoming]], library: Library, ear: Ear
) -> list[tuple[Incoming, Decision]]:
    """Return the decisions on *fresh* in order, each learner carried forward by their key."""
    learners: dict[str, Learner] = {}
    fronts: dict[str, Front | None] = {}
    decided = []
    for stored, incoming in fresh:
        learner = learners.get(stored.key, stored)
        newest = fronts.get(stored.key)
        decision = decide(learner, ear.heard(learner, incoming, newest), library)
        learners[stored.key] = decision.learner
        fronts[stored.key] = front(decision) or newest
        decided.append((incoming, decision))
    return decided


class Turns:
    """Takes events from every platform and the clock, in batches, one transaction at a time."""

    def __init__(
        self,
        store: Store,
        library: Library,
        tools: Tools,
        ear: Ear,
        deliver: Callable[[Sequence[Post]], None],
    ) -> None:
        """Join the rooms; *deliver* takes the new posts after their commit."""
        self._store = store
        self._library = library
        self._tools = tools
        self._ear = ear
        self._deliver = deliver
        self._waiting: list[tuple[Incoming, asyncio.Future[Receipt]]] = []
        self._wake = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """End ``run`` after what waits; nothing more is taken."""
        self._stopping = True
        self._wake.set()

    async def receive(self, incoming: Sequence[Incoming]) -> Sequence[Receipt]:
        """Take events and return one receipt each, after the commit.

        Raises:
            StoreDown: nothing could be written; nothing may be acknowledged.
        """
        if self._stopping:
            message = "the bot is stopping"
            raise StoreDown(message)
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Receipt]] = [loop.create_future() for _ in incoming]
        self._waiting.extend(zip(incoming, futures, strict=True))
        self._wake.set()
        return await asyncio.gather(*futures)

    async def run(self) -> None:
        """Work until stopped: whatever waits is the next batch."""
        while self._waiting or not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                group, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._settle(group)

    async def _settle(self, group: Sequence[tuple[Incoming, asyncio.Future[Receipt]]]) -> None:
        events = [incoming for incoming, _ in group]
        try:
            receipts = await self._guarded(events) or [await self._alone(one) for one in events]
        except (StoreDown, Conflict) as error:
            for _, future in group:
                if not future.done():
                    future.set_exception(StoreDown(str(error)))
            return
        for (_, future), receipt in zip(group, receipts, strict=True):
            if not future.done():
                future.set_result(receipt)

    async def _guarded(self, events: Sequence[Incoming]) -> Sequence[Receipt] | None:
        """Take *events*; None where handling failed, which the log tells with its trace."""
        try:
            return await self.take(events)
        except StoreDown:
            raise
        except Conflict as error:
            # Nobody's fault: handed over again it may come first; set aside it would be lost.
            message = "other transactions came first"
            raise StoreDown(message) from error
        except Exception:
            # The one broad catch of the program: a fault of ours in one event must reach the
            # log and the counter of tries, and never end the intake of all others.
            log.exception("batch_failed", extra={"events": len(events)})
            return None

    async def _alone(self, incoming: Incoming) -> Receipt:
        """Take one event by itself, each try counted before it is made."""
        for _ in range(TRIES):
            if await self._store.failed(incoming.id, self._tools.now()) > TRIES:
                break
            receipts = await self._guarded([incoming])
            if receipts:
                return receipts[0]
        await self._store.park(incoming.id, self._tools.now())
        log.error("event_parked", extra={"kind": type(incoming.event).__name__})
        return Receipt()

    async def take(self, incoming: Sequence[Incoming]) -> Sequence[Receipt]:
        """Decide and keep *incoming* in one transaction, again where another overtook it.

        Raises:
            StoreDown: nothing could be written.
            Conflict: another transaction came first, ``CONFLICTS`` times in a row.
        """
        spoken = [self._spoken(one) for one in incoming]
        for _ in range(CONFLICTS - 1):
            try:
                return await self._once(spoken)
            except Conflict:
                continue
        return await self._once(spoken)

    def _spoken(self, incoming: Incoming) -> Incoming:
        """Return *incoming* with a language that is offered, else the deployment's own."""
        locale = self._tools.fit(incoming.locale) or self._library.languages[0]
        return incoming if locale == incoming.locale else replace(incoming, locale=locale)

    async def _once(self, incoming: Sequence[Incoming]) -> Sequence[Receipt]:
        async with self._store.batch(incoming) as batch:
            decided = carried(batch.fresh, self._library, self._ear)
            posts = await batch.keep(decided, self._tools.now()) if decided else ()
        self._ear.showed(posts)
        self._deliver(posts)
        receipts = {event.id: self._receipt(event, told, posts) for event, told in decided}
        return [receipts.get(event.id, Receipt(fresh=False)) for event in incoming]

    def _receipt(self, incoming: Incoming, decision: Decision, posts: Sequence[Post]) -> Receipt:
        owed = sum(post.answers == incoming.id for post in posts)
        locale = decision.learner.locale
        for effect in decision.effects:
            if isinstance(effect, Notice):
                text = words(self._tools.translate(locale, effect.text))
                return Receipt(text, effect.loud, owed)
        return Receipt(posts=owed)
