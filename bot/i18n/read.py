"""Reading what translators wrote: folders of PO files become the catalogues, or faults.

Rule 1: all faults are found, not the first; a faulty entry counts as untranslated.
Rule 2: a new language is a new folder and nothing else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bot.core.source import Fault, Source
from bot.i18n.apart import Apart, taken
from bot.i18n.catalogues import Catalogues, Current, Shelf
from bot.i18n.check import in_entry, in_header
from bot.i18n.pofile import CATALOGUES, Entry, PoFile, opened
from bot.i18n.review import reviewed
from bot.i18n.tags import locale_of, plural_forms

MESSAGES = "LC_MESSAGES"
"""The folder in which gettext looks for catalogues."""

AT_ONCE = 4
"""Most processes that read at one moment: each may take as much memory as its limits allow."""

Files = Iterable[tuple[str, PoFile | Fault]]
"""The catalogues of one folder by name, each read or refused."""

Own = Callable[[Path, str], Files]
"""Reads the catalogues of one of our own folders, in the language of a tag."""


def read(
    folders: Sequence[Path],
    sources: Mapping[str, Source],
    source_language: str,
    languages: Sequence[str],
    past: Collection[tuple[int, str]] = (),
    readers: "Readers | None" = None,
) -> tuple[Catalogues, tuple[Fault, ...]]:
    """Return the catalogues under *folders*, and everything that is wrong in them.

    Args:
        folders: ``locales/`` directories, laid out ``<tag>/LC_MESSAGES/<catalogue>.po``; several
            where several packs run together.
        sources: every key with its English; a msgctxt is looked up here.
        source_language: the tag of the language that *sources* are in; always offered.
        languages: tags that may be offered, the deployment's own first; one without a folder
            is not.
        past: place of a folder, and a key of which it speaks in vain: a later pack has replaced
            the text.
        readers: read the files; None for ``files`` in this process.

    Raises:
        OSError: the disk does not give a file.
        ValueError: *source_language* is unknown.
    """
    locale_of(source_language)
    faults = [fault for folder in folders for fault in _names(folder)]
    homes = _homes(folders, [tag for tag in languages if tag != source_language])
    shelves: dict[str, Shelf] = {}
    for tag, shelved in _all(homes, readers or Readers()):
        found = _Language(tag, sources)
        found.take_all(shelved, past)
        shelves[tag] = Shelf(found.current, found.reviewed)
        faults += found.faults
    offered = [tag for tag in languages if tag == source_language or tag in shelves]
    offered.append(source_language)
    made = Catalogues(sources, source_language, shelves, tuple(dict.fromkeys(offered)))
    return made, tuple(sorted(faults))


@dataclass(slots=True)
class _Language:
    """What was found of one language so far."""

    tag: str
    sources: Mapping[str, Source]
    current: dict[str, Current] = field(default_factory=dict)
    seen: dict[str, Current] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    reviewed: bool = True

    def take_all(self, folders: Iterable[Files], past: Collection[tuple[int, str]]) -> None:
        """Take the catalogues of all *folders*, the first of which is our own."""
        for place, shelved in enumerate(folders):
            self.take(shelved, frozenset(key for at, key in past if at == place))

    def take(self, shelved: Files, past: Collection[str]) -> None:
        """Take the catalogues *shelved* of one folder, by name, but for the keys in *past*."""
        for catalogue, po in shelved:
            if isinstance(po, Fault):
                self.faults.append(po)
                self.reviewed = False
                continue
            self.reviewed &= reviewed(po)
            self.faults += in_header(po, self.tag)
            for entry in (one for one in po.entries if one.key not in past):
                self._enter(po, entry, catalogue)

    def _enter(self, po: PoFile, entry: Entry, catalogue: str) -> None:
        source = self.sources.get(entry.key)
        wrong = list(in_entry(po, entry, catalogue, source))
        here = Current(entry.forms, po.path, entry.line)
        first = self.seen.setdefault(entry.key, here)
        if first is not here:
            place = f"{first.path}:{first.line}"
            twice = Fault(po.path, entry.line, entry.key, f"already at {place}", "delete one")
            wrong.append(twice)
        self.faults += wrong
        counted = source is None or not source.plural or self._counts(po)
        if counted and entry.whole and not entry.fuzzy and not wrong:
            self.current[entry.key] = here

    def _counts(self, po: PoFile) -> bool:
        """Return whether the plural forms of *po* are those of the language."""
        return po.plurals == plural_forms(self.tag)[0]


def _homes(folders: Sequence[Path], languages: Sequence[str]) -> dict[str, list[Path]]:
    """Return where each of *languages* that has a folder anywhere may have one."""
    homes = {tag: [folder / tag / MESSAGES for folder in folders] for tag in languages}
    return {
        tag: own
        for tag, own in homes.items()
        if any(home.is_dir() for home in own) and not _unknown(tag)
    }


def _all(
    homes: Mapping[str, Sequence[Path]], readers: "Readers"
) -> Iterator[tuple[str, Iterable[Files]]]:
    """Yield each language with what lies in its *homes*, as *readers* read it.

    What other processes read they read beside each other, and beside what is done with it here.
    """
    own, apart = readers
    if apart is None:
        for tag, (home, *further) in homes.items():
            yield tag, [own(home, tag), *(files(one, tag) for one in further)]
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [
            (tag, home, [pool.submit(files, one, tag, apart) for one in further])
            for tag, (home, *further) in homes.items()
        ]
        for tag, home, others in begun:
            yield tag, [own(home, tag), *(other.result() for other in others)]


def files(home: Path, tag: str, apart: Apart | None = None) -> list[tuple[str, PoFile | Fault]]:
    """Return the catalogues that lie in *home*, by name, each read or refused.

    A fault without a name is one of the whole folder, of which then nothing is read.

    Raises:
        OSError: the disk does not give a file.
    """
    if apart is not None:
        return taken(home, tag, apart)
    paths = [(catalogue, home / f"{catalogue}.po") for catalogue in CATALOGUES]
    return [(catalogue, opened(path, tag)) for catalogue, path in paths if path.is_file()]


class Readers(NamedTuple):
    """Who reads the catalogues of a folder.

    *own* reads the first folder, ours; *apart* the others in another process, None for this one.
    """

    own: Own = files
    apart: Apart | None = None


def _names(folder: Path) -> Iterator[Fault]:
    """Yield the folders whose name is no language."""
    for home in sorted(folder.glob(f"*/{MESSAGES}")):
        tag = home.parent.name
        if _unknown(tag):
            wrong = f"{tag!r} is not a known BCP 47 tag"
            yield Fault(home.parent.as_posix(), 1, "", wrong, "rename the folder, as in zh-Hans")


def _unknown(tag: str) -> bool:
    try:
        locale_of(tag)
    except ValueError:
        return True
    return False
