"""A Discord that answers as Discord does: REST with its limits' headers, and a gateway.

Rule 1: what it does for an answer is little, and always the same.
Rule 2: what it says is its own, not that of the tests' Discord, which grows with the tests:
whoever is measured reads it, so it belongs to the figure.
"""

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from bench.loopback.people import People
from bench.loopback.plain import Answer, response

TOKEN = "bench"  # noqa: S105 - invented
APP = "900000000000000001"
FIRST, ROOMS = 700_000_000_000_000_000, 800_000_000_000_000_000
"""The ids of the first person, and of their direct messages with the bot."""

HEADS = (
    b"X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\nX-RateLimit-Reset: 99999999999.0\r\n"
    b"X-RateLimit-Reset-After: 1.0\r\nX-RateLimit-Bucket: 80c17d2f203122d936070c88c8d10f33\r\n"
    b"Via: 1.1 google\r\n"
)
NOTHING = response(b"", HEADS, b"204 No Content")
COMMAND, PRESS = 2, 3
"""Types of interactions."""

BEAT_MS = 41_250
OWN = {
    "name": "wary",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "flags": 0,
}


class Guild:
    """The service; *people* are told of every card."""

    def __init__(self, people: People) -> None:
        """Start with no message."""
        self._people = people
        self._numbers = count(10**18)
        self._socket: web.WebSocketResponse | None = None
        self._ready = asyncio.Event()
        self._sequence = 1
        self.gateway = ""

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Return the answer of one call."""
        parts = path.removeprefix("/api/v10/").split("?")[0].split("/")
        match method, parts:
            case "GET", [what, *_]:
                return _said(self._known(what))
            case "PUT", _:
                return response(body, HEADS)
            case _, ["users", "@me", "channels"]:
                return _said({"id": f"9{json.loads(body)['recipient_id']}", "type": 1})
            case _, ["interactions", *_]:
                return NOTHING
            case _, ["channels", channel, "messages", *named]:
                return self._message(channel, body, *named)
            case _, ["webhooks", _, token, *_]:
                return self._message(str(ROOMS), body, token.partition("-")[2])
        return response(b"{}", HEADS, b"404 Not Found")

    def _message(self, channel: str, body: bytes, number: str = "") -> bytes:
        number = number or str(next(self._numbers))
        self._people.see(number)
        return _said(message(number, channel, json.loads(body).get("components", [])))

    def _known(self, what: str) -> dict[str, Any]:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {
            "users": person(APP),
            "oauth2": {**person(APP), **OWN, "owner": person("1")},
            "gateway": {"url": self.gateway, "shards": 1, "session_start_limit": limit},
        }[what]

    # What people do

    async def heard(self) -> None:
        """Wait until the bot is at the gateway."""
        await self._ready.wait()

    async def begin(self, who: int) -> None:
        """Open the conversation of *who*."""
        said = {"id": "1", "name": "start", "type": 1}
        await self._interact(who, COMMAND, said, str(next(self._numbers)))

    async def press(self, who: int, on: str, token: str) -> None:
        """Press the button that carries *token* under the message *on*."""
        await self._interact(who, PRESS, {"custom_id": token, "component_type": 2}, on)

    async def _interact(self, who: int, kind: int, data: dict[str, Any], on: str) -> None:
        number, room, somebody = next(self._numbers), str(ROOMS + who), person(str(FIRST + who))
        what = {
            "id": str(number),
            "application_id": APP,
            "type": kind,
            "token": f"token{number}-{on}",
            "version": 1,
            "data": data,
            "locale": "en-GB",
            "attachment_size_limit": 1000,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1,
            "channel_id": room,
            "channel": {"id": room, "type": 1, "recipients": [somebody], "flags": 0},
            "user": somebody,
        }
        if kind == PRESS:
            what["message"] = message(on, room, [])
        await self._tell("INTERACTION_CREATE", what)

    # The gateway

    async def line(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection to the gateway."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": BEAT_MS}})
        async for raw in socket:
            said = json.loads(raw.data) if raw.type is WSMsgType.TEXT else {}
            if said.get("op") == 1:
                await socket.send_json({"op": 11, "d": None})
            if said.get("op") == 2:
                self._socket = socket
                await self._tell("READY", self._greeting())
                self._ready.set()
        return socket

    def _greeting(self) -> dict[str, Any]:
        return {
            "v": 10,
            "user": person(APP),
            "guilds": [],
            "session_id": "bench",
            "resume_gateway_url": self.gateway,
            "application": {"id": APP, "flags": 0},
            "shard": [0, 1],
        }

    async def _tell(self, name: str, data: dict[str, Any]) -> None:
        assert self._socket is not None
        self._sequence += 1
        await self._socket.send_json({"op": 0, "t": name, "s": self._sequence, "d": data})

    async def open(self) -> None:
        """Open the gateway on a free port of loopback."""
        app = web.Application()
        app.router.add_get("/", self.line)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.gateway = f"ws://127.0.0.1:{runner.addresses[0][1]}"


def person(number: str) -> dict[str, Any]:
    """Return somebody as Discord tells of them."""
    named = {"username": "somebody", "discriminator": "0000", "global_name": None}
    return {"id": number, "avatar": None, "bot": number == APP, **named}


def message(number: str, channel: str, components: list[Any]) -> dict[str, Any]:
    """Return a message as Discord tells of it."""
    return {
        "id": number,
        "channel_id": channel,
        "author": person(APP),
        "content": "",
        "timestamp": "2026-11-21T12:00:00.000000+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 1 << 15,
        "components": _numbered(components, count(1)),
    }


def _numbered(parts: list[Any], numbers: Iterator[int]) -> list[Any]:
    made = []
    for part in parts:
        one = {"id": next(numbers), **part}
        if "components" in part:
            one["components"] = _numbered(part["components"], numbers)
        made.append(one)
    return made


def _said(what: object) -> bytes:
    return response(json.dumps(what).encode(), HEADS)
