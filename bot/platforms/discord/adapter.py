"""Discord as a platform: what people do comes in over the gateway, cards go out over REST.

Rule 1: a card that answers an interaction fills its deferred answer; that can be repeated.
Rule 2: a new message carries the nonce of its post, so that the same post appears once.
Rule 3: nobody is written to who did not write or press before; broadcasts open nothing, and what
was asked in a server opens nothing either: after a crash that would be many at once.
"""

import asyncio
from dataclasses import replace

from bot.core.can import Can
from bot.core.effects import Lane
from bot.core.message import Message
from bot.platforms.discord import encode, gateway
from bot.platforms.discord.again import arrived
from bot.platforms.discord.commands import commands
from bot.platforms.discord.decode import AMONG, PLACE
from bot.platforms.discord.doors import Doors
from bot.platforms.discord.intake import Intake
from bot.platforms.discord.messages import Messages, place_of
from bot.platforms.discord.options import Options
from bot.platforms.discord.outcomes import LOST, Declined
from bot.platforms.discord.pace import RATE, Pace, Sleep
from bot.platforms.discord.rest import Laden, Rest
from bot.platforms.discord.tickets import Ticket, Tickets
from bot.ports import Limits, Post, Receive, SendError, Tools

LIMITS = Limits(RATE)
"""Those of each channel the client library keeps by itself."""

CAN = Can(
    text=4000,
    label=38,
    per_row=5,
    buttons=25,
    action=100,
    menu=25,
    modal=True,
    private_reply=True,
    local_time=True,
    silent=True,
    protect=False,
    copy=False,
    edit_hours=None,
    delete_hours=None,
    push="on_request",
)
"""Source: chat.md, 2.5."""

PERSONAL = frozenset({Lane.REPLY, Lane.LESSON})
"""Lanes of what somebody asked for; only these open a direct message."""


class Discord:
    """The chat on Discord."""

    def __init__(
        self,
        tools: Tools,
        options: Options,
        *,
        pause: Sleep = asyncio.sleep,
        heartbeat: float = 60.0,
    ) -> None:
        """Speak as the bot that *options* name; see ``connect``.

        *pause* waits for some seconds; after *heartbeat* seconds of silence the gateway counts
        as dead.
        """
        self._tools = tools
        self._options = options
        self._pause = pause
        self._heartbeat = heartbeat
        pace = Pace(tools.now, pause, options.firsts)
        self._rest = Rest(options.token, options.root, pace, pause)
        self._tickets = Tickets(tools.now)
        self._doors = Doors(self._rest, pace)
        self._messages = Messages(self._rest, self._doors)
        self._intake = Intake(tools, self._rest, self._tickets, self._doors)

    @property
    def name(self) -> str:
        """Return ``discord``."""
        return "discord"

    @property
    def can(self) -> Can:
        """Return what messages of components can show and do."""
        return CAN

    @property
    def limits(self) -> Limits:
        """Return how many requests a second Discord takes from one bot."""
        return LIMITS

    async def listen(self, receive: Receive) -> None:
        """Hear interactions and direct messages until cancelled.

        Raises:
            Barred: Discord refuses the token.
        """

        async def interaction(raw: gateway.Interaction) -> None:
            await self._intake.interaction(raw, receive)

        async def message(raw: gateway.Message) -> None:
            await self._intake.message(raw, receive)

        self._rest.open()
        handlers = gateway.Handlers(self._ready, interaction, message)
        try:
            now, beat, own = self._tools.now, self._heartbeat, self._options
            await gateway.hear(own.token, own.root, handlers, self._pause, now, beat)
        finally:
            await self._rest.close()

    async def send(self, post: Post, message: Message) -> str:
        """Hand *message* over and return ``<channel>-<message>``, the id of where it stands.

        Raises:
            SendError: the subclass says what becomes of the post.
            Barred: Discord refuses the token.
        """
        ticket = self._tickets.of(post.answers)
        if ticket:
            try:
                found = await self._answer(post, message, ticket)
            except Declined as declined:
                if declined.code not in LOST:
                    raise
                self._tickets.spend(post.answers)
                found = ""
            if found:
                return found
        if post.on:
            found = await self._messages.edit(post.on, message)
            if found:
                return found
        if post.address.id.startswith(PLACE):
            return await self._messages.post(post, message)
        asked = post.lane in PERSONAL and not post.answers.startswith(AMONG)
        channel = await self._doors.to(post.address.id, asked=asked)
        again = bool(post.answers) and post.attempts > 1
        found = await arrived(self._rest, channel, post.answers, message) if again else ""
        return found or await self._messages.write(post, message, channel)

    async def _ready(self, application: str) -> None:
        """Show our commands; a bot whose commands are refused still hears what is pressed."""
        self._intake.application = application
        listed = commands(self._tools.languages, self._tools.translate)
        try:
            await self._rest.call("PUT", f"/applications/{application}/commands", listed)
        except SendError:
            return

    async def _answer(self, post: Post, message: Message, ticket: Ticket) -> str:
        """Say *message* by an interaction's token; return nothing where that is not its place."""
        hook = f"/webhooks/{self._intake.application}/{ticket.token}"
        if not ticket.private:
            # What is typed in a server never reaches us: words alone could not be answered.
            message = replace(message, typed_only=False)
        asked = ticket.kind == "command" and ticket.taken in {0, post.id}
        if asked or (post.on and post.on == ticket.on):
            ticket.taken = post.id if asked else ticket.taken
            body = Laden(encode.message(message), message.carried)
            path = f"{hook}/messages/@original"
            return place_of(await self._rest.call("PATCH", path, body, ours=False))
        if post.on or ticket.private:
            return ""
        body = Laden(encode.message(message, flags=encode.EPHEMERAL), message.carried)
        # A follow-up has no nonce: what may have arrived is not said twice from here.
        return place_of(await self._rest.call("POST", hook, body, ours=False, twice=False))
