"""A pack that somebody else wrote, parsed in a process of its own that may die of it.

Rule 1: this file alone starts processes and sets their limits.
Rule 2: what crosses is JSON, one line a file, and is looked at again on this side.
Rule 3: the child is given no environment: no token, no key, no address.

Our own pack is parsed in this process: whoever can change it can change the program beside it, and
a bot without further packs starts no process at all.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bot.content.files import gather
from bot.content.parsed import Parsed, parsed, plain, plain_fault, understood, understood_fault
from bot.core.source import Fault

MEMORY = 256 * 1024 * 1024
"""Most address space of the child, in bytes.  Source: trust.md, A18."""

CPU_SECONDS = 5
"""Most time of a processor.  Source: trust.md, A18."""

WALL_SECONDS = 30.0
"""Most time on the clock, for a disk that hangs or a machine that does ten things at once."""

OUT_BYTES = 128 * 1024 * 1024
"""Most bytes that it may write: a pack has 50 MB, and a line number stands by each text."""

_PROGRAM = "from bot.content.child import serve; serve()"
_HOME = Path(__file__).parents[2]
"""The folder that holds the package, in a checkout and in a wheel."""


def apart(root: Path, pack: int, name: str) -> tuple[list[Parsed], list[Fault]]:
    """Return the files of the pack at *root*, parsed in a child, and what could not be opened.

    Args:
        root: the pack's folder.
        pack: its place in the list.
        name: how its paths begin in faults, with the ``/``.
    """
    heard = _Heard(f"{name}lessons", pack)
    try:
        for kind, said in confined(_PROGRAM, str(root.absolute()), name):
            heard.take(kind, said)
    except ValueError:
        heard.ended = "it wrote what cannot be understood"
    if heard.whole and not heard.ended:
        return heard.files, heard.faults
    limits = f"{MEMORY // 1024 // 1024} MB and {CPU_SECONDS} s"
    wrong = f"cannot be read within {limits}: {heard.ended or 'it ended early'}"
    died = Fault(heard.begun, 1, "", wrong, "split or shorten it, or take the pack out")
    return [], [*heard.faults, died]


@dataclass(slots=True)
class _Heard:
    """What a child has said so far; ``begun`` is where it is."""

    begun: str
    pack: int
    files: list[Parsed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = False
    ended: str = ""

    def take(self, kind: str, said: Any) -> None:
        """Take one line.

        Raises:
            ValueError: what it says is nothing that :func:`serve` writes.
        """
        match kind:
            case "begun":
                self.begun = str(said)
            case "file":
                self.files.append(understood(said, self.pack))
            case "fault":
                self.faults.append(understood_fault(said))
            case "whole":
                self.whole = True
            case "ended":
                self.ended = str(said)


def confined(program: str, *words: str) -> Iterator[tuple[str, Any]]:
    """Run *program* with *words* in a child, and yield what each line that it wrote says.

    Last comes ``("ended", how it died)``, empty where it did not.  The program calls
    :func:`limit` first.
    """
    command = [sys.executable, "-B", "-E", "-s", "-c", program, *words]
    with tempfile.TemporaryFile() as out:
        ended = ""
        try:
            done = subprocess.run(  # noqa: S603 - our own program, and paths as one argument each
                command,
                cwd=_HOME,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                timeout=WALL_SECONDS,
                check=False,
            )
            ended = f"it ended with code {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            ended = f"it took more than {WALL_SECONDS:.0f} s"
        out.seek(0)
        yield from _lines(out)
        yield "ended", ended


def _lines(out: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield what each line of *out* says, up to the first that is none of ours."""
    with suppress(ValueError, RecursionError):
        for line in out:
            match json.loads(line):
                case [str(kind), said]:
                    yield kind, said
                case _:
                    return


def serve() -> None:
    """Parse the pack that the command line names; this is what runs in the child."""
    limit()
    root, name = sys.argv[1:3]
    files, faults = gather([Path(root)], [name])
    for fault in faults:
        _say("fault", plain_fault(fault))
    for file in files:
        _say("begun", file.path)
        sys.stdout.flush()
        _say("file", plain(parsed(file)))
    _say("whole", len(files))


def _say(kind: str, said: object) -> None:
    # ASCII: half characters in a name leave as escapes, where UTF-8 has no form for them.
    sys.stdout.write(json.dumps([kind, said]) + "\n")


def limit() -> None:
    """Give this process its limits, where the system knows any."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - no such module on Windows: the clock alone limits there

        for what, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_FSIZE, OUT_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
