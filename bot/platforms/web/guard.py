"""Who may speak to the browser chat, and the headers on everything it answers.

Rule 1: only host names we know are answered, so that a page of another site cannot reach us by
giving its own name our address.
Rule 2: a post is believed for its form's token; the browser's word about its origin only refuses.
"""

import hmac
import re
from collections.abc import Callable
from hashlib import blake2b
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names of this machine, always answered."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer.  Source: console.md, 2.3."""

BODY_BYTES = 64 * 1024
"""Largest form that is read; 4,000 characters need at most 48,000 bytes in a form."""

DRAINED_BYTES = 1024 * 1024
"""How much of a larger one is taken in and dropped, so that the browser stays to be told why."""

STATIC_CACHE = "public, max-age=86400"
"""Style sheet and script carry their digest in the address, so an old one is never asked for."""

COOKIE = "wary"
"""Name of the cookie that is the visitor's address."""

COOKIE_SECONDS = 30 * 24 * 3600
"""How long a browser keeps a cookie of ours.  Source: chat.md, 6."""

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Guard:
    """An application behind the host list, with our headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: str, refuse: Callable[[Request], Response]) -> None:
        """Answer for this machine's names and *hosts*; others get what *refuse* says."""
        self._app = app
        self._hosts = OWN_HOSTS | {hostname(host) for host in re.split(r"[\s,]+", hosts) if host}
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                static = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", STATIC_CACHE if static else "no-store")
            await send(message)

        request = Request(scope)
        known = hostname(request.headers.get("host", "")) in self._hosts
        await (self._app if known else self._refuse(request))(scope, receive, headed)


def token(key: str) -> str:
    """Return the word in every form of the visitor *key*, which no other site can know.

    It is made from the cookie alone, so that a page that is open outlives a restart.
    """
    return blake2b(key.encode(), digest_size=16, person=b"wary form").hexdigest()


def own_form(key: str, given: str) -> bool:
    """Return whether *given* is the token of the visitor *key*."""
    return hmac.compare_digest(token(key).encode(), given.encode("utf-8", "replace"))


def hostname(host: str) -> str:
    """Return *host* in lower case and without its port."""
    host = host.strip().lower()
    end = host.find("]") + 1 if host.startswith("[") else host.find(":")
    return host[:end] if end > 0 else host


def same_site(request: Request) -> bool:
    """Return False where the browser says that a post was made by another site's page.

    An origin of ``null`` says nothing: browsers send it for our own forms too, because of our
    referrer policy.
    """
    made_by = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "null")
    own = origin == "null" or urlsplit(origin).netloc.lower() == request.headers.get("host", "")
    return own and made_by == "same-origin"


def visitor(request: Request) -> str:
    """Return the key in the visitor's cookie, or nothing for a newcomer."""
    key = request.cookies.get(COOKIE, "")
    return key if _KEY.fullmatch(key) else ""


def remember(response: Response, request: Request, name: str, value: str) -> None:
    """Let the browser keep *value* as the cookie *name*, out of reach of scripts and sites."""
    response.set_cookie(
        name,
        value,
        COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


async def body(request: Request) -> bytes | None:
    """Return the body of *request*, or None for one larger than ``BODY_BYTES``."""
    taken, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= BODY_BYTES:
            taken += chunk
        if size > DRAINED_BYTES:
            break
    return bytes(taken) if size <= BODY_BYTES else None
