"""How a benchmark starts a server and speaks with it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]

Platform = Literal["telegram", "discord"]


class Server:
    """A server of one platform in a process of its own."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        """Hear where it stands."""
        self._running = running
        self.root = self._line()

    def turns(self, count: int) -> float:
        """Let its person take *count* turns with the bot; return the median in milliseconds."""
        assert self._running.stdin
        self._running.stdin.write(f"{count}\n")
        self._running.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self._running.stdout
        return self._running.stdout.readline().strip()


@contextmanager
def served(platform: Platform) -> Iterator[Server]:
    """Serve *platform* as long as the context lasts."""
    command = [sys.executable, "-m", "bench.loopback", platform]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as running:  # noqa: S603
        try:
            yield Server(running)
        finally:
            running.terminate()
