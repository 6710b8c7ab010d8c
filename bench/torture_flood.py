"""A flood of presses, 99 of 100 by one person, against ``wary serve``: who loses, who waits.

Rule 1: the judge is the service: what of the others' presses was ticked, and how soon.
Rule 2: who presses and who answers share the processor, so what each of them took is told.
Source: trust.md, A1, A3 and U7.
"""

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # ships no types

from bench.flood import Load, Seen, Square
from bench.hooked import CALLS, call
from bench.rows import RUNS
from bench.served import serving

SECONDS = 60.0
FLOOD = 5000.0
MEMORY = 300.0
"""Most memory of the process, in MB."""

WORSE = 1.1
"""How much longer the slowest twentieth of the others may wait while one presses 100 a second."""


@asynccontextmanager
async def pressed(square: Square) -> AsyncIterator[psutil.Process]:
    """Run ``wary serve`` at *square*, and the calls of its webhook, until the context ends."""
    async with serving(square.answer, hooked=square.hooked) as served:
        calls: list[asyncio.Task[None]] = []
        if square.hooked:
            await _called(square)
            secret, there = str(square.hook["secret_token"]), ("127.0.0.1", served.port, "/tg")
            calls = [
                asyncio.create_task(call(there, secret, square.queues, square.handing))
                for _ in range(CALLS)
            ]
        try:
            yield served.process
        finally:
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)


async def _called(square: Square) -> None:
    for _ in range(300):
        if square.hook:
            return
        await asyncio.sleep(0.1)


async def _weighed(process: psutil.Process, most: list[float]) -> None:
    while True:
        most[0] = max(most[0], process.memory_info().rss / 1e6)
        await asyncio.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Take:
    """What was seen of one load, and the seconds of a processor we and who pressed took for it."""

    seen: Seen
    ours: float
    theirs: float


async def _taken(square: Square, load: Load, process: psutil.Process) -> Take:
    here = psutil.Process()
    before = [sum(one.cpu_times()[:2]) for one in (process, here)]
    seen = await square.endure(load)
    after = [sum(one.cpu_times()[:2]) for one in (process, here)]
    return Take(seen, after[0] - before[0], after[1] - before[1])


async def flood(
    name: str, calm: Load, wild: Load, square: Square, *, runs: int = 1
) -> tuple[int, float, float]:
    """Press as *calm* and as *wild*, in turn; return presses lost, MB at most, and the ratio.

    The ratio is that of the slowest twentieth of ticks, the median of *runs*.
    """
    most = [0.0]
    async with pressed(square) as process:
        weighing = asyncio.create_task(_weighed(process, most))
        await square.endure(Load(10.0, calm.others, people=calm.people))  # everybody is known
        pairs = [
            (await _taken(square, calm, process), await _taken(square, wild, process))
            for _ in range(runs)
        ]
        weighing.cancel()
    lost = sum(take.seen.lost for pair in pairs for take in pair)
    sys.stdout.write(f"{name}: {_counted([wild for _, wild in pairs], lost, most[0])}\n")
    told = {}
    for what in ("ticks", "ours", "cards"):
        told[what] = [
            (_slow(getattr(quiet.seen, what)), _slow(getattr(loud.seen, what)))
            for quiet, loud in pairs
        ]
    sys.stdout.write(
        f"  the others' p95: tick {_told(told['ticks'])}\n"
        f"    of that since it was handed to us {_told(told['ours'])}\n"
        f"    card {_told(told['cards'])}\n"
    )
    sys.stdout.flush()
    return lost, most[0], _ratio(told["ticks"])


def _counted(takes: Sequence[Take], lost: int, most: float) -> str:
    pace = statistics.median(take.seen.taken / take.seen.lasted for take in takes)
    lasted, taken = (
        sum(getattr(take.seen, what) for take in takes) for what in ("lasted", "taken")
    )
    ours, theirs = (sum(getattr(take, whose) for take in takes) for whose in ("ours", "theirs"))
    return (
        f"{pace:,.0f} updates/s taken, {sum(take.seen.pressed for take in takes)} presses of "
        f"others, {lost} lost, {most:.0f} MB at most; of one processor "
        f"{100 * ours / lasted:.0f} % ours ({1e6 * ours / taken:.0f} us an update), "
        f"{100 * theirs / lasted:.0f} % of who pressed"
    )


def _told(pairs: Sequence[tuple[float, float]]) -> str:
    calm, wild = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
    return f"{wild:.1f} ms, without the flood {calm:.1f} ms, ratio {_ratio(pairs):.2f}"


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return statistics.median(wild / calm for calm, wild in pairs)


def _slow(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else float("inf")


async def _all(seconds: float) -> bool:
    good = True
    for name, length, square in (
        ("5,000/s by polling", seconds, Square()),
        # As Telegram calls: of each person one press at a time.
        ("5,000/s by webhook", seconds / 6, Square(hooked=True)),
        # As nobody calls us: all of one person's at once.  What finds no room waits there, long.
        ("5,000/s by webhook, 40 calls at once", seconds / 6, Square(hooked=True, apart=False)),
    ):
        calm = Load(length, FLOOD / 100)
        wild = Load(length, FLOOD / 100, FLOOD * 99 / 100)
        lost, memory, _ = await flood(name, calm, wild, square)
        good = good and lost == 0 and memory < MEMORY
    few, prank = Load(10.0, 20.0, people=200), Load(10.0, 20.0, 100.0, people=200)
    for name, square in (("polling", Square()), ("webhook", Square(hooked=True))):
        lost, _, ratio = await flood(f"100/s of one, by {name}", few, prank, square, runs=RUNS)
        good = good and lost == 0 and ratio <= WORSE
    return good


def main(seconds: float = SECONDS) -> int:
    """Run all of it; return 1 where somebody was lost, or waited too long."""
    return 0 if asyncio.run(_all(seconds)) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
