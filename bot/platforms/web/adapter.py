"""The browser as a platform: what visitors do comes in, cards go into their pages.

Rule 1: a card for a visitor whose page is closed waits in memory, and sending it never fails.
"""

import asyncio
import re
import secrets

from bot.core.can import Can
from bot.core.events import Address, Incoming
from bot.core.message import Message
from bot.engine.replies import pressed_on
from bot.platforms.web.pages import Pages
from bot.platforms.web.session import Session, Sessions
from bot.ports import ASGI, Limits, Post, Receive, StoreDown, Tools

LIMITS = Limits(2000.0)
"""Cards a second: they only change places in memory."""

CAN = Can(
    text=20_000,
    label=80,
    per_row=4,
    buttons=100,
    action=200,
    menu=100,
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

_NONCE = re.compile(r"[A-Za-z0-9_-]{1,25}", re.ASCII)


class Web:
    """The browser chat."""

    name = "web"
    path = ""
    """The pages answer wherever nobody else does."""

    def __init__(self, tools: Tools, hosts: str = "") -> None:
        """Answer for this machine's names and *hosts*; see ``connect`` for the settings."""
        self._now = tools.now
        self._aid = tools.aid
        self._sessions = Sessions()
        self._receive: Receive | None = None
        self._app = Pages(tools, self._sessions, self).app(hosts)

    @property
    def can(self) -> Can:
        """Return what a page can show and do."""
        return CAN

    @property
    def limits(self) -> Limits:
        """Return how many cards a second are taken."""
        return LIMITS

    @property
    def app(self) -> ASGI:
        """Return the application, to be mounted at the root."""
        return self._app

    @property
    def ready(self) -> bool:
        """Return whether anybody listens; until then visitors are asked to wait."""
        return self._receive is not None

    async def listen(self, receive: Receive) -> None:
        """Hand what visitors do to *receive* until cancelled."""
        self._receive = receive
        try:
            await asyncio.Event().wait()
        finally:
            self._receive = None
            self._sessions.wake()

    async def send(self, post: Post, message: Message) -> str:
        """Put *message* on its reader's page and return its id there.

        A repeated post takes its own place again: its id is its nonce, where it has one.
        """
        made = f"m-{post.nonce}" if _NONCE.fullmatch(post.nonce) else _fresh()
        name = post.on or made
        self._session(post.address.id).show(name, message, post.answers)
        return name

    def forget(self, address: Address) -> None:
        """Let go of the files of whoever was forgotten at *address*."""
        self._sessions.forget(address.id)

    async def take(self, session: Session, incoming: Incoming) -> None:
        """Report *incoming*, keep its notice, and wait a little for the cards that answer it.

        Raises:
            StoreDown: nothing was taken.
        """
        if self._receive is None:
            raise StoreDown
        session.expect(incoming.id)
        cards = 0
        try:
            for receipt in await self._receive([incoming]):
                session.tell(receipt.text, loud=receipt.loud)
                cards += receipt.posts
        except StoreDown:
            message = self._aid(incoming) if self._aid else None
            if message is None:
                raise
            session.tell("")
            session.show(pressed_on(incoming.event) or _fresh(), message, incoming.id)
        finally:
            await session.arrived(incoming.id, cards)

    def _session(self, key: str) -> Session:
        return self._sessions.of(key, int(self._now().timestamp() * 1000))


def _fresh() -> str:
    """Return a name for a card that no post names."""
    return f"m-{secrets.token_hex(8)}"
