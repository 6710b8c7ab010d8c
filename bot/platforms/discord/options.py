"""The settings of the bot on Discord, judged before the first request.

Rule 1: no message names a value, because the value may be the token.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.platforms.discord.pace import FIRSTS
from bot.platforms.discord.rest import ROOT

MOST = 1000
"""Most first messages of an hour that can be meant; Discord bars bots long before."""


@dataclass(frozen=True, slots=True)
class Options:
    """What one bot needs; the token stays out of ``repr``.  ``root`` is as in ``rest.ROOT``.

    ``firsts``: to how many people it may write for the first time in an hour.
    """

    token: str = field(repr=False)
    root: str = ROOT
    firsts: int = FIRSTS


def read(settings: Mapping[str, str]) -> Options:
    """Return the settings in our words.

    Raises:
        ValueError: one is missing or cannot be meant.
    """
    token = settings.get("token", "")
    if not token:
        raise ValueError("WARY_DISCORD_TOKEN: empty; write the token of your bot")
    root = settings.get("api_url", "") or ROOT
    if not _is_address(root):
        raise ValueError(f"WARY_DISCORD_API_URL: no address; leave it empty for {ROOT}")
    firsts = settings.get("firsts", "") or str(FIRSTS)
    if not re.fullmatch("[0-9]{1,4}", firsts, re.ASCII) or int(firsts) > MOST:
        raise ValueError(f"WARY_DISCORD_FIRSTS: write a number from 0 to {MOST}")
    return Options(token, root, int(firsts))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or re.search(r"\s", text))
    return bool(host) and plain and parts.scheme in {"https", "http"}
