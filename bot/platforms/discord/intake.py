"""This file is the way in: an interaction is answered at once, then told, then concluded.

Rule 1: the deferral promises nothing; the card that follows does.
Rule 2: a form is the first answer itself, and asks nobody.
"""

from collections.abc import Awaitable

from bot.core.card import Text
from bot.core.events import Address, Commanded, Incoming, acted
from bot.core.message import Message, words
from bot.platforms.discord import decode, encode, gateway, showing
from bot.platforms.discord.decode import AMONG, Asks, Heard
from bot.platforms.discord.doors import Doors
from bot.platforms.discord.outcomes import ANSWERED, Declined
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.tickets import Tickets
from bot.ports import Barred, Receipt, Receive, SendError, StoreDown, Tools

DEFER_SECONDS = 2.5
"""How long a first answer may take; after 3 seconds Discord takes none."""

THINKING, UPDATE, FORM = 5, 6, 9
"""Types of first answers.  Source: Discord, Interaction Callback Type."""


class Intake:
    """Hears interactions and direct messages of one bot."""

    def __init__(self, tools: Tools, rest: Rest, tickets: Tickets, doors: Doors) -> None:
        """Answer over *rest*; what may be said later is put down in *tickets* and *doors*."""
        self._tools = tools
        self._rest = rest
        self._tickets = tickets
        self._doors = doors
        self.application = ""

    async def interaction(self, raw: gateway.Interaction, receive: Receive) -> None:
        """Answer *raw*, tell *receive*, and show the notice where there is one."""
        heard = decode.interaction(raw)
        if heard is None:
            return
        if heard.private and heard.channel:
            self._doors.add(heard.user, heard.channel)
        if isinstance(heard.event, Asks):
            asks = heard.event
            form = encode.form(asks.custom_id, asks.title, asks.label, asks.hint, asks.longest)
            await self._callback(heard, FORM, form)
            return
        name = f"{'discord:' if heard.private else AMONG}{heard.id}"
        if not self._tickets.add(name, heard.token, heard.kind, heard.on, private=heard.private):
            return
        if not await self._defer(heard):
            self._tickets.spend(name)
        at = self._tools.now()
        person = Address("discord", heard.user)
        when = acted(showing.second(raw.id), at)
        what = Incoming(name, person, at, heard.event, heard.locale, heard.where, acted=when)
        try:
            receipts = await receive([what])
        except StoreDown:
            receipts = await self._unsaved(heard, what)
        for receipt in receipts:
            await _quietly(self._conclude(heard, name, receipt))

    async def message(self, raw: gateway.Message, receive: Receive) -> None:
        """Tell *receive* what a direct message says or shows; an empty one is no event."""
        shown = showing.told(raw)
        if not (shown or raw.content.strip()):
            return
        user, channel = str(raw.author.id), str(raw.channel.id)
        self._doors.add(user, channel)
        # A message names no language, so it counts as the deployment's own.
        address, home = Address("discord", user), self._tools.languages[0]
        said = decode.typed(raw.content)
        event = shown or (showing.replied(raw, said) if isinstance(said, Commanded) else said)
        at = self._tools.now()
        when = acted(showing.second(raw.id), at)
        what = Incoming(f"discord:{raw.id}", address, at, event, home, acted=when)
        try:
            receipts = await receive([what])
        except StoreDown:
            aid = self._tools.aid(what) if self._tools.aid else None
            if aid is not None:
                await _quietly(self._write(channel, encode.message(aid)))
                return
            receipts = [Receipt(self._sentence(home, "discord.cannot_save"))]
        for receipt in receipts:
            if receipt.text:
                await _quietly(self._write(channel, encode.line(receipt.text)))

    async def _unsaved(self, heard: Heard, what: Incoming) -> list[Receipt]:
        """Show first aid where *what* asks for it, else return that nothing can be saved."""
        aid = self._tools.aid(what) if self._tools.aid else None
        if aid is None:
            return [Receipt(self._sentence(heard.locale, "discord.cannot_save"))]
        await _quietly(self._help(heard, what.id, aid))
        return []

    async def _help(self, heard: Heard, name: str, aid: Message) -> None:
        """Show first aid, which no post carries: on the card itself, or for who asked alone."""
        ticket = self._tickets.of(name)
        hook = f"/webhooks/{self.application}/{ticket.token}" if ticket else ""
        if hook and (heard.kind == "command" or heard.on):
            path, body = f"{hook}/messages/@original", encode.message(aid)
            await self._rest.call("PATCH", path, body, ours=False)
        elif hook:
            body = encode.message(aid, flags=encode.EPHEMERAL)
            await self._rest.call("POST", hook, body, ours=False, twice=False)
        elif heard.private:
            await self._write(heard.channel, encode.message(aid))

    async def _write(self, channel: str, body: encode.Payload) -> None:
        await self._rest.call("POST", f"/channels/{channel}/messages", body, twice=False)

    async def _defer(self, heard: Heard) -> bool:
        """Return whether the interaction may be answered later."""
        if heard.kind == "press":
            return await self._callback(heard, UPDATE, None)
        # In direct messages nobody else reads along, and what is said there stays.
        flags = 0 if heard.private else encode.EPHEMERAL
        return await self._callback(heard, THINKING, {"flags": flags})

    async def _callback(self, heard: Heard, kind: int, data: encode.Payload | None) -> bool:
        body: encode.Payload = {"type": kind}
        if data is not None:
            body["data"] = data
        path = f"/interactions/{heard.id}/{heard.token}/callback"
        try:
            await self._rest.call(
                "POST", path, body, ours=False, twice=False, seconds=DEFER_SECONDS
            )
        except Declined as declined:
            return declined.code == ANSWERED
        except (SendError, Barred):
            return False
        return True

    async def _conclude(self, heard: Heard, name: str, receipt: Receipt) -> None:
        """Show the notice, and end the waiting for a card that will not come."""
        ticket = self._tickets.of(name)
        if ticket is None or not receipt.fresh:
            return
        hook = f"/webhooks/{self.application}/{ticket.token}"
        waiting = heard.kind == "command" and receipt.posts == 0
        if waiting and not receipt.text:
            await self._rest.call("DELETE", f"{hook}/messages/@original", ours=False)
        elif waiting:
            body = encode.line(receipt.text)
            await self._rest.call("PATCH", f"{hook}/messages/@original", body, ours=False)
        elif receipt.text:
            body = encode.line(receipt.text, flags=encode.EPHEMERAL)
            await self._rest.call("POST", hook, body, ours=False, twice=False)

    def _sentence(self, locale: str, key: str) -> str:
        tag = self._tools.fit(locale) or self._tools.languages[0]
        return words(self._tools.translate(tag, Text(key)))


async def _quietly(saying: Awaitable[object]) -> None:
    """Wait for *saying*; a notice that does not arrive is nobody's error."""
    try:
        await saying
    except (SendError, Barred):
        return
