"""How soon the demo shows its first page, and how much memory it takes."""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]  # ships no types

from bench.rows import RUNS, Figure, at_most

ROOT = Path(__file__).parents[1]
MEGABYTE = 1_000_000
LIBRARIES = (
    "import sqlalchemy.ext.asyncio, alembic, starlette.applications, uvicorn, babel.core, yaml,"
    " jinja2, cryptography.hazmat.primitives.ciphers.aead, apscheduler.schedulers.asyncio, psutil;"
)


def _once() -> tuple[float, float]:
    """Return seconds from the command to the first whole page, and the memory then in MB."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        with urlopen(address) as page:  # noqa: S310  # our own loopback address
            whole = "<article" in page.read().decode()
        seconds = time.perf_counter() - begun
        memory = psutil.Process(running.pid).memory_info().rss / MEGABYTE
        running.terminate()
    if not whole:
        message = "the first page held no card"
        raise RuntimeError(message)
    return seconds, memory


def _libraries() -> tuple[float, float]:
    """Return the same of a process that only imports the libraries."""
    tell = "import os; print(psutil.Process().memory_info().rss)"
    begun = time.perf_counter()
    told = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", LIBRARIES + tell], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - begun, int(told.stdout) / MEGABYTE


def demo() -> tuple[Figure, Figure]:
    """Return the time to the first page and the memory, each beside the libraries alone."""
    _once()
    ours, theirs = zip(*[(_once(), _libraries()) for _ in range(RUNS)], strict=True)
    seconds, memory = (statistics.median(one[at] for one in ours) for at in (0, 1))
    others = [statistics.median(one[at] for one in theirs) for at in (0, 1)]
    peer = "a process that only imports the libraries"
    return (
        at_most("demo.first_page", "s", 1.0, peer, (seconds, others[0])),
        at_most("demo.rss", "MB", 120.0, peer, (memory, others[1])),
    )
