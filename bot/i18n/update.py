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
from bot.i18n.check import ids_of
from bot.i18n.pofile import CATALOGUES, Entry, PoFile, opened
from bot.i18n.read import MESSAGES
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
    """What an update found; ``changed`` holds the files that were written."""

    locale: str
    counts: tuple[Count, ...]
    changed: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()


def update(folder: Path, locale: str, sources: Mapping[str, Source]) -> Summary:
    """Bring the PO files of *locale* under *folder* up to *sources*, and return what was done.

    Same msgctxt and same English: kept.  Same msgctxt and new English: the translation is kept,
    marked fuzzy, with the old English in ``#|``.  New msgctxt: empty.  Gone: obsolete.

    Args:
        folder: a ``locales/`` directory; what is missing below it is made.
        locale: BCP 47 tag.
        sources: every key of this folder's pack, in the order that the files shall have.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: *locale* is unknown.
    """
    counts: list[Count] = []
    changed: list[Path] = []
    faults: list[Fault] = []
    for catalogue in CATALOGUES:
        path = folder / locale / MESSAGES / f"{catalogue}.po"
        wanted = [one for one in sources.values() if one.catalogue == catalogue]
        if not wanted and not path.is_file():
            continue
        old = _found(path, locale)
        if isinstance(old, Fault):
            faults.append(old)
            continue
        entries, obsolete = merged(old, wanted, plural_forms(locale)[0])
        lines = [Line(*pair) for pair in zip(entries, wanted, strict=True)]
        if put(path, written(locale, old, lines, obsolete)):
            changed.append(path)
        counts.append(_count(catalogue, entries, len(obsolete)))
    return Summary(locale, tuple(counts), tuple(changed), tuple(faults))


def coverage(
    folders: Sequence[Path], locale: str, sources: Mapping[str, Source]
) -> tuple[Count, ...]:
    """Return how far *locale* is in each catalogue, over all packs, without writing anything.

    Stale is what is fuzzy or was made for other English; a file that cannot be read is empty.

    Raises:
        OSError: a file cannot be read.
        ValueError: *locale* is unknown.
    """
    counts: list[Count] = []
    forms = plural_forms(locale)[0]
    for catalogue in CATALOGUES:
        paths = (folder / locale / MESSAGES / f"{catalogue}.po" for folder in folders)
        read = [opened(path, locale) for path in paths if path.is_file()]
        every = [entry for po in read if isinstance(po, PoFile) for entry in po.entries]
        wanted = [one for one in sources.values() if one.catalogue == catalogue]
        entries, gone = merged(PoFile("", tuple(every)), wanted, forms)
        counts.append(_count(catalogue, entries, len(gone)))
    return tuple(counts)


def _found(path: Path, locale: str) -> PoFile | Fault:
    """Return the file at *path*, an empty one where there is none, or why it cannot be merged."""
    if not path.is_file():
        return PoFile(path.as_posix())
    po = opened(path, locale)
    seen: dict[str, int] = {}
    for entry in po.entries if isinstance(po, PoFile) else ():
        if entry.key in seen:
            wrong = f"already on line {seen[entry.key]}"
            return Fault(path.as_posix(), entry.line, entry.key, wrong, "delete one")
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
    """Write *text* to *path* in one step, and return whether it was another text before."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == text.encode():
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(text.encode())
    draft.replace(path)
    return True
