"""How a card looks in a terminal: its plain form, wrapped by columns, not by characters.

Rule 1: a specimen's mark begins every line of it, so that its end is never in doubt.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.core.message import Message

WIDTH = 72
"""Columns of a line.  Source: chat.md, 3.1."""

BOLD, USUAL = "\x1b[1m", "\x1b[0m"

_DIRECTIONS, _ISOLATES, _END = "\u200e\u200f", "\u2066\u2067\u2068", "\u2069"
"""Marks of a direction, what begins an isolate, and what ends it.  Source: UAX 9, 2."""

_HEAD = re.compile(r"> (?:\d+\) )?|- |\d+\. |\[\d+\] |[A-Z?]\) |[✅❌] |▫️ ")
"""What begins a line and is not repeated by its continuation, but for the mark of a specimen."""


def lines(message: Message, width: int = WIDTH, *, bold: bool = False) -> str:
    """Return *message* as text of lines at most *width* columns wide.

    Only a word that is wider stands alone on a longer line, such as an address.  ``bold``
    makes the title stand out on a terminal that understands it.
    """
    plain, title = message.plain(), message.heading()
    if not bold or not title:
        return wrapped(plain, width)
    return f"{BOLD}{wrapped(title, width)}{USUAL}{wrapped(plain[len(title) :], width)}"


def wrapped(text: str, width: int) -> str:
    """Return *text* with every line at most *width* columns wide where its words allow."""
    text = text.replace("\t", " ")
    shown = "".join(char for char in text if char == "\n" or unicodedata.category(char) != "Cc")
    return "\n".join(
        part for line in shown.split("\n") for part in _closed(line, _wrap(line, width))
    )


def _closed(line: str, rows: Iterable[str]) -> Iterator[str]:
    """Yield the *rows* of *line*, each ending what it isolates and going on with what was open.

    A terminal lays out each row by itself: an isolate that ends in the next one would not end,
    and a row without the mark of its direction would take that of its first word.
    """
    mark = line[:1] if line[:1] in _DIRECTIONS else ""
    held = ""
    for row in rows:
        begun = held if row.startswith(mark) else mark + held
        for char in row:
            held = held + char if char in _ISOLATES else held[:-1] if char == _END else held
        yield f"{begun}{row}{_END * len(held)}"


def columns(text: str) -> int:
    """Return how many columns *text* takes: 2 for wide characters, 0 for marks and isolates.

    Source: Unicode Standard Annex 11.
    """
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _wrap(line: str, width: int) -> Iterator[str]:
    head = _HEAD.match(line)
    begin = head.group() if head else ""
    again = f"> {' ' * (columns(begin) - 2)}" if begin.startswith(">") else " " * columns(begin)
    row = ""
    for piece in _pieces(line[len(begin) :]):
        if row.strip() and columns(begin + row + piece.rstrip()) > width:
            yield begin + row.rstrip()
            begin, row = again, ""
            piece = piece.lstrip()  # noqa: PLW2901 - the blank was the break
        row += piece
    yield (begin + row).rstrip(" ") if row else begin


def _pieces(text: str) -> Iterator[str]:
    """Yield *text* in pieces between which a line may break: after blanks and wide characters."""
    piece = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        clings = unicodedata.category(char) in {"Po", "Pe", "Pf", "Mn", "Me", "Cf"}
        if piece and ((wide and not clings) or (piece[-1] == " " and char != " ")):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece
