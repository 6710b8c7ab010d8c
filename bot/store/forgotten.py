"""The erase journal: who was forgotten, in a file outside the database and of every copy of it.

Rule 1: a line is on the disk before the erasure is committed, so that no copy of the database
that is put back can bring anybody back.
Rule 2: a line holds a random name and the keyed fingerprint of an address: without the key it
says nothing of anybody.
Rule 3: lines are added and never changed; half a line is one that was never promised.
"""

import fcntl
import re
import secrets
from collections.abc import Mapping, Sequence
from errno import ENOSPC
from os import fsync
from pathlib import Path
from typing import IO, Final

from bot.ports import StoreDown, Unfit
from bot.store.sealing import PRIVATE, Seal

NAME_BYTES: Final = 16
"""Length of an erasure's name, in bytes: random, so that nobody's name tells when or who."""

_LINE: Final = re.compile(rb"([0-9a-f]{32}) ([0-9a-f]{64})")


class JournalFault(Unfit):
    """The erase journal cannot be used; the message says why and what to do."""


class Journal:
    """The journal of one database; without a path it lives in memory, as the database does."""

    def __init__(self, path: Path | None, seal: Seal) -> None:
        self._path = path
        mark = seal.digest("naming the erase journal", "").hex()[:32]
        self._head = f"wary erase journal 1 {mark}\n".encode()
        # Entered and not yet known to be committed, by fingerprint.
        self._open: dict[bytes, list[bytes]] = {}

    def __str__(self) -> str:
        """Return where it is."""
        return str(self._path or "the journal in memory")

    @property
    def missing(self) -> bool:
        """Return whether there ought to be a file and is none."""
        return self._path is not None and not self._path.exists()

    def make(self) -> None:
        """Make the file if there is none, whole or not at all.

        Raises:
            JournalFault: it cannot be made.
        """
        if self._path is None or self._path.exists():
            return
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            draft.touch(mode=PRIVATE, exist_ok=False)
            with draft.open("wb") as file:
                file.write(self._head)
                file.flush()
                fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise JournalFault(
                f"{self._path}: {error.strerror}; set WARY_ERASE_JOURNAL to a file in a folder "
                "that is there and writable"
            ) from error

    def read(self) -> Mapping[bytes, bytes]:
        """Return the name of each erasure to the fingerprint of its address.

        Raises:
            JournalFault: the file is missing, of another key, or damaged.
        """
        if self._path is None:
            return {}
        try:
            found = self._path.read_bytes()
        except OSError as error:
            raise JournalFault(
                f"{self._path}: the erase journal cannot be read ({error.strerror}); put it back"
            ) from error
        if not found.startswith(self._head):
            raise JournalFault(
                f"{self._path}: no erase journal of this key; put back the one of this database"
            )
        # Behind the last end of a line stands what was cut off by a crash: never committed.
        lines = found[len(self._head) :].split(b"\n")[:-1]
        return dict(self._entry(number, line) for number, line in enumerate(lines, start=2))

    def _entry(self, number: int, line: bytes) -> tuple[bytes, bytes]:
        entry = _LINE.fullmatch(line)
        if entry is None:
            raise JournalFault(f"{self._path}:{number} is damaged; put back a good copy")
        name, lookup = (bytes.fromhex(part.decode()) for part in entry.groups())
        return name, lookup

    def enter(self, lookups: Sequence[bytes]) -> Sequence[bytes]:
        """Write down that *lookups* are forgotten, on the disk, and return what to record.

        Among the names are those of earlier tries that were not committed: they are done with
        this one, and must not be done again when somebody has come back.

        Raises:
            StoreDown: it could not be written; nothing may be forgotten.
        """
        names = {lookup: secrets.token_bytes(NAME_BYTES) for lookup in lookups}
        if self._path is not None:
            lines = b"".join(f"{n.hex()} {at.hex()}\n".encode() for at, n in names.items())
            self._append(self._path, lines)
        for lookup, name in names.items():
            self._open.setdefault(lookup, []).append(name)
        return [name for lookup in names for name in self._open[lookup]]

    def done(self, lookups: Sequence[bytes]) -> None:
        """Take the erasure of *lookups* as committed."""
        for lookup in lookups:
            self._open.pop(lookup, None)

    def _append(self, path: Path, lines: bytes) -> None:
        try:
            # Not "a", which would make a file anew that somebody took away.
            with path.open("r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _write_whole(file, lines)
        except OSError as error:
            raise StoreDown(f"{path}: nobody can be forgotten: {error.strerror}") from error


def _write_whole(file: IO[bytes], lines: bytes) -> None:
    """Add *lines* at the end of *file* and wait for the disk; all of them or none."""
    end = file.seek(0, 2)
    file.seek(0)
    whole = file.read(end).rfind(b"\n") + 1 if _torn(file, end) else end
    try:
        file.truncate(whole)
        file.seek(whole)
        for line in lines.splitlines(keepends=True):
            _write_line(file, line)
        fsync(file.fileno())
    except OSError:
        file.truncate(whole)
        raise


def _write_line(file: IO[bytes], line: bytes) -> None:
    if file.write(line) != len(line):
        raise OSError(ENOSPC, "the disk is full")


def _torn(file: IO[bytes], end: int) -> bool:
    file.seek(end - 1)
    torn = file.read(1) != b"\n"
    file.seek(0)
    return torn
