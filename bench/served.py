"""``wary serve`` as a process of its own, at a Bot API of ours on loopback."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from bench.loopback.plain import Serve, listening
from bench.loopback.telegram import TOKEN

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """The process, its port for calls, its database and what it logs."""

    process: psutil.Process
    port: int
    database: Path
    log: Path


@asynccontextmanager
async def serving(answer: Serve, *, hooked: bool = False, **more: str) -> AsyncIterator[Served]:
    """Run ``wary serve`` at *answer*, called over a webhook or polling, until the context ends.

    *more*: further settings, each by its name.
    """
    with tempfile.TemporaryDirectory() as folder:
        port, database, log = _free(), Path(folder) / "wary.db", Path(folder) / "log.txt"
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("WARY_")},
            "WARY_PLATFORMS": "telegram",
            "WARY_DATABASE_URL": f"sqlite:///{database}",
            "WARY_TELEGRAM_TOKEN": TOKEN,
            "WARY_TELEGRAM_API_URL": await listening(answer),
            "WARY_TELEGRAM_PAID": "yes",
            "WARY_PORT": str(port),
            **more,
        }
        if hooked:
            environment["WARY_TELEGRAM_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/tg"
        command = [sys.executable, "-m", "bot", "serve"]
        with log.open("w") as out:
            running = subprocess.Popen(  # noqa: S603, ASYNC220
                command, cwd=ROOT, env=environment, stdout=out, stderr=out
            )
            try:
                yield Served(psutil.Process(running.pid), port, database, log)
            finally:
                running.terminate()
                running.wait(20)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
