"""How much one PO file may hold: looked at before anything is parsed.

Rule 1: a file over a cap is refused whole, with the line where it goes over.
"""

from collections.abc import Sequence
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from bot.core.source import Fault

FILE_BYTES = 4 * 1024 * 1024
"""Largest file, in bytes: ten times the catalogue of 1,000 questions."""

ENTRIES = 20_000
"""Most entries of a file."""

STRING_CHARACTERS = 8192
"""Longest string of an entry, in characters: twice the longest message of any platform."""


def loaded(path: Path, shown: str) -> bytes | Fault:
    """Return the bytes of *path*, or why it is not opened; *shown* is its name for people.

    Raises:
        OSError: the disk does not give it.
    """
    mode = path.lstat().st_mode
    if S_ISLNK(mode):
        return Fault(shown, 1, "", "a symbolic link", "put the file itself here")
    if not S_ISREG(mode):
        return Fault(shown, 1, "", "not a plain file", "delete it")
    with path.open("rb") as stream:
        raw = stream.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        wrong = f"more than {FILE_BYTES} bytes"
        return Fault(shown, 1, "", wrong, "split the pack, or delete obsolete entries")
    return raw


def too_much(lines: Sequence[str], shown: str) -> Fault | None:
    """Return where the stripped *lines* of a PO file go over a cap, None where they do not."""
    entries = size = begun = 0
    for number, line in enumerate(lines, start=1):
        word, quote, rest = line.partition('"')
        if not quote or line.startswith(("#.", "#:", "#,", "# ")):
            continue
        if word.strip("#~| "):
            begun, size = number, 0
            # A msgid, because every entry has one and an obsolete one may have no msgctxt.
            entries += word.strip("#~ ") == "msgid"
        size += len(rest) - 1
        if entries > ENTRIES:
            wrong = f"more than {ENTRIES} entries"
            return Fault(shown, number, "", wrong, "split the pack, or delete obsolete entries")
        if size > STRING_CHARACTERS:
            wrong = f"a string of more than {STRING_CHARACTERS} characters"
            return Fault(shown, begun or number, "", wrong, "shorten it")
    return None
