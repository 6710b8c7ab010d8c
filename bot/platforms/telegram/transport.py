"""How requests reach the Bot API: python-telegram-bot's client over aiohttp.

Rule 1: whether a byte may have left is known here and nowhere else, so each fault is told apart.
Rule 2: the address of a request holds the token: it stands in no exception, log or repr.
Rule 3: the session lives while anybody uses it, so that nothing is left open at the end.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.platforms.telegram.outcomes import Answered, Undecided, Unsent

CONNECTIONS = 64
"""Most connections at once: the group in flight, answers to presses, and the poll."""

CONNECT_SECONDS = 10.0
"""How long a free connection may take, made or waited for."""

READ_SECONDS = 20.0
"""How long an answer may take."""

# The library logs addresses and parameters at DEBUG.  Source: trust.md, 2, finding 8.
logging.getLogger("telegram").setLevel(logging.WARNING)

OK, LAST_OK = 200, 299

Seconds = object
"""What the library hands over as a timeout: a number, None, or its own word for no choice."""


class Transport(BaseRequest):
    """python-telegram-bot's way out, over one aiohttp session."""

    __slots__ = ("_connect", "_limit", "_read", "_session", "_users")

    def __init__(
        self,
        *,
        limit: int = CONNECTIONS,
        connect: float = CONNECT_SECONDS,
        read: float = READ_SECONDS,
    ) -> None:
        """Allow *limit* connections, and so many seconds to connect and to be answered."""
        self._limit = limit
        self._connect = connect
        self._read = read
        self._session: aiohttp.ClientSession | None = None
        self._users = 0

    @property
    def read_timeout(self) -> float:
        """Return how many seconds an answer may take."""
        return self._read

    async def initialize(self) -> None:
        """Count one more user, and open the session for the first."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._limit)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)
        self._users += 1

    async def shutdown(self) -> None:
        """Count one user less, and close the session after the last."""
        self._users -= 1
        if not self._users and self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0913, PLR0917 - the library names the arguments
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Return status and body of a good answer.

        Raises:
            Unsent: nothing left us.
            Undecided: no answer that can be read.
            Answered: the service said no.
        """
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._read
        data = request_data.json_parameters if request_data else {}
        status, body = await self._exchange(method, url, data, seconds)
        fault = judged(status, body)
        if fault:
            raise fault
        return status, body

    async def _exchange(
        self, method: str, url: str, data: dict[str, str], seconds: float
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise Unsent
        limits = aiohttp.ClientTimeout(self._connect + seconds, connect=self._connect)
        fault: TelegramError
        try:
            async with self._session.request(
                method, url, data=data, timeout=limits, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            fault = Unsent()
        except (aiohttp.ClientError, TimeoutError, OSError):
            fault = Undecided()
        # Raised out here: the vendor's exception holds the address, and must not hang on.
        raise fault


def judged(status: int, body: bytes) -> TelegramError | None:
    """Return the fault that an answer stands for, or None for a good one."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        answer = None
    if OK <= status <= LAST_OK:
        good = isinstance(answer, dict) and answer.get("ok") is True and "result" in answer
        return None if good else _odd(answer)
    return _no(status, answer)


def _odd(answer: object) -> TelegramError:
    """Return the fault of a success that says nothing, or says no."""
    match answer:
        case {"ok": False, "error_code": int(code)}:
            return _no(code, answer)
        case _:
            return Undecided()


def _no(status: int, answer: object) -> Answered:
    said, wait, moved = "", 0.0, ""
    match answer:
        case {"description": str(words)}:
            said = words
    match answer:
        case {"parameters": {"retry_after": int(seconds) | float(seconds)}}:
            wait = max(float(seconds), 0.0)
    match answer:
        case {"parameters": {"migrate_to_chat_id": int(chat)}}:
            moved = str(chat)
    return Answered(status, said, wait, moved)


class Client:
    """The calls of one bot; an asynchronous context that holds the session open."""

    def __init__(self, token: str, root: str, transport: Transport | None = None) -> None:
        """Speak for *token* with the Bot API at *root*."""
        self._transport = transport or Transport()
        self._bot = Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._transport,
            get_updates_request=self._transport,
        )

    async def __aenter__(self) -> Self:
        """Open the session for one more user."""
        await self._transport.initialize()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session after the last user."""
        await asyncio.shield(self._transport.shutdown())

    async def call(
        self, method: str, values: Mapping[str, object] | None = None, *, seconds: float = 0.0
    ) -> object:
        """Return the bare result of a Bot API method, such as ``SendMessage``.

        The name begins with a capital, which Telegram ignores, so that the library hands over
        the bare result; its own methods would build an object of every answer.

        Args:
            method: the name.
            values: the parameters; None stands for leaving one out.
            seconds: how long the answer may take; 0: as long as usual.

        Raises:
            TelegramError: ``outcomes.outcome`` says what it means.
        """
        given = dict(values or {})
        if seconds:
            return await self._bot.do_api_request(method, given, read_timeout=seconds)
        return await self._bot.do_api_request(method, given)
