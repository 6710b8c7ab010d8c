"""How a card looks on Telegram: text and entities, never a parse mode; buttons are beside.

Rule 1: offsets are built in Python characters and turned into UTF-16 once, at the end.
Rule 2: what is too long is cut between blocks, because a part of a sentence can say its contrary;
of a block that is too long alone the first sentences stay.  Title, options, question and footer
stay, in one message: a card that asks in two halves is answered on the wrong one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import assert_never

from telegram import MessageEntity

from bot.core.card import Block, Bullets, Channel, Marked, Para, Progress, Specimen
from bot.core.message import MARKS, SIGNS, Message, Rich, Span, bar, words
from bot.platforms.telegram.buttons import CUT, Keys, is_lettered, keys, sound

TEXT_UNITS = 4096
"""Longest text, in UTF-16 units.  Source: Telegram, sendMessage (in characters, the laxer)."""

ENTITIES = 100
"""Most entities of a text.  Source: Telegram, Formatting options."""

KEPT = 1024
"""Drawn messages kept, a few KB each: one lesson goes to many people."""

WHEN = "wDt"
"""How an instant is shown: weekday, date and time.  Source: Telegram, date_time entity."""

CHANNELS: dict[Channel, str] = {
    "sms": "💬",
    "mail": "✉️",
    "chat": "📱",
    "call": "📞",
    "web": "🌐",
}
"""Sign of a specimen's channel, before its label.  Source: chat.md, 3.1."""

RLM = "\u200f"
BETWEEN = "\n\n"
_ADDRESS = re.compile(r"[^\s\u2066-\u2069]*\[\.\][^\s\u2066-\u2069]*")
"""A defanged address; the isolates around it stay outside."""

_END = re.compile(r"[.!?؟۔।](?=\s)|[。！？]")
"""The end of a sentence, in the scripts of our languages and their neighbours."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message as Telegram takes it; offsets of entities count UTF-16 units.

    ``cut``: something was left out, because it was too long; ``protect``: the client is asked
    not to let it be forwarded or saved; ``leaves``: it is the last word in a place.
    """

    text: str
    entities: tuple[MessageEntity, ...] = ()
    under: Keys = None
    cut: bool = False
    protect: bool = False
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with looks; offsets count Python characters.  ``body`` may be cut if need be."""

    text: str = ""
    looks: tuple[MessageEntity, ...] = ()
    body: bool = False

    def __add__(self, other: "Piece") -> "Piece":
        """Return both, one after the other."""
        shift = len(self.text)
        moved = tuple(_look(one, one.offset + shift, one.length) for one in other.looks)
        return Piece(self.text + other.text, self.looks + moved, self.body)


@lru_cache(maxsize=KEPT)
def drawn(message: Message, door: str = "") -> Drawn:
    """Return *message* as text, entities and buttons; *door* as in ``buttons.keys``."""
    made = _drawn(message, door)
    return replace(made, protect=message.protect, leaves=message.leaves)


def _drawn(message: Message, door: str) -> Drawn:
    if message.typed_only:
        parts, asks = message.plain().split(BETWEEN), replace(message, title=(), body=()).plain()
        end = len(parts) - (len(asks.split(BETWEEN)) if asks else 0)
        return _fitted([Piece(part, body=0 < at < end) for at, part in enumerate(parts)], None)
    pieces = [_title(message)]
    pieces += [replace(_block(block, message), body=True) for block in message.body]
    if is_lettered(message):
        pieces.append(_joined(list(_options(message)), "\n"))
    if message.ask:
        pieces.append(_rich(message.ask.prompt))
    if message.footer:
        pieces.append(_rich(message.footer, MessageEntity.ITALIC))
    return _fitted(pieces, keys(message, door))


def bare(message: Message, door: str = "") -> Drawn:
    """Return *message* without looks, with the same buttons."""
    whole = drawn(message, door)
    return replace(whole, entities=())


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units."""
    # Counted where it is fast: character by character it was a third of what drawing a card took.
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitted(pieces: list[Piece], under: Keys) -> Drawn:
    """Return all pieces as one text, without the last blocks where it would be too long."""
    kept = [piece for piece in pieces if piece.text.strip()]
    body = [at for at, piece in enumerate(kept) if piece.body]
    whole = _length(kept) <= TEXT_UNITS
    while _length(kept) > TEXT_UNITS and body:
        end = body.pop()
        after = [Piece(CUT), *(one for one in kept[end + 1 :] if one.text != CUT)]
        room = TEXT_UNITS - _length([*kept[:end], *after]) - len(BETWEEN)
        first = [] if body else _sentences(kept[end], room)
        kept = [*kept[:end], *first, *after]
    joined = _joined(kept)
    if not any(_visible(char) for char in joined.text):
        joined = Piece(CUT)
    return replace(_on_the_wire(joined, under), cut=not whole)


def _sentences(block: Piece, room: int) -> list[Piece]:
    """Return the first whole sentences of *block* within *room* UTF-16 units, if any."""
    ends = [found.end() for found in _END.finditer(block.text)]
    fits = [end for end in ends if units(block.text[:end]) <= room]
    if not fits:
        return []
    end = fits[-1]
    looks = [
        _look(one, one.offset, min(one.length, end - one.offset))
        for one in block.looks
        if one.offset < end
    ]
    return [Piece(block.text[:end], tuple(looks), body=True)]


def _length(pieces: list[Piece]) -> int:
    return sum(units(piece.text) + len(BETWEEN) for piece in pieces) - len(BETWEEN)


def _visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc", "Cs"}


def _on_the_wire(whole: Piece, under: Keys) -> Drawn:
    """Return *whole* with offsets in UTF-16; a single block that is too long is cut hard."""
    text = sound(whole.text)
    if units(text) > TEXT_UNITS:
        text = text.encode("utf-16-le")[: 2 * (TEXT_UNITS - 1)].decode("utf-16-le", "ignore")
        text += CUT
    looks = [
        _look(one, one.offset, min(one.length, len(text) - one.offset))
        for one in whole.looks
        if one.offset < len(text)
    ]
    counted = MessageEntity.adjust_message_entities_to_utf_16(text, looks[:ENTITIES])
    return Drawn(text, tuple(counted), under)


def _joined(pieces: list[Piece], between: str = BETWEEN) -> Piece:
    text, looks = "", list[MessageEntity]()
    for piece in pieces:
        text += between if text else ""
        looks += [_look(one, one.offset + len(text), one.length) for one in piece.looks]
        text += piece.text
    return Piece(text, tuple(looks))


def _look(like: MessageEntity, offset: int, length: int) -> MessageEntity:
    return MessageEntity(
        like.type,
        offset,
        length,
        url=like.url,
        unix_time=like.unix_time,
        date_time_format=like.date_time_format,
    )


def _rich(spans: Rich, also: str = "") -> Piece:
    """Return *spans* with their looks; *also* is a look that all but code has as well."""
    whole = Piece()
    for span in spans:
        whole += Piece(span.text, tuple(_looks(span, also)) if span.text else ())
    return Piece(whole.text, _merged(whole.looks))


def _looks(span: Span, also: str) -> Iterator[MessageEntity]:
    """Yield the looks of one span; code takes no other look beside it.

    Source: Telegram, Formatting options.
    """
    size = len(span.text)
    if span.code:
        yield MessageEntity(MessageEntity.CODE, 0, size)
        return
    if span.when:
        yield MessageEntity(
            MessageEntity.DATE_TIME, 0, size, unix_time=span.when, date_time_format=WHEN
        )
    if span.url and span.url.startswith(("https://", "http://")):
        yield MessageEntity(MessageEntity.TEXT_LINK, 0, size, url=span.url)
    if span.bold or also == MessageEntity.BOLD:
        yield MessageEntity(MessageEntity.BOLD, 0, size)
    if span.italic or also == MessageEntity.ITALIC:
        yield MessageEntity(MessageEntity.ITALIC, 0, size)


def _merged(looks: tuple[MessageEntity, ...]) -> tuple[MessageEntity, ...]:
    """Return *looks* with neighbours of one simple kind made one."""
    kept: list[MessageEntity] = []
    ends: dict[str, int] = {}
    for one in looks:
        simple = one.type in {MessageEntity.BOLD, MessageEntity.ITALIC}
        at = ends.get(one.type) if simple else None
        if at is not None and kept[at].offset + kept[at].length == one.offset:
            kept[at] = _look(one, kept[at].offset, kept[at].length + one.length)
            continue
        ends[one.type] = len(kept)
        kept.append(one)
    return tuple(kept)


def _title(message: Message) -> Piece:
    """Return the title in bold, behind the sign of its tone unless it brings one."""
    if not message.title:
        return Piece()
    said = words(message.title)
    first = next((char for char in said if unicodedata.category(char) != "Cf"), "")
    sign = "" if first and unicodedata.category(first) == "So" else SIGNS[message.tone]
    return Piece(f"{sign} " if sign else "") + _rich(message.title, MessageEntity.BOLD)


def _block(block: Block[Rich], message: Message) -> Piece:
    match block:
        case Para(text):
            return _rich(text)
        case Bullets(items, ordered):
            heads = (f"{at}. " if ordered else "• " for at in range(1, len(items) + 1))
            lines = [Piece(head) + _rich(item) for head, item in zip(heads, items, strict=True)]
            return _joined(lines, "\n")
        case Specimen():
            return _specimen(block)
        case Progress(done, total, label):
            head = _rich(label) + Piece(" ") if label else Piece()
            return head + Piece(bar(done, total).lstrip())
        case Marked(options):
            return _joined([_option(marks, text, message) for marks, text in options], "\n")
        case _:
            assert_never(block)


def _option(marks: frozenset[str], text: Rich, message: Message) -> Piece:
    """Return one line of an answered question: sign, option, and the sign in words."""
    sign = MARKS["right" if "right" in marks else "yours" if "yours" in marks else ""]
    said = [
        f" · {word}"
        for name, word in zip(("right", "yours"), message.marks, strict=True)
        if name in marks and word
    ]
    return Piece(f"{sign} ") + _rich(text) + Piece("".join(said))


def _specimen(block: Specimen[Rich]) -> Piece:
    """Return a staged message: its label, and all of it in one quotation."""
    lines = [_quoted(block.sender)] if block.sender else []
    for number, part in enumerate(block.parts, start=1):
        lines.append(Piece(f"{number}) " if block.numbered else "") + _quoted(part))
    inside = _joined(lines, "\n")
    label = Piece(f"{CHANNELS[block.channel]} ") + _rich(block.label)
    if not inside.text:
        return label
    around = MessageEntity(MessageEntity.BLOCKQUOTE, 0, len(inside.text))
    return label + Piece("\n") + Piece(inside.text, (around, *inside.looks))


def _quoted(spans: Rich) -> Piece:
    """Return words of a staged message, its addresses as code so that no client links them."""
    text = "".join(span.text for span in spans)
    codes = tuple(
        MessageEntity(MessageEntity.CODE, found.start(), len(found.group()))
        for found in _ADDRESS.finditer(text)
    )
    return Piece(text, codes)


def _options(message: Message) -> Iterator[Piece]:
    """Yield the choices as lines; a letter is Latin, so a mark keeps the line's direction."""
    for letter, choice in zip(message.letters(), message.choices, strict=True):
        head = f"{RLM if message.rtl else ''}{letter}) {'☑ ' if choice.picked else ''}"
        yield Piece(head) + _rich(choice.label)
