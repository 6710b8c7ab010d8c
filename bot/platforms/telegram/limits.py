"""How fast one chat is written to: slower than Telegram would stand.

Rule 1: whoever writes too fast is told to wait for the whole token, so that people who type
commands in one group could silence the bot for everybody.
Rule 2: an edit of a message counts for nothing.
"""

from functools import lru_cache

from bot.core.events import Address
from bot.platforms.telegram.decode import GUEST
from bot.ports import Limit

REMEMBERED = 10_000
"""Addresses whose limits are kept ready."""


@lru_cache(REMEMBERED)
def of_chat(address: Address) -> tuple[Limit, ...]:
    """Return how often the chat of *address* is written to; the topics of a group share it.

    One message a second, and a few at once: the answer to a press and what follows it.  In a group
    or channel no more than 20 a minute.

    Source: Telegram, Bots FAQ, "My bot is hitting limits"; short bursts are allowed.
    """
    if address.id.startswith(GUEST):
        return ()  # One answer a query, and each of another person's.
    chat = address.id.partition(":")[0]
    each = Limit(5, 5.0, chat)
    return (each, Limit(20, 60.0, chat)) if chat.startswith("-") else (each,)
