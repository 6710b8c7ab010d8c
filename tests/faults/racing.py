"""A process that answers as one of several on one database: told in lines what to take at once.

    python -m tests.faults.racing <database> <key file> <Bot API>

It reads a list of updates a line, takes them all at the same time as so many calls of the webhook,
and prints the statuses of the calls as a list.  It ends at the end of its input.

Rule 1: all of it is the program's own, but for the lead, which two ``wary serve`` cannot share.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.test_webhook import GOOD, SECRET, call

PATH = "/tg"


async def race(url: str, key: str, api: str) -> None:
    telegram = bot(api, webhook_url=f"https://bot.example{PATH}", webhook_secret=SECRET)
    async with (
        home(telegram, url, key=Path(key)) as house,
        listening(telegram, house.turns.receive),
    ):
        while line := await asyncio.to_thread(sys.stdin.readline):
            bodies = [json.dumps(update).encode() for update in json.loads(line)]
            calls = await asyncio.gather(
                *(call(telegram.app, body, GOOD, path=PATH) for body in bodies)
            )
            sys.stdout.write(json.dumps([status for status, _ in calls]) + "\n")
            sys.stdout.flush()


class Racer:
    """Such a process, as its test sees it."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self.running = running

    async def take(self, updates: Sequence[dict[str, Any]]) -> list[int]:
        """Return the status of each of *updates*, all handed over at once."""
        assert self.running.stdin is not None
        assert self.running.stdout is not None
        self.running.stdin.write(json.dumps(updates).encode() + b"\n")
        return list(json.loads(await self.running.stdout.readline()))


@asynccontextmanager
async def racers(url: str, key: Path, api: str, count: int = 2) -> AsyncIterator[list[Racer]]:
    """Yield *count* processes on the database at *url*, which end with the context."""
    command = [sys.executable, "-m", "tests.faults.racing", url, str(key), api]
    pipe = asyncio.subprocess.PIPE
    running = [
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        for _ in range(count)
    ]
    try:
        yield [Racer(one) for one in running]
    finally:
        for one in running:
            assert one.stdin is not None
            one.stdin.close()
            await asyncio.wait_for(one.wait(), 30)


if __name__ == "__main__":
    asyncio.run(race(*sys.argv[1:]))
