"""Merging by msgctxt: what a translator wrote stays with its key, however its English changes.

Rule 1: nothing is paired because it looks alike.
Rule 2: words once written stay: a key that goes leaves an obsolete entry.
Rule 3: a file that cannot be read, or says one key twice, is left as it is.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.core.source import Fault, Source
from bot.i18n.apart import Apart
from bot.i18n.check import ids_of
from bot.i18n.pofile import CATALOGUES, Entry, PoFile
from bot.i18n.read import MESSAGES, files
from bot.i18n.tags import plural_forms
from bot.i18n.write import Line, written


@dataclass(frozen=True, slots=True)
class Count:
    """How far one catalogue of one language is; ``gone`` counts its obsolete entries."""

    catalogue: str
    complete: int = 0
    stale: int = 0
    empty: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found; ``changed`` holds the files that were written, ``faults`` all left alone."""

    locale: str
    counts: tuple[Count, ...]
    changed: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()


def update(
    folder: Path, locale: str, sources: Mapping[str, Source], apart: Apart | None = None
) -> Summary:
    """Bring the PO files of *locale* under *folder* up to *sources*, and return what was done.

    Same msgctxt and same English: kept.  Same msgctxt and new English: the translation is kept,
    marked fuzzy, with the old English in ``#|``.  New msgctxt: empty.  Gone: obsolete.

    Args:
        folder: a ``locales/`` directory; what is missing below it is made.
        locale: BCP 47 tag.
        sources: every key of this folder's pack, in the order that the files shall have.
        apart: reads the files in another process, where somebody else wrote them.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: *locale* is unknown.
    """
    counts: list[Count] = []
    changed: list[Path] = []
    forms = plural_forms(locale)[0]
    home = folder / locale / MESSAGES
    found, faults = _found(home, locale, apart)
    for catalogue in CATALOGUES if "" not in found else ():
        wanted = [one for one in sources.values() if one.catalogue == catalogue]
        old = found.get(catalogue, PoFile("") if wanted else None)
        if old is None or isinstance(old, Fault):
            continue
        path = home / f"{catalogue}.po"
        entries, obsolete = merged(old, wanted, forms)
        lines = [Line(*pair) for pair in zip(entries, wanted, strict=True)]
        if put(path, written(locale, old, lines, obsolete)):
            changed.append(path)
        counts.append(_count(catalogue, entries, len(obsolete)))
    return Summary(locale, tuple(counts), tuple(changed), faults)


def coverage(
    folders: Sequence[Path],
    locale: str,
    sources: Mapping[str, Source],
    apart: Apart | None = None,
) -> Summary:
    """Return how far *locale* is in each catalogue, over all packs, without writing anything.

    Stale is what is fuzzy or was made for other English; a file that cannot be read is empty, and
    told.  *apart* reads the files in another process, where somebody else wrote them.

    Raises:
        OSError: a file cannot be read.
        ValueError: *locale* is unknown.
    """
    counts: list[Count] = []
    forms = plural_forms(locale)[0]
    homes = (folder / locale / MESSAGES for folder in folders)
    read = [one for home in homes for one in files(home, locale, apart)]
    for catalogue in CATALOGUES:
        named = [po for name, po in read if name == catalogue and isinstance(po, PoFile)]
        every = [entry for po in named for entry in po.entries]
        wanted = [one for one in sources.values() if one.catalogue == catalogue]
        entries, gone = merged(PoFile("", tuple(every)), wanted, forms)
        counts.append(_count(catalogue, entries, len(gone)))
    return Summary(locale, tuple(counts), (), tuple(po for _, po in read if isinstance(po, Fault)))


def _found(
    home: Path, locale: str, apart: Apart | None
) -> tuple[Mapping[str, PoFile | Fault], tuple[Fault, ...]]:
    """Return the files in *home* by catalogue, and why some cannot be merged.

    What has no name stands for the folder: nothing is made in it, not even a file that is missing.
    """
    found = {name: _once(po) for name, po in files(home, locale, apart)}
    return found, tuple(po for po in found.values() if isinstance(po, Fault))


def _once(po: PoFile | Fault) -> PoFile | Fault:
    """Return *po*, or where it says a key for the second time."""
    seen: dict[str, int] = {}
    for entry in po.entries if isinstance(po, PoFile) else ():
        if entry.key in seen:
            wrong = f"already on line {seen[entry.key]}"
            return Fault(po.path, entry.line, entry.key, wrong, "delete one")
        seen[entry.key] = entry.line
    return po


def merged(
    old: PoFile, wanted: Iterable[Source], forms: int
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries for *wanted*, in its order, and the obsolete ones, by key.

    Args:
        old: the file as it was.
        wanted: the texts of this catalogue.
        forms: how many plural forms the language has.
    """
    known: dict[str, Entry] = {}
    for entry in (*old.entries, *old.obsolete):
        if not any(known[entry.key].forms if entry.key in known else ()):
            known[entry.key] = entry
    entries = tuple(_merged(known.pop(one.key, None), one, forms) for one in wanted)
    left = (entry for entry in known.values() if any(entry.forms))
    return entries, tuple(sorted(left, key=lambda entry: entry.key))


def _merged(old: Entry | None, source: Source, forms: int) -> Entry:
    """Return the entry of *source*, with what *old* has for its key."""
    ids = ids_of(source)
    size = forms if len(ids) > 1 else 1
    if old is None:
        return Entry(source.key, ids, ("",) * size)
    kept = replace(old, forms=_sized(old.forms, size), ids=ids)
    if not any(kept.forms):
        return replace(kept, fuzzy=False, previous=())
    if old.ids == ids:
        return replace(kept, previous=old.previous if old.fuzzy else ())
    meant = old.previous if old.fuzzy and old.previous else old.ids
    if meant == ids:  # the English came back to what was translated
        return replace(kept, fuzzy=False, previous=())
    return replace(kept, fuzzy=True, previous=meant)


def _sized(forms: tuple[str, ...], size: int) -> tuple[str, ...]:
    """Return *forms* as *size* of them: a text that now counts lends its words to every form."""
    if len(forms) == size:
        return forms
    if len(forms) == 1:
        return forms * size
    if size == 1:
        return (forms[-1],)
    return (*forms, *("",) * size)[:size]


def _count(catalogue: str, entries: Sequence[Entry], gone: int) -> Count:
    empty = sum(not any(entry.forms) for entry in entries)
    complete = sum(entry.whole and not entry.fuzzy for entry in entries)
    return Count(catalogue, complete, len(entries) - complete - empty, empty, gone)


def put(path: Path, text: str) -> bool:
    """Write *text* to *path* in one step, and return whether it was another text before.

    Raises:
        OSError: it cannot be written.
    """
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == text.encode():
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    # Whatever lies there goes first: a link that came with a pack would be written through.
    draft.unlink(missing_ok=True)
    with draft.open("xb") as stream:
        stream.write(text.encode())
    draft.replace(path)
    return True
