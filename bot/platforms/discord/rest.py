"""This file is every call that speaks for a learner: messages, and answers to interactions.

Rule 1: an answer becomes one outcome of ours; no error of a library leaves this file, because
theirs carry addresses, and an address may hold a token.
Rule 2: only what may be done twice is tried twice.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from bot.core.message import File
from bot.platforms.discord import decode
from bot.platforms.discord.outcomes import Told, failure
from bot.platforms.discord.pace import Pace, Sleep
from bot.ports import Barred, SendError, Unknown, Unreachable

ROOT = "https://discord.com/api/v10"
"""Where Discord's interface stands, version included."""

SECONDS = 20.0
"""How long an answer may take."""

TRIES = 3
"""Tries of what may be done twice."""

LEAVE_SECONDS = 5.0
"""How long what is in flight may take when we stop."""

AGENT = "DiscordBot (wary-bot, 1)"
"""Source: Discord, User Agent: whoever sends none of this form may be blocked."""

log = logging.getLogger(__name__)

Answer = Mapping[str, object]


def _route(method: str, path: str) -> str:
    """Return what Discord counts together: what is done, and where; which message is all one.

    To hand a message on is counted apart from writing one: it may be done ten times an hour.
    """
    parts = path.split("/")
    return f"{method} {'/'.join([*parts[:4], *parts[5:]])}"


@dataclass(frozen=True, slots=True)
class Laden:
    """A body that comes with files: those that its ``attachments`` name, in their order."""

    body: object
    files: Sequence[File]


def _data(body: object) -> bytes | aiohttp.FormData | None:
    """Return *body* as JSON, or with files as a form that holds it."""
    files = body.files if isinstance(body, Laden) else ()
    told = body.body if isinstance(body, Laden) else body
    if told is None:
        return None
    text = json.dumps(told, ensure_ascii=False)
    if not files:
        return text.encode()
    form = aiohttp.FormData()
    form.add_field("payload_json", text, content_type="application/json")
    for at, file in enumerate(files):
        name = f"files[{at}]"
        form.add_field(name, file.content, filename=file.name, content_type=file.kind)
    return form


class Rest:
    """Calls with one bot token."""

    def __init__(self, token: str, root: str, pace: Pace, pause: Sleep) -> None:
        """Speak to *root* as the bot of *token*, at the given pace."""
        self._token = token
        self._root = root.rstrip("/")
        self._pace = pace
        self._pause = pause
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[object]] = set()

    def open(self) -> None:
        """Start to speak; must be called in the loop."""
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Let what is in flight end, and speak no more."""
        session, self._session = self._session, None
        if self._running:
            await asyncio.wait(self._running, timeout=LEAVE_SECONDS)
        if session:
            await session.close()

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        ours: bool = True,
        twice: bool = True,
        seconds: float = SECONDS,
    ) -> Answer:
        """Return the JSON object that Discord answers, empty where it answers with none.

        Args:
            method: of HTTP.
            path: after the root, with its slash.
            body: sent as JSON, None for nothing; ``Laden``: with files.
            ours: the bot's own token goes with it; False for an interaction's.
            twice: it does no harm to say it again where nobody knows if it arrived.
            seconds: how long one try may take.

        Raises:
            SendError: what became of the call.
            Barred: the token is refused.
        """
        for tried in range(1, TRIES + 1):
            found = await self._once(method, path, body, ours=ours, seconds=seconds)
            if not isinstance(found, Exception):
                return found
            if not (isinstance(found, Unknown) and twice and tried < TRIES):
                raise found
            await self._pause(float(tried))
        raise Unreachable

    async def _once(
        self, method: str, path: str, body: object, *, ours: bool, seconds: float
    ) -> Answer | SendError | Barred:
        route = _route(method, path)
        await self._pace.permit(route, ours=ours)
        session, task = self._session, asyncio.current_task()
        if session is None:
            return Unreachable("discord is not connected")
        if task:
            self._running.add(task)
        headers = {"Authorization": f"Bot {self._token}"} if ours else {}
        data = _data(body)
        if isinstance(data, bytes):
            headers["Content-Type"] = "application/json"
        limits = aiohttp.ClientTimeout(total=seconds, connect=seconds)
        try:
            async with session.request(
                method, self._root + path, data=data, headers=headers, timeout=limits
            ) as response:
                return self._read(route, response, await response.text(), ours=ours)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Unreachable("no connection to discord")
        except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError):
            return Unknown("the connection to discord broke")
        finally:
            if task:
                self._running.discard(task)

    def _read(
        self, route: str, response: aiohttp.ClientResponse, text: str, *, ours: bool
    ) -> Answer | SendError | Barred:
        found = decode.body(text)
        heads = response.headers
        if heads.get("X-RateLimit-Remaining") == "0":
            self._pace.hold(route, decode.number(heads.get("X-RateLimit-Reset-After")))
        if response.ok:
            return found or {}
        held = found or {}
        told = Told(
            response.status,
            code=int(decode.number(held.get("code"))),
            retry_after=decode.number(held.get("retry_after") or heads.get("Retry-After")),
            scope="global" if held.get("global") else heads.get("X-RateLimit-Scope", ""),
            signed=bool(heads.get("Via")) and found is not None,
        )
        if self._pace.count(told):
            log.critical("discord_silent", extra={"status": told.status})
        return failure(told, ours=ours)
