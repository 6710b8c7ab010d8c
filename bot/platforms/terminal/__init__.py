"""Wary in a terminal: the plain form of every card, one typed line a turn."""

from collections.abc import Mapping

from bot.platforms.terminal.adapter import Terminal
from bot.ports import Tools


def connect(settings: Mapping[str, str], tools: Tools) -> Terminal:
    """Return the chat on standard input and output.

    Args:
        settings: ``user``, the id of the person at the keyboard, ``me`` if there is none;
            ``locale``, the language of a first guess, ``en`` if there is none.
        tools: what wiring hands over.
    """
    user, locale = settings.get("user", "") or "me", settings.get("locale", "") or "en"
    return Terminal(tools, user=user, locale=locale)
