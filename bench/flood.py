"""A Bot API at which many people press now and then, and one of them all the time.

Rule 1: what counts is what a person sees: the tick on their press, and the card that follows.
Rule 2: a press that finds no room waits here, as it would at Telegram, and comes again.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.loopback.plain import Answer, response
from bench.loopback.telegram import TRUE, known, parsed, result

PRANK = 666
"""Who presses all the time."""

TICK = 0.01
"""Seconds between two handfuls of presses."""

TOKENS = ("track:en:citizen", "go:hour", "go:often", "go:settings")
"""What the others press, each in turn."""

AT_ONCE, CALLS = 100, 40
"""Updates a poll, and calls of a webhook at once.  Source: Telegram, getUpdates, setWebhook."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many presses a second, for so many seconds, by *people*, and by one beside them."""

    seconds: float
    others: float
    prank: float = 0.0
    people: int = 500


@dataclass(slots=True)
class Seen:
    """What became of the others' presses, in seconds from press to tick and to card."""

    pressed: int = 0
    ticks: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)
    taken: int = 0
    """Updates that were acknowledged, of anybody."""
    lasted: float = 0.0
    """Seconds until everything was."""

    @property
    def lost(self) -> int:
        """Return how many presses of others got no tick."""
        return self.pressed - len(self.ticks)


class Square:
    """The service, and everybody who presses at it."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.hook: dict[str, Any] = {}
        self._number = 0
        self._poll: asyncio.Future[bytes] | None = None
        self._ticks: dict[str, float] = {}
        self._cards: dict[int, float] = {}
        self._seen = Seen()

    def answer(self, _: str, path: str, body: bytes) -> Answer:
        """Return the answer of one call."""
        method, given = path.rpartition("/")[2].lower(), parsed(body)
        match method:
            case "getupdates":
                return self._updates(int(given.get("offset", 0)))
            case "answercallbackquery":
                self._arrived(self._ticks, str(given["callback_query_id"]), self._seen.ticks)
                return TRUE
            case "sendmessage" | "editmessagetext":
                self._arrived(self._cards, given["chat_id"], self._seen.cards)
                return result({"message_id": given.get("message_id", 2), "date": 1})
            case "setwebhook":
                self.hook = given
                return TRUE
            case _:
                return known(method)

    async def endure(self, load: Load, calm: float = 300.0) -> Seen:
        """Let people press as *load* says, wait until all is taken, and return what was seen.

        *calm*: seconds after the last press in which everything must have been taken.
        """
        self._seen = Seen()
        first, begun = self._number, time.perf_counter()
        done = [0, 0]
        while (now := time.perf_counter() - begun) < load.seconds:
            for kind, rate in enumerate((load.prank, load.others)):
                while done[kind] < rate * now:
                    self._press(load, done[kind], other=bool(kind))
                    done[kind] += 1
            self._tell()
            await asyncio.sleep(TICK)
        self._seen.pressed = done[1]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_taken(), calm)
        self._seen.lasted = time.perf_counter() - begun
        self._seen.taken = self._number - first - len(self.waiting)
        await asyncio.sleep(1.0)
        self._ticks.clear()
        self._cards.clear()
        return self._seen

    async def _all_taken(self) -> None:
        while self.waiting or self._ticks:  # noqa: ASYNC110 - polled, to cost each press nothing
            await asyncio.sleep(TICK)

    def _press(self, load: Load, number: int, *, other: bool) -> None:
        person = 10_000 + number % load.people if other else PRANK
        token = TOKENS[number // load.people % len(TOKENS)] if other else "answer:acc-01-q1:b"
        self._number += 1
        name = f"{person}.{self._number}"
        if other:
            self._ticks[name] = self._cards[person] = time.perf_counter()
        pressed = (
            f'{{"update_id":{self._number},"callback_query":{{"id":"{name}","from":{{"id":{person},'
            f'"is_bot":false,"first_name":"Amal","language_code":"en"}},"message":{{"message_id":1,'
            f'"date":1,"chat":{{"id":{person},"type":"private"}}}},"chat_instance":"1",'
            f'"data":"{token}"}}}}'
        )
        self.waiting.append((self._number, pressed.encode()))

    def _arrived(self, waiting: dict[Any, float], name: object, seen: list[float]) -> None:
        pressed = waiting.pop(name, None)
        if pressed is not None:
            seen.append(time.perf_counter() - pressed)

    # By polling

    def _updates(self, offset: int) -> Answer:
        while self.waiting and self.waiting[0][0] < offset:
            self.waiting.popleft()
        if not self.waiting:
            self._poll = asyncio.get_running_loop().create_future()
            return self._poll
        return self._some()

    def _some(self) -> bytes:
        some = [self.waiting[at][1] for at in range(min(AT_ONCE, len(self.waiting)))]
        return response(b'{"ok":true,"result":[' + b",".join(some) + b"]}")

    def _tell(self) -> None:
        if self._poll and self.waiting:
            poll, self._poll = self._poll, None
            poll.set_result(self._some())

    # By webhook

    async def call(self, host: str, port: int, path: str) -> None:
        """Hand over updates, one after the other, until cancelled; what was not taken, again."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {self.hook['secret_token']}\r\nContent-Length: "
        ).encode()
        while True:
            # A server hangs up on a line that was silent for some seconds.
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._talk(head, *await asyncio.open_connection(host, port))

    async def _talk(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            if not self.waiting:
                await asyncio.sleep(TICK)
                continue
            one, status = self.waiting.popleft(), b""
            try:
                writer.write(b"%b%d\r\n\r\n%b" % (head, len(one[1]), one[1]))
                status = (await reader.readuntil(b"\r\n\r\n"))[:20]
            finally:
                if b" 200 " not in status:
                    self.waiting.append(one)
