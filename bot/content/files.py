"""The files of packs as bytes: what may be opened, and what is refused before it is.

Rule 1: this file alone opens what is taught, and it reads only.
Rule 2: a name is looked at before its file; a link is never followed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG

from bot.content.document import quoted
from bot.content.strict import FILE_BYTES, visible
from bot.core.source import Fault

FILES = 2000
"""Most files of one pack.  Source: content.md, section 1."""

PACK_BYTES = 50 * 1024 * 1024
"""Most bytes of one pack.  Source: content.md, section 1."""

LEVELS = 2
"""Folders above a file: ``lessons`` or ``quizzes``, and the topic."""

FOLDERS = ("lessons", "quizzes")
"""What is read of a pack as a whole; its ``locales`` are i18n's but for one file."""

SPOKEN, DISTRESS = "locales", "distress.yaml"
"""Where a pack has its languages, and the file of a language that is read here."""

_FOLDER_NAME = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_FILE_NAME = re.compile(r"[a-z0-9_-]{1,64}\.yaml", re.ASCII)


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one file.  ``parts`` lead to it in its pack; ``path`` is for people."""

    path: str
    parts: tuple[str, ...]
    data: bytes
    pack: int = 0


@dataclass(slots=True)
class _Tally:
    """What one pack has come to so far."""

    name: str
    files: int = 0
    size: int = 0
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, path: str, wrong: str, remedy: str) -> None:
        self.faults.append(Fault(path, 1, "", wrong, remedy))

    @property
    def full(self) -> bool:
        return self.files > FILES or self.size > PACK_BYTES


def named(roots: Sequence[Path]) -> list[str]:
    """Return how the paths of each pack begin: ours at the pack, others with its folder's name.

    Packs whose folders have one name are told apart by the whole path.
    """
    names = [root.absolute().name for root in roots]
    return [
        "" if pack == 0 else f"{root if names[1:].count(names[pack]) > 1 else names[pack]}/"
        for pack, root in enumerate(roots)
    ]


def gather(
    roots: Sequence[Path], names: Sequence[str] | None = None
) -> tuple[list[File], list[Fault]]:
    """Return the files of the packs at *roots* and what could not be opened.

    *names* are how the paths of each begin in faults; by default those of :func:`named`.
    """
    files: list[File] = []
    faults: list[Fault] = []
    for pack, (root, name) in enumerate(zip(roots, names or named(roots), strict=True)):
        tally = _Tally(name)
        for folder in FOLDERS:
            found = _walk(root / folder, (folder,), pack, tally)
            files += [file for file in found if not tally.full]
        files += [file for file in _spoken(root / SPOKEN, pack, tally) if not tally.full]
        faults += tally.faults
    return files, faults


def _spoken(home: Path, pack: int, tally: _Tally) -> Iterator[File]:
    """Yield the words of distress of each language; a pack need not have any."""
    for path in sorted(home.glob(f"*/{DISTRESS}")):
        if tally.full:
            return
        tag = path.parent.name
        if path.parent.is_symlink() or not _TAG.fullmatch(tag):
            wrong, remedy = "an unknown folder", "name it by its language, as in zh-Hans"
            tally.refuse(f"{tally.name}{SPOKEN}/{visible(tag)}", wrong, remedy)
        else:
            yield from _entry(path, (SPOKEN, tag, DISTRESS), pack, tally)


def _walk(folder: Path, parts: tuple[str, ...], pack: int, tally: _Tally) -> Iterator[File]:
    """Yield the files below *folder*, at most two folders deep, in the order of their names."""
    shown = tally.name + "/".join(parts)
    try:
        mode = folder.lstat().st_mode
        names = sorted(path.name for path in folder.iterdir()) if S_ISDIR(mode) else []
    except OSError:
        tally.refuse(shown, "cannot be opened", "make the folder, or mend its rights")
        return
    if not S_ISDIR(mode):
        tally.refuse(shown, "not a folder", "put a real folder in its place")
        return
    for name in names:
        if tally.full:
            return
        yield from _entry(folder / name, (*parts, name), pack, tally)


def _entry(path: Path, parts: tuple[str, ...], pack: int, tally: _Tally) -> Iterator[File]:
    """Yield what stands at *path*, or nothing where it is refused."""
    shown = tally.name + visible("/".join(parts))
    try:
        status = path.lstat()
    except OSError:
        tally.refuse(shown, "cannot be opened", "mend its rights")
        return
    if S_ISLNK(status.st_mode):
        tally.refuse(shown, "a symbolic link", "put the file itself here")
    elif S_ISDIR(status.st_mode):
        if len(parts) > LEVELS or not _FOLDER_NAME.fullmatch(path.name):
            tally.refuse(shown, "an unknown folder", "use lessons/<topic> and quizzes/<topic>")
        else:
            yield from _walk(path, parts, pack, tally)
    elif not S_ISREG(status.st_mode):
        tally.refuse(shown, "not a plain file", "delete it")
    elif not _FILE_NAME.fullmatch(path.name):
        wrong = f"{quoted(path.name)} as a name"
        tally.refuse(shown, wrong, "use a-z, 0-9, '_' and '-', and end in .yaml")
    else:
        yield from _file(path, shown, parts, pack, tally)


def _file(
    path: Path, shown: str, parts: tuple[str, ...], pack: int, tally: _Tally
) -> Iterator[File]:
    tally.files += 1
    if tally.files > FILES:
        tally.refuse(shown, f"more than {FILES} files in the pack", "make a second pack")
        return
    data = load(path)
    if data is None:
        tally.refuse(shown, "cannot be opened", "mend its rights")
        return
    tally.size += len(data)
    if tally.size > PACK_BYTES:
        tally.refuse(shown, f"more than {PACK_BYTES} bytes in the pack", "make a second pack")
        return
    yield File(shown, parts, data, pack)


def load(path: Path) -> bytes | None:
    """Return the bytes of *path*, never more than one over the limit; None: not to be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(FILE_BYTES + 1)
    except OSError:
        return None
