"""How requests reach the Bot API: python-telegram-bot's client over aiohttp.

Rule 1: whether a byte may have left is known here and nowhere else, so each fault is told apart.
Rule 2: the address of a request holds the token: it stands in no exception, log or repr.
Rule 3: the session lives while anybody uses it, so that nothing is left open at the end.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from telegram import Bot, TelegramObject
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.core.message import File
from bot.platforms.telegram.outcomes import Answered, Undecided, Unsent

CONNECTIONS = 100
"""Most connections at once: the group in flight, answers to presses, and the poll.

More than are ever wanted: a post that waits for one pays for a timer and a turn of the loop.
"""

CONNECT_SECONDS = 10.0
"""How long a free connection may take, made or waited for."""

READ_SECONDS = 20.0
"""How long an answer may take."""

KEPT = 8192
"""Looks and keyboards kept as plain JSON: those of one lesson go to many people."""

JSON = json.JSONEncoder(ensure_ascii=False)

JSON_HEAD = {"Content-Type": "application/json"}

# The library logs addresses and parameters at DEBUG.  Source: trust.md, 2, finding 8.
logging.getLogger("telegram").setLevel(logging.WARNING)

OK, LAST_OK = 200, 299

Seconds = object
"""What the library hands over as a timeout: a number, None, or its own word for no choice."""


class Question(str):
    """An address, and what is asked there: the library would take each parameter apart first."""

    __slots__ = ("files", "values")

    values: Mapping[str, object]
    files: Sequence[File]

    @classmethod
    def of(cls, url: str, values: Mapping[str, object], files: Sequence[File] = ()) -> Self:
        """Return what the library passes on; *files* go with it, each under its own name."""
        made = cls(url)
        made.values = values
        made.files = files
        return made


class Body(bytes):
    """An answer that is read already: the library passes bytes on, and would read them again."""

    answer: dict[str, object]

    @classmethod
    def of(cls, answer: object) -> Self:
        """Return *answer* as what the library passes on."""
        made = cls()
        made.answer = answer if isinstance(answer, dict) else {}
        return made


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
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=JSON_HEAD
            )
        self._users += 1

    async def shutdown(self) -> None:
        """Count one user less, and close the session after the last."""
        if self.leave():
            await self.close()

    def leave(self) -> bool:
        """Count one user less, and return whether that was the last, who has to ``close``."""
        self._users -= 1
        return not self._users

    async def close(self) -> None:
        """Close the session, unless somebody came in the meantime."""
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
        if self._session is None:
            raise Unsent
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._read
        limits = aiohttp.ClientTimeout(self._connect + seconds, connect=self._connect)
        said, heads = _said(url, request_data)
        fault: TelegramError | None
        try:
            async with self._session.request(
                method, url, data=said, headers=heads, timeout=limits, allow_redirects=False
            ) as response:
                answer = _parsed(await response.read())
                fault = judged(response.status, answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            fault = Unsent()
        except (aiohttp.ClientError, TimeoutError, OSError):
            fault = Undecided()
        # Raised out here: the vendor's exception holds the address, and must not hang on.
        if fault:
            raise fault
        return OK, Body.of(answer)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Return the answer, which was read when it was judged."""
        return payload.answer if isinstance(payload, Body) else {}


def _said(
    url: str, data: RequestData | None
) -> tuple[bytes | aiohttp.payload.Payload, Mapping[str, str] | None]:
    """Return parameters as JSON: a form is quoted byte by byte in Python, which costs most.

    Only files need a form, and then the headers that tell its boundary.
    """
    values: Mapping[str, object] = data.parameters if data else {}
    if isinstance(url, Question):
        values = url.values
        if url.files:
            return _form(values, url.files)
    return JSON.encode(values).encode("utf-8", "replace"), None


def _form(
    values: Mapping[str, object], files: Sequence[File]
) -> tuple[aiohttp.payload.Payload, Mapping[str, str]]:
    """Return parameters and files as a form; what is no text stands in it as JSON."""
    form = aiohttp.FormData()
    for name, value in values.items():
        form.add_field(name, value if isinstance(value, str) else JSON.encode(value))
    for file in files:
        form.add_field(file.name, file.content, filename=file.name, content_type=file.kind)
    body = form()
    return body, {"Content-Type": body.headers["Content-Type"]}


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def judged(status: int, answer: object) -> TelegramError | None:
    """Return the fault that an answer stands for, or None for a good one."""
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
        self._kept: dict[int, tuple[TelegramObject, dict[str, object]]] = {}

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
        # Shielding makes a task, and nearly nobody is the last.
        if self._transport.leave():
            await asyncio.shield(self._transport.close())

    def call(
        self,
        method: str,
        values: Mapping[str, object] | None = None,
        *,
        seconds: float = 0.0,
        files: Sequence[File] = (),
    ) -> Awaitable[object]:
        """Ask for the bare result of a Bot API method, such as ``SendMessage``.

        The library's own methods would build an object of every answer, which nobody reads; so
        this goes straight to what carries them.

        Args:
            method: the name.
            values: the parameters; None stands for leaving one out.
            seconds: how long the answer may take; 0: as long as usual.
            files: what ``attach://<name>`` in *values* stands for.

        Raises:
            TelegramError: ``outcomes.outcome`` says what it means.
        """
        plain = {name: self._plain(it) for name, it in (values or {}).items() if it is not None}
        question = Question.of(f"{self._bot.base_url}/{method}", plain, files)
        return self._bot.request.post(question, read_timeout=seconds or None)

    def _plain(self, value: object) -> object:
        """Return *value* with what the library made of it as plain JSON, each asked once.

        Kept by identity: its objects never change, and as long as one is kept no other has its.
        """
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        if not isinstance(value, TelegramObject):
            return value
        kept = self._kept.get(id(value))
        if kept is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            kept = self._kept[id(value)] = (value, value.to_dict())
        return kept[1]
