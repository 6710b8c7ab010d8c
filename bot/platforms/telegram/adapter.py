"""Telegram as a platform: python-telegram-bot is client and types, the loops are our own.

Rule 1: nothing is acknowledged before its effects are committed: neither an update nor a press.
Rule 2: every answer to a send is one outcome, told by ``outcomes``.
"""

import asyncio
import logging
from dataclasses import replace
from functools import partial

from telegram.error import TelegramError

from bot.core.can import Can
from bot.core.message import Message
from bot.core.trouble import Trouble
from bot.platforms.telegram import decode, encode, menu, polls
from bot.platforms.telegram.buttons import keys
from bot.platforms.telegram.intake import Intake, Sleep, Stopped
from bot.platforms.telegram.limits import of_chat
from bot.platforms.telegram.messages import (
    Place,
    answer_guest,
    hand_over,
    place_of,
    put,
    say,
)
from bot.platforms.telegram.options import Options
from bot.platforms.telegram.outcomes import Answered, outcome, unparsed
from bot.platforms.telegram.transport import Client, Transport
from bot.platforms.telegram.watch import Watch
from bot.platforms.telegram.webhook import Webhook
from bot.ports import Limits, Post, Receive, StoreDown, Tools, Unknown

CAN = Can(
    text=encode.TEXT_UNITS,
    label=34,
    per_row=8,
    buttons=100,
    action=64,
    menu=0,
    modal=False,
    private_reply=False,
    local_time=True,
    silent=True,
    protect=True,
    copy=True,
    edit_hours=None,
    delete_hours=48,
    push="after_start",
)
"""Source: chat.md, 2.5."""

log = logging.getLogger(__name__)


class Telegram:
    """One bot; with a webhook it has ``app``, for wiring to mount, and without one it polls."""

    def __init__(
        self,
        options: Options,
        tools: Tools,
        *,
        transport: Transport | None = None,
        sleep: Sleep = asyncio.sleep,
        rest: Sleep = asyncio.sleep,
    ) -> None:
        """Speak for the token in *options*; see ``connect`` for the settings.

        *sleep* waits between tries, *rest* between two looks of the watch.
        """
        self._options = options
        self._tools = tools
        self._client = Client(options.token, options.api, transport)
        offer = partial(menu.publish, self._client, tools)
        self._watch, self._rest = Watch(self._client, tools, options.webhook, offer), rest
        heard, home = self._watch.heard, tools.languages[0]
        self._intake = Intake(self._client, tools.now, home, sleep, heard, tools.aid)
        self._receive: Receive | None = None
        if options.webhook:
            # Only then: whoever has an ``app`` is mounted in the HTTP server.
            self.app = Webhook(options.path, options.secret, self._called)

    @property
    def name(self) -> str:
        """Return ``telegram``."""
        return "telegram"

    @property
    def can(self) -> Can:
        """Return what a Telegram chat can show and do."""
        return CAN

    @property
    def limits(self) -> Limits:
        """Return how fast Telegram may be written to."""
        return Limits(self._options.rate, of_chat)

    @property
    def path(self) -> str:
        """Return the path that Telegram calls; it matters only with a webhook."""
        return self._options.path

    @property
    def skipped(self) -> int:
        """Return how many updates meant nothing to us since the start."""
        return self._intake.skipped

    async def listen(self, receive: Receive) -> None:
        """Hear updates until cancelled, and hand them to *receive*.

        Where the token is refused or another process polls, the intake stops with an alarm,
        and the wait goes on, so that other platforms are not stopped with this one.
        """
        async with self._client:
            try:
                await self._introduced(receive)
            except Stopped as stop:
                log.critical("intake_stopped", extra={"why": str(stop)})
                now = self._tools.now()
                self._tools.trouble(Trouble(self.name, "intake_stopped", now))
                await asyncio.Event().wait()
            finally:
                self._receive = None
                await self._intake.end()

    async def send(self, post: Post, message: Message) -> str:
        """Send *message*, or edit the message that *post* names, and return its id.

        Raises:
            SendError: the subclass says what becomes of the post.
            Barred: the token is refused.
        """
        guest = post.address.id.startswith(decode.GUEST)
        place = Place(0) if guest else place_of(post.address.id)
        async with self._client:
            handed = False
            try:
                if guest:
                    query = post.address.id.removeprefix(decode.GUEST)
                    return await answer_guest(self._client, query, message)
                handed = await hand_over(self._client, post, place, message.carried)
                # Without its files: what is drawn is kept, and they are nobody's but the reader's.
                return await self._drawn(post, place, replace(message, carried=()))
            except TelegramError as fault:
                # A pause of sending is one of the whole token: presses wait as well.
                self._intake.pause.heed(fault)
                # The files are there: whoever asks again gets them again, nobody twice by himself.
                raise (Unknown("the card did not go") if handed else outcome(fault)) from fault

    async def _drawn(self, post: Post, place: Place, message: Message) -> str:
        """Send with looks, and once more without where the service refuses the looks."""
        door = self._intake.own if place.chat < 0 else ""
        quiz = polls.quiz(message) if place.chat < 0 else None
        if quiz and not post.on:
            # Its options are the poll's own: as buttons they would stand there twice.
            under = keys(replace(message, choices=()), door)
            said = {**quiz, "reply_markup": under}
            return await say(self._client, "SendPoll", post, place, said)
        drawn = encode.drawn(message, door)
        if drawn.cut:
            log.warning("text_cut", extra={"posts": 1})
        try:
            return await put(self._client, post, place, drawn)
        except Answered as no:
            if not unparsed(no):
                raise
            log.error("entities_refused", extra={"post": post.id})  # noqa: TRY400 - no trace
        return await put(self._client, post, place, encode.bare(message, door))

    async def _introduced(self, receive: Receive) -> None:
        await self._intake.introduce()
        async with self._watch.kept(self._rest, self._intake.own):
            await self._hear(receive)

    async def _hear(self, receive: Receive) -> None:
        if not self._options.webhook:
            await self._intake.insist("DeleteWebhook")
            await self._intake.poll(receive)
            return
        self._receive = receive
        await self._intake.insist(
            "SetWebhook",
            {
                "url": self._options.webhook,
                "secret_token": self._options.secret,
                "allowed_updates": list(decode.WANTED),
            },
        )
        await asyncio.Event().wait()

    async def _called(self, update: object) -> None:
        """Take one update out of a call.

        Raises:
            StoreDown: it was not taken; Telegram shall call again.
        """
        if self._receive is None:
            raise StoreDown
        await self._intake.take([update], self._receive)
