"""A card put into words: once a language, kept, and served to everybody who reads it.

Rule 1: rendering happens outside any transaction.
Rule 2: direction and defanging are set here for every platform; translators never type marks.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from bot.core.card import (
    Ask,
    Block,
    Bullets,
    Button,
    Card,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
)
from bot.core.message import Message, Rich, Span
from bot.engine.defang import defang
from bot.ports import Translate

CARDS = 4096
"""Renderings kept; a card of words takes about 2 KB."""

RLM = "\u200f"
"""Right-to-left mark: gives a line its direction where its first word is Latin.

Source: chat.md, 7.1: Telegram takes the direction from the first strong character.
"""

Render = Callable[[Card, str], Message]
"""(card, locale) -> message."""


def renderer(translate: Translate, rtl: Callable[[str], bool]) -> Render:
    """Return a function that renders a card in a language and remembers what it rendered.

    *rtl* tells whether a language runs from right to left.
    """

    @lru_cache(maxsize=CARDS)
    def render(card: Card, locale: str) -> Message:
        lang = card.lang or locale
        return _Words(translate, lang, rtl=rtl(lang)).message(card)

    return render


class _Words:
    """The words of one card in one language."""

    def __init__(self, translate: Translate, lang: str, *, rtl: bool) -> None:
        self._translate = translate
        self._lang = lang
        self._rtl = rtl

    def line(self, text: Text) -> Rich:
        """Return a text with the direction of its language fixed at its start."""
        rich = self._translate(self._lang, text)
        return (Span(RLM), *rich) if self._rtl else rich

    def quoted(self, text: Text) -> Rich:
        """Return words of a staged message: nothing in them can become a link."""
        rich = self._translate(self._lang, text)
        return tuple(replace(span, text=defang(span.text), url=None) for span in rich)

    def mark(self, key: str) -> str:
        """Return the bare words of a key."""
        return "".join(span.text for span in self._translate(self._lang, Text(key)))

    def block(self, block: Block[Text]) -> Block[Rich]:
        """Return a block in words."""
        match block:
            case Para(text):
                return Para(self.line(text))
            case Bullets(items, ordered):
                return Bullets(tuple(self.line(item) for item in items), ordered)
            case Specimen(channel, label, parts, sender, numbered):
                return Specimen(
                    channel,
                    self.line(label),
                    tuple(self.quoted(part) for part in parts),
                    self.quoted(sender) if sender else None,
                    numbered,
                )
            case Progress(done, total, label):
                return Progress(done, total, self.line(label) if label else None)
            case Marked(options):
                return Marked(tuple((marks, self.line(text)) for marks, text in options))
            case _:
                assert_never(block)

    def button(self, button: Button[Text]) -> Button[Rich]:
        """Return a button in words."""
        return Button(self.line(button.label), button.does, button.style)

    def ask(self, ask: Ask[Text]) -> Ask[Rich]:
        """Return a question for typed words."""
        hint = self.line(ask.hint) if ask.hint else None
        prompt, button = self.line(ask.prompt), self.line(ask.button)
        return Ask(ask.action, prompt, button, hint, ask.max_len)

    def message(self, card: Card) -> Message:
        """Return the whole card in words."""
        return Message(
            body=tuple(self.block(block) for block in card.body),
            title=self.line(card.title) if card.title else None,
            choices=tuple(
                Choice(self.line(one.label), one.action, one.picked, one.letter, one.right)
                for one in card.choices
            ),
            many=self.button(card.many) if card.many else None,
            sequence=card.sequence,
            ask=self.ask(card.ask) if card.ask else None,
            buttons=tuple(self.button(button) for button in card.buttons),
            footer=self.line(card.footer) if card.footer else None,
            why=self.line(card.why) if card.why else None,
            tone=card.tone,
            lang=self._lang,
            typed_only=card.typed_only,
            files=card.files,
            protect=card.protect,
            leaves=card.leaves,
            rtl=self._rtl,
            marks=(self.mark("quiz.mark_right"), self.mark("quiz.mark_yours")),
        )
