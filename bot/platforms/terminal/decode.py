"""What a typed line means: a command where it starts with a slash, else plain text.

Rule 1: whether a letter presses a button is decided by who knows the open card, not here.
"""

import re
import unicodedata
from datetime import datetime

from bot.core.events import Address, Began, Commanded, Event, Incoming, Said

LINE_CHARACTERS = 4_000
"""How much of a line is read."""

_COMMAND = re.compile(r"/([^\W\d][\w-]{0,63})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


def text(line: bytes) -> str:
    """Return the words of *line*: at most ``LINE_CHARACTERS``, no control characters, no ends.

    Bytes that are no UTF-8 become U+FFFD.
    """
    said = line.decode("utf-8", "replace")[:LINE_CHARACTERS]
    return "".join(char for char in said if unicodedata.category(char) != "Cc").strip()


def event(said: str) -> Began | Commanded | Said:
    """Return what *said* is: ``/start``, another command, or text."""
    command = _COMMAND.fullmatch(said)
    if not command:
        return Said(said)
    name, args = command.group(1).casefold().replace("-", "_"), (command.group(2) or "").strip()
    return Began(args) if name == "start" else Commanded(name, args)


def incoming(what: Event, name: str, user: str, at: datetime, locale: str) -> Incoming:
    """Return *what* as it is reported; *name* must be unique for ever."""
    return Incoming(f"terminal:{name}", Address("terminal", user), at, what, locale)
