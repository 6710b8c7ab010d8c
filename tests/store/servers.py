"""A real PostgreSQL for the suite: one that is named, or one started here and thrown away."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMED = "WARY_TEST_POSTGRES_URL"
"""Environment variable: a server whose user may create databases, as a URL without a database."""


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL on this machine."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def started(programs: Path, home: Path) -> Iterator[str]:
    """Start a server in *home*, which must not exist, and yield its URL without a database."""
    home.mkdir(parents=True)
    # The server refuses to run as root, so root lends it to nobody.
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(home, user)
    data, port = home / "data", _free_port()
    _run(user, programs / "initdb", "-D", data, "-U", "wary", "-A", "trust", "-E", "UTF8", "-N")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {home}"
    start = ("-D", data, "-o", options, "-l", home / "log", "-w", "start")
    _run(user, programs / "pg_ctl", *start)
    try:
        yield f"postgresql://wary@127.0.0.1:{port}"
    finally:
        _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
