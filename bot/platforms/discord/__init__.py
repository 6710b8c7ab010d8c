"""Wary on Discord: direct messages, commands and buttons, in servers and outside of them."""

from collections.abc import Mapping

from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.options import read
from bot.ports import Tools


def connect(settings: Mapping[str, str], tools: Tools) -> Discord:
    """Return the bot on Discord.

    Args:
        settings: ``token``, of the bot; ``api_url``, the root before ``/gateway/bot`` and
            ``/channels/...``, Discord's own if there is none; ``firsts``, to how many people it
            may write for the first time in an hour.
        tools: what wiring hands over.

    Raises:
        ValueError: one is missing or cannot be meant.
    """
    return Discord(tools, read(settings))
