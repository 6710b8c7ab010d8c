"""What a browser's form means: fields in, an event out.

Rule 1: nothing here raises for what a client can send; the unreadable is an event.
Rule 2: what was typed passes through and is kept nowhere, not even in the event's name.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from urllib.parse import parse_qs

from bot.core.card import Action
from bot.core.events import (
    Address,
    Began,
    Commanded,
    Event,
    Incoming,
    Pressed,
    Said,
    Unreadable,
)

TEXT_CHARACTERS = 4_000
"""How much of a typed text is read."""

FIELDS = 100
"""Most fields of a form; ours have fewer than 40."""

PICKED = 25
"""Most options picked at once.  Source: chat.md, 2.6."""

_CARD = re.compile(r"m-[A-Za-z0-9_-]{1,40}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_COMMAND = re.compile(r"/([^\W\d][\w-]{0,63})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

Fields = Mapping[str, list[str]]


def fields(body: bytes) -> Fields:
    """Return the fields of a form as a browser encodes it; nothing for what is no form.

    Source: WHATWG URL, application/x-www-form-urlencoded.
    """
    try:
        return parse_qs(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=FIELDS,
        )
    except ValueError:
        return {}


def field(form: Fields, name: str) -> str:
    """Return the first value of *name*, or nothing."""
    return form.get(name, [""])[0]


def press(form: Fields) -> Pressed | Unreadable:
    """Return the press of a card's form, or Unreadable for what no button of ours sends."""
    on = field(form, "on")
    on = on if _CARD.fullmatch(on) else ""
    action = Action.unpack(field(form, "action"))
    picked = tuple(form.get("picked", ()))
    if action is None or len(picked) > PICKED or not all(map(_NAME.fullmatch, picked)):
        return Unreadable(on)
    return Pressed(action, on, picked)


def said(form: Fields) -> Began | Commanded | Said:
    """Return what a typed line says: a command where it starts with a slash, else plain text."""
    text = "".join(filter(_sayable, field(form, "text")[:TEXT_CHARACTERS])).strip()
    command = _COMMAND.fullmatch(text)
    if not command:
        return Said(text, Action.unpack(field(form, "asked")))
    name, args = command.group(1).casefold().replace("-", "_"), (command.group(2) or "").strip()
    return Began(args) if name == "start" else Commanded(name, args)


def incoming(form: Fields, event: Event, address: Address, at: datetime, locale: str) -> Incoming:
    """Return *event* under the name that makes a double click or a reload one event.

    The page's key and the form name what was typed; a press is named after its button as well,
    because one page has one key and two quick presses of different buttons are two events.
    """
    parts = [address.id, field(form, "key"), field(form, "on")]
    if isinstance(event, Pressed):
        parts += [event.action.pack(), *event.picked]
    name = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Incoming(f"web:{name}", address, at, event, locale)


def _sayable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
