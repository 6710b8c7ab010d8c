"""What a post costs on Discord, beside discord.py's own send of the same card.

Rule 1: the peer, which remembers channels, has written in every one before anything is counted.
Rule 2: at a pace ours waits at its own gate, and the peer, which has none, at another of the kind.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from statistics import median
from typing import Any

from bench.loopback.client import served
from bench.loopback.discord import TOKEN
from bench.rows import Figure, at_most, rounds, times
from bench.volley import POSTS, Send, lesson, of_their_own, ours, post, share, volley
from bot.core.library import Library
from bot.core.message import Message
from bot.platforms.discord import encode
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.decode import PLACE
from bot.platforms.discord.options import Options
from bot.platforms.discord.pace import Pace
from bot.ports import Tools
from bot.runtime.render import Render

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord
    from discord import ui

CHANNELS = 4_000
PACED = 300
"""Posts of one paced take, which lasts six seconds."""

FIRST = 700_000_000_000_000_000
"""The id of the first channel."""


def posts(library: Library, render: Render, tools: Tools) -> tuple[Figure, ...]:
    """Return posts a second of processor time, and the share of a core at a pace, beside both."""
    message = lesson(library, render)
    with served("discord") as server, asyncio.Runner() as runner:
        root, stack = f"{server.root}/api/v10", AsyncExitStack()
        mail = [post("discord", at, f"{PLACE}{FIRST + at}") for at in range(CHANNELS)]
        bot = partial(Discord, tools, Options(TOKEN, root))
        makers = (
            ours(bot(pause=_at_once), mail, [message]),
            _theirs(root, message),
            ours(bot(pause=_at_once), mail, of_their_own(message)),
            ours(bot(), mail, [message]),
        )
        wary, theirs, own, waits = [runner.run(stack.enter_async_context(one)) for one in makers]

        def take(send: Send, count: int = POSTS) -> float:
            return runner.run(volley(send, count))

        def pace(send: Send) -> float:
            return runner.run(share(send, PACED))

        for send in (wary, theirs, own):
            take(send, CHANNELS)
        many = rounds([partial(take, one) for one in (wary, theirs, own)])
        few = rounds([partial(pace, waits), partial(pace, _held(theirs, tools))])
        runner.run(stack.aclose())
    return _told(many, few)


def _told(
    many: Sequence[tuple[float, ...]], few: Sequence[tuple[float, ...]]
) -> tuple[Figure, ...]:
    wary, theirs, own = many
    waiting, other = (median(column) for column in few)
    peer = "discord.py's channel.send"
    drawn_anew = f"{peer}; ours where each card is drawn anew: {median(own):,.0f}"
    return (
        times("discord.post", 0.9, drawn_anew, wary, theirs),
        at_most("discord.paced_cpu", "%", 5.0, f"{peer} at the same pace", (waiting, other)),
    )


async def _at_once(_: float) -> None:
    """Wait for no rate: what is counted is what a post costs."""


def _held(send: Send, tools: Tools) -> Send:
    """Return *send* behind a gate like ours."""
    pace = Pace(tools.now, asyncio.sleep)

    async def spaced(number: int) -> object:
        await pace.permit("", ours=True)
        return await send(number)

    return spaced


@asynccontextmanager
async def _theirs(root: str, message: Message) -> AsyncIterator[Send]:
    discord.http.Route.BASE = root
    async with discord.Client(intents=discord.Intents.none(), max_messages=None) as client:
        await client.login(TOKEN)
        channels = [client.get_partial_messageable(FIRST + at) for at in range(CHANNELS)]
        view, mentions = _view(encode.message(message)), discord.AllowedMentions.none()

        async def send(number: int) -> object:
            return await channels[number].send(
                view=view,
                nonce=f"bench{number:020d}",
                allowed_mentions=mentions,
                suppress_embeds=True,
            )

        yield send


def _view(body: Mapping[str, Any]) -> ui.LayoutView:
    """Return the same card as the library's own objects."""
    [card] = body["components"]
    parts = [_part(one) for one in card["components"]]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=card.get("accent_color")))
    # One that has ended is sent like any other, and not kept for each message that shows it.
    view.stop()
    return view


def _part(part: Mapping[str, Any]) -> ui.Item[ui.LayoutView]:
    if "content" in part:
        return ui.TextDisplay(part["content"])
    keys = [
        ui.Button[ui.LayoutView](
            style=discord.ButtonStyle(key["style"]), label=key["label"], custom_id=key["custom_id"]
        )
        for key in part["components"]
    ]
    return ui.ActionRow(*keys)
