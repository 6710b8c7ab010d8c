"""A bot by hand: it answers every event with the next of some cards, as the runtime would.

Rule 1: it sends after its receipt was given, because that is the order that can go wrong.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.core.card import Card, Text
from bot.core.effects import Lane
from bot.core.events import Address, Incoming, Pressed
from bot.core.message import Message, Rich, Span
from bot.i18n import fitting, rtl
from bot.ports import Platform, Post, Receipt, StoreDown, Tools
from tests.platforms.cards import LANGUAGES

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def translate(locale: str, text: Text) -> Rich:
    """Return the key itself, but for what a test looks at."""
    if text.key.startswith("language."):
        return (Span(LANGUAGES[text.key.removeprefix("language.")]),)
    return (Span(f"{locale}:{text.key}"),)


def tools(**more: object) -> Tools:
    plain = Tools(
        now=lambda: NOW,
        translate=translate,
        fit=lambda tag: fitting(tag, tuple(LANGUAGES)),
        rtl=rtl,
        languages=tuple(LANGUAGES),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # any field


def post(address: Address, number: int = 1, *, on: str = "", answers: str = "") -> Post:
    return Post(
        number,
        address,
        Card(),
        Lane.REPLY,
        "en",
        nonce=f"n{number:010d}",
        on=on,
        answers=answers,
    )


@dataclass
class Bot:
    """Answers by ``cards`` in turn; a press edits the card it was made on."""

    platform: Platform
    cards: list[Message]
    notice: str = ""
    down: bool = False
    heard: list[Incoming] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    sent: int = 0

    async def receive(self, batch: Sequence[Incoming]) -> Sequence[Receipt]:
        if self.down:
            raise StoreDown
        return [self._one(incoming) for incoming in batch]

    def _one(self, incoming: Incoming) -> Receipt:
        if incoming.id in self.known:
            return Receipt(fresh=False)
        self.known.add(incoming.id)
        self.heard.append(incoming)
        if not self.cards:
            return Receipt(self.notice)
        on = incoming.event.on if isinstance(incoming.event, Pressed) else ""
        task = asyncio.create_task(self.say(incoming.address, on=on, answers=incoming.id))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return Receipt(self.notice, posts=1)

    async def say(self, address: Address, *, on: str = "", answers: str = "") -> None:
        self.sent += 1
        card = self.cards.pop(0)
        await self.platform.send(post(address, self.sent, on=on, answers=answers), card)
