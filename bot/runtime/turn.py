"""Turns: what arrives while a transaction runs is the next batch, and one is a batch of one.

Rule 1: nothing is acknowledged before its effects are committed.
Rule 2: who waits, and who comes first, is decided by the crowd; beyond its room nothing is taken.
Rule 3: an event that cannot be handled is tried alone, three times, and then set aside with an
alarm, so that one poisoned event never stops everybody else's.
Rule 4: what is put aside is answered at once: it costs the others not even a turn of the loop.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from bot.core.altered import altered
from bot.core.card import Text
from bot.core.effects import Decision, Notice
from bot.core.events import Address, Incoming, Muted, Said
from bot.core.learner import Learner, Stranger
from bot.core.library import Library
from bot.core.message import words
from bot.engine.decide import decide
from bot.engine.linking import typed
from bot.engine.place import speaker
from bot.ports import Batch, Conflict, Post, Receipt, Store, StoreDown, Tools
from bot.runtime import clock
from bot.runtime.collector import uncollected
from bot.runtime.crowd import Crowd, Waiting
from bot.runtime.hear import Ear, Front, front

BATCH = 500
"""Most events in one transaction.  Source: house.md, 7: 500 lessons a transaction."""

CONFLICTS = 5
"""Tries of a transaction that another one overtook.  Source: trust.md, D10."""

TRIES = 3
"""Tries of one event alone before it is set aside.  Source: trust.md, A28."""

NOTHING = Receipt()
"""What is told of an event that nobody asked for."""

Doors = Mapping[Address, tuple[bool, bool]]
"""By address of one learner: was it closed before this batch, and is it now."""

log = logging.getLogger(__name__)


def carried(
    fresh: Sequence[tuple[Learner, Incoming]], library: Library, ear: Ear
) -> list[tuple[Incoming, Decision]]:
    """Return the decisions on *fresh* in order, each learner carried forward by their key.

    One learner may act at two addresses: what belongs to an address is carried by that.  What
    comes from somebody who was forgotten just before is left out: it is a stranger's, and meets
    the next transaction, which knows nothing of them.
    """
    learners: dict[str, Learner] = {}
    doors: dict[str, dict[Address, tuple[bool, bool]]] = {}
    fronts: dict[Address, Front | None] = {}
    # Which card is in front of whom matters to nobody but those who type.
    types = any(isinstance(incoming.event, Said) for _, incoming in fresh)
    decided = []
    for stored, incoming in fresh:
        here = stored.address
        learner = learners.get(stored.key, stored)
        if isinstance(learner.stage, Stranger) and not isinstance(stored.stage, Stranger):
            continue
        if stored.linked:
            learner = _met(learner, stored, doors.get(stored.key, {}))
        newest = fronts.get(here)
        decision = decide(learner, ear.heard(learner, incoming, newest), library)
        learners[stored.key] = decision.learner
        if stored.linked:
            doors.setdefault(stored.key, {})[here] = (stored.gone, decision.learner.gone)
        if types:
            fronts[here] = front(decision) or newest
        decided.append((incoming, decision))
    return decided


def _met(learner: Learner, stored: Learner, doors: Doors) -> Learner:
    """Return *learner*, carried from any address of theirs, as met at the one of *stored*."""
    here = stored.address
    _, gone = doors.get(here, (stored.gone, stored.gone))
    opened = sum(before - now for at, (before, now) in doors.items() if at != here)
    ties = replace(stored.ties, elsewhere=stored.ties.elsewhere + opened)
    return altered(learner, address=here, gone=gone, ties=ties)


class Ticket(NamedTuple):
    """The place of one event in the call that handed it over."""

    call: "Call"
    place: int


class Call:
    """The receipts of events handed over together: who waits for all is woken once.

    A future for each would cost more than the whole of what the loop does for a lesson.
    """

    def __init__(self, count: int) -> None:
        """Wait for *count* receipts, one at least."""
        self.answered: asyncio.Future[Sequence[Receipt]] = (
            asyncio.get_running_loop().create_future()
        )
        self._receipts = [NOTHING] * count
        self._left = count

    def tell(self, place: int, receipt: Receipt) -> None:
        """Answer the event at *place*, which was not answered before."""
        self._receipts[place] = receipt
        self._left -= 1
        if not self._left and not self.answered.done():
            self.answered.set_result(self._receipts)

    def fail(self, error: StoreDown) -> None:
        """Answer all with *error*: whoever handed them over comes again with each."""
        if not self.answered.done():
            self.answered.set_exception(error)


def apart(waiting: Sequence[Waiting[Ticket]]) -> Iterator[Sequence[Waiting[Ticket]]]:
    """Yield *waiting* in order, each event that concerns two learners in a group of its own."""
    group: list[Waiting[Ticket]] = []
    for one in waiting:
        if typed(one.incoming):
            yield from (part for part in (group, [one]) if part)
            group = []
        else:
            group.append(one)
    if group:
        yield group


def _tell(tools: Tools, batch: Batch) -> None:
    """Tell who was forgotten, and the log of places that take no posts any more.

    The next refusal there is no news.
    """
    tools.forgot(batch.forgotten)
    closed = {
        stored.address
        for stored, one in batch.fresh
        if isinstance(one.event, Muted) and not stored.gone
    }
    for address in closed:
        log.warning("place_muted", extra={"platform": address.platform})


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
        self.crowd: Crowd[Ticket] = Crowd(clock.monotonic)
        self.repeated = 0  # events that had been taken before
        self._wake = asyncio.Event()
        self._stopping = False

    def teach(self, library: Library) -> None:
        """Decide by *library* from the next turn on; one that has begun ends as it began."""
        self._library, self._ear = library, self._ear.taught(library)

    def stop(self) -> None:
        """End ``run`` after what waits; nothing more is taken."""
        self._stopping = True
        self._wake.set()
        self._count(now=True)

    async def receive(self, incoming: Sequence[Incoming]) -> Sequence[Receipt]:
        """Take events and return one receipt each, after the commit.

        Raises:
            StoreDown: nothing could be written, or too many wait; nothing may be acknowledged.
        """
        if self._stopping or self.crowd.full(incoming):
            message = "the bot is stopping, or too many events wait"
            raise StoreDown(message)
        if not incoming:
            return ()
        call = Call(len(incoming))
        for place, one in enumerate(incoming):
            self._comes(one, Ticket(call, place))
        self._count()
        if not call.answered.done():
            self._wake.set()
        return await call.answered

    def _comes(self, incoming: Incoming, ticket: Ticket) -> None:
        came = self.crowd.come(incoming, ticket)
        for aside in came.aside:
            notice = self._too_fast(incoming) if came.tell else ""
            aside.call.tell(aside.place, Receipt(notice, taken=False))

    def _too_fast(self, incoming: Incoming) -> str:
        return words(self._tools.translate(self._spoken(incoming).locale, Text("press.too_fast")))

    def _count(self, *, now: bool = False) -> None:
        if count := self.crowd.overlooked(now=now):
            log.warning("events_put_aside", extra={"events": count})

    async def run(self) -> None:
        """Work until stopped: whatever waits is the next batch."""
        while self.crowd or not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self.crowd:
                for group in apart(self.crowd.take(BATCH)):
                    await self._settle(group)

    async def _settle(self, group: Sequence[Waiting[Ticket]]) -> None:
        events = [one.incoming for one in group]
        try:
            receipts = await self._guarded(events) or [await self._alone(one) for one in events]
        except (StoreDown, Conflict) as error:
            self.crowd.repay(events)
            for call in {one.ticket.call for one in group}:
                call.fail(StoreDown(str(error)))
            return
        for one, receipt in zip(group, receipts, strict=True):
            one.ticket.call.tell(one.ticket.place, receipt)

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
            with suppress(Conflict):
                return await self._once(spoken)
        return await self._once(spoken)

    def _spoken(self, incoming: Incoming) -> Incoming:
        """Return *incoming* in a language that is offered, else the deployment's own.

        What concerns a place is said by the place itself, where who acted runs it.
        """
        told = speaker(incoming) if incoming.where else incoming
        locale = self._tools.fit(told.locale) or self._library.languages[0]
        return told if locale == told.locale else replace(told, locale=locale)

    async def _once(self, incoming: Sequence[Incoming]) -> Sequence[Receipt]:
        library, ear = self._library, self._ear  # of now, whatever is taught meanwhile
        with uncollected():  # what a batch reads and decides lives until it is written
            async with self._store.batch(incoming) as batch:
                decided = carried(batch.fresh, library, ear)
                posts = await batch.keep(decided, self._tools.now()) if decided else ()
        ear.showed(posts)
        self._deliver(posts)
        _tell(self._tools, batch)
        receipts = _receipts(self._tools, decided, posts)
        behind = [event for _, event in batch.fresh if event.id not in receipts]
        if behind:
            receipts |= dict(zip([one.id for one in behind], await self.take(behind), strict=True))
        self.repeated += len(incoming) - len(receipts)
        return [receipts.get(event.id, Receipt(fresh=False)) for event in incoming]


def _receipts(
    tools: Tools, decided: Sequence[tuple[Incoming, Decision]], posts: Sequence[Post]
) -> dict[str, Receipt]:
    """Return a receipt by the name of each event."""
    owed = Counter(post.answers for post in posts if post.answers)
    return {event.id: _receipt(tools, told, owed[event.id]) for event, told in decided}


def _receipt(tools: Tools, decision: Decision, owed: int) -> Receipt:
    """Return what whoever asked is told; *owed* posts answer them."""
    locale = decision.learner.locale
    for effect in decision.effects:
        if isinstance(effect, Notice):
            text = words(tools.translate(locale, effect.text))
            return Receipt(text, effect.loud, owed)
    return Receipt(posts=owed) if owed else NOTHING
