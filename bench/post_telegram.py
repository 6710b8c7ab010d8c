"""What a post costs on Telegram, beside other ways to send the same text, looks and buttons.

Rule 1: one lesson goes to many people, so everybody may make it ready once: we keep what was
drawn, and the peers are handed their own objects.  What it costs us to draw each is told beside.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from statistics import median

import aiogram
import aiohttp
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity

from bench.loopback.client import served
from bench.loopback.telegram import TOKEN
from bench.rows import Figure, rounds, times
from bench.volley import POSTS, Send, lesson, of_their_own, ours, post, volley
from bot.core.library import Library
from bot.platforms.telegram import connect
from bot.platforms.telegram.encode import Drawn, drawn
from bot.ports import Tools
from bot.runtime.render import Render

SLOW = 300
"""Posts of the peer that takes ten times as long."""

CHATS = 1_000_000_000


def posts(library: Library, render: Render, tools: Tools) -> tuple[Figure, ...]:
    """Return posts a second of processor time, once beside each peer."""
    message = lesson(library, render)
    with served("telegram") as server, asyncio.Runner() as runner:
        root, ready, stack = server.root, drawn(message), AsyncExitStack()
        given = {"token": TOKEN, "api_url": root}
        mail = [post("telegram", number, str(CHATS + number)) for number in range(POSTS)]
        makers = (
            ours(connect(given, tools), mail, [message]),
            by_aiogram(root, ready),
            by_aiohttp(root, ready),
            by_ptb(root, ready),
            ours(connect(given, tools), mail, of_their_own(message)),
        )
        sends = [runner.run(stack.enter_async_context(one)) for one in makers]

        def take(send: Send, count: int) -> float:
            return runner.run(volley(send, count))

        for send in sends:
            take(send, SLOW)
        pairs = zip(sends, (POSTS, POSTS, POSTS, SLOW, POSTS), strict=True)
        taken = rounds([partial(take, send, count) for send, count in pairs])
        runner.run(stack.aclose())
    return _told(taken)


def _told(taken: Sequence[tuple[float, ...]]) -> tuple[Figure, ...]:
    wary, aiogrammed, bare, ptb, own = taken
    drawn_anew = f"aiogram's send_message; ours where each card is drawn anew: {median(own):,.0f}"
    return (
        times("telegram.post", 1.5, drawn_anew, wary, aiogrammed),
        times("telegram.post.aiohttp", 0.5, "aiohttp alone, posting ready-made JSON", wary, bare),
        times("telegram.post.ptb", 12.0, "python-telegram-bot's own send_message", wary, ptb),
    )


@asynccontextmanager
async def by_aiogram(root: str, ready: Drawn) -> AsyncIterator[Send]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(root))
    looks = [MessageEntity.model_validate(one.to_dict()) for one in ready.entities]
    under = InlineKeyboardMarkup.model_validate(ready.under.to_dict()) if ready.under else None
    preview = LinkPreviewOptions(is_disabled=True)
    async with aiogram.Bot(TOKEN, session) as bot:

        async def send(number: int) -> object:
            return await bot.send_message(
                CHATS + number,
                ready.text,
                entities=looks,
                link_preview_options=preview,
                reply_markup=under,
            )

        yield send


@asynccontextmanager
async def by_aiohttp(root: str, ready: Drawn) -> AsyncIterator[Send]:
    url = f"{root}/bot{TOKEN}/sendMessage"
    said = {
        "text": ready.text,
        "entities": [one.to_dict() for one in ready.entities],
        "link_preview_options": {"is_disabled": True},
        "reply_markup": ready.under.to_dict() if ready.under else {},
    }
    async with aiohttp.ClientSession() as session:

        async def send(number: int) -> object:
            async with session.post(url, json={"chat_id": CHATS + number, **said}) as answer:
                return await answer.read()

        yield send


@asynccontextmanager
async def by_ptb(root: str, ready: Drawn) -> AsyncIterator[Send]:
    preview = telegram.LinkPreviewOptions(is_disabled=True)
    async with telegram.Bot(TOKEN, base_url=f"{root}/bot") as bot:

        async def send(number: int) -> object:
            return await bot.send_message(
                CHATS + number,
                ready.text,
                entities=ready.entities,
                link_preview_options=preview,
                reply_markup=ready.under,
            )

        yield send
