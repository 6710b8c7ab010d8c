"""Wary in the browser: the chat page, without an account and with or without JavaScript."""

from collections.abc import Mapping

from bot.platforms.web.adapter import Web
from bot.ports import Tools


def connect(settings: Mapping[str, str], tools: Tools) -> Web:
    """Return the browser chat.

    Args:
        settings: ``hosts``, the host names besides this machine's own under which the page is
            reached, parted by commas or spaces.
        tools: what wiring hands over.
    """
    return Web(tools, hosts=settings.get("hosts", ""))
