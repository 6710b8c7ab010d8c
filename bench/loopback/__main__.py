"""``python -m bench.loopback telegram``: tells its address, then takes turns as it is told.

Rule 1: one line in, one line out; it ends with its input.
"""

import asyncio
import sys

from bench.loopback.discord import Guild
from bench.loopback.people import People
from bench.loopback.plain import listening
from bench.loopback.telegram import BotApi


async def main(platform: str) -> None:
    """Serve *platform*, and take so many turns as each line of the input says."""
    people = People()
    service: BotApi | Guild
    if platform == "discord":
        service = Guild(people)
        await service.open()
    else:
        service = BotApi(people)
    _tell(await listening(service.answer))
    while line := await asyncio.to_thread(sys.stdin.readline):
        _tell(str(await people.turns(service, int(line))))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
