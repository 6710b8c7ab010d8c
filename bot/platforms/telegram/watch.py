"""The watch over one bot: is it still ours, and was it ever deaf for longer than Telegram waits.

Rule 1: a webhook that is none of ours means that somebody else has the token: the watch cries,
once, and changes nothing, so that whoever looks finds it as it was.  So does another name.
Rule 2: no address of a webhook reaches a log: it may hold what the other one calls secret.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus

from telegram.error import TelegramError

from bot.core.events import OLDEST
from bot.core.trouble import Trouble, What
from bot.platforms.telegram.intake import Sleep, Stopped
from bot.platforms.telegram.outcomes import Answered
from bot.platforms.telegram.transport import Client
from bot.ports import StoreDown, Tools

MINUTE = timedelta(minutes=1)
"""Time between two looks.  Source: trust.md, A7."""

KEPT = timedelta(seconds=OLDEST)
"""How long Telegram keeps what nobody took."""

NAME = "telegram"

Offering = Coroutine[object, object, None]

log = logging.getLogger(__name__)


class Watch:
    """Looks after one bot."""

    def __init__(
        self, client: Client, tools: Tools, url: str, offer: Callable[[], Offering]
    ) -> None:
        """Expect the webhook *url*, none where it is empty; *offer* shows the menu to all."""
        self._client = client
        self._tools = tools
        self._url = url
        self._offer = offer
        self._noted: datetime | None = None
        self._own = ""
        self._wrong: set[What] = set()

    @asynccontextmanager
    async def kept(self, rest: Sleep, own: str) -> AsyncIterator[None]:
        """Offer the menu, and look every minute as long as the context lasts.

        *own* is the user name under which we began.
        """
        self._own = own
        beside = (asyncio.create_task(self._offer()), asyncio.create_task(self._run(rest)))
        try:
            yield
        except Stopped:
            # Another process that polls, or a webhook of somebody else: a look tells which.
            with suppress(TelegramError):
                await self._hooked()
            raise
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _run(self, rest: Sleep) -> None:
        while True:
            await rest(MINUTE.total_seconds())
            try:
                called = await self.look()
            except TelegramError as fault:
                log.info("not_looked", extra={"kind": type(fault).__name__})
                continue
            if called:
                await self.heard()

    async def look(self) -> bool:
        """Return whether our webhook is called and nothing waits; cry where we are not our own.

        Raises:
            TelegramError: the service did not say.
        """
        return await self._named() and await self._hooked()

    async def _named(self) -> bool:
        """Return whether the token still counts; cry where it does not, or has another name."""
        try:
            match await self._client.call("GetMe"):
                case {"username": str(name)}:
                    self._tell("identity_changed", is_so=self._own not in {"", name})
        except Answered as no:
            if no.status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
                raise
            self._tell("token_refused", is_so=True)
            return False
        self._tell("token_refused", is_so=False)
        return True

    async def _hooked(self) -> bool:
        """Return whether our webhook is called and nothing waits; cry where it is another's."""
        waiting, foreign = 0, False
        match await self._client.call("GetWebhookInfo"):
            case {"url": str(url), "pending_update_count": int(waiting)}:
                foreign = url != self._url
        self._tell("foreign_webhook", is_so=foreign)
        return bool(self._url) and not foreign and not waiting

    def _tell(self, what: What, *, is_so: bool) -> None:
        """Cry once where *what* begins, and tell where it is over."""
        if is_so == (what in self._wrong):
            return
        if is_so:
            self._wrong.add(what)
            log.critical(what, extra={"platform": NAME})
        else:
            self._wrong.discard(what)
            log.warning("trouble_over", extra={"platform": NAME, "kind": what})
        self._tools.trouble(Trouble(NAME, what, self._tools.now(), over=not is_so))

    async def heard(self) -> None:
        """Note, once a minute, that updates come; tell where some are lost for ever.

        What is older than ``KEPT`` Telegram has thrown away while we were deaf.
        """
        now, note = self._tools.now(), self._tools.heard
        if note is None or (self._noted and now - self._noted < MINUTE):
            return
        try:
            before = await note(NAME)
        except StoreDown:
            return
        self._noted = now
        if before is not None and now - before > KEPT:
            seconds = int((now - before).total_seconds())
            told = {"platform": NAME, "since": before.isoformat(), "seconds": seconds}
            log.error("updates_lost", extra=told)
            self._tools.trouble(Trouble(NAME, "updates_lost", before, seconds))
            await self._offer()
