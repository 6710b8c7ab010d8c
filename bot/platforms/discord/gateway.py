"""This file is the ear on Discord's gateway: discord.py as a client, and nothing of its bots.

Rule 1: no privileged intent, no cache of people, no live view.
Rule 2: a refused token ends it; everything else is tried again, slower and slower.
"""

import logging
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.platforms.discord.pace import Sleep
from bot.ports import Barred

with warnings.catch_warnings():
    # The library loads its voice player, which wants a module that Python has let go; we say
    # nothing aloud, and where warnings are errors the import would fail.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord

Interaction = discord.Interaction
Message = discord.Message

FATAL = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which Discord wants no reconnect.  Source: Discord, Gateway Close Codes."""

STARTS_LEFT = 100
"""Session starts a day that are left alone: at none left Discord resets the token."""

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
    token: str, root: str, handlers: Handlers, pause: Sleep, heartbeat: float = 60.0
) -> None:
    """Tell *handlers* of what happens until cancelled.

    Args:
        token: of the bot.
        root: of the interface, which the library keeps for the whole process.
        handlers: who is told.
        pause: waits for some seconds.
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
        began = await _session(token, _client(handlers, heartbeat), handlers, pause)
        log.warning("discord_gateway_lost")
        wait = FIRST if began else wait
        await pause(wait)
        wait = min(wait * 2, LONGEST)


async def _session(
    token: str, client: discord.AutoShardedClient, handlers: Handlers, pause: Sleep
) -> bool:
    """Hear until the line is lost for good; return whether there was a line.

    Raises:
        Barred: Discord refuses the token.
    """
    began = False
    try:
        async with client:
            await client.login(token)
            await _spare(client, pause)
            await handlers.ready(str(client.application_id))
            began = True
            await client.connect(reconnect=True)
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
    return began


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


async def _spare(client: discord.AutoShardedClient, pause: Sleep) -> None:
    """Wait for the next day where few session starts are left of this one.

    Discord itself keeps the count over restarts.
    """
    _, url, limits = await client.http.get_bot_gateway()
    # Without this the library goes to Discord's own gateway after a lost session, whatever
    # root it was given.
    gateway = discord.gateway.DiscordWebSocket
    gateway.DEFAULT_GATEWAY = type(gateway.DEFAULT_GATEWAY)(url)
    if limits["remaining"] <= STARTS_LEFT:
        log.critical("discord_starts_spent", extra={"left": limits["remaining"]})
        await pause(limits["reset_after"] / 1000)
