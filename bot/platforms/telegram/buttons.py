"""The buttons under a message: one choice a row, letters where a label is too long.

Rule 1: a token goes out as it is and comes back as it is; what it means is the engine's.
"""

import re
import unicodedata

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.card import Action, Button, Choice, Style
from bot.core.message import Message, Rich, words
from bot.engine.place import PRESSED_HERE

PER_ROW = 8
"""Most buttons in a row.  Source: chat.md, 4.1."""

BUTTONS = 100
"""Most buttons of a message.  Source: chat.md, 4.1."""

LABEL = 32
"""Longest label, in characters, that stands on a button.  Source: chat.md, 2.6."""

SHORT = 15
"""Longest label, in characters, of which two stand in a row.  Source: chat.md, 3.1."""

PLACEHOLDER = 64
"""Longest hint in an empty input field.  Source: Telegram, ForceReply."""

STYLES: dict[Style, str | None] = {
    "plain": None,
    "primary": "primary",
    "good": "success",
    "danger": "danger",
}

_LINKED = re.compile(r"[A-Za-z0-9:-]{1,64}", re.ASCII)
"""A token that a deep link can carry, its colons as ``_``.  Source: Telegram, Deep Linking."""

CUT = "…"
"""Stands for what was left out, and where a text or a label would be empty."""

Keys = InlineKeyboardMarkup | ForceReply | None
Row = list[InlineKeyboardButton]

_SURROGATE = re.compile("[\ud800-\udfff]")


def sound(text: str) -> str:
    """Return *text* with what UTF-8 cannot carry replaced, one character for one."""
    return _SURROGATE.sub("\ufffd", text)


def is_lettered(message: Message) -> bool:
    """Return whether the choices stand in the text, because one is too long for a button."""
    return any(_shown(choice.label) > LABEL for choice in message.choices)


def _shown(label: Rich) -> int:
    """Return how many characters of *label* take room; a wide one (Chinese) takes that of two.

    Source: Unicode Standard Annex 11.
    """
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in words(label)
        if unicodedata.category(char) != "Cf"
    )


def keys(message: Message, door: str = "") -> Keys:
    """Return the buttons, or a field for an answer where there are none.

    *door*, in a place: our user name.  What is a person's own matter opens our own chat there.
    """
    rows = _letters(message) if is_lettered(message) else _choices(message)
    if message.many:
        rows += [[key] for key in _button(message.many)]
    offers = [key for button in message.buttons for key in _button(button, door)]
    rows += _rows(offers, [button.label for button in message.buttons], message)
    if any(rows):
        return InlineKeyboardMarkup(_bounded(rows))
    if not message.ask or door:
        return None
    hint = sound(words(message.ask.hint))[:PLACEHOLDER] if message.ask.hint else ""
    return ForceReply(input_field_placeholder=hint or None)


def _bounded(rows: list[Row]) -> list[Row]:
    """Return *rows* with at most ``BUTTONS`` buttons."""
    kept: list[Row] = []
    free = BUTTONS
    for row in rows:
        kept.append(row[:free])
        free -= len(kept[-1])
    return [row for row in kept if row]


def _letters(message: Message) -> list[Row]:
    keys = [
        _key(f"☑ {letter}" if choice.picked else letter, choice.action)
        for letter, choice in zip(message.letters(), message.choices, strict=True)
    ]
    return [keys[at : at + PER_ROW] for at in range(0, len(keys), PER_ROW)]


def _choices(message: Message) -> list[Row]:
    keys = [_key(_ticked(choice), choice.action) for choice in message.choices]
    return _rows(keys, [choice.label for choice in message.choices], message)


def _ticked(choice: Choice[Rich]) -> str:
    return f"{'☑ ' if choice.picked else ''}{words(choice.label)}"


def _rows(keys: Row, labels: list[Rich], message: Message) -> list[Row]:
    """Return one button a row; two if all are short and the language runs left to right."""
    two = not message.rtl and all(_shown(label) <= SHORT for label in labels)
    step = 2 if two else 1
    return [keys[at : at + step] for at in range(0, len(keys), step)]


def _button(button: Button[Rich], door: str = "") -> Row:
    """Return the button, or nothing for one that opens what Telegram would refuse."""
    if isinstance(button.does, Action):
        token = button.does.pack()
        if door and button.does.verb not in PRESSED_HERE and _LINKED.fullmatch(token):
            link = f"https://t.me/{door}?start={token.replace(':', '_')}"
            return [InlineKeyboardButton(sound(words(button.label)) or CUT, url=link)]
        return [_key(words(button.label), button.does, STYLES[button.style])]
    if not button.does.startswith(("https://", "http://")):
        return []
    label = sound(words(button.label)) or CUT
    return [InlineKeyboardButton(label, url=button.does, style=STYLES[button.style])]


def _key(label: str, action: Action, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(sound(label) or CUT, callback_data=action.pack(), style=style)
