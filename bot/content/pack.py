"""What came of reading packs: the content as the rest of the program knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.content.document import Document
from bot.content.texts import Worded
from bot.core.learner import Track
from bot.core.library import Entry, Item, Lesson, Tree, Wording
from bot.core.source import Fault, Source


@dataclass(frozen=True, slots=True)
class Documents:
    """All files that have the form of their schema, whatever their status.

    ``lessons`` and ``quizzes`` by lesson id; ``lesson_ids`` also names files that were refused, so
    that what leans on one is not refused as well.  A list of slugs that could not be read is None.
    """

    packs: tuple[Document, ...] = ()
    lessons: Mapping[str, Document] = field(default_factory=dict)
    quizzes: Mapping[str, Document] = field(default_factory=dict)
    lesson_ids: frozenset[str] = frozenset()
    quiz_ids: frozenset[str] = frozenset()
    sources: Mapping[str, Document] | None = field(default_factory=dict)
    techniques: Mapping[str, Document] | None = field(default_factory=dict)
    misconceptions: Mapping[str, Document] | None = field(default_factory=dict)
    trees: Mapping[str, Document] = field(default_factory=dict)
    trees_whole: bool = True
    """No tree was refused; else one that is not here may be meant."""
    countries: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)
    """Country code to name of an entry to the file that it is taken from."""
    distress: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All packs together, and everything that is wrong with their form.

    ``lessons`` and ``items`` are those that may be shown: published, and in review where the pack
    says so.  ``sources`` holds every text that a translator sees, also of lessons in review.
    ``needs``: lesson or item id to the keys without which it is not whole.  ``fixed``: keys whose
    text is the same in every language.  ``placeholders``: key to the country placeholders in it.
    ``stops``: lesson id to the last day on which it may be served.  ``worded`` and ``documents``
    are for the lint.
    """

    lessons: Mapping[str, Lesson]
    items: Mapping[str, Item]
    paths: Mapping[Track, tuple[str, ...]]
    languages: tuple[str, ...]
    source_language: str
    sources: Mapping[str, Source]
    needs: Mapping[str, tuple[str, ...]]
    fixed: frozenset[str]
    placeholders: Mapping[str, tuple[str, ...]]
    stops: Mapping[str, date]
    worded: Mapping[str, Worded]
    documents: Documents
    past: frozenset[tuple[int, str]] = frozenset()
    """Place of a pack and key of each of its texts that a later pack replaces."""
    faults: tuple[Fault, ...] = ()
    trees: Mapping[str, Tree] = field(default_factory=dict)
    """First aid that may be shown, in the order of its places."""
    countries: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    """Country code to placeholder to what the files of all packs say of it."""
    distress: Mapping[str, Wording] = field(default_factory=dict)
    """Language to words of distress in it, those of all packs together."""
