"""The catalogues of a pack that somebody else wrote, read in a process that may die of them.

Rule 1: nothing here starts a process: who calls says how what a child wrote is come by.
Rule 2: what crosses is JSON, and is looked at again on this side.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bot.core.source import Fault
from bot.i18n.pofile import CATALOGUES, Entry, PoFile, opened

Apart: TypeAlias = Callable[[Path, str], Iterable[tuple[str, object]]]
"""Runs :func:`serve` in a child, for a folder and a language.

It gives the lines that the child wrote, and last ``("ended", how it died)``, empty where it did
not.
"""


def serve() -> None:
    """Read the catalogues that the command line names; this is what runs in the child."""
    home, shown, tag = sys.argv[1:4]
    for catalogue in CATALOGUES:
        path, name = Path(home) / f"{catalogue}.po", f"{shown}/{catalogue}.po"
        _say("begun", name)
        sys.stdout.flush()
        try:
            po = opened(path, tag, name)
        except FileNotFoundError:
            continue
        except OSError:
            po = Fault(name, 1, "", "cannot be opened", "mend its rights")
        if isinstance(po, Fault):
            _say("fault", [catalogue, po.path, po.line, po.key, po.wrong, po.remedy])
        else:
            _say("file", [catalogue, plain(po)])
    _say("whole", 0)


def _say(kind: str, said: object) -> None:
    sys.stdout.write(json.dumps([kind, said]) + "\n")


def taken(home: Path, tag: str, apart: Apart) -> list[tuple[str, PoFile | Fault]]:
    """Return each catalogue in *home* by name, or what is wrong with it.

    Where the child died nothing that it said is taken: only where it was, under no name.  A folder
    that is a link is not looked into: a pack that somebody else wrote would lead out of itself.
    """
    # The folder, its language's and the one of all languages: all are the pack's.
    for path in (home, *home.parents[:2]):
        if path.is_symlink():
            return [("", linked(path))]
    if not home.is_dir():
        return []
    heard = _Heard(home.as_posix())
    try:
        for kind, said in apart(home, tag):
            heard.take(kind, said)
    except ValueError:
        heard.ended = "it wrote what cannot be understood"
    if heard.whole and not heard.ended:
        return heard.found
    wrong = f"cannot be read within its limits: {heard.ended or 'it ended early'}"
    remedy = "split or shorten it, or take the pack out"
    return [("", Fault(heard.begun, 1, "", wrong, remedy))]


def linked(folder: Path) -> Fault:
    """Return what is wrong with a *folder* of a pack that is a link."""
    return Fault(folder.as_posix(), 1, "", "a symbolic link", "put the folder itself here")


@dataclass(slots=True)
class _Heard:
    """What a child has said so far; ``begun`` is where it is."""

    begun: str
    found: list[tuple[str, PoFile | Fault]] = field(default_factory=list)
    whole: bool = False
    ended: str = ""

    def take(self, kind: str, said: object) -> None:
        """Take one line.

        Raises:
            ValueError: it is none that :func:`serve` writes.
        """
        match kind, said:
            case "begun", str(begun):
                self.begun = begun
            case "file", [str(catalogue), po] if catalogue in CATALOGUES:
                self.found.append((catalogue, understood(po)))
            case "fault", [
                str(catalogue),
                str(path),
                int(line),
                str(key),
                str(wrong),
                str(remedy),
            ]:
                self.found.append((catalogue, Fault(path, line, key, wrong, remedy)))
            case "whole", _:
                self.whole = True
            case "ended", str(ended):
                self.ended = ended
            case _:
                raise ValueError("no line of a child")


def plain(po: PoFile) -> list[object]:
    """Return *po* as lists, texts and numbers."""
    entries = [[_plain(one) for one in every] for every in (po.entries, po.obsolete)]
    return [po.path, *entries, dict(po.header), dict(po.lines), list(po.title)]


def _plain(one: Entry) -> list[object]:
    texts = [list(one.ids), list(one.forms), list(one.previous), list(one.comments)]
    return [one.key, one.line, one.fuzzy, *texts]


def understood(said: object) -> PoFile:
    """Return what :func:`plain` was given.

    Raises:
        ValueError: *said* is nothing that it makes.
    """
    match said:
        case [str(path), [*entries], [*obsolete], dict(header), dict(lines), title]:
            return PoFile(
                path,
                tuple(map(_entry, entries)),
                tuple(map(_entry, obsolete)),
                dict(zip(header, _texts([*header.values()]), strict=True)),
                dict(_numbers(lines)),
                _texts(title),
            )
    raise ValueError("no PO file")


def _numbers(lines: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    for name, line in lines.items():
        if type(line) is not int:
            raise ValueError("no number of a line")
        yield name, line


def _entry(said: object) -> Entry:
    match said:
        case [str(key), int(line), bool(fuzzy), ids, forms, previous, comments]:
            texts = _texts(previous), _texts(comments)
            return Entry(key, _texts(ids), _texts(forms), line, fuzzy, *texts)
    raise ValueError("no entry")


def _texts(said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise ValueError("no texts")
    return tuple(said)
