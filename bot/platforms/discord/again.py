"""This file is how an answer is found again that was given by a process which is no more.

Rule 1: it is looked for only where a post was sent before and may have arrived: the token that
could be used again has died with the process, and answers by a token carry no nonce.
"""

from bot.core.message import Message
from bot.platforms.discord import decode, encode
from bot.platforms.discord.outcomes import Declined
from bot.platforms.discord.rest import Rest

LOOKED_AT = 50
"""Newest messages of a conversation among which an answer is looked for."""


async def arrived(rest: Rest, channel: str, event: str, message: Message) -> str:
    """Return ``<channel>-<message>`` where *message* stands as an answer to *event*, else nothing.

    Discord tells which interaction a message answers; what waits for its words has none yet.
    """
    try:
        found = await rest.call("GET", f"/channels/{channel}/messages?limit={LOOKED_AT}")
    except Declined:
        return ""
    said = encode.message(message)["components"]
    number = decode.answer_to(found, event.rpartition(":")[2], said)
    return f"{channel}-{number}" if number else ""
