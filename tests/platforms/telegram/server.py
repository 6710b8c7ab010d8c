"""A Bot API on loopback: real clients speak to it, it counts what people see, it fails on wish.

Rule 1: the judge is what a person would have seen, never our own tables.
Rule 2: a request that the service would refuse is refused, and kept in ``wrong``.
"""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiohttp import web

from tests.platforms.telegram import description

TOKEN = "31415:Planted-Secret_Token"  # noqa: S105 - invented
OWN = {"id": 31415, "is_bot": True, "first_name": "Wary", "username": "WaryBot"}

Apply = Callable[[], object]
Fault = Callable[["BotApi", Apply], Awaitable[web.StreamResponse]]
"""One misbehaviour: told by the server and what the call would have done."""


class No(Exception):
    """The service refuses."""

    def __init__(self, code: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.code = code
        self.parameters = parameters

    def answer(self) -> web.Response:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": str(self)}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.code)


@dataclass
class Shown:
    """A message as a person sees it."""

    id: int
    text: str
    entities: list[dict[str, Any]]
    markup: dict[str, Any]
    silent: bool = False
    protected: bool = False
    edits: int = 0
    topic: int = 0
    poll: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = self.markup.get("inline_keyboard", [])
        return rows

    @property
    def tokens(self) -> list[str]:
        return [key["callback_data"] for row in self.rows for key in row if "callback_data" in key]


FILES = "(files)"
"""Where a request's files stand beside its parameters; no parameter has this name."""


@dataclass
class BotApi:
    """The server's state, open to tests."""

    url: str = ""
    own: dict[str, Any] = field(default_factory=lambda: OWN)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[tuple[str, float, dict[str, Any]]] = field(default_factory=list)
    chats: dict[int, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    guests: dict[str, dict[str, Any]] = field(default_factory=dict)
    ticks: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    members: dict[tuple[int, int], str] = field(default_factory=dict)
    handed: list[tuple[int, dict[str, tuple[str, str, bytes]]]] = field(default_factory=list)
    number: int = 100
    messages: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    address: tuple[str, int] = ("127.0.0.1", 0)

    @property
    def counts(self) -> Counter[str]:
        return Counter(method for method, _, _ in self.calls)

    @property
    def hook(self) -> str:
        """Where the service calls the bot, empty for nowhere."""
        return str(self.kept.get("Webhook:", {}).get("url", ""))

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults[method].extend(faults)

    def push(self, *kinds: dict[str, Any]) -> None:
        for kind in kinds:
            self.number += 1
            self.updates.append({"update_id": self.number, **kind})
        self.news.set()

    def say(self, text: str, person: int = 7, **more: object) -> None:
        self.push({"message": message(text, person, **more)})

    def summon(self, text: str, query: str, person: int = 7, **more: object) -> None:
        """Name the bot in a chat that it is no member of."""
        place = {"id": -777, "type": "supergroup", "title": "Others"}
        held = message(text, person, chat=place, guest_query_id=query, **more)
        self.push({"guest_message": held})

    def press(self, shown: Shown, token: str, person: int = 7) -> None:
        held = {"message_id": shown.id, "date": 1, "chat": chat(person)}
        pressed = {"id": f"q{self.number}", "from": who(person), "chat_instance": "1"}
        self.push({"callback_query": {**pressed, "message": held, "data": token}})

    async def until(self, true: Callable[[], bool], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(true)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        given = await _given(request)
        method = description.methods().get(request.match_info["method"].lower(), "")
        method = method or _camel(request.match_info["method"])
        self.calls.append((method, monotonic(), given))
        await self._tell()
        try:
            return await self._answer(request, method, given)
        finally:
            await self._tell()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def _answer(
        self, request: web.Request, method: str, given: dict[str, Any]
    ) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return No(401, "Unauthorized").answer()
        told = {name: value for name, value in given.items() if name != FILES}
        complaints = description.complaints(method, told)
        if complaints:
            self.wrong += complaints
            return No(400, f"Bad Request: {complaints[0]}").answer()
        waiting = self.faults[method]
        try:
            if method == "getUpdates" and not waiting:
                return ok(await self._updates(given))
            if waiting:
                return await waiting.popleft()(self, lambda: self._apply(method, given))
            return ok(self._apply(method, given))
        except No as no:
            return no.answer()

    async def _updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.hook:
            raise No(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = given.get("offset", 0)
        if offset > 0:
            self.updates = [one for one in self.updates if one["update_id"] >= offset]
        if not self.updates:
            self.news.clear()
            news = [asyncio.create_task(one.wait()) for one in (self.news, self.closing)]
            seconds = given.get("timeout", 0)
            await asyncio.wait(news, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in news:
                task.cancel()
        return self.updates[: given.get("limit", 100)]

    def _apply(self, method: str, given: dict[str, Any]) -> object:
        match method:
            case "sendMessage" | "sendMediaGroup":
                return self._group(given) if "media" in given else self._send(given)
            case "sendPoll":
                return self._send({**given, "text": given["question"]})
            case "getChatMember":
                status = self.members.get((given["chat_id"], given["user_id"]), "member")
                return {"status": status, "user": who(given["user_id"])}
            case "editMessageText":
                return self._edit(given)
            case "answerCallbackQuery":
                self.ticks.append(given)
                return True
            case "getMe":
                return self.own
            case "getUpdates":
                return self.updates
            case _:
                return self._keep(method, given)

    def _keep(self, method: str, given: dict[str, Any]) -> object:
        """Remember what was set, and give it back."""
        if method == "answerGuestQuery":
            return self._guest(given)
        if method == "getWebhookInfo":
            waiting = len(self.updates) if self.hook else 0
            return {"url": self.hook, "pending_update_count": waiting}
        if method == "deleteWebhook":
            self.kept.pop("Webhook:", None)
            return True
        what, code = method[3:], given.get("language_code", "")
        scope = given.get("scope", {}).get("type", "default")
        code += "" if scope == "default" else f":{scope}"
        if method.startswith("get"):
            empty: object = [] if what == "MyCommands" else {_field(what): ""}
            return self.kept.get(f"{what}:{code}", empty)
        given = {name: value for name, value in given.items() if name != "language_code"}
        self.kept[f"{what}:{code}"] = given["commands"] if what == "MyCommands" else given
        return True

    def _guest(self, given: dict[str, Any]) -> object:
        query = given["guest_query_id"]
        if query in self.guests:
            raise No(400, "Bad Request: query is too old or query ID is invalid")
        self.guests[query] = given["result"]["input_message_content"]
        return {"inline_message_id": f"inline-{len(self.guests)}"}

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        self.messages += 1
        shown = Shown(
            self.messages,
            given["text"],
            given.get("entities", []),
            given.get("reply_markup", {}),
            given.get("disable_notification", False),
            given.get("protect_content", False),
            topic=given.get("message_thread_id", 0),
            poll=given if "question" in given else {},
        )
        self.chats[given["chat_id"]].append(shown)
        return {"message_id": shown.id, "date": 1, "chat": chat(given["chat_id"])}

    def _group(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Take an album of documents, each of which must be in the form."""
        names = [one["media"].removeprefix("attach://") for one in given["media"]]
        missing = [name for name in names if name not in given[FILES]]
        if missing or len(names) != len(given[FILES]) or not 2 <= len(names) <= 10:
            self.wrong.append(f"sendMediaGroup: {names} of {list(given[FILES])}")
            raise No(400, "Bad Request: wrong file identifier/HTTP URL specified")
        self.handed.append((given["chat_id"], given[FILES]))
        return [{"message_id": 1, "date": 1, "chat": chat(given["chat_id"])} for _ in names]

    def _edit(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in self.chats[given["chat_id"]] if one.id == given["message_id"]]
        if not found:
            raise No(400, "Bad Request: message to edit not found")
        shown = found[0]
        new = (given["text"], given.get("entities", []), given.get("reply_markup", {}))
        if new == (shown.text, shown.entities, shown.markup):
            raise No(400, "Bad Request: message is not modified: specified new message content")
        shown.text, shown.entities, shown.markup = new
        shown.edits += 1
        return {"message_id": shown.id, "date": 1, "chat": chat(given["chat_id"])}


async def _given(request: web.Request) -> dict[str, Any]:
    """Return the parameters, and under ``FILES`` what a form carries: (name, kind, content)."""
    if request.content_type != "multipart/form-data":
        found: dict[str, Any] = await request.json()
        return found
    given: dict[str, Any] = {FILES: {}}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            given[FILES][name] = (value.filename, value.content_type, value.file.read())
        else:
            given[name] = json.loads(str(value))
    return given


def ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _camel(method: str) -> str:
    return method[:1].lower() + method[1:]


def _field(what: str) -> str:
    return {"MyName": "name", "MyDescription": "description"}.get(what, "short_description")


def who(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Amal", "language_code": "en"}


def chat(person: int) -> dict[str, Any]:
    return {"id": person, "type": "private"}


def message(text: str, person: int = 7, **more: object) -> dict[str, Any]:
    held = {"message_id": 1, "date": 1, "chat": chat(person), "from": who(person)}
    return {**held, "text": text, **more}


def refuse(code: int, words: str, **parameters: int) -> Fault:
    """Refuse once, as the service does, without doing anything."""

    async def fault(_: BotApi, __: Apply) -> web.StreamResponse:
        return No(code, words, **parameters).answer()

    return fault


def page(code: int, body: str, kind: str = "text/html") -> Fault:
    """Answer something that is no answer of the service, without doing anything."""

    async def fault(_: BotApi, __: Apply) -> web.StreamResponse:
        return web.Response(status=code, text=body, content_type=kind)

    return fault


def after(code: int, body: str) -> Fault:
    """Do what was asked, and answer something else."""

    async def fault(_: BotApi, apply: Apply) -> web.StreamResponse:
        apply()
        return web.Response(status=code, text=body, content_type="application/json")

    return fault


class Reset(web.Response):
    """Cuts the connection where the answer should be."""

    async def prepare(self, request: web.BaseRequest) -> None:
        if request.transport:
            request.transport.abort()

    async def write_eof(self, data: object = b"") -> None:
        """Write nothing more."""


async def reset(_: BotApi, apply: Apply) -> web.StreamResponse:
    """Do what was asked, and cut the connection."""
    apply()
    return Reset()


async def stall(server: BotApi, apply: Apply) -> web.StreamResponse:
    """Do what was asked, and never answer."""
    apply()
    await server.closing.wait()
    return Reset()


@asynccontextmanager
async def serving() -> AsyncIterator[BotApi]:
    """Serve on a free port of loopback; at the end nothing wrong may have been asked."""
    api = BotApi()
    app = web.Application(client_max_size=1 << 22)
    app.router.add_post("/bot{token:[^/]+}/{method}", api.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    api.url = f"http://127.0.0.1:{port}"
    try:
        yield api
    finally:
        api.closing.set()
        await runner.cleanup()
    assert api.wrong == [], json.dumps(api.wrong)
