"""How a card and the page around it look as HTML.

Rule 1: every text passes through the escaping of the templates; no HTML is put together here.
Rule 2: nothing here knows a session, a request or a clock.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, assert_never

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.core.card import Block, Bullets, Button, Channel, Marked, Para, Progress, Specimen
from bot.core.message import MARKS, SIGNS, Message, Rich, Span, words

CHANNELS: Mapping[Channel, str] = {
    "sms": "💬",
    "mail": "✉️",
    "chat": "📱",
    "call": "📞",
    "web": "🌐",
}
"""Sign of a specimen's channel, before its label.  Source: chat.md, 3.1."""

SHORT = 15
"""Longest label, in characters, of which two stand in a row.  Source: chat.md, 3.1."""

_ADDRESS = re.compile(r"[^\s<>]*\[\.\][^\s<>]*")
"""A defanged address in escaped HTML, where an angle bracket is always a tag."""

Kind = Literal["para", "bullets", "specimen", "progress", "marked"]


@dataclass(frozen=True, slots=True)
class Seal:
    """What every form carries: ``token`` proves our page, ``key`` makes a repeat harmless."""

    token: str
    key: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece of the page as HTML; ``version`` tells the script whether it changed."""

    html: Markup
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the chat page shows.

    ``words`` are its own texts by key; ``languages`` pairs tags with names, each in itself;
    ``typed`` is what could not be taken and waits to be sent again.
    """

    lang: str
    rtl: bool
    version: int
    seal: Seal
    words: Mapping[str, str]
    languages: tuple[tuple[str, str], ...] = ()
    cards: tuple[Markup, ...] = ()
    notice: str = ""
    loud: bool = False
    typed: str = ""
    aside: Drawn | None = None
    assets: Mapping[str, str] = field(default_factory=dict)


def article(message: Message, name: str, version: int, seal: Seal) -> Markup:
    """Return *message* as one ``article``, its controls as forms that work without a script.

    Args:
        message: the card in words.
        name: its id on the page, which a press carries back.
        version: changes whenever the card does.
        seal: what the forms carry.
    """
    checks = bool(message.many) and not message.typed_only
    return _draw(
        "card.html",
        m=message,
        name=name,
        version=version,
        seal=seal,
        sign=_sign(message),
        marks=dict(zip(("right", "yours"), message.marks, strict=True)),
        lettered=tuple(zip(message.letters(), message.choices, strict=True)),
        checks=checks,
        offers=(*((message.many,) if message.many else ()), *message.buttons),
        choice_row=_row(message, *(choice.label for choice in message.choices)),
        button_row=_row(message, *(button.label for button in message.buttons)),
    )


def page(what: Page) -> str:
    """Return the chat page as one HTML document."""
    return str(_draw("page.html", p=what))


def notice(what: Page) -> str:
    """Return a page of one sentence, the notice, and a way back: for what was not answered."""
    return str(_draw("notice.html", p=what))


def rich(spans: Rich) -> Markup:
    """Return *spans* with their looks; only addresses of the web become links."""
    return Markup("").join(_span(span) for span in spans)


def quoted(spans: Rich) -> Markup:
    """Return the words of a staged message, its addresses kept from breaking at a hyphen."""
    drawn = str(rich(spans))
    address = r'<span class="address" dir="ltr">\g<0></span>'
    return Markup(_ADDRESS.sub(address, drawn))  # noqa: S704 - drawn is escaped already


def kind(block: Block[Rich]) -> Kind:
    """Return which part of the card's template draws *block*."""
    match block:
        case Para():
            return "para"
        case Bullets():
            return "bullets"
        case Specimen():
            return "specimen"
        case Progress():
            return "progress"
        case Marked():
            return "marked"
        case _:
            assert_never(block)


def _span(span: Span) -> Markup:
    html = Markup("{}").format(span.text)
    if span.when:
        html = Markup('<time datetime="{}">{}</time>').format(span.when.isoformat(), html)
    for on, tag in ((span.code, "code"), (span.italic, "i"), (span.bold, "b")):
        if on:
            html = Markup(f"<{tag}>{{}}</{tag}>").format(html)  # noqa: S704 - the tag is ours
    if span.url and span.url.startswith(("https://", "http://")):
        html = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(span.url, html)
    return html


def _sign(message: Message) -> str:
    """Return the sign of the tone, or nothing where the title has one already."""
    title = words(message.title or ())
    first = next((char for char in title if unicodedata.category(char) != "Cf"), "")
    return "" if unicodedata.category(first or "a") == "So" else SIGNS[message.tone]


def _row(message: Message, *labels: Rich) -> Literal["one", "two"]:
    """Return how many stand in a row: two if all are short and the language runs left to right."""
    short = all(len(words(label)) <= SHORT for label in labels)
    return "two" if short and not message.rtl and len(labels) > 1 else "one"


def _opens(button: Button[Rich]) -> str:
    """Return the address that *button* opens, or nothing for one that acts."""
    return button.does if isinstance(button.does, str) else ""


def _draw(template: str, **values: object) -> Markup:
    return Markup(_TEMPLATES.get_template(template).render(values))  # noqa: S704 - escaped there


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    {"rich": rich, "quoted": quoted, "kind": kind, "words": words, "opens": _opens}
)
_TEMPLATES.globals.update({"CHANNELS": CHANNELS, "MARKS": MARKS})
