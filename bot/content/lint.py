"""The door of the lint: every refusal and warning about packs that can be read.

Rule 1: all findings, never the first; one line each, with file, line, key and remedy.
Rule 2: what keeps a file from being read is found by ``read`` and is not repeated here.
"""

from collections.abc import Iterator
from datetime import date

from bot.content.balance import lint_balance
from bot.content.countries import lint_countries
from bot.content.first_aid import lint_trees
from bot.content.items import lint_item
from bot.content.lessons import lint_length, lint_lesson
from bot.content.pack import Content
from bot.content.prose import interface_prose, prose
from bot.content.reading import primary
from bot.content.references import lint_references
from bot.content.sourcing import lint_sourcing
from bot.content.texts import Worded
from bot.core.source import Fault


def lint(content: Content, today: date, *, ours: bool = True) -> tuple[Fault, ...]:
    """Return what is wrong with *content* beyond its form, warnings included.

    Without *ours*, texts of the first pack, our own, are not looked at one by one.

    ``content.faults``, found while reading, are not among them.

    Source: content.md, section 11.
    """
    found = [
        *_lessons(content),
        *_items(content),
        *_texts(content, ours=ours),
        *lint_references(content.documents),
        *lint_sourcing(content.documents, today),
        *lint_balance(content.documents),
        *lint_trees(content.documents, today),
        *lint_countries(content.documents, today),
    ]
    return tuple(sorted(set(found)))


def _lessons(content: Content) -> Iterator[Fault]:
    for document in content.documents.lessons.values():
        if document.value["status"] != "retired":
            yield from lint_lesson(document, content.source_language)


def _items(content: Content) -> Iterator[Fault]:
    for id_, document in content.documents.quizzes.items():
        lesson = content.documents.lessons.get(id_)
        care = lesson is not None and lesson.value["sensitivity"] == "care"
        for item in document.value["items"]:
            yield from lint_item(document, item, care=care)


def _texts(content: Content, *, ours: bool) -> Iterator[Fault]:
    english = primary(content.source_language) == "en"
    myths = {
        id_
        for id_, document in content.documents.lessons.items()
        if "myth" in document.value["tags"]
    }
    for text in content.worded.values():
        if not (ours or text.document.pack):
            continue
        spoken = english and primary(text.language or "en") == "en"
        if text.role == "interface":
            found = interface_prose(text, content.sources[text.key].plural, english=english)
        else:
            value = text.document.value
            myth = (value.get("id") or value.get("lesson")) in myths
            found = prose(text, english=spoken, myth=myth)
        for wrong, remedy in found:
            yield text.document.fault(text.way, wrong, remedy)
        yield from _long(text, content.source_language)


def _long(text: Worded, language: str) -> Iterator[Fault]:
    for wrong, remedy, warning in lint_length(text, text.language or language):
        make = text.document.warning if warning else text.document.fault
        yield make(text.way, wrong, remedy)
