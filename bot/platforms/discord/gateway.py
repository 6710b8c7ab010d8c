"""This file is the ear on Discord's gateway: discord.py as a client, and nothing of its bots.

Rule 1: no privileged intent, no cache of people, no live view.
Rule 2: a refused token ends it; everything else is tried again, slower and slower.
Rule 3: no session begins, not even one that the library begins anew, but through ``Starts``.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.platforms.discord.pace import Sleep
from bot.platforms.discord.starts import CALM, SPARED, Starts
from bot.ports import Barred, Now

with warnings.catch_warnings():
    # The library loads its voice player, which wants a module that Python has let go; we say
    # nothing aloud, and where warnings are errors the import would fail.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord

Interaction = discord.Interaction
Message = discord.Message
Attachment = discord.Attachment

FATAL = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which Discord wants no reconnect.  Source: Discord, Gateway Close Codes."""

FIRST = 5.0
"""Wait before a lost line is tried again, in seconds."""

LONGEST = 300.0
"""Longest wait before the next try, in seconds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who is told: ``ready`` of the application's id, before the first event."""

    ready: Callable[[str], Awaitable[None]]
    interaction: Callable[[Interaction], Awaitable[None]]
    message: Callable[[Message], Awaitable[None]]


async def hear(
    token: str, root: str, handlers: Handlers, pause: Sleep, now: Now, heartbeat: float = 60.0
) -> None:
    """Tell *handlers* of what happens until cancelled.

    Args:
        token: of the bot.
        root: of the interface, which the library keeps for the whole process.
        handlers: who is told.
        pause: waits for some seconds.
        now: the clock.
        heartbeat: after how many seconds of silence a connection counts as dead.

    Raises:
        Barred: Discord refuses the token, or what it was made for.
    """
    discord.http.Route.BASE = root.rstrip("/")
    # At DEBUG the library writes down whole events: what people typed, and tokens; its warnings
    # are of voices and caches that we do without.
    logging.getLogger("discord").setLevel(logging.ERROR)
    wait = FIRST
    while True:
        begun = now()
        await _session(token, _client(handlers, heartbeat), handlers, pause, now)
        log.warning("discord_gateway_lost")
        wait = FIRST if now() - begun >= CALM else wait
        await pause(wait)
        wait = min(wait * 2, LONGEST)


async def _session(
    token: str,
    client: discord.AutoShardedClient,
    handlers: Handlers,
    pause: Sleep,
    now: Now,
) -> None:
    """Hear until the line is lost for good.

    Raises:
        Barred: Discord refuses the token.
    """
    try:
        async with client:
            await client.login(token)
            starts = Starts(await _left(client, pause), pause, now)
            await handlers.ready(str(client.application_id))
            await _line(client, starts)
    except (discord.LoginFailure, discord.PrivilegedIntentsRequired):
        barred = True
    except discord.ConnectionClosed as closed:
        barred = closed.code in FATAL
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError):
        barred = False
    else:
        barred = False
    if barred:
        log.critical("discord_token_refused")
        message = "discord refuses the token"
        raise Barred(message)


async def _line(client: discord.AutoShardedClient, starts: Starts) -> None:
    """Hold the line until it is lost, or until it wants a session more than may begin."""

    async def before_identify_hook(shard: int | None, *, initial: bool = False) -> None:
        await starts.begin(shard, initial=initial)

    # This is how the library wants to be asked: it looks the hook up by this name.
    client.event(before_identify_hook)
    line = asyncio.create_task(client.connect(reconnect=True))
    over = asyncio.create_task(starts.over.wait())
    try:
        await asyncio.wait({line, over}, return_when=asyncio.FIRST_COMPLETED)
        if line.done():
            line.result()
    finally:
        # Closed first: while it begins a session anew the library swallows a cancellation, and
        # then goes on waiting, unless it is closed.
        await client.close()
        line.cancel()
        over.cancel()
        await asyncio.gather(line, over, return_exceptions=True)
        await _hush()


async def _hush() -> None:
    """Close the connections that the library forgot, and end their heartbeats.

    It leaves one behind, with a thread, where a connection ends before its session has begun;
    the thread would beat on until it finds the connection dead.
    """
    loop = asyncio.get_running_loop()
    beating = [
        thread.ws
        for thread in threading.enumerate()
        if isinstance(thread, discord.gateway.KeepAliveHandler) and thread.ws.loop is loop
    ]
    await asyncio.gather(*(lost.close(1000) for lost in beating), return_exceptions=True)


def _client(handlers: Handlers, heartbeat: float) -> discord.AutoShardedClient:
    client = discord.AutoShardedClient(
        intents=discord.Intents(dm_messages=True),
        allowed_mentions=discord.AllowedMentions.none(),
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
        heartbeat_timeout=heartbeat,
    )

    async def on_interaction(what: Interaction) -> None:
        await handlers.interaction(what)

    async def on_message(what: Message) -> None:
        if what.guild is None and not what.author.bot:
            await handlers.message(what)

    client.event(on_interaction)
    client.event(on_message)
    return client


async def _left(client: discord.AutoShardedClient, pause: Sleep) -> int:
    """Return how many sessions may begin; where few are left, only on the next day.

    Discord itself keeps the count over restarts.
    """
    while True:
        _, url, limits = await client.http.get_bot_gateway()
        # Without this the library goes to Discord's own gateway after a lost session, whatever
        # root it was given.
        gateway = discord.gateway.DiscordWebSocket
        gateway.DEFAULT_GATEWAY = type(gateway.DEFAULT_GATEWAY)(url)
        if limits["remaining"] > SPARED:
            return limits["remaining"]
        log.critical("discord_starts_spent", extra={"left": limits["remaining"]})
        await pause(max(limits["reset_after"] / 1000, FIRST))
