"""Whether a learner costs as much to fire among a million as among ten thousand, on SQLite.

Rule 1: everybody is fired once, or the run has failed; the time is the process's own, so that
others on the machine do not tilt the ratio.

    python -m bench.torture_fire            10,000, 100,000 and 1,000,000 people
    python -m bench.torture_fire 5000 50000
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bench.due import School
from bench.fire import fired_file
from bot import settings, teaching

SIZES = (10_000, 100_000, 1_000_000)
FLAT = 0.15
"""How far the cost of one learner may be from that in the smallest run."""


def main(sizes: tuple[int, ...] = SIZES) -> int:
    """Fire each of *sizes*; return 1 where the cost of a learner is not flat."""
    made = teaching.taught(settings.read({}))
    school = School(made.library, made.catalogues.translate)
    first, found = 0.0, 0
    for size in sizes:
        cost = _cost(size, school)
        first = first or cost
        ratio = cost / first
        off = abs(ratio - 1) > FLAT
        found = 1 if off else found
        told = "NOT FLAT" if off else "flat"
        print(
            f"fire {size:>9,}: {cost * 1e6:7.1f} us a learner, ratio {ratio:.2f} {told}",
            flush=True,
        )
    return found


def _cost(size: int, school: School) -> float:
    """Return the seconds of processor time that each of *size* people took."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(fired_file(Path(folder) / "wary.db", school, size)).used / size


if __name__ == "__main__":
    sys.exit(main(tuple(int(word) for word in sys.argv[1:]) or SIZES))
