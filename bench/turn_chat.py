"""How soon a press is answered by ``wary serve``: from the service, and back at the service.

Rule 1: ours is the whole program as people run it, on a SQLite file, over the real libraries.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.loopback import discord, telegram
from bench.loopback.client import Platform, Server, served
from bench.rows import Figure, at_most, medians

ROOT = Path(__file__).parents[1]
TURNS = 60
LIMIT = 10.0
"""Milliseconds that a person may wait for the program.  Source: issue 3."""

PEER = "aiohttp and sqlite3 alone: the same calls, one durable transaction, nothing decided"


def turns() -> Iterator[Figure]:
    """Yield milliseconds from an update to its answer, one at a time, of each platform."""
    yield _turn("telegram")
    yield _turn("discord")


def _turn(platform: Platform) -> Figure:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, theirs = (stack.enter_context(served(platform)) for _ in range(2))
        stack.enter_context(_running(["bot", "serve"], _settings(platform, ours, folder)))
        bare = ["bench.bare", platform, _root(platform, theirs), str(folder / "bare.db")]
        stack.enter_context(_running(bare, {}))
        taken = medians(partial(ours.turns, TURNS), partial(theirs.turns, TURNS))
    return at_most(f"{platform}.turn", "ms", LIMIT, PEER, taken)


def _root(platform: Platform, server: Server) -> str:
    return f"{server.root}/api/v10" if platform == "discord" else server.root


def _settings(platform: Platform, server: Server, folder: Path) -> Mapping[str, str]:
    tokens = {"telegram": telegram.TOKEN, "discord": discord.TOKEN}
    return {
        "WARY_PLATFORMS": platform,
        # One person presses more in a minute than anybody may.
        "WARY_PACE": "0",
        "WARY_DATABASE_URL": f"sqlite:///{folder / 'wary.db'}",
        f"WARY_{platform.upper()}_TOKEN": tokens[platform],
        f"WARY_{platform.upper()}_API_URL": _root(platform, server),
    }


@contextmanager
def _running(module: list[str], settings: Mapping[str, str]) -> Iterator[None]:
    """Run a module of ours with *settings* as long as the context lasts."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WARY_")}
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, cwd=ROOT, env={**clean, **settings}) as running:  # noqa: S603
        try:
            yield
        finally:
            running.terminate()
