"""The courier: hands one post over, and says what became of it.

Rule 1: nobody else calls ``Platform.send``.
Rule 2: an edit that a newer one overtook is not sent.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta

from bot.core.card import Card, Para, Text
from bot.core.events import Address
from bot.core.message import Message
from bot.ports import (
    Barred,
    Now,
    Outcome,
    Platform,
    Post,
    SendError,
    Store,
    StoreDown,
    Throttled,
    Unreachable,
)
from bot.runtime.export import carried
from bot.runtime.failing import failed
from bot.runtime.render import Render
from bot.runtime.throttle import Gate

EDITED = 10_000
"""Messages of which it is remembered which edit was the last."""


def doubled(card: Card) -> Card:
    """Return *card* with a first line that says it may have arrived before."""
    headline = (Para(card.title),) if card.title else ()
    return replace(card, title=Text("send.again"), body=(*headline, *card.body))


class Courier:
    """Carries posts to one platform; a pause that the service asks for closes the gate."""

    def __init__(
        self, platform: Platform, store: Store, render: Render, gate: Gate, now: Now
    ) -> None:
        """Join platform and gate; *store* is read for what a post carries."""
        self._platform = platform
        self._store = store
        self._render = render
        self._gate = gate
        self._now = now
        self._barred: Barred | None = None
        self._newest: OrderedDict[tuple[Address, str], int] = OrderedDict()

    @property
    def barred(self) -> bool:
        """Return whether the service has refused the token."""
        return self._barred is not None

    def check(self) -> None:
        """Tell, once, that the service has refused the token.

        Raises:
            Barred: it has.
        """
        barred, self._barred = self._barred, None
        if barred:
            raise barred

    async def send(self, post: Post) -> Outcome:
        """Hand *post*, which is marked, over and return what became of it.

        Raises:
            SendError: a platform failed in a way that is none of the six words.
        """
        if self._overtaken(post):
            return Outcome(post.id, "skipped")
        if post.expires and post.expires <= self._now():
            return Outcome(post.id, "expired")
        if self._barred or self._gate.pause():
            later = self._now() + timedelta(seconds=self._gate.pause())
            return Outcome(post.id, "pending", again=later)
        return await self._handed(post)

    async def _handed(self, post: Post) -> Outcome:
        try:
            message = await self._message(post)
            sent_as = await self._platform.send(post, message)
        except Throttled as error:
            if error.everyone:
                self._gate.close(error.retry_after)
            return failed(post, error, self._now())
        except SendError as error:
            return failed(post, error, self._now())
        except StoreDown:
            # What it should carry could not be read: nothing left us.
            return failed(post, Unreachable(), self._now())
        except Barred as error:
            # The others on their way may have arrived: what became of them is written first.
            self._barred = error
            return Outcome(post.id, "pending")
        return Outcome(post.id, "sent", sent_as)

    async def _message(self, post: Post) -> Message:
        if post.card.files:
            return await carried(post, self._store, self._render)
        return self._render(doubled(post.card) if post.repeat else post.card, post.locale)

    def _overtaken(self, post: Post) -> bool:
        """Return whether a newer edit of the same message has left already."""
        if not post.on:
            return False
        message = (post.address, post.on)
        newest = max(self._newest.pop(message, 0), post.id)
        self._newest[message] = newest
        if len(self._newest) > EDITED:
            self._newest.popitem(last=False)
        return newest > post.id
