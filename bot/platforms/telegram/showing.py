"""Which message of Telegram shows us another one, and which: forwarded, replied to, or a file.

Rule 1: nothing here raises, whatever the JSON.
Rule 2: a file is never fetched: that there is one is all we know of it.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

from bot.core.events import Shown

FILES = ("animation", "document", "photo", "video")
"""What may hold a message that we cannot read.  Voices and stickers are none."""

Json = Mapping[str, object]
"""A message as it came: any fields, of any shape."""

LARGEST = 2**63
"""Ids are below.  Source: Telegram says at most 52 significant bits; a hostile one has more."""

_MENTION = re.compile(r"(?<!\w)@([A-Za-z0-9_]{1,64})", re.ASCII)
_ALBUM = re.compile(r"[0-9]{1,32}", re.ASCII)


def sayable(text: str) -> str:
    """Return *text* without control characters and halves of letters, its ends stripped."""
    return "".join(filter(_is_sayable, text)).strip()


def sent(message: Json) -> Shown | None:
    """Return what *message*, of a private chat, shows us; None where it speaks for itself."""
    if isinstance(message.get("forward_origin"), dict):
        return Shown(_words(message), _id(message), "file" if _is_file(message) else "forward")
    return Shown(_words(message), _id(message), "file") if _is_file(message) else None


def asked(message: Json, args: str, *, public: bool) -> Shown | None:
    """Return what ``/check`` in *message* is about; None where it names nothing.

    *args*: the words behind the command, which in a private chat are the command's own.
    """
    found = _replied(message)
    if found is not None:
        return Shown(_words(found), _id(found), _by(found), public)
    return Shown(args, _id(message), public=True) if args and public else None


def mentioned(message: Json, said: str, own: str) -> Shown | None:
    """Return the message of a group to which somebody replied, naming us, who are *own*.

    A reply to ourselves shows us nothing.
    """
    names = {name.casefold() for name in _MENTION.findall(said)}
    found = _replied(message)
    if not own or own.casefold() not in names or found is None or _is_bot(found):
        return None
    return Shown(_words(found), _id(found), _by(found), public=True)


def summoned(message: Json) -> Shown:
    """Return what a chat that we are no member of shows us: what was replied to, or said to us.

    Whatever it is, all of that chat read the answer, and we can reply to nothing there.
    """
    found = _replied(message) or message
    return Shown(_words(found), "", _by(found), public=True)


def album(update: object) -> str:
    """Return the name of the album that *update* is a part of, empty for none.

    Its pictures come as messages of their own, and are shown to us as one.
    """
    match update:
        case {"message": {"media_group_id": str(name)}} if _ALBUM.fullmatch(name):
            return name
        case _:
            return ""


def _replied(message: Json) -> Json | None:
    """Return the message replied to; in a topic everything replies to the topic's first one."""
    match message.get("reply_to_message"):
        case dict(found) if "forum_topic_created" not in found:
            return found
        case _:
            return None


def _by(message: Json) -> Literal["file", "reply"]:
    return "file" if _is_file(message) else "reply"


def _is_file(message: Json) -> bool:
    return any(kind in message for kind in FILES)


def _is_bot(message: Json) -> bool:
    match message:
        case {"from": {"is_bot": True}}:
            return True
        case _:
            return False


def _words(message: Json) -> str:
    text = message.get("text", message.get("caption"))
    return sayable(text) if isinstance(text, str) else ""


def _id(message: Json) -> str:
    match message:
        case {"message_id": int(found)} if 0 < found < LARGEST and not isinstance(found, bool):
            return str(found)
        case _:
            return ""


def _is_sayable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
