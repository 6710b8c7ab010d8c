"""How a message is written, changed and handed on, by the bot in its own name.

Rule 1: a new message carries the nonce of its post, so that the same post appears once.
"""

from contextlib import suppress

from bot.core.effects import Lane
from bot.core.message import Message
from bot.platforms.discord import encode
from bot.platforms.discord.decode import PLACE
from bot.platforms.discord.doors import Doors
from bot.platforms.discord.outcomes import LOST, SILENCED, Declined
from bot.platforms.discord.rest import Answer, Laden, Rest
from bot.ports import Gone, Post, Refused, SendError, Silenced, Unknown


class Messages:
    """What the bot says without an interaction's token."""

    def __init__(self, rest: Rest, doors: Doors) -> None:
        """Write over *rest*; a door that turns out closed is forgotten in *doors*."""
        self._rest = rest
        self._doors = doors

    async def post(self, post: Post, message: Message) -> str:
        """Write in a place; what only one person asked to see is not shown to all."""
        if post.answers:
            problem = "the time to answer is over"
            raise Refused(problem)
        try:
            sent = await self.write(post, message, post.address.id.removeprefix(PLACE))
        except Declined as declined:
            if declined.code in SILENCED:
                problem = "the place takes no post of ours"
                raise Silenced(problem) from declined
            raise
        if post.lane is Lane.ALERT:
            await self._publish(sent)
        return sent

    async def _publish(self, sent: str) -> None:
        """Hand an alert on to the servers that follow; only an announcement channel has any."""
        channel, _, number = sent.partition("-")
        with suppress(SendError):
            path = f"/channels/{channel}/messages/{number}/crosspost"
            await self._rest.call("POST", path, twice=False)

    async def edit(self, on: str, message: Message) -> str:
        """Change the message *on*; return nothing where it cannot be found any more."""
        channel, _, number = on.partition("-")
        if not (channel.isdecimal() and number.isdecimal()):
            return ""
        body = encode.message(message)
        try:
            await self._rest.call("PATCH", f"/channels/{channel}/messages/{number}", body)
        except Declined as declined:
            if declined.code in LOST:
                return ""
            raise
        return on

    async def write(self, post: Post, message: Message, channel: str) -> str:
        """Write *message* into *channel* and return where it stands.

        Raises:
            SendError: the subclass says what becomes of the post.
        """
        body = Laden(_new(post, message, channel), message.carried)
        path = f"/channels/{channel}/messages"
        try:
            answer = await self._rest.call("POST", path, body, twice=bool(post.nonce))
        except Gone:
            self._doors.close(post.address.id)
            raise
        self._doors.arrived(post.address.id)
        return place_of(answer)


def _new(post: Post, message: Message, channel: str) -> encode.Payload:
    """Return *message* as a new one in *channel*, under the nonce of *post*."""
    body = encode.message(message, flags=encode.SILENT if post.silent else 0)
    place, _, number = post.reply_to.partition("-")
    if place == channel and number.isdecimal():
        body["message_reference"] = {"message_id": number, "fail_if_not_exists": False}
    if post.nonce:
        body |= {"nonce": post.nonce, "enforce_nonce": True}
    return body


def place_of(answer: Answer) -> str:
    """Return where a message stands, as edits and presses name it.

    Raises:
        Unknown: the answer names no message, so nobody knows whether there is one.
    """
    channel, number = str(answer.get("channel_id", "")), str(answer.get("id", ""))
    if channel.isdecimal() and number.isdecimal():
        return f"{channel}-{number}"
    problem = "discord named no message"
    raise Unknown(problem)
