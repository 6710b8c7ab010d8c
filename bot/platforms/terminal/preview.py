"""A card as the terminal shows it, for whoever writes it."""

from bot.core.message import Message
from bot.platforms.terminal.encode import lines


def shown(message: Message) -> str:
    """Return the lines that the terminal prints."""
    return lines(message)
