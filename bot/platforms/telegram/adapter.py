"""Telegram as a platform: python-telegram-bot is client and types, the loops are our own.

Rule 1: nothing is acknowledged before its effects are committed: neither an update nor a press.
Rule 2: every answer to a send is one outcome, told by ``outcomes``.
"""

import asyncio
import logging
from dataclasses import dataclass

from telegram import ForceReply
from telegram.error import TelegramError

from bot.core.message import Message
from bot.platforms.telegram import decode, encode, menu
from bot.platforms.telegram.intake import Intake, Sleep, Stopped
from bot.platforms.telegram.options import Options
from bot.platforms.telegram.outcomes import Answered, edited, outcome, unparsed
from bot.platforms.telegram.transport import Client, Transport
from bot.platforms.telegram.webhook import Webhook
from bot.ports import Can, Post, Receive, Refused, StoreDown, Tools, Unknown

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


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as the service wants it; ``topic`` 0 where there is none."""

    chat: int
    topic: int = 0


class Telegram:
    """One bot; with a webhook it has ``app``, for wiring to mount, and without one it polls."""

    def __init__(
        self,
        options: Options,
        tools: Tools,
        *,
        transport: Transport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Speak for the token in *options*; see ``connect`` for the settings."""
        self._options = options
        self._tools = tools
        self._client = Client(options.token, options.api, transport)
        self._intake = Intake(self._client, tools.now, tools.languages[0], sleep)
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
    def rate(self) -> float:
        """Return how many messages a second the service takes from the token."""
        return self._options.rate

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
        place = _place(post.address.id)
        async with self._client:
            try:
                return await self._drawn(post, place, message)
            except TelegramError as fault:
                raise outcome(fault) from fault

    async def _drawn(self, post: Post, place: Place, message: Message) -> str:
        """Send with looks, and once more without where the service refuses the looks."""
        try:
            return await self._put(post, place, encode.drawn(message))
        except Answered as no:
            if not unparsed(no):
                raise
            log.error("entities_refused", extra={"post": post.id})  # noqa: TRY400 - no trace
        return await self._put(post, place, encode.bare(message))

    async def _introduced(self, receive: Receive) -> None:
        await self._intake.introduce()
        shown = asyncio.create_task(menu.publish(self._client, self._tools))
        try:
            await self._hear(receive)
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)

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

    async def _put(self, post: Post, place: Place, drawn: encode.Drawn) -> str:
        """Edit the message that *post* names, or send a new one where there is none."""
        if post.on.isdecimal():
            try:
                await _edit(self._client, int(post.on), place, drawn)
            except Answered as no:
                match edited(no):
                    case "same":
                        return post.on
                    case "no":
                        raise
            else:
                return post.on
        result = await self._client.call(
            "SendMessage",
            {
                "chat_id": place.chat,
                "message_thread_id": None,
                "reply_markup": drawn.under,
                "disable_notification": post.silent or None,
                **_text(drawn),
            },
        )
        match result:
            case {"message_id": int(sent)}:
                return str(sent)
            case _:
                raise Unknown("the message has no id")


async def _edit(client: Client, on: int, place: Place, drawn: encode.Drawn) -> None:
    # A field for an answer cannot be edited in: the next message counts all the same.
    under = None if isinstance(drawn.under, ForceReply) else drawn.under
    await client.call(
        "EditMessageText",
        {
            "chat_id": place.chat,
            "message_id": on,
            "reply_markup": under,
            **_text(drawn),
        },
    )


def _text(drawn: encode.Drawn) -> dict[str, object]:
    return {
        "text": drawn.text,
        "entities": list(drawn.entities) or None,
        "link_preview_options": {"is_disabled": True},
    }


def _place(address: str) -> Place:
    """Return the chat of an address ``<chat>`` or ``<chat>:<topic>``.

    Raises:
        Refused: it is none of ours.
    """
    chat, _, topic = address.partition(":")
    try:
        return Place(int(chat), int(topic or 0))
    except ValueError:
        pass
    raise Refused("the address is none of Telegram")
