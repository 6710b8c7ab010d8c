"""How a service calls a webhook: which update is handed over next, and when one comes again.

Rule 1: of one queue one update is on its way at a time, and the next only after its 200.
Source: tdlib/telegram-bot-api, Client.cpp (the queue of a press is its presser's) and
WebhookActor.cpp (``queues_``, ``send_update``, ``on_update_error``).
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass

CALLS = 40
"""Calls at once.  Source: Telegram, setWebhook, ``max_connections``."""

AGAIN = 1.0
"""Seconds before an update that was not taken comes again, doubled each time."""

LONGEST = 60.0
"""Longest of these waits, in seconds.  Source: WebhookActor.cpp."""

IDLE = 0.01
"""Seconds between two looks where nothing waits."""


@dataclass(slots=True)
class Update:
    """An update that waits: its number, its JSON, and the press that is told of ("": none is)."""

    number: int
    body: bytes
    name: str = ""
    delay: float = AGAIN


class Queues:
    """All that waits for its call, the oldest first, and of one queue never two at once."""

    def __init__(self) -> None:
        """Start empty."""
        self._queues: dict[Hashable, deque[Update]] = {}
        self._ready: list[tuple[float, int, Hashable]] = []

    def __bool__(self) -> bool:
        """Return whether anything waits, or is on its way."""
        return bool(self._queues)

    def __len__(self) -> int:
        """Return how many wait or are on their way."""
        return sum(map(len, self._queues.values()))

    def add(self, key: Hashable, one: Update) -> None:
        """Put *one* at the end of the queue *key*."""
        queue = self._queues.setdefault(key, deque())
        queue.append(one)
        if len(queue) == 1:
            self._push(key, 0.0)

    def next(self) -> tuple[Hashable, Update] | None:
        """Take the oldest update whose queue is free, None where there is none."""
        if not self._ready or self._ready[0][0] > time.perf_counter():
            return None
        _, _, key = heapq.heappop(self._ready)
        return key, self._queues[key][0]

    def done(self, key: Hashable) -> None:
        """Forget what was on its way from the queue *key*: it was taken."""
        queue = self._queues[key]
        queue.popleft()
        if queue:
            self._push(key, 0.0)
        else:
            del self._queues[key]

    def again(self, key: Hashable) -> None:
        """Let what was on its way from the queue *key* come again after a while."""
        one = self._queues[key][0]
        self._push(key, time.perf_counter() + one.delay)
        one.delay = min(2 * one.delay, LONGEST)

    def _push(self, key: Hashable, due: float) -> None:
        heapq.heappush(self._ready, (due, self._queues[key][0].number, key))


async def call(
    address: tuple[str, int, str], secret: str, queues: Queues, handing: Callable[[Update], None]
) -> None:
    """Hand over one of *queues* after the other until cancelled, over one line.

    *address*: host, port and path; *handing* hears of each before it goes.
    """
    host, port, path = address
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
    ).encode()
    while True:
        # A server hangs up on a line that was silent for some seconds.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                await _talk(head, queues, handing, (reader, writer))
            finally:
                writer.close()


async def _talk(
    head: bytes,
    queues: Queues,
    handing: Callable[[Update], None],
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = line
    while not reader.at_eof():
        found = queues.next()
        if found is None:
            await asyncio.sleep(IDLE)
            continue
        key, one = found
        handing(one)
        status = b""
        try:
            writer.write(b"%b%d\r\n\r\n%b" % (head, len(one.body), one.body))
            status = (await reader.readuntil(b"\r\n\r\n"))[:20]
        finally:
            if b" 200 " in status:
                queues.done(key)
            else:
                queues.again(key)
