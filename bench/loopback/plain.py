"""HTTP with nothing around it, so that the client under measure never waits for the server.

Rule 1: it understands what our clients send, keep-alive and a stated length, and nothing else.
"""

import asyncio
import re
from collections.abc import Callable

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"

Answer = bytes | asyncio.Future[bytes]
"""A whole response, or one that comes later."""

Serve = Callable[[str, str, bytes], Answer]
"""(method, path, body) -> answer."""


def response(body: bytes, heads: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """Return a whole response; *heads* are lines, each with its line end."""
    kind = b"Content-Type: application/json\r\n" if body else b""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %b\r\n%b%b%b\r\n%b" % (status, kind, length, heads, body)


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, serve: Serve) -> None:
        """Hand every request to *serve*."""
        self._serve = serve
        self._held = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._held += data
        while (end := self._held.find(END)) >= 0:
            head = bytes(self._held[: end + 2])
            found = LENGTH.search(head)
            whole = end + len(END) + (int(found[1]) if found else 0)
            if len(self._held) < whole:
                return
            body = bytes(self._held[end + len(END) : whole])
            del self._held[:whole]
            method, path, _ = head.split(b" ", 2)
            self._say(self._serve(method.decode(), path.decode(), body))

    def _say(self, answer: Answer) -> None:
        if isinstance(answer, bytes):
            self._write(answer)
        else:
            answer.add_done_callback(lambda done: self._write(done.result()))

    def _write(self, answer: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(answer)


async def listening(serve: Serve) -> str:
    """Serve on a free port of loopback until the process ends; return the address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(serve), "127.0.0.1", 0)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
