"""Wary on Telegram: private chats through a bot, by long polling or by a webhook."""

from collections.abc import Mapping

from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.ports import Tools


def connect(settings: Mapping[str, str], tools: Tools) -> Telegram:
    """Return the bot behind one token.

    Args:
        settings: ``token``, as BotFather gave it; ``api_url``, the root of another Bot API
            server; ``webhook_url``, where Telegram shall call us, empty for long polling;
            ``webhook_secret``, what its calls carry, empty for a new one at each start;
            ``paid``, ``yes`` where the owner pays for 1,000 messages a second.
        tools: what wiring hands over.

    Raises:
        ValueError: a setting is missing or cannot be meant; the message names it.
    """
    return Telegram(read(settings), tools)
