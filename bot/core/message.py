"""A card put into words of one language; its plain form; and typing as a way of pressing.

Rule 1: no markup of ours leaves this file: words are spans, and each platform draws them.
Rule 2: ``plain`` and ``typed`` are each other's inverse: what the one letters, the other reads.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.core.card import (
    Action,
    Block,
    Bullets,
    Button,
    Layout,
    Marked,
    Para,
    Progress,
    Specimen,
    Tone,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Letters of the choices, in order; at most 25 choices are shown (chat.md, 2.6)."""

TYPED_CHARACTERS = 200
"""How much of a typed line is compared with the open card; no label is longer."""

MARKS = {"right": "✅", "yours": "❌", "": "▫️"}
"""Sign of an answered option; its words always stand beside it."""

SIGNS: dict[Tone, str] = {
    "plain": "",
    "info": "ℹ️",
    "good": "✅",
    "bad": "❌",
    "warn": "⚠️",
    "urgent": "❗",
}
"""Sign of a card's tone, before its title.  Source: chat.md, 3.1; never colour alone."""

BAR = 10
"""Most cells in a drawn progress bar."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of one look.  ``when``: shown in the reader's own clock if possible."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str | None = None
    when: datetime | None = None


Rich = tuple[Span, ...]


def words(rich: Rich) -> str:
    """Return the characters of *rich* without their looks; a link keeps its address."""
    return "".join(
        f"{span.text}: {span.url}" if span.url and span.url != span.text else span.text
        for span in rich
    )


def bar(done: int, total: int) -> str:
    """Return *done* of *total* as a bar of at most ``BAR`` cells, a blank, and in figures.

    More than all fills the bar and no more.
    """
    cells = min(total, BAR)
    full = min(max(round(cells * done / total), 0), cells) if total else 0
    return f"{'▰' * full}{'▱' * (cells - full)} {done}/{total}"


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message; ``name`` is plain ASCII, ``kind`` its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Typed:
    """What typed words meant on an open card."""

    action: Action
    picked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message(Layout[Rich]):
    """A card in words of one language; ``lang`` is never empty here.

    ``marks`` are the words beside an answered option: (right, your answer).  ``carried`` goes
    with it: a platform that cannot hand a file over must not be given any.
    """

    rtl: bool = False
    marks: tuple[str, str] = ("", "")
    carried: tuple[File, ...] = ()

    def letters(self) -> tuple[str, ...]:
        """Return the letter of each choice, in the order shown."""
        free = iter(LETTERS)
        return tuple(choice.letter or next(free) for choice in self.choices)

    def heading(self) -> str:
        """Return the title behind the sign of its tone, empty where there is none."""
        return f"{SIGNS[self.tone]} {words(self.title)}".lstrip() if self.title else ""

    def plain(self) -> str:
        """Return the whole card as lines of text: nothing is said by buttons or looks alone."""
        parts = [self.heading()]
        parts += ["\n".join(self._lines(block)) for block in self.body]
        if self.choices:
            parts.append("\n".join(self._choices()))
        if self.ask:
            parts.append(words(self.ask.prompt))
        if self.buttons or self.many:
            parts.append("\n".join(self._buttons()))
        if self.footer:
            parts.append(words(self.footer))
        return "\n\n".join(part for part in parts if part)

    def _choices(self) -> Iterator[str]:
        for letter, choice in zip(self.letters(), self.choices, strict=True):
            yield f"{letter}) {'☑ ' if choice.picked else ''}{words(choice.label)}"

    def _buttons(self) -> Iterator[str]:
        for number, button in enumerate(self._offers(), start=len(self.choices) + 1):
            page = f": {button.does}" if isinstance(button.does, str) else ""
            # Where a number is asked for, a number is the answer and presses nothing.
            head = "[?]" if self.ask else f"[{number}]"
            yield f"{head} {words(button.label)}{page}"

    def _offers(self) -> tuple[Button[Rich], ...]:
        return (*((self.many,) if self.many else ()), *self.buttons)

    def _lines(self, block: Block[Rich]) -> Iterator[str]:
        match block:
            case Para(text):
                yield words(text)
            case Bullets(items, ordered):
                for number, item in enumerate(items, start=1):
                    yield f"{f'{number}.' if ordered else '-'} {words(item)}"
            case Specimen():
                yield from _specimen(block)
            case Progress(done, total, label):
                yield f"{words(label)} {bar(done, total)}" if label else bar(done, total)
            case Marked(options):
                yield from (self.marked(marks, text) for marks, text in options)
            case _:
                assert_never(block)

    def marked(self, marks: frozenset[str], text: Rich) -> str:
        """Return one line of an answered question: sign, option, and the sign in words."""
        sign = MARKS["right" if "right" in marks else "yours" if "yours" in marks else ""]
        said = [
            word
            for name, word in zip(("right", "yours"), self.marks, strict=True)
            if name in marks and word
        ]
        return " · ".join([f"{sign} {words(text)}", *said])

    def typed(self, text: str) -> Typed | None:
        """Return what *text* presses on this card, or None where it is plain talk.

        A letter (``b``, ``B)``), a number in the digits of any script, the whole label, or for
        a card with several answers all their letters (``a c d``).
        """
        said = _folded(text[:TYPED_CHARACTERS])
        single = self._index(said)
        offers = self._offers()
        if single is not None and single >= len(self.choices):
            does = offers[single - len(self.choices)].does
            return Typed(does) if isinstance(does, Action) else None
        if single is not None and (not self.many or self.choices[single].letter == "?"):
            return Typed(self.choices[single].action)
        return self._several(said)

    def _several(self, said: str) -> Typed | None:
        """Return what several letters in a row press, where the card takes several."""
        does = self.many.does if self.many else None
        if not (self.sequence or isinstance(does, Action)):
            return None
        places = [self._index(part) for part in said.replace(",", " ").split()]
        if not places or any(at is None or at >= len(self.choices) for at in places):
            return None
        actions = [self.choices[at].action for at in places if at is not None]
        picked = tuple(dict.fromkeys(action.args[-1] for action in actions))
        return Typed(does if isinstance(does, Action) else actions[0], picked)

    def _index(self, said: str) -> int | None:
        """Return the place of what *said* names among choices and buttons, counted from 0."""
        bare = said.strip("[]().: ")
        if self.ask:
            bare = "1" if bare == "?" and self.buttons else ""
        names = [letter.casefold() for letter in self.letters()]
        labels = [_folded(words(c.label)) for c in self.choices]
        labels += [_folded(words(b.label)) for b in self._offers()]
        if bare in names:
            return names.index(bare)
        if bare.isdecimal() and 1 <= int(bare) <= len(labels):
            return int(bare) - 1
        return labels.index(said) if said in labels else None


def _folded(text: str) -> str:
    """Return *text* as it is compared: no case, no width, no invisible marks, digits in ASCII."""
    kept = unicodedata.normalize("NFKC", text)
    kept = "".join(
        str(unicodedata.digit(char)) if char.isdecimal() else char
        for char in kept
        if unicodedata.category(char) != "Cf"
    )
    return " ".join(kept.casefold().split())


def _specimen(block: Specimen[Rich]) -> Iterator[str]:
    yield words(block.label)
    if block.sender:
        yield f"> {words(block.sender)}"
    for number, part in enumerate(block.parts, start=1):
        head = f"{number}) " if block.numbered else ""
        for at, line in enumerate(words(part).split("\n")):
            yield f"> {head if at == 0 else ''}{line}"
