"""What to say, before language and platform: texts as keys, blocks, controls, and the card.

Rule 1: nothing here knows a language, a platform or a learner.
Rule 2: everything is hashable, so that a rendering can be kept and served a million times.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Generic, Literal, TypeAlias, TypeVar

ACTION_BYTES = 64
"""Longest packed action, in bytes.

Source: Telegram ``InlineKeyboardButton.callback_data`` (1-64 bytes), the tightest of all.
"""

_TOKEN = re.compile(r"[A-Za-z0-9_.:-]*", re.ASCII)

Tone = Literal["plain", "info", "good", "bad", "warn", "urgent"]
Style = Literal["plain", "primary", "good", "danger"]
Channel = Literal["sms", "mail", "chat", "call", "web"]
Mark = Literal["", "right", "yours"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that must not be translated or torn apart; the renderer isolates it.

    A ``quote`` is defanged as well; a ``name`` may be of either direction, the others run
    from left to right.
    """

    kind: Literal["name", "command", "code", "url", "phone", "quote"]
    text: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, shown in the reader's own clock wherever the platform knows it.

    Elsewhere it is shown by the clock of ``zone``, which is named; empty: in UTC.
    """

    at: datetime
    zone: str = ""


Value: TypeAlias = "str | int | datetime | date | time | Instant | Fixed | Text"
"""What a text may hold: a ``time`` is wall-clock time, shown as written, in no zone."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence to be said later: a catalogue key, and the values its placeholders take.

    A value named ``count`` chooses the plural form.
    """

    key: str
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What a press asks for; packs into ``verb:arg:arg`` of at most ``ACTION_BYTES`` bytes.

    Raises:
        ValueError: a part holds a character outside ``A-Za-z0-9_.-``, or the whole is too long.
    """

    verb: str
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse at birth what no platform could carry back."""
        token = self.pack()
        plain = _TOKEN.fullmatch(token) and token.count(":") == len(self.args)
        if not self.verb or not plain:
            message = f"action {self.verb!r} {self.args!r}: a part is empty or not plain ASCII"
            raise ValueError(message)
        if len(token) > ACTION_BYTES:  # all of them ASCII
            message = f"action {token!r} is longer than {ACTION_BYTES} bytes"
            raise ValueError(message)

    def pack(self) -> str:
        """Return the token that a button carries."""
        return ":".join((self.verb, *self.args))

    @classmethod
    def unpack(cls, token: str) -> "Action | None":
        """Return the action of *token*, or None for what no button of ours carries.

        A client may send tokens that were never on a button, so a bad one is a value, not an
        error: a raise here would stop the intake on the same update for ever.
        """
        verb, *args = token[: ACTION_BYTES + 1].split(":")
        try:
            return cls(verb, tuple(args))
        except ValueError:
            return None


T = TypeVar("T")
"""Text in a card, Rich in a message."""


@dataclass(frozen=True, slots=True)
class Para(Generic[T]):
    """One paragraph."""

    text: T


@dataclass(frozen=True, slots=True)
class Bullets(Generic[T]):
    """A list; ``ordered`` numbers it from 1."""

    items: tuple[T, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Specimen(Generic[T]):
    """A staged message as teaching matter: labelled, quoted, defanged, never a live link."""

    channel: Channel
    label: T
    parts: tuple[T, ...]
    sender: T | None = None
    numbered: bool = False
    """True where the learner is asked for parts by number (items of type spot)."""


@dataclass(frozen=True, slots=True)
class Progress(Generic[T]):
    """How far something has come: ``done`` of ``total``."""

    done: int
    total: int
    label: T | None = None


@dataclass(frozen=True, slots=True)
class Marked(Generic[T]):
    """An answered question as text: each option with its marks, in the order it was shown.

    An option can be both right and the learner's own.
    """

    options: tuple[tuple[frozenset[Mark], T], ...]


Block = Para[T] | Bullets[T] | Specimen[T] | Progress[T] | Marked[T]


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One answer among several."""

    label: T
    action: Action
    picked: bool = False
    letter: str = ""
    """A fixed letter such as ``?`` for Don't know; empty: the next of A, B, C ..."""
    right: bool = False
    """The key, told only in open practice: a platform may show the card as a quiz of its own."""


@dataclass(frozen=True, slots=True)
class Button(Generic[T]):
    """An offer beside the question: an action, or a page of ours to open."""

    label: T
    does: Action | str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """Quick input in words; the answer arrives as ``Said``."""

    action: Action
    prompt: T
    button: T
    hint: T | None = None
    max_len: int = 400


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """What a card and a message share.  It asks at most one thing: choices or ask, never both."""

    body: tuple[Block[T], ...] = ()
    title: T | None = None
    choices: tuple[Choice[T], ...] = ()
    many: Button[T] | None = None
    """The closing button when several choices may be picked."""
    sequence: bool = False
    """The choices are pressed one after the other; typed letters may come all at once."""
    ask: Ask[T] | None = None
    buttons: tuple[Button[T], ...] = ()
    footer: T | None = None
    why: T | None = None
    """What is told once an open practice is answered."""
    tone: Tone = "plain"
    lang: str = ""
    """Empty: the learner's own language; else the fallback, for the whole card."""
    typed_only: bool = False
    """The learner asked for words alone: no buttons are shown, letters are typed."""
    files: Literal["", "mine"] = ""
    """``mine``: with it go files of all that is kept of its reader, made while it is sent."""
    leaves: bool = False
    """A last word: once it is said, the bot goes out of the place, where the platform lets it."""
    protect: bool = False
    """It holds a code: clients are asked not to let it be forwarded or saved."""


@dataclass(frozen=True, slots=True)
class Card(Layout[Text]):
    """What to say, in no language yet."""
