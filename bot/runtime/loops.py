"""The loops of one process: who hears, who decides, who sends, and how all of it ends.

Rule 1: what ends by a fault is told and begun again, ever later, and readiness is red meanwhile;
only the turns, through which everything goes, take the process with them.
Rule 2: the end has an order: nothing more is heard, what was heard is answered, what is on its
way arrives, and then the lead is let go.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple, Protocol

from bot.core.effects import Lane
from bot.core.trouble import Trouble
from bot.ports import Barred, Ledger, Now, Outcome, Platform, Post, StoreDown
from bot.runtime.leading import Leads
from bot.runtime.outbox import Dispatcher
from bot.runtime.turn import Turns

STOP_SECONDS = 8
"""How long what is in flight may take to end.  Source: trust.md, 11.4."""

AGAIN_SECONDS = 1.0
"""How long after its end by a fault something begins again; each time twice as long."""

LONGEST_SECONDS = 30.0
"""The longest of these waits."""

Work = Callable[[], Coroutine[object, object, None]]

log = logging.getLogger(__name__)


class Server(Protocol):
    """What answers over HTTP until told to end."""

    should_exit: bool


class Voice(NamedTuple):
    """One platform, and who sends to it; None where only another process does."""

    platform: Platform
    dispatcher: Dispatcher | None


class Elsewhere:
    """What is born leased here, and led by another process: it goes back to the ledger."""

    def __init__(self, ledger: Ledger, now: Now) -> None:
        """Give back to *ledger*."""
        self._ledger = ledger
        self._now = now
        self._posts: list[Post] = []
        self._wake = asyncio.Event()

    def take(self, posts: Sequence[Post]) -> None:
        """Give *posts* back soon."""
        if posts:
            self._posts += posts
            self._wake.set()

    async def run(self) -> None:
        """Give back until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            away, self._posts = self._posts, []
            # Where it cannot be written its lease ends by itself.
            with suppress(StoreDown):
                await self._ledger.settle([Outcome(p.id, "pending") for p in away], self._now())


class Loops:
    """Everything that runs, from the first event to the last post."""

    def __init__(
        self, turns: Turns, leads: Leads, ledger: Ledger, now: Now, tell: Callable[[Trouble], None]
    ) -> None:
        """Join who decides and who leads; *tell* hears what goes wrong."""
        self._turns = turns
        self._leads = leads
        self._elsewhere = Elsewhere(ledger, now)
        self._now = now
        self._tell = tell
        self.voices: dict[str, Voice] = {}
        """The platforms of this process by name."""
        self._over = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """Return whether the run has ended, or is about to."""
        return self._over.is_set()

    def _senders(self) -> list[tuple[str, Dispatcher]]:
        return [(name, sender) for name, (_, sender) in self.voices.items() if sender]

    def stop(self) -> None:
        """End the run as soon as what is in flight has ended."""
        self._over.set()

    def deliver(self, posts: Sequence[Post]) -> None:
        """Hand new posts to those who send; what another process sends goes back to the ledger."""
        led = self._leads.led
        for name, sender in self._senders():
            sender.offer([post for post in posts if post.address.platform == name])
        self._elsewhere.take(
            [p for p in posts if p.lane is Lane.REPLY and p.address.platform not in led]
        )

    async def run(self, servers: Sequence[tuple[Server, Work]], beside: Sequence[Work]) -> None:
        """Run until stopped, or until a platform has no more input.

        *servers* answer over HTTP to the last; *beside* runs as long as anything does.
        """
        turning = asyncio.create_task(self._turns.run())
        sending = [asyncio.create_task(self._sends(*one)) for one in self._senders()]
        served = [asyncio.create_task(work()) for _, work in servers]
        hearing = [asyncio.create_task(self._hears(name)) for name in self.voices]
        always = (self._leads.keep, self._elsewhere.run, *beside)
        hearing += [asyncio.create_task(self._kept("", work)) for work in always]
        hearing.append(asyncio.create_task(self._stopped()))
        everything = {turning, *sending, *served, *hearing}
        try:
            done, _ = await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._over.set()
            for server, _ in servers:
                server.should_exit = True
            await self._end(turning, [*sending, *served], hearing)
        for task in done:
            task.result()

    async def _stopped(self) -> None:
        await self._over.wait()

    async def _end(
        self,
        turning: asyncio.Task[None],
        sending: Sequence[asyncio.Task[None]],
        hearing: Sequence[asyncio.Task[None]],
    ) -> None:
        """Stop hearing first, let what is in flight end, then let go."""
        for task in hearing:
            task.cancel()
        self._turns.stop()
        await asyncio.wait([turning], timeout=STOP_SECONDS / 2)
        # After the last turn, so that what it answered still goes out.
        for _, sender in self._senders():
            sender.stop()
        await asyncio.wait([turning, *sending, *hearing], timeout=STOP_SECONDS / 2)
        for task in (turning, *sending, *hearing):
            task.cancel()
        await asyncio.wait([turning, *sending, *hearing], timeout=1)

    async def _hears(self, name: str) -> None:
        """Listen to the platform *name* whenever it is led here."""
        platform, dispatcher = self.voices[name]
        if dispatcher is None:
            await self._kept(name, lambda: platform.listen(self._turns.receive))
            return

        async def hears() -> None:
            # Called once what opens the platform, before it first waits, has been done.
            opening = asyncio.get_running_loop().call_soon(partial(dispatcher.hold, held=False))
            cut = True
            try:
                await platform.listen(self._turns.receive)
                cut = False
            finally:
                opening.cancel()
                # At the end of all, and of the input, what was answered still goes out.
                dispatcher.hold(held=cut and not self._over.is_set())

        async def listens() -> None:
            await self._kept(name, hears)

        await self._leads.run(name, listens, dispatcher.quiet)

    async def _sends(self, name: str, dispatcher: Dispatcher) -> None:
        dispatcher.hold(held=not self._over.is_set())

        async def sends() -> None:
            await dispatcher.run(self._turns.receive, dispatcher.woken)

        async def died() -> None:
            # What was on its way is in doubt: whoever leads next sees to it.
            await self._leads.leave(name)

        await self._kept(name, sends, died)

    async def _kept(self, name: str, begin: Work, died: Work | None = None) -> None:
        """Do what *begin* begins, again and again where it has *died*, until it ends by itself.

        Where the token is refused it stops, and nothing else does.
        """
        pause = AGAIN_SECONDS
        while True:
            fault = await _fault(begin)
            if fault is None:
                return
            if isinstance(fault, Barred):
                log.critical("token_refused", extra={"platform": name})
                self._tell(Trouble(name, "token_refused", self._now()))
                await self._over.wait()
                return
            log.critical("task_died", extra={"platform": name}, exc_info=fault)
            self._tell(Trouble(name, "task_died", self._now()))
            if died:
                await died()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_SECONDS)
            self._tell(Trouble(name, "task_died", self._now(), over=True))


async def _fault(begin: Work) -> BaseException | None:
    """Return by what fault the work that *begin* begins has ended, None for none."""
    task = asyncio.create_task(begin())
    try:
        await asyncio.wait({task})
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return asyncio.CancelledError() if task.cancelled() else task.exception()
