"""Files that a card carries, written where the person at the keyboard finds them.

Rule 1: nobody else may read them, and nothing that is there already is written over.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.core.card import Text
from bot.core.message import File, Message, words
from bot.platforms.terminal import encode
from bot.ports import Tools

OWN = 0o600
"""Read and written by their owner alone."""

TRIES = 100
"""Most numbers that are tried behind the name of a second."""


def handed(message: Message, tools: Tools) -> str:
    """Write the files of *message* where the process was started, and return what is printed.

    That is where they are, or that it could not be done.
    """
    try:
        paths = write(Path.cwd(), message.carried, tools.now())
    except OSError:
        key, paths = "terminal.no_files", ()
    else:
        key = "terminal.files"
    line = encode.wrapped(words(tools.translate(message.lang, Text(key))), encode.WIDTH)
    return "\n".join([line, *map(str, paths)])


def write(folder: Path, files: Sequence[File], at: datetime) -> tuple[Path, ...]:
    """Write *files* into *folder*, *at* in their names, and return their paths.

    Raises:
        OSError: one could not be written.
    """
    return tuple(_written(folder, file, f"{at:%Y%m%d-%H%M%S}") for file in files)


def _written(folder: Path, file: File, when: str) -> Path:
    stem, _, end = file.name.rpartition(".")
    for number in range(1, TRIES + 1):
        more = f"-{number}" if number > 1 else ""
        path = folder / f"{stem}-{when}{more}.{end}"
        try:
            path.touch(OWN, exist_ok=False)
        except FileExistsError:
            continue
        path.write_bytes(file.content)
        return path
    raise FileExistsError(path)
