"""A talk written down as it stands on the screen, so that a dialogue test can play it again.

Rule 1: the marks are those of the design's transcripts: ``@`` the clock in UTC, ``>`` the person,
``+`` a new card, ``⟲`` the same card changed, ``⌁`` a notice, ``[ ]`` a button.
Rule 2: what is pressed is written as its label, because letters are dealt anew in every talk.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.core.events import Pressed
from bot.core.message import Message, Typed, words
from bot.ports import Now

NEW, CHANGED, NOTICE, PERSON, CLOCK = "+", "⟲", "⌁", ">", "@"
"""What begins an entry; its further lines begin with two blanks."""

ROOM = 96
"""Columns that the buttons of one line may take, as long as they are several."""

SEVERAL = " + "
"""What stands between options that are chosen together."""

MINUTE = "%Y-%m-%d %H:%M"

_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks of direction: whoever reads the file sees none, and typing one presses nothing more."""


class Record:
    """Writes one talk, entry by entry."""

    def __init__(self, write: Callable[[str], object], now: Now) -> None:
        """Write by *write*, and read the clock by *now*.

        ``front`` is the newest card that can be answered, and its number.
        """
        self._write = write
        self._now = now
        self._minute: datetime | None = None
        self.front: tuple[Message, str] | None = None

    def said(self, text: str) -> Pressed | None:
        """Write what was typed, and return the press that it means on the newest card, or None."""
        message, on = self.front or (Message(), "")
        typed = message.typed(text)
        self._put(f"{PERSON} {label(message, typed) if typed else text}")
        return Pressed(typed.action, on, typed.picked) if typed else None

    def shown(self, message: Message, number: str, *, changed: bool, answer: bool) -> None:
        """Write a card; *number* names it where it can be answered.

        An *answer* belongs to what was done before it: the clock is not told between them.
        """
        first, *more = [*lines(message), *rows(message)] or [""]
        head = f"{CHANGED if changed else NEW} {first}"
        self._put("\n".join([head, *(f"  {line}" for line in more)]), answer=answer)
        if labels(message):
            self.front = (message, number)

    def noticed(self, text: str) -> None:
        """Write a notice."""
        self._put(f"{NOTICE} {text}", answer=True)

    def _put(self, entry: str, *, answer: bool = False) -> None:
        minute = self._now().replace(second=0, microsecond=0)
        if minute != self._minute and not answer:
            self._minute = minute
            self._write(f"{CLOCK} {minute:{MINUTE}}\n")
        self._write(f"{_UNSEEN.sub('', entry)}\n")


def lines(message: Message) -> list[str]:
    """Return the words of *message* line by line, without what can be pressed."""
    bare = replace(message, choices=(), buttons=(), many=None, ask=None, footer=None)
    text = [bare.plain()]
    text += [words(message.ask.prompt)] if message.ask else []
    text += [words(message.footer)] if message.footer else []
    return [line for part in text for line in part.split("\n") if line.strip()]


def labels(message: Message) -> list[str]:
    """Return the words of all that can be pressed on *message*, in its order."""
    found = [f"{'☑ ' if one.picked else ''}{words(one.label)}" for one in message.choices]
    found += [words(message.many.label)] if message.many else []
    return [*found, *(words(one.label) for one in message.buttons)]


def rows(message: Message) -> Iterator[str]:
    """Yield the buttons of *message*, as many on a line as there is room for."""
    row = ""
    for name in labels(message):
        button = f"[{name}]"
        if row and len(row) + 1 + len(button) > ROOM:
            yield row
            row = ""
        row = f"{row} {button}".lstrip()
    if row:
        yield row


def label(message: Message, typed: Typed) -> str:
    """Return the words of what *typed* presses; options chosen together by ``SEVERAL``."""
    if typed.picked:
        chosen = {one.action.args[-1]: words(one.label) for one in message.choices}
        return SEVERAL.join(chosen[key] for key in typed.picked)
    offers = [(one.action, one.label) for one in message.choices]
    offers += [(one.does, one.label) for one in message.buttons if not isinstance(one.does, str)]
    return next((words(name) for action, name in offers if action == typed.action), "")
