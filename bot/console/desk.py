"""What the console's pages need of the store: who signs in, who they are, what they did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.account import Account, Act, By, Client, Guest, Newcomer, Opened, Signed
from bot.core.role import Role, Scope


class Doors(Protocol):
    """Signing in and out."""

    async def begin(self, email: str, password: str, client: Client) -> Opened:
        """Open a session for *email* with *password*, or say why not."""

    async def second(self, token: str, typed: str, client: Client) -> Opened:
        """Confirm the session *token* by the code *typed*, or say why not."""

    async def find(self, token: str, now: datetime) -> Signed | None:
        """Return who is signed in with the session *token*."""

    async def end(self, token: str, now: datetime) -> None:
        """End the session *token*."""

    async def guest(self, token: str, now: datetime) -> Guest:
        """Return whose one-time link *token* is.

        Raises:
            Refusal: nobody's.
        """

    async def accept(self, token: str, password: str, typed: str, now: datetime) -> None:
        """Take the one-time link *token*.

        Raises:
            Refusal: the link is nobody's, the password too weak, or the code wrong or missing.
        """


class People(Protocol):
    """Accounts and organisations; whoever is not in the scope of who asks is a ``Refusal``."""

    async def listed(self, scope: Scope) -> Sequence[Account]:
        """Return everybody in *scope*, by name."""

    async def houses(self, scope: Scope) -> Sequence[tuple[str, str]]:
        """Return the organisations in *scope* as pairs of id and name, by name."""

    async def invite(self, by: By, who: Newcomer) -> str:
        """Make an account and return the token of its one-time link."""

    async def reset(self, by: By, account: str) -> str:
        """Take all that *account* signs in with and return the token of a new link."""

    async def change(self, by: By, account: str, roles: tuple[Role, ...]) -> None:
        """Give *account* these *roles* and no others."""

    async def close(self, by: By, account: str) -> None:
        """Let *account* sign in never again."""

    async def kill(self, by: By, account: str | None = None) -> None:
        """End all sessions of *account*, or of everybody in *by*'s scope."""


class Book(Protocol):
    """The audit."""

    async def newest(self, scope: Scope) -> Sequence[tuple[int, Act]]:
        """Return the newest rows in *scope* with their numbers, newest first."""


class Desk(Protocol):
    """All of it."""

    @property
    def doors(self) -> Doors:
        """Return what signs people in and out."""

    @property
    def people(self) -> People:
        """Return what knows them."""

    @property
    def book(self) -> Book:
        """Return what they did."""
