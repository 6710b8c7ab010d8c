"""A Bot API that answers as Telegram does: with the whole message, whoever reads it.

Rule 1: what it does for an answer is little, and always the same.
"""

import asyncio
import json
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from bench.loopback.people import People
from bench.loopback.plain import Answer, response

TOKEN = "1234567:bench"  # noqa: S105 - invented
WARY = {"id": 1234567, "is_bot": True, "first_name": "Wary", "username": "WaryBot"}
FIRST = 700_000_000
"""The id of the first person, and of their chat."""

TRUE = response(b'{"ok":true,"result":true}')
NUMBERS = ("chat_id", "message_id", "message_thread_id")
WHOLE = ("entities", "reply_markup", "link_preview_options", "commands", "allowed_updates")


class BotApi:
    """The service; *people* are told of every card."""

    def __init__(self, people: People) -> None:
        """Start with no message."""
        self._people = people
        self._messages = count(1000)
        self._updates = count(1)
        self._poll: asyncio.Future[bytes] | None = None
        self._polled = asyncio.Event()

    def answer(self, _: str, path: str, body: bytes) -> Answer:
        """Return the answer of one call."""
        method = path.rpartition("/")[2].lower()
        match method:
            case "sendmessage" | "editmessagetext":
                return self._message(body)
            case "getupdates":
                self._poll = asyncio.get_running_loop().create_future()
                self._polled.set()
                return self._poll
            case _:
                return known(method)

    def _message(self, body: bytes) -> bytes:
        given = parsed(body)
        number = given.get("message_id") or next(self._messages)
        self._people.see(str(number))
        chat = _chat(given["chat_id"])
        shown = {key: given[key] for key in ("text", *WHOLE[:3]) if key in given}
        return result({"message_id": number, "from": WARY, "chat": chat, "date": 1, **shown})

    # What people do

    async def heard(self) -> None:
        """Wait until the bot waits for news."""
        await self._polled.wait()

    async def begin(self, who: int) -> None:
        """Open the conversation of *who*."""
        self._push({"message": {**_held(who, 1), "from": _person(who), "text": "/start"}})

    async def press(self, who: int, on: str, token: str) -> None:
        """Press the button that carries *token* under the message *on*."""
        number = str(next(self._updates))
        pressed = {"id": number, "from": _person(who), "chat_instance": "1", "data": token}
        self._push({"callback_query": {**pressed, "message": _held(who, int(on))}})

    def _push(self, update: dict[str, Any]) -> None:
        assert self._poll is not None
        self._polled.clear()
        self._poll.set_result(result([{"update_id": next(self._updates), **update}]))


def parsed(body: bytes) -> dict[str, Any]:
    """Return the parameters of a call, however they were sent."""
    if body.startswith(b"{"):
        return dict(json.loads(body))
    given: dict[str, Any] = dict(parse_qsl(body.decode()))
    for key in given.keys() & {*NUMBERS, *WHOLE}:
        given[key] = json.loads(given[key])
    return given


def _person(who: int) -> dict[str, Any]:
    return {"id": FIRST + who, "is_bot": False, "first_name": "Amal", "language_code": "en"}


def _chat(number: int) -> dict[str, Any]:
    return {"id": number, "first_name": "Amal", "type": "private"}


def _held(who: int, number: int) -> dict[str, Any]:
    return {"message_id": number, "date": 1, "chat": _chat(FIRST + who)}


def known(method: str) -> bytes:
    """Return the answer of a call that changes nothing anybody measures."""
    match method:
        case "getme":
            return result(WARY)
        case "getmycommands":
            return result([])
        case _:
            return result({}) if method.startswith("get") else TRUE


def result(what: object) -> bytes:
    """Return the answer of a call that went well."""
    return response(json.dumps({"ok": True, "result": what}).encode())
