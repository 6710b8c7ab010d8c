"""What an update of Telegram means: JSON in, an event out, or None for what is not for us.

Rule 1: nothing here raises, whatever the JSON: a raise would stop the intake on it for ever.
Rule 2: the learner is who acted; a group is only where.
Rule 3: what was typed passes through and is kept nowhere.
"""

import re
from datetime import datetime
from typing import Any

from bot.core.card import Action
from bot.core.events import (
    Added,
    Address,
    Began,
    Commanded,
    Event,
    Incoming,
    Kind,
    Left,
    Pressed,
    Relocated,
    Said,
    Shown,
    Unreadable,
    Where,
    acted,
)
from bot.platforms.telegram import showing

PLATFORM = "telegram"
PRIVATE, CHANNEL = "private", "channel"

PLACED = Added | Left | Relocated
"""What happens to a place; ``Left`` is a person's as well, in their own chat."""

GUEST = "guest:"
"""Begins the address of a chat that we are no member of: the rest is the query to answer."""

WANTED = ("message", "channel_post", "callback_query", "my_chat_member", "guest_message")
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

_COMMAND = re.compile(
    r"/([A-Za-z][A-Za-z0-9_-]{0,63})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII
)
_QUERY = re.compile(r"[!-~]{1,128}", re.ASCII)
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
        case {"message": {"chat": dict(chat)} as held}:
            who, event = held.get("from", {}), _message(held, chat, own)
        case {"channel_post": {"chat": dict(chat)} as held}:
            who, event = {}, _message(held, chat, own)
        case {"guest_message": {"from": dict(who)} as held}:
            chat, event = {}, showing.summoned(held) if _guest(held) else None
        case {"callback_query": {"from": dict(who)} as pressed}:
            held = pressed.get("message")
            chat = _chat(held)
            event = _press(pressed, held)
        case {"my_chat_member": {"from": dict(who), "chat": dict(chat)} as change}:
            held, event = {}, _membership(change, chat)
        case _:
            return None
    guest = "guest_message" in update
    where = _guest(held) if guest else _where(chat, held, said="callback_query" not in update)
    address = _actor(who, where, event)
    if event is None or address is None:
        return None
    spoken = _language(who) or locale
    album = showing.album(update) if isinstance(event, Shown) else ""
    name = f"{PLATFORM}:{f'album:{album}' if album else found}"
    when = _acted(update, held, now)
    return Incoming(name, address, now, event, spoken, where, acted=when)


def _acted(update: Any, held: Any, now: datetime) -> datetime | None:
    """Return when a message was written; a press does not tell its time, only its message's."""
    match held:
        case {"date": int(second)} if "callback_query" not in update:
            return acted(second, now)
        case _:
            return None


def _actor(who: Any, where: Where | None, event: Event | None) -> Address | None:
    """Return who acted: a person, or the place itself, to which things happen.

    Who runs a place may speak in its name: the message then says no person.
    Source: Telegram, Message, ``sender_chat``.
    """
    if where and (where.runs or isinstance(event, PLACED)):
        return where.place
    person = _person(who)
    return Address(PLATFORM, person) if person else None


def _message(message: Any, chat: Any, own: str) -> Event | None:
    moved = message.get("migrate_to_chat_id")
    if isinstance(moved, int) and _is_id(moved):
        return Relocated(Address(PLATFORM, str(moved)))
    text = message.get("text", message.get("caption"))
    private = _is_private(chat)
    shown = showing.sent(message) if private else None
    if shown:
        return shown
    if not isinstance(text, str):
        return Unreadable() if private and any(kind in message for kind in SHOWN) else None
    said = showing.sayable(text)
    command = _COMMAND.fullmatch(said)
    if not command or "text" not in message:
        return Said(said) if private else showing.mentioned(message, said, own)
    name, whom, args = command.groups(default="")
    if whom and own and whom.casefold() != own.casefold():
        return None
    name, args = name.casefold().replace("-", "_"), args.strip()
    if name == "start":
        return Began(args if _PAYLOAD.fullmatch(args) else "")
    found = showing.asked(message, args, public=not private) if name == "check" else None
    return found or Commanded(name, args)


def _press(pressed: Any, held: Any) -> Pressed | Unreadable:
    """Return the press; one made where its message cannot be edited gets a message of its own.

    An inaccessible message has the date 0.  Source: Telegram, InaccessibleMessage.
    """
    match held:
        case {"message_id": int(at), "date": int(date)} if date:
            on = str(at) if _is_id(at) else ""
        case _:
            on = ""
    data = pressed.get("data")
    action = Action.unpack(data) if isinstance(data, str) else None
    return Pressed(action, on) if action else Unreadable(on)


def _membership(change: Any, chat: Any) -> Added | Left | None:
    """Return what became of us in a chat: a person blocked us, a place took us in or put us out.

    Source: Telegram, ChatMember.
    """
    private = _is_private(chat)
    kind: Kind = "channel" if chat.get("type") == CHANNEL else "group"
    match change.get("new_chat_member"):
        case {"status": "kicked" | "left"}:
            return Left("blocked" if private else "removed")
        case {"status": str(status)} as member if not private:
            right = {"restricted": "can_send_messages", "administrator": "can_post_messages"}
            # In a group an administrator has no such right: it posts as everybody does.
            may = member.get(right.get(status, ""), kind == "group" and status != "restricted")
            return Added(frozenset({"post"} if may else ()), kind)
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


def _where(chat: Any, held: Any, *, said: bool) -> Where | None:
    """Return the place of *held*, a message in it; a topic is a place of its own.

    *said*: who acted wrote it; else it is ours, and was pressed.
    """
    match chat:
        case {"id": int(found)} if _is_id(found) and not _is_private(chat):
            kind: Kind = "channel" if chat.get("type") == CHANNEL else "group"
            place = Address(PLATFORM, f"{found}{_topic(held)}")
            return Where(place, kind, runs=said and _in_its_name(held, found))
        case _:
            return None


def _guest(held: Any) -> Where | None:
    """Return the chat of somebody else's into which *held* calls us, for one answer."""
    match held:
        case {"guest_query_id": str(query)} if _QUERY.fullmatch(query):
            return Where(Address(PLATFORM, f"{GUEST}{query}"))
        case _:
            return None


def _topic(held: Any) -> str:
    match held:
        case {"is_topic_message": True, "message_thread_id": int(topic)} if _is_id(topic):
            return f":{topic}"
        case _:
            return ""


def _in_its_name(held: Any, chat: int) -> bool:
    match held:
        case {"sender_chat": {"id": int(sender)}}:
            return sender == chat
        case _:
            return False


def _is_private(chat: Any) -> bool:
    return bool(chat.get("type") == PRIVATE)


def _is_id(found: int) -> bool:
    return not isinstance(found, bool) and -showing.LARGEST < found < showing.LARGEST
