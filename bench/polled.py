"""How a service is polled: what waits is told again until the offset is past it."""

import asyncio
from collections import deque
from collections.abc import Callable

from bench.hooked import Update
from bench.loopback.plain import Answer, response

AT_ONCE = 100
"""Updates a poll.  Source: Telegram, getUpdates."""


class Polled:
    """What waits to be asked for; *handing* hears of each update before it goes."""

    def __init__(self, handing: Callable[[Update], None] = lambda _: None) -> None:
        """Start empty."""
        self._waiting: deque[Update] = deque()
        self._poll: asyncio.Future[bytes] | None = None
        self._handing = handing

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def add(self, update: Update) -> None:
        """Let *update* wait; ``tell`` answers whoever asks already."""
        self._waiting.append(update)

    def updates(self, offset: int) -> Answer:
        """Return what is not below *offset*, now or as soon as there is any."""
        while self._waiting and self._waiting[0].number < offset:
            self._waiting.popleft()
        if not self._waiting:
            self._poll = asyncio.get_running_loop().create_future()
            return self._poll
        return self._some()

    def tell(self) -> None:
        """Answer the poll that waits, if there is one and anything to tell."""
        if self._poll and self._waiting:
            poll, self._poll = self._poll, None
            poll.set_result(self._some())

    def _some(self) -> bytes:
        some = [self._waiting[at] for at in range(min(AT_ONCE, len(self._waiting)))]
        for one in some:
            self._handing(one)
        return response(b'{"ok":true,"result":[' + b",".join(one.body for one in some) + b"]}")
