"""A PO file as text: the same entries give the same bytes, on every day and every machine.

Rule 1: no dates, no wrapping and no flags but ``fuzzy``, so that a diff shows what changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from babel.messages.pofile import normalize

from bot.core.source import Source
from bot.i18n.pofile import Entry, PoFile
from bot.i18n.review import REVIEW
from bot.i18n.tags import locale_of, plural_forms


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that is in use, with the source that tells its note and its place."""

    entry: Entry
    source: Source


def written(tag: str, old: PoFile, lines: Iterable[Line], obsolete: Iterable[Entry]) -> str:
    """Return a PO file in the language *tag*: *lines*, then *obsolete*; header kept from *old*."""
    blocks = [
        "\n".join(_header(tag, old)),
        *("\n".join(_living(line)) for line in lines),
        *("\n".join(_dead(entry)) for entry in obsolete),
    ]
    return "\n\n".join(blocks) + "\n"


def template(lines: Iterable[Line]) -> str:
    """Return a PO template of *lines*, whose translations are empty."""
    head = (
        "# Texts of Wary to translate; a language's own file is made by: wary i18n update TAG",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: wary\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    )
    return "\n\n".join(["\n".join(head), *("\n".join(_living(line)) for line in lines)]) + "\n"


def _header(tag: str, old: PoFile) -> Iterator[str]:
    name = locale_of(tag).english_name or tag
    for comment in old.title or (f"{name} words of Wary.",):
        yield f"# {comment}".rstrip()
    yield 'msgid ""'
    yield 'msgstr ""'
    for field, value in _fields(tag, old.header).items():
        yield f'"{field}: {value}\\n"'


def _fields(tag: str, old: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a header: ours, then what else people wrote there."""
    count, expression = plural_forms(tag)
    fixed = {
        "Project-Id-Version": "wary",
        "Language": tag,
        "Plural-Forms": f"nplurals={count}; plural={expression};",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        REVIEW: old.get(REVIEW, "false"),
    }
    dates = ("POT-Creation-Date", "Generated-By")
    return fixed | {name: old[name] for name in old if name not in (*fixed, *dates)}


def _living(line: Line) -> Iterator[str]:
    yield from _comments(line.entry)
    for note in line.source.note.splitlines():
        yield f"#. {note}".rstrip()
    yield f"#: {line.source.path}:{line.source.line}"
    yield from _body(line.entry, "")


def _dead(entry: Entry) -> Iterator[str]:
    yield from _comments(entry)
    yield from _body(entry, "#~ ")


def _comments(entry: Entry) -> Iterator[str]:
    for comment in entry.comments:
        yield f"# {comment}".rstrip()


def _body(entry: Entry, prefix: str) -> Iterator[str]:
    if entry.fuzzy:
        yield "#, fuzzy"
    if not prefix:
        yield from _ids(entry.previous, "#| ")
    yield from _string("msgctxt", entry.key, prefix)
    yield from _ids(entry.ids, prefix)
    if len(entry.ids) == 1:
        yield from _string("msgstr", entry.forms[0], prefix)
        return
    for number, form in enumerate(entry.forms):
        yield from _string(f"msgstr[{number}]", form, prefix)


def _ids(ids: Iterable[str], prefix: str) -> Iterator[str]:
    for word, text in zip(("msgid", "msgid_plural"), ids, strict=False):
        yield from _string(word, text, prefix)


def _string(word: str, text: str, prefix: str) -> Iterator[str]:
    for line in f"{word} {normalize(text, width=0)}".split("\n"):
        yield prefix + line
