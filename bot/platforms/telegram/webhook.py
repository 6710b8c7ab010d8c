"""Where Telegram calls us: an ASGI application of one address.

Rule 1: the secret is compared, in constant time, before a byte of the body is read.
Rule 2: 200 is answered only for what has been taken; else 503, and Telegram calls again.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus

from bot.ports import StoreDown

BODY_BYTES = 1 << 20
"""Longest body.  Source: trust.md, A8; an update has a few KB."""

HEADER = b"x-telegram-bot-api-secret-token"
"""Source: Telegram, setWebhook, ``secret_token``."""

Event = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Take = Callable[[object], Awaitable[None]]
"""Takes one update, as JSON was; raises ``StoreDown`` when it was not taken."""


class Webhook:
    """Takes calls on *path* that carry *secret*."""

    def __init__(self, path: str, secret: str, take: Take) -> None:
        """Hand every genuine update to *take*."""
        self._path = path
        self._secret = secret.encode()
        self._take = take

    async def __call__(self, scope: Mapping[str, object], receive: Receive, send: Send) -> None:
        """Answer one call with a status and no body."""
        status = await self._status(scope, receive)
        length = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": int(status), "headers": length})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Mapping[str, object], receive: Receive) -> HTTPStatus:
        if scope.get("type") != "http" or scope.get("path") != self._path:
            return HTTPStatus.NOT_FOUND
        if scope.get("method") != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        headers = _headers(scope)
        if not self._genuine([value for name, value in headers if name.lower() == HEADER]):
            return HTTPStatus.FORBIDDEN
        body = await _body(headers, receive)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        try:
            update: object = json.loads(body)
        except (ValueError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        try:
            await self._take(update)
        except StoreDown:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    def _genuine(self, given: list[bytes]) -> bool:
        """Return whether exactly one secret was given, and the right one."""
        return hmac.compare_digest(b"\0".join(given), self._secret)


def _headers(scope: Mapping[str, object]) -> list[tuple[bytes, bytes]]:
    found = scope.get("headers")
    return list(found) if isinstance(found, list | tuple) else []


async def _body(headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes | None:
    """Return the body, or None where it is longer than ``BODY_BYTES``."""
    for name, value in headers:
        if name.lower() == b"content-length" and not _fits(value):
            return None
    read = b""
    while True:
        event = await receive()
        part = event.get("body", b"")
        read += part if isinstance(part, bytes) else b""
        if len(read) > BODY_BYTES:
            return None
        if event.get("type") != "http.request" or not event.get("more_body"):
            return read


def _fits(length: bytes) -> bool:
    digits = length.strip()
    return digits.isdigit() and len(digits) <= len(str(BODY_BYTES)) and int(digits) <= BODY_BYTES
