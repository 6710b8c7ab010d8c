"""One request to the console: who makes it, in which language, and what its form holds."""

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final, Literal
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from bot.core.account import By, Client, Signed
from bot.core.role import Need
from bot.ports import Fit

SESSION: Final = "__Host-wary-desk"
FORM: Final = "__Host-wary-form"
BROWSER: Final = "__Host-wary-browser"
"""Cookies: who is signed in, whose forms these are before, which browser is known.

No other host can set them and no script can read them.  Source: trust.md, A24.
"""

BROWSER_SECONDS: Final = 180 * 24 * 3600
"""How long a browser is known."""

FIELDS: Final = 60
"""Most fields of a form that are read."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What wiring lends of the browser chat, which guards one site with the console.

    ``body`` reads a bounded form, None for one too large; ``same_site`` refuses what a browser
    says comes from elsewhere; ``best`` finds the language that a browser asks for.
    """

    body: Callable[[Request], Awaitable[bytes | None]]
    same_site: Callable[[Request], bool]
    best: Callable[[str, Fit], str | None]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that was let in; ``signed`` is there where the door needs a right."""

    request: Request
    lang: str
    now: datetime
    secret: str
    signed: Signed | None = None
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """Return the word in every form of this visitor, which no other site can know."""
        return blake2b(self.secret.encode(), digest_size=16, person=b"wary desk").hexdigest()

    @property
    def session(self) -> str:
        """Return the name of the session, signed in or half, or nothing."""
        return self.request.cookies.get(SESSION, "")

    @property
    def who(self) -> Signed:
        """Return who is signed in.

        Raises:
            LookupError: nobody is; the door must say that it needs a right.
        """
        if self.signed is None:
            raise LookupError(self.request.url.path)
        return self.signed

    @property
    def by(self) -> By:
        """Return on whose behalf this is done."""
        return By(self.who.account.id, self.who.account.scope, self.now)

    @property
    def client(self) -> Client:
        """Return who knocks: the network, not the address."""
        return Client(_network(self.request), self.now, self.request.cookies.get(BROWSER, ""))

    def typed(self, name: str) -> str:
        """Return the field *name* of the form, or nothing."""
        return next(iter(self.form.get(name, ())), "")

    def believed(self) -> bool:
        """Return whether the form is one of our own pages', drawn for this visitor."""
        given = self.typed("token").encode("utf-8", "replace")
        return hmac.compare_digest(self.token.encode(), given)


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """One address of the console: what it needs stands beside it, or it is not built.

    ``step``: it reaches others, so whoever does it has confirmed themselves a short while ago.
    """

    method: Literal["GET", "POST"]
    path: str
    need: Need
    handler: Handler
    step: bool = False


def fields(body: bytes) -> Mapping[str, Sequence[str]]:
    """Return the fields of a form; nothing for what is no form."""
    try:
        text = body.decode("ascii")
        return parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        return {}


def secret_of(request: Request) -> str:
    """Return what this visitor's forms are made from: a cookie of ours, or a new one."""
    cookies = request.cookies
    return cookies.get(SESSION) or cookies.get(FORM) or secrets.token_urlsafe(16)


def keep(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Let the browser keep *value* as the cookie *name*, for this host and site alone."""
    response.set_cookie(name, value, seconds, secure=True, httponly=True, samesite="strict")


def drop(response: Response, name: str) -> None:
    """Let the browser forget the cookie *name*."""
    response.delete_cookie(name, secure=True, httponly=True, samesite="strict")


def _network(request: Request) -> str:
    """Return the /24 or /48 that a request comes from.  Source: trust.md, 10.1."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:40]
    bits = 24 if address.version == 4 else 48  # noqa: PLR2004 - the version of IP
    return str(ipaddress.ip_network((address, bits), strict=False))
