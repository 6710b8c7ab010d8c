"""A flood of presses, 99 of 100 by one person, against ``wary serve``: who loses, who waits.

Rule 1: the judge is the service: what of the others' presses was ticked, and how soon.
Source: trust.md, A1, A3 and U7.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from bench.flood import CALLS, Load, Square
from bench.loopback.plain import listening
from bench.loopback.telegram import TOKEN
from bench.rows import RUNS

ROOT = Path(__file__).parents[1]
SECONDS = 60.0
FLOOD = 5000.0
MEMORY = 300.0
"""Most memory of the process, in MB."""

WORSE = 1.1
"""How much longer the slowest twentieth of the others may wait while one presses 100 a second."""


@asynccontextmanager
async def serving(square: Square, *, hooked: bool) -> AsyncIterator[psutil.Process]:
    """Run ``wary serve`` at *square*, called over a webhook or polling, until the context ends."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("WARY_")},
            "WARY_PLATFORMS": "telegram",
            "WARY_DATABASE_URL": f"sqlite:///{folder}/wary.db",
            "WARY_TELEGRAM_TOKEN": TOKEN,
            "WARY_TELEGRAM_API_URL": await listening(square.answer),
            "WARY_TELEGRAM_PAID": "yes",
            "WARY_PORT": str(port),
        }
        if hooked:
            environment["WARY_TELEGRAM_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/tg"
        command = [sys.executable, "-m", "bot", "serve"]
        running = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603, ASYNC220
        calls: list[asyncio.Task[None]] = []
        try:
            if hooked:
                await _called(square)
                calls = [
                    asyncio.create_task(square.call("127.0.0.1", port, "/tg"))
                    for _ in range(CALLS)
                ]
            yield psutil.Process(running.pid)
        finally:
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            running.terminate()
            running.wait(20)


async def _called(square: Square) -> None:
    for _ in range(300):
        if square.hook:
            return
        await asyncio.sleep(0.1)


async def _weighed(process: psutil.Process, most: list[float]) -> None:
    while True:
        most[0] = max(most[0], process.memory_info().rss / 1e6)
        await asyncio.sleep(0.2)


async def flood(
    name: str, calm: Load, wild: Load, *, hooked: bool = False, runs: int = 1
) -> tuple[int, float, float]:
    """Press as *calm* and as *wild*, in turn; return presses lost, MB at most, and the ratio.

    The ratio is that of the slowest twentieth of ticks, the median of *runs*.
    """
    square, most = Square(), [0.0]
    async with serving(square, hooked=hooked) as process:
        weighing = asyncio.create_task(_weighed(process, most))
        await square.endure(Load(10.0, calm.others, people=calm.people))  # everybody is known
        pairs = [(await square.endure(calm), await square.endure(wild)) for _ in range(runs)]
        weighing.cancel()
    lost = sum(seen.lost for pair in pairs for seen in pair)
    pace = statistics.median(wild.taken / wild.lasted for _, wild in pairs)
    pressed = sum(wild.pressed for _, wild in pairs)
    ticks = [(_slow(calm.ticks), _slow(wild.ticks)) for calm, wild in pairs]
    cards = [(_slow(calm.cards), _slow(wild.cards)) for calm, wild in pairs]
    sys.stdout.write(
        f"{name}: {pace:,.0f} updates/s taken, {pressed} presses of others, {lost} lost, "
        f"{most[0]:.0f} MB at most; the others' p95: tick {_told(ticks)}, card {_told(cards)}\n"
    )
    sys.stdout.flush()
    return lost, most[0], _ratio(ticks)


def _told(pairs: Sequence[tuple[float, float]]) -> str:
    calm, wild = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
    return f"{wild:.1f} ms, without the flood {calm:.1f} ms, ratio {_ratio(pairs):.2f}"


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return statistics.median(wild / calm for calm, wild in pairs)


def _slow(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else float("inf")


async def _all(seconds: float) -> bool:
    good = True
    for name, length, hooked in (
        ("5,000/s by polling", seconds, False),
        # HTTP for every single update: what finds no room waits at the service, and long.
        ("5,000/s by webhook", seconds / 6, True),
    ):
        calm = Load(length, FLOOD / 100)
        wild = Load(length, FLOOD / 100, FLOOD * 99 / 100)
        lost, memory, _ = await flood(name, calm, wild, hooked=hooked)
        good = good and lost == 0 and memory < MEMORY
    few, prank = Load(10.0, 20.0, people=200), Load(10.0, 20.0, 100.0, people=200)
    lost, _, ratio = await flood("100/s of one, by polling", few, prank, runs=RUNS)
    return good and lost == 0 and ratio <= WORSE


def main(seconds: float = SECONDS) -> int:
    """Run all of it; return 1 where somebody was lost, or waited too long."""
    return 0 if asyncio.run(_all(seconds)) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
