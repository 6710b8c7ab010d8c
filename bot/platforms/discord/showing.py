"""Which message of Discord is shown to us: picked from its menu, forwarded, replied to, a file.

Rule 1: nothing here raises for what a client can send.
Rule 2: a file is never fetched: that there is one is all we know of it.
"""

import unicodedata
from collections.abc import Mapping
from typing import Literal

from bot.core.events import Commanded, Shown
from bot.platforms.discord import gateway

TEXT_CHARACTERS = 4_000
"""How much of a text is read."""

PICKED = 3
"""Type of a command out of a message's menu.  Source: Discord, Application Command Types."""

EPOCH_MS = 1_420_070_400_000
"""When Discord's ids begin to count, in milliseconds since 1970.  Source: Discord, Snowflakes."""

Json = Mapping[str, object]


def sayable(text: str) -> str:
    """Return the start of *text* without control characters, its ends stripped."""
    return "".join(filter(_is_sayable, text[:TEXT_CHARACTERS])).strip()


def second(snowflake: int) -> int:
    """Return when the thing of that id came to be, in seconds since 1970."""
    return ((snowflake >> 22) + EPOCH_MS) // 1000


def targeted(data: Json) -> Shown | None:
    """Return the message on which a command of its menu was picked; None for other commands."""
    if data.get("type") != PICKED:
        return None
    number = str(data.get("target_id", ""))
    found = _at(_at(_at(data, "resolved"), "messages"), number)
    inner = _first(found.get("message_snapshots"))
    held = _at(inner, "message") if inner else found
    on = f"{found.get('channel_id', '')}-{number}"
    return Shown(_text(held.get("content")), on, "file" if held.get("attachments") else "context")


def option(data: Json) -> str:
    """Return the words that were typed behind a command, empty for none."""
    return _text(_first(data.get("options")).get("value"))


def told(raw: gateway.Message) -> Shown | None:
    """Return what a direct message shows us, forwarded or as a file; None for mere words."""
    on = f"{raw.channel.id}-{raw.id}"
    for inner in raw.message_snapshots:
        return Shown(sayable(inner.content), on, _by(inner.attachments, "forward"))
    return Shown(sayable(raw.content), on, "file") if raw.attachments else None


def replied(raw: gateway.Message, command: Commanded) -> Shown | Commanded:
    """Return the message that ``/check`` replies to; *command* itself where it replies to none."""
    found = raw.reference.resolved if raw.reference else None
    if command.name != "check" or not isinstance(found, gateway.Message):
        return command
    on = f"{raw.channel.id}-{found.id}"
    return Shown(sayable(found.content), on, _by(found.attachments, "reply"))


def _by(
    files: list[gateway.Attachment], otherwise: Literal["forward", "reply"]
) -> Literal["file", "forward", "reply"]:
    return "file" if files else otherwise


def _at(held: Json, name: str) -> Json:
    found = held.get(name)
    return found if isinstance(found, dict) else {}


def _first(held: object) -> Json:
    match held:
        case [dict(found), *_]:
            return found
        case _:
            return {}


def _text(held: object) -> str:
    return sayable(held) if isinstance(held, str) else ""


def _is_sayable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
