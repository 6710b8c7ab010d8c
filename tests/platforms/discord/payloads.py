"""What our own Discord says: messages, people and answers, in the shapes of the documents."""

import json
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any, TypeAlias

from aiohttp import web

from tests.platforms.discord import limits

Json: TypeAlias = Any
"""What stands in a body: of any shape, until it is looked at."""

APP = "900000000000000001"
TOKEN = "hush-hush-token"  # noqa: S105 - invented
GUILD = "700000000000000001"
EPHEMERAL = 1 << 6
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
"""Intents that a bot must be allowed: members, presences, content of messages."""

SELF = {
    "id": APP,
    "username": "wary",
    "discriminator": "0000",
    "avatar": None,
    "global_name": None,
    "bot": True,
}
NO_SUCH = {10003: "Unknown Channel", 10008: "Unknown Message", 10015: "Unknown Webhook"}


@dataclass
class Call:
    """A request as it came."""

    method: str
    path: str
    body: Json
    bearer: bool
    at: float = field(default_factory=monotonic)


@dataclass
class Line:
    """One connection to the gateway."""

    socket: web.WebSocketResponse
    sequence: int = 0


@dataclass
class Spoken:
    """A message as a person sees it."""

    id: str
    channel: str
    body: dict[str, Any]
    hidden: bool = False
    edits: int = 0
    answers: str = ""

    @property
    def text(self) -> str:
        return "\n".join(limits.texts(self.body))

    @property
    def buttons(self) -> list[str]:
        parts = limits.walk(self.body.get("components", []))
        return [part["custom_id"] for part in parts if "custom_id" in part]


def answer(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer as Discord does: with a charset discord.py would read text and die."""
    heads = {
        "Content-Type": "application/json",
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset": "99999999999.0",
        "X-RateLimit-Reset-After": "1.0",
        "X-RateLimit-Bucket": "one",
        "Via": "1.1 google",
        **(headers if headers is not None else {}),
    }
    if headers is not None and "Via" not in headers:
        del heads["Via"]
    return web.Response(body=json.dumps(body).encode(), status=status, headers=heads)


def refusal(status: int, code: int) -> web.Response:
    return answer({"message": NO_SUCH.get(code, "no"), "code": code}, status)


def person(user: str) -> dict[str, Any]:
    return {
        "id": user,
        "username": "somebody",
        "discriminator": "0000",
        "avatar": None,
        "global_name": None,
    }


def member(user: str, permissions: int) -> dict[str, Any]:
    return {
        "user": person(user),
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "permissions": str(permissions),
        "flags": 0,
    }


def payload(said: Spoken) -> dict[str, Any]:
    return {
        **_answering(said),
        "id": said.id,
        "channel_id": said.channel,
        "author": SELF,
        "content": "",
        "timestamp": "2026-11-21T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": EPHEMERAL if said.hidden else 0,
        "components": _numbered(said.body.get("components", [])),
    }


def _answering(said: Spoken) -> dict[str, Any]:
    """Tell which interaction a message answers, where it answers one."""
    if not said.answers:
        return {}
    told = {"id": said.answers, "type": 2, "user": person("1"), "name": "start"}
    return {"interaction_metadata": {**told, "authorizing_integration_owners": {}}}


def _numbered(parts: list[dict[str, Any]], taken: "count[int] | None" = None) -> list[Any]:
    taken = taken or count(1)
    made = []
    for part in parts:
        one = {"id": next(taken), **part}
        if "components" in part:
            one["components"] = _numbered(part["components"], taken)
        made.append(one)
    return made


def application() -> dict[str, Any]:
    return {
        "id": APP,
        "name": "wary",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "",
        "owner": person("1"),
        "flags": 0,
    }


async def taken(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Return the body of *request*, and by their names the files of a form, in their order."""
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return (json.loads(raw) if raw else None), {}
    form = await request.post()
    found: dict[str, bytes] = {}
    for at in range(len(form) - 1):
        held = form[f"files[{at}]"]
        assert isinstance(held, web.FileField)
        found[held.filename] = held.file.read()
    told = form["payload_json"]
    assert not isinstance(told, web.FileField)
    return json.loads(told), found
