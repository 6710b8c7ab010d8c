"""Is the bot on Discord able to work: its token, its intents, its starts.

Rule 1: it asks and changes nothing, and takes none of the day's starts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

from bot.core.finding import Finding
from bot.platforms.discord.options import read
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.rest import Rest
from bot.ports import Barred, SendError

FEW = 20
"""Starts left of a day's 1,000 below which to worry.  Source: trust.md, section 3."""

PRIVILEGED = {"presences": 3 << 12, "server members": 3 << 14, "message content": 3 << 18}
"""Bits of an application's flags, for large bots and for small ones.  Source: Discord's reference
of the application object."""

_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
"""A clock that stands: an examination is over before any gate closes."""


async def examine(settings: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Yield what is found of the bot that *settings* name.

    Raises:
        ValueError: there is no token.
    """
    options = read(settings)
    rest = Rest(options.token, options.root, Pace(lambda: _BEGAN, asyncio.sleep), asyncio.sleep)
    rest.open()
    try:
        yield _told(await rest.call("GET", "/users/@me"))
        yield _intents(await rest.call("GET", "/oauth2/applications/@me"))
        yield _starts(await rest.call("GET", "/gateway/bot"))
    except Barred:
        remedy = "reset it in the developer portal and set WARY_DISCORD_TOKEN"
        yield Finding("discord token", "fail", "the token is refused", remedy)
    except SendError:
        remedy = "look at the network, a firewall, and WARY_DISCORD_API_URL"
        yield Finding("discord token", "fail", "Discord does not answer", remedy)
    finally:
        await rest.close()


def _told(me: Mapping[str, object]) -> Finding:
    name = me.get("username")
    if not name:
        return Finding("discord token", "fail", "no bot answers", "look at the token")
    return Finding("discord token", "ok", f"{name} answers")


def _intents(application: Mapping[str, object]) -> Finding:
    """Return whether the bot is let hear more than it needs.

    Wary takes commands, buttons and its own direct messages: no privileged intent.
    """
    flags = application.get("flags", 0)
    more = [name for name, bits in PRIVILEGED.items() if isinstance(flags, int) and flags & bits]
    if more:
        said = f"{', '.join(more)} are let in and not needed"
        remedy = "switch them off in the developer portal, under Bot"
        return Finding("discord intents", "warn", said, remedy)
    return Finding("discord intents", "ok", "none that is privileged is needed, and none is on")


def _starts(gateway: Mapping[str, object]) -> Finding:
    match gateway:
        case {"session_start_limit": {"remaining": int(left)}} if left < FEW:
            remedy = "find out why it restarts so often; at 0 Discord resets the token"
            return Finding("discord starts", "warn", f"{left} left today", remedy)
        case {"session_start_limit": {"remaining": int(left)}}:
            return Finding("discord starts", "ok", f"{left} left today")
        case _:
            remedy = "look at WARY_DISCORD_API_URL"
            return Finding("discord starts", "warn", "Discord does not tell how many", remedy)
