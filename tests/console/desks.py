"""A console over a real database, and browsers that knock at it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.console.site import Console
from bot.console.visit import SESSION, Outside
from bot.core.account import Newcomer
from bot.core.finding import Finding
from bot.core.role import Role
from bot.platforms.web import guard, languages
from bot.ports import Tools
from bot.store import doors
from bot.store.database import Database
from bot.store.desk import Desk
from tests.platforms.scripted import tools
from tests.store.people import NOW
from tests.store.staff import machine

HOME = "https://127.0.0.1"
FINDING = Finding("disk", "warn", "1 GB free", "free some")


async def examined() -> list[Finding]:
    return [FINDING]


@dataclass
class House:
    """A console, its store, and a clock by hand."""

    store: Database
    desk: Desk
    tools: Tools
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        outside = Outside(guard.body, guard.same_site, languages.best)
        self.console = Console(self.desk, self.tools, outside, examined)
        self.guarded = guard.Guard(self.console.app, "", self.console.misled)
        self.transport = httpx.ASGITransport(app=self.guarded)

    def browser(self, session: str = "") -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=self.transport, base_url=HOME)
        if session:
            client.cookies.set(SESSION, session, domain="127.0.0.1")
        return client

    async def account(self, email: str, *roles: Role, organisation: str | None = None) -> str:
        """Make an account without a password, which costs no time, and return its id."""
        await self.desk.people.invite(machine(), Newcomer(email, email, roles, organisation))
        return await self.desk.account(email)

    async def session(self, account: str) -> str:
        """Return a session of *account*, as if it had signed in just now."""
        now = self.tools.now()
        return await self.store._line.run(doors._session, self.desk.book.seal, account, now, now)


def house(store: Database, folder: Path, **more: object) -> House:
    given = {"now": lambda: NOW, **more}
    return House(store, store.desk(folder / "audit"), tools(**given))


def token(page: httpx.Response) -> str:
    """Return the word that stands in the forms of *page*."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]
