"""This file is what Discord's interactions and messages mean.

Rule 1: nothing here raises for what a client can send; the unreadable is an event.
Rule 2: a press is known by its ``custom_id`` alone, so that buttons outlive a restart.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.core.card import Action
from bot.core.events import Began, Commanded, Event, Pressed, Said, Unreadable
from bot.platforms.discord.encode import ASK, PICK, PROMPT_ID
from bot.platforms.discord.markdown import bare

TEXT_CHARACTERS = 4_000
"""How much of a typed text is read."""

PICKED = 25
"""Most options picked at once.  Source: chat.md, 2.6."""

COMMAND, COMPONENT, MODAL = 2, 3, 5
"""Types of interactions.  Source: Discord, Interaction Type."""

_ASK = re.compile(rf"{ASK}:(\d{{1,4}}):([A-Za-z0-9_.:-]{{1,64}})", re.ASCII)
_AGAIN = re.compile(r"~\d{1,2}$", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_TYPED = re.compile(r"/([^\W\d][\w-]{0,63})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asks:
    """A press that opens a form; ``title``, ``label`` and ``hint`` are read off its message."""

    custom_id: str
    longest: int
    title: str = ""
    label: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """An interaction in our words; ``locale`` is the client's tag, as Discord writes it.

    ``on`` is ``<channel>-<message>`` of the card that was pressed; ``private``: in the direct
    messages with the bot, whose id is ``channel``.
    """

    id: str
    token: str = field(repr=False)
    user: str
    locale: str
    kind: Literal["command", "press"]
    channel: str
    on: str
    private: bool
    event: Event | Asks


def interaction(raw: Any) -> Heard | None:
    """Return what the library's *raw* interaction means, None for what wants no answer of ours."""
    kind = getattr(raw.type, "value", 0)
    if kind not in {COMMAND, COMPONENT, MODAL} or not raw.user:
        return None
    data = raw.data if isinstance(raw.data, dict) else {}
    channel = str(raw.channel_id or "")
    on = f"{channel}-{raw.message.id}" if raw.message else ""
    what = event(kind, data, on)
    if isinstance(what, Asks):
        what = worded(what, raw.message.components if raw.message else ())
    return Heard(
        id=str(raw.id),
        token=raw.token,
        user=str(raw.user.id),
        locale=str(getattr(raw.locale, "value", "")),
        kind="command" if kind == COMMAND else "press",
        channel=channel,
        on=on,
        private=raw.guild_id is None and bool(raw.context.dm_channel),
        event=what,
    )


def event(kind: int, data: Mapping[str, Any], on: str) -> Event | Asks:
    """Return what the data of an interaction of type *kind* says, made on the card *on*."""
    if kind == COMMAND:
        name = str(data.get("name", "")).casefold()
        return Began() if name == "start" else Commanded(name)
    custom_id = _AGAIN.sub("", str(data.get("custom_id", "")))
    asks = _ASK.fullmatch(custom_id)
    if kind == MODAL:
        action = Action.unpack(asks[2]) if asks else None
        return Said(_sayable(_value(data.get("components"))), action)
    if asks and Action.unpack(asks[2]):
        return Asks(custom_id, max(1, min(int(asks[1]), TEXT_CHARACTERS)))
    return _pressed(custom_id, data, on)


def _pressed(custom_id: str, data: Mapping[str, Any], on: str) -> Pressed | Unreadable:
    values = data.get("values")
    found = values if isinstance(values, list) else []
    picked = [value for value in found if isinstance(value, str)]
    if custom_id == PICK:
        custom_id, picked = (picked[0] if len(picked) == 1 else ""), []
    action = Action.unpack(custom_id)
    if action is None or len(picked) > PICKED or not all(map(_NAME.fullmatch, picked)):
        return Unreadable(on)
    return Pressed(action, on, tuple(picked))


def worded(asks: Asks, components: Sequence[Any]) -> Asks:
    """Return *asks* with the words that stand on the card whose button was pressed."""
    title, label, hint = "", "", ""
    for part in _walk(components):
        if getattr(part, "custom_id", None) == asks.custom_id:
            title = str(getattr(part, "label", "") or "")
        if getattr(part, "id", None) == PROMPT_ID:
            label, _, hint = str(getattr(part, "content", "")).partition("\n-# ")
    title = title or "…"
    return Asks(asks.custom_id, asks.longest, title, bare(label) or title, bare(hint))


def typed(text: str) -> Began | Commanded | Said:
    """Return what a direct message says: a command where it starts with a slash, else words."""
    said = _sayable(text)
    command = _TYPED.fullmatch(said)
    if not command:
        return Said(said)
    name, args = command[1].casefold().replace("-", "_"), (command[2] or "").strip()
    return Began(args) if name == "start" else Commanded(name, args)


def body(text: str) -> dict[str, Any] | None:
    """Return the JSON object in *text*, or None where there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def number(value: Any) -> float:
    """Return *value* as a number of at least 0, 0 for what is none."""
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return 0.0


def _walk(parts: Any) -> Iterator[Any]:
    for part in parts or ():
        yield part
        yield from _walk(getattr(part, "children", ()))


def _value(components: Any) -> str:
    """Return the first text that was typed into a form."""
    for part in components if isinstance(components, list) else ():
        if isinstance(part, dict):
            if isinstance(part.get("value"), str):
                return str(part["value"])
            inner = part.get("components") or [part.get("component")]
            found = _value(inner)
            if found:
                return found
    return ""


def _sayable(text: str) -> str:
    return "".join(filter(_is_sayable, text[:TEXT_CHARACTERS])).strip()


def _is_sayable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
