"""One PO file, read: its entries by msgctxt, its header, and why it cannot be read.

Rule 1: Babel parses; what Babel would swallow or lose is checked or kept here.
Rule 2: nothing here knows the source texts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po, unescape

from bot.core.source import Fault
from bot.i18n.caps import loaded, too_much
from bot.i18n.tags import locale_of

CATALOGUES = ("interface", "lessons", "quizzes")
"""The files of a language, by name; another pack has no interface."""

_STRING = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(
    rf"(?:#~ *)?(?:(?P<word>msgctxt|msgid|msgid_plural|msgstr)(?P<form>\[\d\])? )?{_STRING}"
)
_CONTEXT = re.compile(r'(?:#~ *)?msgctxt "([A-Za-z0-9_.-]{1,80})"')
LOOKED = 1_000
"""Lines on each side of one that cannot be read among which its key is looked for."""

_BEFORE = {
    "msgctxt": ("", "msgstr", "msgstr[]"),
    "msgid": ("", "msgstr", "msgstr[]", "msgctxt"),
    "msgid_plural": ("msgid",),
    "msgstr": ("msgid",),
    "msgstr[]": ("msgid_plural", "msgstr[]"),
}
"""Which word may stand before which; "" is the beginning of the file."""

_HEADER = re.compile(r'"(?P<name>[A-Za-z][A-Za-z-]*): ?(?P<value>(?:[^"\\]|\\.)*?)(?:\\n)?"')
_FORMS = re.compile(r"nplurals\s*=\s*(\d+)")
_PREVIOUS = re.compile(rf"\| *(?:(?P<word>msgctxt|msgid|msgid_plural) )?(?P<text>{_STRING})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One translation: ``ids`` holds the English, ``forms`` the translation, one a plural form.

    ``previous`` is the English that ``forms`` were made for, where it has changed since.
    ``comments`` are the translator's own.  ``line`` is where the msgid stands.
    """

    key: str
    ids: tuple[str, ...]
    forms: tuple[str, ...]
    line: int = 0
    fuzzy: bool = False
    previous: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Return whether every form has words."""
        return all(form.strip() for form in self.forms)


@dataclass(frozen=True, slots=True)
class PoFile:
    """A PO file: entries in their order, obsolete ones apart, the header by name with its lines.

    ``title`` holds the comment lines above the header.
    """

    path: str
    entries: tuple[Entry, ...] = ()
    obsolete: tuple[Entry, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    title: tuple[str, ...] = ()

    @property
    def plurals(self) -> int:
        """Return how many plural forms the header promises; 0 where it says nothing."""
        found = _FORMS.search(self.header.get("Plural-Forms", ""))
        return int(found[1]) if found else 0


def opened(path: Path, tag: str, shown: str = "") -> PoFile | Fault:
    """Return the PO file at *path* in the language *tag*, or the fault that makes it unreadable.

    *shown* is its name for people, its own where it is empty.

    Raises:
        OSError: the disk does not give it.
        ValueError: *tag* is unknown.
    """
    shown = shown or path.as_posix()
    raw = loaded(path, shown)
    if isinstance(raw, Fault):
        return raw
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        key = _key_at(raw.decode(errors="replace").split("\n"), line)
        return Fault(shown, line, key, "not a PO file: not UTF-8", "save it as UTF-8")
    return understood(text, shown, tag)


def understood(text: str, path: str, tag: str) -> PoFile | Fault:
    """Return the PO file that *text* is, in the language *tag*, or what is wrong first."""
    lines = [line.strip() for line in text.split("\n")]
    lines = ["" if line.startswith("#~|") else line for line in lines]
    made = _made(lines, path, tag)
    return replace(made, key=_key_at(lines, made.line)) if isinstance(made, Fault) else made


def _key_at(lines: Sequence[str], line: int) -> str:
    """Return the msgctxt of the entry in which *line* lies, counted from 1; empty without one."""
    before = takewhile(bool, reversed(lines[max(0, line - LOOKED) : line]))
    after = takewhile(bool, lines[line : line + LOOKED])
    found = (_CONTEXT.fullmatch(one) for one in (*before, *after))
    return next((one[1] for one in found if one), "")


def _made(lines: Sequence[str], path: str, tag: str) -> PoFile | Fault:
    over = too_much(lines, path)
    if over is not None:
        return over
    wrong = _first_wrong(lines)
    if wrong is not None:
        return _refused(path, *wrong)
    entries: list[Entry] = []
    obsolete: list[Entry] = []
    head, turns = _turns(lines)
    for begin, end in turns:
        part, skipped = [*lines[:head], *lines[begin:end]], begin - head
        try:
            catalogue = read_po(part, locale=str(locale_of(tag)), abort_invalid=True)
        except PoFileError as error:
            line = error.lineno + 1 + skipped
            return _refused(path, line, str(error).rpartition(" on ")[0])
        except (ValueError, LookupError) as error:  # a date or a charset of the header
            return _refused(path, 1, str(error))
        entries += [_entry(one, skipped) for one in catalogue if one.context]
        obsolete += [_entry(one, skipped) for one in catalogue.obsolete.values() if one.context]
    header, places = _header(lines)
    return PoFile(path, tuple(entries), tuple(obsolete), header, places, _title(lines))


def _turns(lines: Sequence[str]) -> tuple[int, Sequence[tuple[int, int]]]:
    """Return where the header ends, and pieces (begin, end) in which no key comes twice.

    Of two entries of one key and one English Babel would keep the first and lose the other.
    """
    begins: list[int] = []
    seen: set[str] = set()
    for place, key in _keys(lines):
        if key in seen or not begins:
            begins.append(place)
            seen.clear()
        seen.add(key)
    head = begins[0] if begins else len(lines)
    ends = [*begins[1:], len(lines)]
    return head, list(zip(begins or [head], ends, strict=True))


def _keys(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each msgctxt that is in use, with the place where its entry's comments begin."""
    place = after = 0
    key: str | None = None
    for at, line in enumerate(lines):
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        if key is not None and found["word"]:
            yield place, key
            key = None
        if line.startswith("msgctxt"):
            place, key = after, ""
        if key is not None:
            key += unescape(line[line.index('"') :])
        after = at + 1


def _refused(path: str, line: int, why: str) -> Fault:
    return Fault(path, line, "", f"not a PO file: {why}", "mend this line")


def _first_wrong(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return the first line, from 1, that has no place in a PO file, and why; None for none."""
    before = ""
    for number, line in enumerate(lines, start=1):
        if not line or (line.startswith("#") and not line.startswith("#~")):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            return number, f"{line[:40]!r} is neither a comment nor a quoted string"
        word = f"{found['word']}[]" if found["form"] else found["word"] or before
        if not word or (found["word"] and before not in _BEFORE[word]):
            return number, f"{word or 'a string'} in the wrong place"
        before = word
    return None if before in _BEFORE["msgctxt"] else (len(lines), "ends within an entry")


def _entry(message: Message, skipped: int) -> Entry:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return Entry(
        key=message.context or "",
        ids=ids,
        forms=forms,
        line=(message.lineno or 0) + skipped,
        fuzzy=message.fuzzy,
        previous=_previous(message.user_comments),
        comments=tuple(one for one in message.user_comments if not one.startswith("|")),
    )


def _previous(comments: Sequence[str]) -> tuple[str, ...]:
    """Return the old English out of ``#|`` lines, which Babel takes for comments."""
    texts: dict[str, str] = {}
    word = ""
    for comment in comments:
        if (found := _PREVIOUS.fullmatch(comment)) is not None:
            word = found["word"] or word
            texts[word] = texts.get(word, "") + unescape(found["text"])
    return tuple(texts[word] for word in ("msgid", "msgid_plural") if word in texts)


def _header(lines: Sequence[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Return the fields of the header and their lines; Babel drops those it does not know."""
    header: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, line in _first_entry(lines):
        if (found := _HEADER.fullmatch(line)) is not None:
            header[found["name"]] = found["value"]
            places[found["name"]] = number
    return header, places


def _first_entry(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the strings below ``msgid ""`` of the first entry, if it has no msgctxt."""
    begun = False
    for number, line in enumerate(lines, start=1):
        if not begun and line.startswith("#"):
            continue
        if begun and not line.startswith(('"', 'msgstr "')):
            return
        if begun:
            yield number, line.removeprefix("msgstr ")
        elif line:
            if line != 'msgid ""':
                return
            begun = True


def _title(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the translator's comments above the first entry."""
    out: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            break
        if line == "#" or line.startswith("# "):
            out.append(line[1:].strip())
    return tuple(out)
