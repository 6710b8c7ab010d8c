"""The console's part of the store: who signs in, who they are, and what was written down of it.

Rule 1: this file passes on, as ``database`` does; only the hashing of passwords is done here, in
a thread and outside any transaction, because it takes as long as a hundred of them.
Rule 2: the audit's head is kept outside after each act, before whoever asked is told.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Connection

from bot.core.account import (
    Account,
    Act,
    By,
    Client,
    Guest,
    Newcomer,
    Opened,
    Refusal,
    Signed,
)
from bot.core.role import Role, Scope, needs_second
from bot.engine.session import fit
from bot.store import audit, doors, people
from bot.store.audit import Anchor, Pen, Verdict
from bot.store.line import Line
from bot.store.passwords import accepted, hashed, matches
from bot.store.sealing import Seal

HASHING: Final = 2
"""Passwords that are looked at together: 19 MiB and a twentieth of a second each."""

QUEUED: Final = 32
"""How many may wait for it; the next is told to come again, so that memory is bounded."""

FROM_ONE: Final = 2
"""How many of them may come from one network, so that it does not fill the queue for others."""

P = ParamSpec("P")
T = TypeVar("T")


class Book:
    """The audit, and the one way to do what is written into it."""

    def __init__(self, line: Line, seal: Seal, anchor: Path | None) -> None:
        self.line = line
        self.seal = seal
        self._anchor = Anchor(anchor)

    async def act(
        self, work: Callable[Concatenate[Pen, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do *work* in a transaction with a pen, commit, and keep the head outside.

        Raises:
            Refusal: *work* refuses; nothing was changed.
            AnchorFault: the file of the head is damaged; nothing was changed.
            StoreDown: nothing was changed, or the head could not be kept.
        """
        self._anchor.ready()

        def whole(conn: Connection) -> tuple[T, audit.Head | None]:
            pen = Pen(conn, self.seal)
            return work(pen, *args, **kwargs), pen.head

        done, head = await self.line.run(whole)
        if head is not None:
            self._anchor.keep(head)
        return done

    async def verify(self) -> Verdict:
        """Return what is wrong with the chain."""
        known = self._anchor.read()
        return await self.line.run(audit.verify, self.seal, known)

    async def newest(self, scope: Scope) -> Sequence[tuple[int, Act]]:
        """Return the newest rows in *scope* with their numbers, newest first."""
        return await self.line.run(audit.newest, scope)


class People:
    """Accounts and organisations: see ``people``, whose refusals come through."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def listed(self, scope: Scope) -> Sequence[Account]:
        """Return everybody in *scope*, by name."""
        return await self._book.line.run(people.listed, scope)

    async def houses(self, scope: Scope) -> Sequence[tuple[str, str]]:
        """Return the organisations in *scope* as pairs of id and name, by name."""
        return await self._book.line.run(people.houses, scope)

    async def organise(self, by: By, name: str) -> str:
        """Make the organisation *name* and return its id."""
        return await self._book.act(people.organise, by, name)

    async def invite(self, by: By, who: Newcomer) -> str:
        """Make an account and return the token of its one-time link."""
        return await self._book.act(people.invite, by, who)

    async def reset(self, by: By, account: str) -> str:
        """Take all that *account* signs in with and return the token of a new link."""
        return await self._book.act(people.reset, by, account)

    async def change(self, by: By, account: str, roles: tuple[Role, ...]) -> None:
        """Give *account* these *roles* and no others."""
        await self._book.act(people.change, by, account, roles)

    async def close(self, by: By, account: str) -> None:
        """Let *account* sign in never again."""
        await self._book.act(people.close, by, account)

    async def kill(self, by: By, account: str | None = None) -> None:
        """End all sessions of *account*, or of everybody in *by*'s scope."""
        await self._book.act(people.kill, by, account)


class Doors:
    """Signing in and out: see ``doors``."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._hashing = asyncio.Semaphore(HASHING)
        self._queued: Counter[str] = Counter()

    async def begin(self, email: str, password: str, client: Client) -> Opened:
        """Open a session for *email* with *password*, or say why not."""
        queued = self._queued
        if queued.total() >= QUEUED or queued[client.network] >= FROM_ONE:
            return Opened(why="busy")
        queued[client.network] += 1
        try:
            return await self._begun(email, password, client)
        finally:
            queued[client.network] -= 1
            queued += Counter()  # lets go of networks from which nobody waits any more

    async def _begun(self, email: str, password: str, client: Client) -> Opened:
        asked = await self._book.act(doors.ask, email, client)
        if asked.why:
            return Opened(why=asked.why)
        if not await self._slowly(matches, password, asked.kept):
            return Opened(why="wrong")
        return await self._book.act(doors.begin, asked, email, client)

    async def _slowly(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._hashing:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def second(self, token: str, typed: str, client: Client) -> Opened:
        """Confirm the session *token* by the code *typed*, or say why not."""
        return await self._book.act(doors.second, token, typed, client)

    async def find(self, token: str, now: datetime) -> Signed | None:
        """Return who is signed in with the session *token*."""
        return await self._book.line.run(doors.find, self._book.seal, token, now)

    async def end(self, token: str, now: datetime) -> None:
        """End the session *token*."""
        await self._book.act(doors.end, token, now)

    async def guest(self, token: str, now: datetime) -> Guest:
        """Return whose one-time link *token* is.

        Raises:
            Refusal: nobody's.
        """
        return await self._book.line.run(people.guest, self._book.seal, token, now)

    async def accept(self, token: str, password: str, typed: str, now: datetime) -> None:
        """Take the one-time link *token*: set the password, and the second factor by a code.

        Raises:
            Refusal: the link is nobody's, the password too weak, or the code wrong or missing.
        """
        who = await self.guest(token, now)
        if not fit(password, who.account.email):
            raise Refusal("weak")
        wanted = bool(typed.strip()) or needs_second(who.account.roles)
        step = accepted(who.secret, typed, now, 0) if wanted else 0
        if step is None:
            raise Refusal("wrong_code")
        kept = await self._slowly(hashed, password)
        if not await self._book.act(doors.accept, who, kept, step, now):
            raise Refusal("used")


class Desk:
    """All of it."""

    def __init__(self, line: Line, seal: Seal, anchor: Path | None) -> None:
        self.book = Book(line, seal, anchor)
        self.people = People(self.book)
        self.doors = Doors(self.book)

    async def account(self, email: str) -> str:
        """Return the id of the account with *email*.

        Raises:
            Refusal: there is none.
        """
        return await self.book.line.run(people.named, email)

    async def house(self, name: str) -> str:
        """Return the id of the organisation *name*.

        Raises:
            Refusal: there is none.
        """
        return await self.book.line.run(people.house, name)
