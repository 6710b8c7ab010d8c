"""What a figure is, how it is taken, and how it is told.

Rule 1: a figure stands beside its peer or limit of the same run, since machines are noisy.
Rule 2: every figure is a median, and the runs it is the median of are told too.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

RUNS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``ratio`` is value by peer_value."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    runs: int
    target: str
    met: bool

    def told(self) -> dict[str, object]:
        """Return what ``build/bench.json`` holds of it."""
        whole = asdict(self)
        return {key: whole[key] for key in whole if key not in ("target", "met")}


def medians(
    ours: Callable[[], float], theirs: Callable[[], float], runs: int = RUNS
) -> tuple[float, float]:
    """Return the medians of *runs* alternating takes of both."""
    one, two = rounds((ours, theirs), runs)
    return statistics.median(one), statistics.median(two)


def rounds(takes: Sequence[Callable[[], float]], runs: int = RUNS) -> list[tuple[float, ...]]:
    """Return what each of *takes* gave, run by run; in every run each is taken once, in turn."""
    taken = [[take() for take in takes] for _ in range(runs)]
    return list(zip(*taken, strict=True))


def at_least(name: str, unit: str, target: float, peer: str, taken: tuple[float, float]) -> Figure:
    """Return a figure that is better when higher."""
    value, other = taken
    return Figure(
        name, value, unit, peer, other, value / other, RUNS, f">= {target:g}", value >= target
    )


def at_most(name: str, unit: str, target: float, peer: str, taken: tuple[float, float]) -> Figure:
    """Return a figure that is better when lower."""
    value, other = taken
    return Figure(
        name, value, unit, peer, other, value / other, RUNS, f"<= {target:g}", value <= target
    )


def times(
    name: str,
    target: float,
    peer: str,
    ours: Sequence[float],
    theirs: Sequence[float],
) -> Figure:
    """Return a figure of so many a second, held to so many times its peer.

    The ratio is the median of the runs' own: a machine's pace changes between runs, not within.
    """
    value, other = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(one / two for one, two in zip(ours, theirs, strict=True))
    wanted = f">= {target:g} x"
    return Figure(name, value, "1/s", peer, other, ratio, len(ours), wanted, ratio >= target)
