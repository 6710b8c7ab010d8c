"""The settings of the bot on Discord, judged before the first request.

Rule 1: no message names a value, because the value may be the token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.platforms.discord.rest import ROOT


@dataclass(frozen=True, slots=True)
class Options:
    """What one bot needs; the token stays out of ``repr``.  ``root`` is as in ``rest.ROOT``."""

    token: str = field(repr=False)
    root: str = ROOT


def read(settings: Mapping[str, str]) -> Options:
    """Return the settings in our words.

    Raises:
        ValueError: there is no token.
    """
    token = settings.get("token", "")
    if not token:
        message = "WARY_DISCORD_TOKEN: empty; write the token of your bot"
        raise ValueError(message)
    return Options(token, settings.get("api_url", "") or ROOT)
