"""A2 of trust.md, 4, on Discord: every permission, every command and every press in a server.

Rule 1: the cells are made of what there is, so that a new command is in them the day it appears.
Rule 2: the judge is what all of a channel see afterwards, and what is kept of it.
"""

import pytest

from bot.engine.current import COMMANDS
from tests.platforms.discord.server import Server
from tests.platforms.discord.talking import USER, chatting
from tests.platforms.discord.test_places import (
    ADMINISTRATOR,
    MANAGE_CHANNELS,
    MANAGE_GUILD,
    PLACE,
    PUPIL,
    living,
    set_up,
)
from tests.platforms.telegram.test_matrix import OTHERS, PRESSES

RUN = ADMINISTRATOR | MANAGE_CHANNELS | MANAGE_GUILD
PERMISSIONS = range(53)
"""Bits of what somebody may do.  Source: Discord, Permissions; the last is none yet."""

EVERYTHING_ELSE = sum(1 << bit for bit in PERMISSIONS) & ~RUN


async def test_a02_three_permissions_run_a_channel_and_none_where_we_are_not_installed() -> None:
    async with chatting() as chat:
        server = chat.server
        for installed in (True, False):
            server.installed = installed
            for bit in PERMISSIONS:
                server.permissions[USER] = 1 << bit
                known = len(chat.bot.heard)
                await server.command(USER, "settings", guild=True)
                await server.until(lambda known=known: len(server.made("DELETE", "")) > known)  # type: ignore[misc]  # bound at once
                where = chat.bot.heard[-1].where
                assert (where is not None) == installed
                assert bool(where and where.runs) == (installed and bool(RUN & 1 << bit)), bit


async def _concluded(server: Server, before: int) -> None:
    """Wait until one more interaction was answered with a card or a notice."""
    await server.until(lambda: len(_answers(server)) > before)


def _answers(server: Server) -> list[str]:
    return [call.path for call in server.calls if call.path.startswith("/webhooks/")]


@pytest.mark.parametrize("user", [USER, PUPIL], ids=["known", "stranger"])
async def test_a02_nobody_else_changes_a_channel_whatever_they_type_or_press(user: str) -> None:
    async with living() as (server, house):
        server.permissions[USER] = MANAGE_GUILD
        card = await set_up(server)
        before = await house.base.known(PLACE)
        server.permissions[USER] = server.permissions[PUPIL] = EVERYTHING_ELSE
        for command in ("start", *COMMANDS):
            answered = len(_answers(server))
            await server.command(user, command, guild=True)
            await _concluded(server, answered)
        for pressed in (*PRESSES, *OTHERS):
            answered = len(_answers(server))
            await server.press(user, card, pressed)
            await _concluded(server, answered)
        assert await house.base.known(PLACE) == before
        assert all(one.hidden for one in server.seen()), "nothing of it is seen by others"
        assert server.made("POST", "/users/@me/channels") == []
