"""This file is how a card looks on Discord: one container of components, as the payload says it.

Rule 1: all that a button knows stands in its ``custom_id``; nothing waits in memory for a press.
Rule 2: every text passes through ``markdown``; labels are shown as they are and need none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from bot.core.card import (
    Ask,
    Block,
    Bullets,
    Button,
    Channel,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
    Style,
    Tone,
)
from bot.core.message import File, Message, Rich, bar, words
from bot.platforms.discord.markdown import escaped, marked, quoted

LABEL = 80
"""Characters of a button's label.  Source: Discord, Button."""

READABLE = 38
"""Longest label of a choice that is read on a phone; longer ones are lettered.  Ours."""

ROW = 5
"""Buttons in a row."""

BUTTONS = 10
"""Most choices that stand as buttons; more become a menu."""

OPTION = 100
"""Characters of a menu's option, its value and a custom id."""

PLACEHOLDER = 150
"""Characters of a menu's placeholder."""

KEPT = 1024
"""Drawn cards kept, a few KB each: one lesson goes to many people.  Nobody changes them."""

FIELD_LABEL = 45
"""Characters of a form's title and of a field's label."""

FIELD_HINT = 100
"""Characters of a field's placeholder."""

SHORT, LINES = 1, 2
"""Styles of a field: one line, or several.  Source: Discord, Text Input Styles."""

LINE = 100
"""Most characters of an answer that is asked for on one line.  Ours."""

ASK = "ask"
"""Verb of a button that opens a form: ``ask:<most characters>:<action>``."""

PICK = "pick"
"""Custom id of a menu whose values are whole actions."""

PROMPT_ID = 4711
"""Component id of the prompt, where the form finds its words again.  Ours."""

RLM = "\u200f"
"""Gives a line its direction where its first character is Latin.  Source: chat.md, 7.1."""

SUPPRESS_EMBEDS, EPHEMERAL, SILENT, COMPONENTS = 1 << 2, 1 << 6, 1 << 12, 1 << 15
"""Flags of a message.  Source: Discord, Message Flags."""

CARD = COMPONENTS | SUPPRESS_EMBEDS
"""Flags of all that we say: components, and no preview of what an address leads to."""

COLOURS: Mapping[Tone, int | None] = {
    "plain": None,
    "info": 0x3B82F6,
    "good": 0x16A34A,
    "bad": 0xDC2626,
    "warn": 0xF59E0B,
    "urgent": 0xB91C1C,
}
"""Accent of a tone, beside its sign.  Source: chat.md, 3.1: never colour alone."""

CHANNELS: Mapping[Channel, str] = {
    "sms": "💬",
    "mail": "✉️",
    "chat": "📱",
    "call": "📞",
    "web": "🌐",
}
"""Sign of a specimen's channel.  Source: chat.md, 3.1."""

STYLES: Mapping[Style, int] = {"primary": 1, "plain": 2, "good": 3, "danger": 4}
LINK = 5

Payload = dict[str, object]

NO_PINGS: Payload = {"parse": []}
"""Absent ``allowed_mentions`` would mean that everything pings."""


def message(card: Message, *, flags: int = 0) -> Payload:
    """Return *card* as the body of a create or an edit; *flags* beside those of every card."""
    # Without its files: what is drawn is kept, and they are nobody's but one reader's.
    body: Payload = {
        "flags": CARD | flags,
        "components": [_container(replace(card, carried=())), *map(_file, card.carried)],
        "allowed_mentions": NO_PINGS,
    }
    if card.carried:
        names = enumerate(one.name for one in card.carried)
        body["attachments"] = [{"id": str(at), "filename": name} for at, name in names]
    return body


def _file(one: File) -> Payload:
    """Return the component that shows a file which the body carries."""
    return {"type": 13, "file": {"url": f"attachment://{one.name}"}}


def line(text: str, *, flags: int = 0) -> Payload:
    """Return one line of words as the body of a create or an edit."""
    return {
        "flags": CARD | flags,
        "components": [_text(escaped(text))],
        "allowed_mentions": NO_PINGS,
    }


def form(custom_id: str, title: str, label: str, hint: str, longest: int) -> Payload:
    """Return the form that a press on an Ask opens."""
    style = LINES if longest > LINE else SHORT
    field: Payload = {"type": 4, "custom_id": "text", "style": style, "max_length": longest}
    if hint:
        field["placeholder"] = _cut(hint, FIELD_HINT)
    held = {"type": 18, "label": _cut(label, FIELD_LABEL), "component": field}
    return {
        "custom_id": custom_id,
        "title": _cut(title, FIELD_LABEL),
        "components": [held],
    }


@lru_cache(maxsize=KEPT)
def _container(card: Message) -> Payload:
    shown = [_text(escaped(card.plain()))] if card.typed_only else list(_components(card))
    made: Payload = {"type": 17, "components": shown or [_text("\u200b")]}
    colour = COLOURS[card.tone]
    # The sign of a tone stands before the title: without one the colour would be alone.
    if colour is not None and card.title:
        made["accent_color"] = colour
    return made


def _components(card: Message) -> Iterator[Payload]:
    lettered = _is_lettered(card)
    parts = [f"### {escaped(card.heading())}"] if card.title else []
    parts += ["\n".join(_lines(block, card)) for block in card.body]
    if lettered:
        parts.append("\n".join(_letters(card)))
    text = "\n\n".join(part for part in parts if part)
    if text:
        yield _text(text)
    if card.ask:
        yield _prompt(card.ask)
    yield from _distinct(_controls(card, lettered=lettered))
    if card.footer:
        yield _text(f"-# {marked(card.footer)}")


def _prompt(ask: Ask[Rich]) -> Payload:
    hint = f"\n-# {marked(ask.hint)}" if ask.hint else ""
    return {"type": 10, "id": PROMPT_ID, "content": f"{marked(ask.prompt)}{hint}"}


def _text(content: str) -> Payload:
    return {"type": 10, "content": content}


def _lines(block: Block[Rich], card: Message) -> Iterator[str]:
    match block:
        case Para(text):
            yield marked(text)
        case Bullets(items, ordered):
            for number, item in enumerate(items, start=1):
                yield f"{f'{number}.' if ordered else '-'} {marked(item)}"
        case Specimen():
            yield from _specimen(block)
        case Progress(done, total, label):
            yield f"{marked(label)} {bar(done, total)}" if label else bar(done, total)
        case Marked(options):
            yield from (escaped(card.marked(marks, text)) for marks, text in options)
        case _:
            assert_never(block)


def _specimen(block: Specimen[Rich]) -> Iterator[str]:
    yield f"{CHANNELS[block.channel]} **{escaped(words(block.label)).strip()}**"
    if block.sender:
        yield f"> {quoted(words(block.sender))}"
    for number, part in enumerate(block.parts, start=1):
        head = f"{number}\\) " if block.numbered else ""
        for at, row in enumerate(words(part).split("\n")):
            yield f"> {head if at == 0 else ''}{quoted(row)}"


def _is_lettered(card: Message) -> bool:
    """Return whether a label is too long to be read on its control, so that letters stand in."""
    longest = max((len(words(choice.label)) for choice in card.choices), default=0)
    return longest > (OPTION if _is_menu(card) else READABLE)


def _is_menu(card: Message) -> bool:
    return bool(card.many) or len(card.choices) > BUTTONS


def _can_be_none(card: Message) -> bool:
    """Return whether no option at all is an answer, which a menu has no way to send.

    Source: content.md, 4: in a staged message to look through, "nothing here" may be right.
    """
    return any(isinstance(block, Specimen) and block.numbered for block in card.body)


def _letters(card: Message) -> Iterator[str]:
    # A letter is Latin: behind it a line of the other direction would run the wrong way.
    mark = RLM if card.rtl else ""
    for letter, choice in zip(card.letters(), card.choices, strict=True):
        yield f"{mark}{escaped(letter)}\\) {marked(choice.label)}"


def _controls(card: Message, *, lettered: bool) -> Iterator[Payload]:
    """Yield the rows: choices first, then the form, then the offers."""
    named = [
        (choice, letter if lettered else words(choice.label))
        for letter, choice in zip(card.letters(), card.choices, strict=True)
    ]
    # "Don't know" ends a question with several answers, and so it is no option among them.
    apart = [one for one in named if card.many and one[0].letter == "?"]
    named = [one for one in named if one not in apart]
    if _is_menu(card) and named:
        yield _row([_menu(card, named)])
    else:
        yield from _rows(_press(label, one.action.pack()) for one, label in named)
    closing = [_offer(card.many)] if card.many and _can_be_none(card) else []
    yield from _rows([*closing, *(_press(label, one.action.pack()) for one, label in apart)])
    offers = [_offer(button) for button in card.buttons]
    if card.ask:
        opens = f"{ASK}:{card.ask.max_len}:{card.ask.action.pack()}"
        offers.insert(0, _press(words(card.ask.button), opens, "primary"))
    yield from _rows(offers)


def _menu(card: Message, named: Sequence[tuple[Choice[Rich], str]]) -> Payload:
    several = bool(card.many)
    options: list[Payload] = []
    for choice, label in named:
        value = choice.action.args[-1] if several else choice.action.pack()
        options.append({"label": _cut(label, OPTION), "value": value, "default": choice.picked})
    made: Payload = {
        "type": 3,
        "custom_id": PICK,
        "options": options,
        "min_values": 1,
        "max_values": len(options) if several else 1,
    }
    if card.many:
        made["placeholder"] = _cut(words(card.many.label), PLACEHOLDER)
        made["custom_id"] = PICK if isinstance(card.many.does, str) else card.many.does.pack()
    return made


def _offer(button: Button[Rich]) -> Payload:
    if isinstance(button.does, str):
        label = _cut(words(button.label), LABEL)
        return {"type": 2, "style": LINK, "label": label, "url": button.does}
    return _press(words(button.label), button.does.pack(), button.style)


def _press(label: str, custom_id: str, style: Style = "plain") -> Payload:
    shown = _cut(label, LABEL)
    return {"type": 2, "style": STYLES[style], "label": shown, "custom_id": custom_id}


def _rows(buttons: Iterable[Payload]) -> Iterator[Payload]:
    waiting = list(buttons)
    for at in range(0, len(waiting), ROW):
        yield _row(waiting[at : at + ROW])


def _row(components: list[Payload]) -> Payload:
    return {"type": 1, "components": components}


def _distinct(rows: Iterable[Payload]) -> Iterator[Payload]:
    """Yield *rows* with a number behind a custom id that stands there already."""
    seen: dict[object, int] = {}
    for row in rows:
        parts = row["components"]
        for part in parts if isinstance(parts, list) else []:
            name = part.get("custom_id")
            seen[name] = seen.get(name, 0) + 1
            if name and seen[name] > 1:
                part["custom_id"] = f"{name}~{seen[name]}"
        yield row


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
