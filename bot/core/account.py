"""Who signs in to the console, and what is written down of what they do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from bot.core.role import Role, Scope

Standing = Literal["invited", "active", "closed"]
"""``invited``: has no password yet."""

What = Literal[
    "organisation.make",
    "account.invite",
    "account.accept",
    "account.reset",
    "account.roles",
    "account.close",
    "sessions.kill",
    "sign.in",
    "sign.out",
    "sign.refused",
    "sign.again",
]
"""Acts that the audit knows."""

WHATS: Final[tuple[What, ...]] = get_args(What)

MACHINE: Final = "machine"
"""The actor of a command typed at the server: whoever has its shell, no account."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the console; ``second``: a second factor is set up."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    scope: Scope
    organisation: str
    standing: Standing
    second: bool


@dataclass(frozen=True, slots=True)
class By:
    """On whose behalf something is done: ``actor`` an account's id, or ``MACHINE``."""

    actor: str
    scope: Scope
    now: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the audit; ``about`` the account's id it concerns, "" for none.

    ``detail`` is of a closed form, such as roles with commas: never what somebody wrote.
    """

    at: datetime
    actor: str
    organisation: str | None
    what: What
    about: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in; ``until`` is when an act that reaches others must be confirmed anew."""

    account: Account
    until: datetime


class Refusal(Exception):
    """What was asked cannot be; ``why`` is the end of a key of the console's words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be invited: ``organisation`` its id, or None for the whole installation."""

    email: str
    name: str
    roles: tuple[Role, ...]
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Who holds a one-time link, its fingerprint, and the secret that it would set up."""

    account: Account
    secret: bytes
    lookup: bytes


@dataclass(frozen=True, slots=True)
class Client:
    """Who knocks: the ``network`` they come from, and what their browser was given before."""

    network: str
    now: datetime
    device: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The session that was opened; ``half``: the second factor is to come.

    ``device`` lets the browser be known the next time.  ``why`` is the end of a key of the
    console's words where nothing was opened.
    """

    token: str = ""
    half: bool = False
    device: str = ""
    why: str = ""
