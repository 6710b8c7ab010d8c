"""This file is what Discord's interactions and messages mean.

Rule 1: nothing here raises for what a client can send; the unreadable is an event.
Rule 2: a press is known by its ``custom_id`` alone, so that buttons outlive a restart.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.core.card import Action
from bot.core.events import (
    Address,
    Began,
    Commanded,
    Event,
    Pressed,
    Said,
    Unreadable,
    Where,
)
from bot.engine.screens import HERE
from bot.platforms.discord import showing
from bot.platforms.discord.encode import ASK, PICK, PROMPT_ID
from bot.platforms.discord.markdown import bare

PICKED = 25
"""Most options picked at once.  Source: chat.md, 2.6."""

PLACE = "#"
"""How the address of a channel begins that is a place; a person's is their number alone."""

AMONG = "discord:among:"
"""Begins the name of what somebody did where others are too: its answer is theirs alone."""

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
    messages with the bot, whose id is ``channel``.  ``where`` is the channel of a server.
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
    where: Where | None = None


def interaction(raw: Any) -> Heard | None:
    """Return what the library's *raw* interaction means, None for what wants no answer of ours."""
    kind = getattr(raw.type, "value", 0)
    if kind not in {COMMAND, COMPONENT, MODAL} or not raw.user:
        return None
    data = raw.data if isinstance(raw.data, dict) else {}
    channel = str(raw.channel_id or "")
    private = raw.guild_id is None and bool(raw.context.dm_channel)
    what = event(kind, data, f"{channel}-{raw.message.id}" if raw.message else "")
    if isinstance(what, Pressed | Unreadable) and not (private or _is_own(raw.message, what)):
        # All see that card: what it answers to one of them must not change it.
        what = replace(what, on="")
    on = what.on if isinstance(what, Pressed | Unreadable) else ""
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
        private=private,
        event=what,
        where=_where(raw, channel),
    )


def _is_own(card: Any, what: Pressed | Unreadable) -> bool:
    """Return whether who pressed may change *card*: only they see it, or it sets up a place."""
    governs = isinstance(what, Pressed) and what.action.verb == HERE
    return governs or bool(card and card.flags.ephemeral)


def _where(raw: Any, channel: str) -> Where | None:
    """Return the channel of a server that took the bot in; elsewhere nothing can be posted."""
    if raw.guild_id is None or not raw.is_guild_integration():
        return None
    may = raw.permissions
    runs = may.administrator or may.manage_guild or may.manage_channels
    return Where(Address("discord", f"{PLACE}{channel}"), runs=runs, public=False)


def event(kind: int, data: Mapping[str, Any], on: str) -> Event | Asks:
    """Return what the data of an interaction of type *kind* says, made on the card *on*."""
    if kind == COMMAND:
        shown = showing.targeted(data)
        if shown:
            return shown
        name = str(data.get("name", "")).casefold()
        return Began() if name == "start" else Commanded(name, showing.option(data))
    custom_id = _AGAIN.sub("", str(data.get("custom_id", "")))
    asks = _ASK.fullmatch(custom_id)
    if kind == MODAL:
        action = Action.unpack(asks[2]) if asks else None
        return Said(showing.sayable(_value(data.get("components"))), action)
    if asks and Action.unpack(asks[2]):
        return Asks(custom_id, max(1, min(int(asks[1]), showing.TEXT_CHARACTERS)))
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
    said = showing.sayable(text)
    command = _TYPED.fullmatch(said)
    if not command:
        return Said(said)
    name, args = command[1].casefold().replace("-", "_"), (command[2] or "").strip()
    return Began(args) if name == "start" else Commanded(name, args)


def body(text: str) -> dict[str, Any] | None:
    """Return the JSON object in *text*, a list as one under ``listed``; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list):
        return {"listed": found}
    return found if isinstance(found, dict) else None


def answer_to(found: Mapping[str, Any], interaction: str, said: Any) -> str:
    """Return the id of the message among those *found* that says *said* to *interaction*."""
    for one in found.get("listed", ()):
        match one:
            case {"id": str(number), "interaction_metadata": {"id": str(of)}} if of == interaction:
                if _contents(one.get("components")) == _contents(said):
                    return number
    return ""


def _contents(parts: Any) -> list[str]:
    """Return the texts in *parts*, in their order."""
    texts = []
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            texts += [part["content"]] if isinstance(part.get("content"), str) else []
            texts += _contents(part.get("components"))
    return texts


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
