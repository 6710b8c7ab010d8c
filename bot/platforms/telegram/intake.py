"""How updates are taken: many at a poll or one a call, and acknowledged after their commit.

Rule 1: the offset moves after ``receive`` returned, and only then.
Rule 2: a press is answered after the commit, once, and never again.
Rule 3: while nothing can be written the same updates are asked for again, and with them those
that came since, because first aid among them is answered all the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from telegram.error import TelegramError

from bot.platforms.telegram import decode
from bot.platforms.telegram.aid import FirstAid
from bot.platforms.telegram.outcomes import Answered, outcome
from bot.platforms.telegram.pause import Pause
from bot.platforms.telegram.runners import Runners
from bot.platforms.telegram.transport import Client
from bot.ports import Aid, Now, Receipt, Receive, StoreDown, Throttled

POLL_SECONDS = 50
"""How long Telegram keeps an empty poll open.  Source: chat.md, 4.2."""

AT_ONCE = 100
"""Most updates of one poll.  Source: Telegram, getUpdates."""

AGAIN = 4.0
"""Longest wait before updates that could not be taken are asked for again, in seconds."""

LONGEST = 60.0
"""Longest wait between two tries, in seconds."""

NOTICE = 200
"""Longest notice, in characters.  Source: Telegram, answerCallbackQuery."""

UNANSWERED = 1000
"""Most presses that wait for their answer; beyond, a press stays without its tick."""

Sleep = Callable[[float], Awaitable[None]]
Heard = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The service will not hand us updates: the token is refused, or another process polls."""


async def _unnoted() -> None:
    """Note nothing."""


class Intake:
    """Takes updates for one bot and answers its presses."""

    def __init__(
        self,
        client: Client,
        now: Now,
        locale: str,
        sleep: Sleep,
        heard: Heard = _unnoted,
        aid: Aid | None = None,
    ) -> None:
        """Decode with the clock *now*; *locale* is for whoever's client names no language.

        *heard* is told after each poll whose updates were taken; *aid* answers while nothing can
        be written.
        """
        self.pause = Pause()
        self._aid = FirstAid(client, aid, self.pause)
        self._heard = heard
        self._client = client
        self._now = now
        self._locale = locale
        self._sleep = sleep
        self.own = ""
        self._runners = Runners(client, now, self.pause)
        self._answers: set[asyncio.Task[None]] = set()
        self.skipped = 0

    async def introduce(self) -> None:
        """Learn our own user name, to tell commands of other bots.

        Raises:
            Stopped: the token is refused.
        """
        match await self.insist("GetMe"):
            case {"username": str(name)}:
                self.own = name

    async def insist(
        self, method: str, values: Mapping[str, object] | None = None, *, seconds: float = 0.0
    ) -> object:
        """Return the result of *method*, asked again until there is one.

        Raises:
            Stopped: the token is refused, or another process uses it.
        """
        tries = 0
        while True:
            try:
                return await self._client.call(method, values, seconds=seconds)
            except TelegramError as fault:
                wait = _pause(fault, tries)
                log.warning("not_heard", extra={"fault": type(fault).__name__, "tries": tries})
            tries += 1
            await self._sleep(wait)

    async def poll(self, receive: Receive) -> None:
        """Hear updates until cancelled.

        Raises:
            Stopped: the token is refused, or another process polls.
        """
        asked: dict[str, object] = {
            "limit": AT_ONCE,
            "timeout": POLL_SECONDS,
            "allowed_updates": list(decode.WANTED),
        }
        offset, tries = 0, 0
        while True:
            found = await self.insist(
                "GetUpdates", {**asked, "offset": offset}, seconds=POLL_SECONDS + 10.0
            )
            # In the order in which people acted, whatever the order of the answer.
            updates = sorted(found if isinstance(found, list) else [], key=_place)
            if not await self._taken(updates, receive):
                await self._sleep(min(2.0**tries, AGAIN))
                tries = min(tries + 1, 10)
                continue
            tries = 0
            await self._heard()
            numbers = [at for one in updates if (at := decode.number(one)) is not None]
            # Numbers begin anew after a week of silence, so an empty poll forgets the offset.
            offset = max(numbers, default=-1) + 1
            if not numbers and found != []:
                await self._sleep(1.0)

    async def take(self, updates: Sequence[object], receive: Receive) -> None:
        """Report *updates*, and answer their presses.

        Raises:
            StoreDown: nothing was taken.
        """
        now = self._now()
        decoded = [(one, decode.incoming(one, now, self.own, self._locale)) for one in updates]
        heard = [(update, await self._runners.known(event)) for update, event in decoded if event]
        self._skip(len(decoded) - len(heard))
        owed = self._aid.left([event for _, event in heard])
        told = await self._aid.told(owed, receive, self.own)
        for update, event in decoded:
            self._answer(decode.query(update), told.get(event.id if event else "", Receipt()))

    async def end(self) -> None:
        """Let go of the answers that are still on their way."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def _taken(self, updates: Sequence[object], receive: Receive) -> bool:
        try:
            await self.take(updates, receive)
        except StoreDown:
            log.warning("not_taken", extra={"updates": len(updates)})
            return False
        return True

    def _skip(self, count: int) -> None:
        if count:
            self.skipped += count
            log.info("updates_skipped", extra={"updates": count})

    def _answer(self, query: str, receipt: Receipt) -> None:
        # Who is too fast is told now and then; a tick would say that the press was taken.
        silent = not receipt.taken and not receipt.text
        if query and not silent and len(self._answers) < UNANSWERED:
            task = asyncio.create_task(self._tick(query, receipt))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _tick(self, query: str, receipt: Receipt) -> None:
        """Show that a press has been taken; too late or refused, it is taken all the same."""
        left = self.pause.left()
        if left:
            await self._sleep(left)
        try:
            await self._client.call(
                "AnswerCallbackQuery",
                {
                    "callback_query_id": query,
                    "text": receipt.text[:NOTICE] or None,
                    "show_alert": receipt.loud or None,
                },
            )
        except TelegramError as fault:
            self.pause.heed(fault)
            log.info("press_not_answered", extra={"fault": type(fault).__name__})


def _place(update: object) -> int:
    """Return the number of *update* to sort by; what has none means nothing and comes first."""
    found = decode.number(update)
    return -1 if found is None else found


def _pause(fault: TelegramError, tries: int) -> float:
    """Return how many seconds to wait after *fault*.

    Raises:
        Stopped: waiting will not mend it.
    """
    if isinstance(fault, Answered):
        if fault.status == HTTPStatus.CONFLICT:
            raise Stopped("another process polls with this token")
        if fault.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            raise Stopped("Telegram refuses the token")
    meant = outcome(fault)
    if isinstance(meant, Throttled):
        return meant.retry_after
    return min(2.0 ** min(tries, 10), LONGEST)
