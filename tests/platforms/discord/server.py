"""A Discord of our own on loopback: REST and gateway, which misbehave as they are told.

Rule 1: the judge is what a person would see here, never our own tables.
Rule 2: it is as strict as the documents: a body over a limit is refused and remembered.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.platforms.discord import limits, schema
from tests.platforms.discord.payloads import (
    APP,
    EPHEMERAL,
    GUILD,
    PRIVILEGED,
    SELF,
    TOKEN,
    Call,
    Json,
    Line,
    Spoken,
    answer,
    application,
    member,
    payload,
    person,
    refusal,
    taken,
)


@dataclass
class Fault:
    """What to do instead: answer so, or take the call and then ``cut`` the line."""

    status: int = 500
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    taken: bool = False
    times: int = 1


def refused(status: int, code: int = 0, **more: Json) -> Fault:
    return Fault(status, {"message": "no", "code": code, **more}, {"Via": "1.1 google"})


def too_many(seconds: float, scope: str) -> Fault:
    body = {"message": "slow", "retry_after": seconds, "global": scope == "global"}
    return Fault(429, body, {"Via": "1.1 google", "X-RateLimit-Scope": scope})


@dataclass
class Server:
    """Everything that Discord would know."""

    root: str = ""
    calls: list[Call] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    spoken: dict[str, Spoken] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: list[Any] = field(default_factory=list)
    nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: list[Any] = field(default_factory=list)
    planned: list[tuple[str, str, Fault]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    identifies: int = 0
    resumes: int = 0
    mute: bool = False
    beat_ms: int = 45_000
    starts_left: int = 1000
    flags: int = 0
    starts_reset_ms: int = 86_400_000
    files: dict[str, bytes] = field(default_factory=dict)
    places: set[str] = field(default_factory=lambda: {GUILD})
    permissions: dict[str, int] = field(default_factory=dict)
    installed: bool = True
    past: list[dict[str, Any]] = field(default_factory=list)
    greet: list[Callable[[web.WebSocketResponse], Any]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(10**18))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # What tests say to it

    def plan(self, method: str, path: str, fault: Fault) -> None:
        self.planned.append((method, path, fault))

    async def until(self, found: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):  # Patience with a busy machine, not a bound on the bot.
            while not found():
                await self._changed.wait()
                self._changed.clear()

    def made(self, method: str, path: str) -> list[Call]:
        return [c for c in self.calls if c.method == method and re.search(path, c.path)]

    def seen(self, *, hidden: bool | None = None) -> list[Spoken]:
        all_of = self.spoken.values()
        return [one for one in all_of if one.body and hidden in (None, one.hidden)]

    def number(self) -> str:
        return str(next(self._numbers))

    async def command(self, user: str, name: str, *, guild: bool = False) -> str:
        data = {"id": self.number(), "name": name, "type": 1}
        return await self.interact(self.interaction(user, 2, data, guild=guild))

    async def press(self, user: str, on: Spoken, custom_id: str, *values: str) -> str:
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
        if values:
            data["values"] = list(values)
        return await self.interact(self.interaction(user, 3, data, on=on))

    async def submit(self, user: str, on: Spoken, form: Json, text: str) -> str:
        held = {"type": 18, "id": 1, "component": {"type": 4, "custom_id": "text", "value": text}}
        data = {"custom_id": form["custom_id"], "components": [held]}
        return await self.interact(self.interaction(user, 5, data, on=on))

    async def interact(self, what: dict[str, Any]) -> str:
        await self.tell("INTERACTION_CREATE", what)
        return str(what["id"])

    def interaction(
        self,
        user: str,
        kind: int,
        data: Json,
        *,
        on: Spoken | None = None,
        guild: bool = False,
    ) -> dict[str, Any]:
        number, token = self.number(), f"interaction-token-{self.number()}"
        channel = GUILD if guild or (on and on.channel == GUILD) else self.room(user)
        who = person(user)
        what: dict[str, Any] = {
            "id": number,
            "application_id": APP,
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "locale": "en-GB",
            "attachment_size_limit": 1000,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1,
            "channel_id": channel,
            "channel": {"id": channel, "type": 1, "recipients": [who], "flags": 0},
            "user": who,
        }
        if channel == GUILD:
            del what["user"]
            what |= {"context": 0, "guild_id": GUILD, "guild": {"id": GUILD, "features": []}}
            if self.installed:
                what["authorizing_integration_owners"] = {"0": GUILD}
            what["channel"] = {"id": GUILD, "type": 0, "name": "school", "position": 0}
            what["member"] = member(user, self.permissions.get(user, 0))
        if on:
            what["message"] = payload(on)
        self.tokens[token] = {"id": number, "channel": channel, "on": on.id if on else ""}
        return what

    async def write(self, user: str, text: str) -> None:
        room = self.room(user)
        said = Spoken(self.number(), room, {})
        made = {**payload(said), "content": text, "author": person(user)}
        await self.tell("MESSAGE_CREATE", made)

    async def tell(self, name: str, data: Json) -> None:
        for line in self.lines[-1:]:
            line.sequence += 1
            event = {"op": 0, "t": name, "s": line.sequence, "d": data}
            self.past.append(event)
            await line.socket.send_json(event)

    async def op(self, number: int, data: Json = None) -> None:
        await self.lines[-1].socket.send_json({"op": number, "d": data, "s": None, "t": None})

    async def cut(self, code: int = 1001) -> None:
        await self.lines[-1].socket.close(code=code)

    def room(self, user: str) -> str:
        return self.rooms.setdefault(user, self.number())

    # REST

    async def rest(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v10")
        body, files = await taken(request)
        self.complaints += limits.unattached(body, files)
        self.files.update(files)
        bearer = request.headers.get("Authorization") == f"Bot {TOKEN}"
        self.calls.append(Call(request.method, path, body, bearer))
        self._changed.set()
        self.complaints += schema.complaints(request.method, path, body)
        fault = self._fault(request.method, path)
        if fault and not fault.taken:
            return await self._misbehave(request, fault)
        open_to_all = path.startswith(("/interactions/", "/webhooks/"))
        known = bearer or open_to_all
        given = self._answer(request.method, path, body) if known else refusal(401, 0)
        self._changed.set()
        if fault:
            return await self._misbehave(request, fault)
        return given

    def _fault(self, method: str, path: str) -> Fault | None:
        for wanted, pattern, fault in self.planned:
            if wanted == method and fault.times and re.search(pattern, path):
                fault.times -= 1
                return fault
        return None

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.cut and request.transport:
            request.transport.abort()
        if isinstance(fault.body, str):
            return web.Response(text=fault.body, status=fault.status, content_type="text/html")
        return answer(fault.body or {}, fault.status, fault.headers)

    def _answer(self, method: str, path: str, body: Json) -> web.Response:
        parts = path.strip("/").split("/")
        match method, parts:
            case "GET", _:
                return answer(self._known(parts))
            case "PUT", ["applications", _, "commands"]:
                self.commands = body
                return web.json_response(body)
            case "POST", ["users", "@me", "channels"]:
                room = self.room(body["recipient_id"])
                last = max((one.id for one in self.seen() if one.channel == room), default=None)
                return answer({"id": room, "type": 1, "last_message_id": last, "recipients": []})
            case "POST", ["channels", channel, "messages", *crossposted]:
                said = self.spoken.get("".join(crossposted[:1]))
                return answer(payload(said)) if said else self._create(channel, body)
            case "PATCH", ["channels", _, "messages", number]:
                return self._change(number, body)
            case "POST", ["interactions", _, token, "callback"]:
                return self._callback(token, body)
            case _, ["webhooks", _, token, *_]:
                return self._hook(method, token, body)
        return refusal(404, 0)

    def _known(self, parts: list[str]) -> Json:
        mine = [payload(one) for one in self.seen(hidden=False) if one.channel == parts[1]]
        known = {"gateway": self._gateway(), "users": SELF}
        known["oauth2"] = {**application(), "flags": self.flags}
        return known.get(parts[0], mine[::-1])

    def _gateway(self) -> dict[str, Any]:
        limit = {"total": 1000, "remaining": self.starts_left, "max_concurrency": 1}
        limit["reset_after"] = self.starts_reset_ms
        url = self.root.replace("http", "ws").replace("/api/v10", "/gateway")
        return {"url": url, "shards": 1, "session_start_limit": limit}

    def _wrong(self, body: Json) -> bool:
        found = limits.faults(body)
        self.complaints += found
        return bool(found)

    def _create(
        self, channel: str, body: Json, *, hidden: bool = False, number: str = ""
    ) -> web.Response:
        if self._wrong(body):
            return refusal(400, 50035)
        if not hidden and channel not in {*self.rooms.values(), *self.places}:
            return refusal(404, 10003)
        nonce = (channel, body.get("nonce", ""))
        if nonce[1] and body.get("enforce_nonce") and nonce in self.nonces:
            return answer(payload(self.spoken[self.nonces[nonce]]))
        said = Spoken(number or self.number(), channel, body, hidden)
        self.spoken[said.id] = said
        self.nonces[nonce] = said.id
        return answer(payload(said))

    def _change(self, number: str, body: Json, *, by_token: bool = False) -> web.Response:
        said = self.spoken.get(number)
        if said is None or (said.hidden and not by_token):
            return refusal(404, 10008)
        if self._wrong(body):
            return refusal(400, 50035)
        said.body, said.edits = body, said.edits + 1
        return answer(payload(said))

    def _callback(self, token: str, body: Json) -> web.Response:
        ticket = self.tokens.get(token)
        if ticket is None:
            return refusal(404, 10062)
        if "type" in ticket:
            return refusal(400, 40060)
        ticket["type"] = body["type"]
        wrong = [*limits.form_faults(body["data"])] if body["type"] == 9 else []
        if wrong:
            self.complaints += wrong
            return refusal(400, 50035)
        if body["type"] == 9:
            self.forms.append(body["data"])
        if body["type"] == 5:
            hidden = bool(body["data"]["flags"] & EPHEMERAL)
            said = Spoken(self.number(), ticket["channel"], {}, hidden, answers=ticket["id"])
            self.spoken[said.id] = said
            ticket["on"] = said.id
        return web.Response(status=204)

    def _hook(self, method: str, token: str, body: Json) -> web.Response:
        ticket = self.tokens.get(token)
        if ticket is None or "type" not in ticket:
            return refusal(404, 10015)
        if method == "POST":
            return self._create(ticket["channel"], body, hidden=bool(body["flags"] & EPHEMERAL))
        if method == "DELETE":
            self.spoken.pop(ticket["on"], None)
            return web.Response(status=204)
        return self._change(ticket["on"], body, by_token=True)

    # Gateway

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = Line(socket)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.beat_ms}})
        async for raw in socket:
            if raw.type is WSMsgType.TEXT:
                await self._heard(line, json.loads(raw.data))
                self._changed.set()
        return socket

    async def _heard(self, line: Line, said: dict[str, Any]) -> None:
        match said["op"]:
            case 1 if not self.mute:
                await line.socket.send_json({"op": 11, "d": None})
            case 2:
                self.identifies += 1
                self.starts_left -= 1
                self.lines.append(line)
                if said["d"]["token"] != TOKEN or said["d"]["intents"] & PRIVILEGED:
                    await line.socket.close(code=4014)
                    return
                await self._greeted(line)
            case 6 if said["d"]["session_id"] is None:
                await line.socket.send_json({"op": 9, "d": False})
            case 6:
                self.resumes += 1
                self.lines.append(line)
                line.sequence = said["d"]["seq"]
                missed = [one for one in self.past if one["s"] > line.sequence]
                for event in missed:
                    await line.socket.send_json(event)
                line.sequence += len(missed) + 1
                await line.socket.send_json({"op": 0, "t": "RESUMED", "s": line.sequence, "d": {}})

    async def _greeted(self, line: Line) -> None:
        if self.greet:
            await self.greet.pop(0)(line.socket)
            return
        line.sequence = 1
        self.past.clear()
        ready = {
            "v": 10,
            "user": SELF,
            "guilds": [],
            "session_id": "session",
            "resume_gateway_url": self._gateway()["url"],
            "application": {"id": APP, "flags": 0},
            "shard": [0, 1],
        }
        await line.socket.send_json({"op": 0, "t": "READY", "s": 1, "d": ready})


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_get("/gateway", server.gateway)
    app.router.add_get("/gateway/", server.gateway)
    app.router.add_route("*", "/api/v10/{rest:.*}", server.rest)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.root = f"http://127.0.0.1:{port}/api/v10"
    try:
        yield server
    finally:
        for line in server.lines:
            await line.socket.close(code=WSCloseCode.GOING_AWAY)
        await runner.cleanup()
