"""What is wrong in one PO file: every finding with place and remedy.

Rule 1: what a translation may hold follows from its source; no fault needs a second file.
Rule 2: an entry with a fault is not served; one with a warning is what it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bot.core.source import Fault, Source
from bot.i18n.isolate import CONTROLS
from bot.i18n.pattern import balanced, holes
from bot.i18n.pofile import Entry, PoFile
from bot.i18n.review import REVIEW, reviewed
from bot.i18n.tags import plural_forms

_DIRECTION = re.compile(f"[{CONTROLS}]")
_UNSEEN = ("Cc", "Cf")
_WANTED = "\n\u200c\u200d"
"""Unseen characters that a language or a sign needs: line end, joiner and non-joiner."""

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\]\(|__|~~|\|\|")
"""Markup of others: HTML and what Markdown has beyond our three marks."""

UNKNOWN = "no such string"
"""What is no fault of a translation where a file is refused that may have held the text."""

BEHIND = "msgid differs from the YAML"
"""What is a doubt while serving, where the text falls back, and a fault before a release."""


def ids_of(source: Source) -> tuple[str, ...]:
    """Return the msgid of *source*, and its msgid_plural where it counts."""
    if not source.plural:
        return (source.text,)
    return source.plural.get("one", source.text), source.text


def in_header(po: PoFile, tag: str) -> Iterator[Fault]:
    """Yield what is wrong with a file as a whole: plural forms, native review, dead entries."""
    wanted, _ = plural_forms(tag)
    line = po.lines.get("Plural-Forms", 1)
    if po.plurals != wanted:
        wrong = f"{po.plurals} forms, {tag} has {wanted}" if po.plurals else "missing"
        yield Fault(po.path, line, "Plural-Forms", wrong, "copy the header of the template")
    if any(entry.whole for entry in po.entries) and not reviewed(po):
        wrong = "no native reader has checked this file as it is"
        yield _warning(po, po.lines.get(REVIEW, 1), REVIEW, wrong, "ask one to read it")
    if po.obsolete:
        first = min(entry.line for entry in po.obsolete)
        wrong = f"obsolete entries from here on: {len(po.obsolete)}"
        yield _warning(po, first, "", wrong, "delete those that will not come back")


def in_entry(po: PoFile, entry: Entry, catalogue: str, source: Source | None) -> Iterator[Fault]:
    """Yield what is wrong with one entry of the file *catalogue*; None for an unknown key."""
    if source is None or source.catalogue != catalogue:
        yield Fault(po.path, entry.line, entry.key, UNKNOWN, "run wary i18n update")
        return
    if entry.ids != ids_of(source):
        yield _warning(po, entry.line, entry.key, BEHIND, "run wary i18n update")
        return
    if entry.fuzzy or not any(entry.forms):
        return
    for wrong, remedy in dict.fromkeys(_in_words(entry, source)):
        yield Fault(po.path, entry.line, entry.key, wrong, remedy)


def _warning(po: PoFile, line: int, key: str, wrong: str, remedy: str) -> Fault:
    return Fault(po.path, line, key, wrong, remedy, warning=True)


def _in_words(entry: Entry, source: Source) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for the words of a translation that is up to date."""
    if any(entry.forms) and not entry.whole:
        yield "some plural forms are empty", "fill all of them, or none"
    for form in entry.forms:
        yield from _unseen(form)
        yield from _marks(form, source)
        if source.catalogue == "interface":
            yield from _placeholders(form, source)


def _unseen(form: str) -> Iterator[tuple[str, str]]:
    if form.isprintable():  # None of them is; most texts end here.
        return
    for column, char in enumerate(form, start=1):
        if char not in _WANTED and unicodedata.category(char) in _UNSEEN:
            reason = ", the renderer sets direction" if _DIRECTION.match(char) else ""
            yield f"U+{ord(char):04X} on column {column}", f"delete it{reason}"


def _marks(form: str, source: Source) -> Iterator[tuple[str, str]]:
    english = source.plural.values() if source.plural else (source.text,)
    if not balanced(form) and all(balanced(one) for one in english):
        yield "a mark without its partner", "write **bold**, *italic* or `code` in pairs"
    known = {found[0] for one in english for found in _MARKUP.finditer(one)}
    for found in _MARKUP.finditer(form):
        if found[0] not in known:
            wrong = f"{found[0]!r} is other markup"
            yield wrong, "use **bold**, *italic* and `code` only"


def _placeholders(form: str, source: Source) -> Iterator[tuple[str, str]]:
    """Yield placeholders lost or added; a plural form may do without ``{count}``."""
    english: Mapping[str, str] = source.plural or {"other": source.text}
    allowed = frozenset[str]().union(*(holes(one) for one in english.values()), holes(source.text))
    needed = holes(source.text) - ({"count"} if source.plural else set())
    there = holes(form)
    meant: set[str] = set()
    for name in sorted(there - allowed):
        close = get_close_matches(name, sorted(allowed), n=1)
        meant.update(close)
        remedy = f"did you mean {{{close[0]}}}?" if close else "delete it"
        yield f"{{{name}}} is not in the source", remedy
    for name in sorted(needed - there - meant):
        remedy = "put it after a colon" if "." in name else "put it back"
        yield f"{{{name}}} is missing", remedy
