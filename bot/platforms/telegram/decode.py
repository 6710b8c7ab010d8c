"""What an update of Telegram means: JSON in, an event out, or None for what is not for us.

Rule 1: nothing here raises, whatever the JSON: a raise would stop the intake on it for ever.
Rule 2: the learner is who acted; a group is only where.
Rule 3: what was typed passes through and is kept nowhere.
"""

import re
import unicodedata
from datetime import datetime
from typing import Any

from bot.core.card import Action
from bot.core.events import (
    Address,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    Pressed,
    Said,
    Unreadable,
)

PLATFORM = "telegram"
PRIVATE = "private"

WANTED = ("message", "callback_query", "my_chat_member")
"""Kinds of updates that we ask for."""

SHOWN = (
    "animation",
    "audio",
    "contact",
    "dice",
    "document",
    "location",
    "photo",
    "poll",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
)
"""What a person sends that is not text; everything else without text is news of the service."""

LARGEST = 2**63
"""Ids are below.  Source: Telegram says at most 52 significant bits; a hostile one has more."""

_COMMAND = re.compile(
    r"/([A-Za-z][A-Za-z0-9_-]{0,63})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII
)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)


def number(update: Any) -> int | None:
    """Return the number of *update*, or None for what has none."""
    match update:
        case {"update_id": int(found)} if _is_id(found) and found >= 0:
            return found
        case _:
            return None


def query(update: Any) -> str:
    """Return the id of the press that waits for an answer, or nothing."""
    match update:
        case {"callback_query": {"id": str(found)}}:
            return found
        case _:
            return ""


def incoming(update: Any, now: datetime, own: str = "", locale: str = "en") -> Incoming | None:
    """Return what *update* reports, or None for what means nothing to us.

    Args:
        update: one element of ``getUpdates``, or the body of a webhook call.
        now: when it was taken.
        own: our user name, to tell commands of other bots; empty: unknown.
        locale: the language of whoever's client names none.
    """
    found = number(update)
    if found is None:
        return None
    match update:
        case {"message": {"from": dict(who), "chat": dict(chat)} as message}:
            event = _message(message, chat, own)
        case {"callback_query": {"from": dict(who)} as pressed}:
            held = pressed.get("message")
            chat = _chat(held)
            event = _press(pressed, held, chat)
        case {"my_chat_member": {"from": dict(who), "chat": dict(chat)} as change}:
            event = _membership(change, chat)
        case _:
            return None
    person = _person(who)
    if event is None or not person:
        return None
    spoken = _language(who) or locale
    name = f"{PLATFORM}:{found}"
    return Incoming(name, Address(PLATFORM, person), now, event, spoken, _where(chat))


def _message(message: Any, chat: Any, own: str) -> Event | None:
    text = message.get("text", message.get("caption"))
    private = _is_private(chat)
    if not isinstance(text, str):
        return Unreadable() if private and any(kind in message for kind in SHOWN) else None
    said = "".join(filter(_sayable, text)).strip()
    command = _COMMAND.fullmatch(said)
    if not command or "text" not in message:
        return Said(said) if private else None
    name, whom, args = command.groups(default="")
    if whom and own and whom.casefold() != own.casefold():
        return None
    name, args = name.casefold().replace("-", "_"), args.strip()
    if name == "start":
        return Began(args if _PAYLOAD.fullmatch(args) else "")
    return Commanded(name, args)


def _press(pressed: Any, held: Any, chat: Any) -> Pressed | Unreadable:
    """Return the press; one made where its message cannot be edited gets a message of its own.

    An inaccessible message has the date 0.  Source: Telegram, InaccessibleMessage.
    """
    match held:
        case {"message_id": int(at), "date": int(date)} if _is_private(chat) and date:
            on = str(at) if _is_id(at) else ""
        case _:
            on = ""
    data = pressed.get("data")
    action = Action.unpack(data) if isinstance(data, str) else None
    return Pressed(action, on) if action else Unreadable(on)


def _membership(change: Any, chat: Any) -> Left | None:
    match change:
        case {"new_chat_member": {"status": "kicked" | "left"}} if _is_private(chat):
            return Left("blocked")
        case _:
            return None


def _person(who: Any) -> str:
    match who:
        case {"is_bot": True}:
            return ""
        case {"id": int(found)} if _is_id(found) and found > 0:
            return str(found)
        case _:
            return ""


def _language(who: Any) -> str:
    match who:
        case {"language_code": str(tag)} if _LANGUAGE.fullmatch(tag):
            return tag
        case _:
            return ""


def _chat(held: Any) -> Any:
    match held:
        case {"chat": dict(chat)}:
            return chat
        case _:
            return {}


def _where(chat: Any) -> Address | None:
    match chat:
        case {"id": int(found)} if _is_id(found) and not _is_private(chat):
            return Address(PLATFORM, str(found))
        case _:
            return None


def _is_private(chat: Any) -> bool:
    return bool(chat.get("type") == PRIVATE)


def _is_id(found: int) -> bool:
    return not isinstance(found, bool) and -LARGEST < found < LARGEST


def _sayable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
