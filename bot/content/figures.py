"""The figures of the bank: what is covered, what still waits and why, what gives a key away.

Rule 1: everything is counted from the files; nothing here is typed, and nothing reads a clock.
Rule 2: lessons that are drafts or retired are not meant to be read and are in no figure.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.content.balance import Items, Places, places, staged, statements, threes
from bot.content.document import Document
from bot.content.items import key_is_longest, key_is_shortest
from bot.content.pack import Content, Documents
from bot.content.references import NEEDED, TAUGHT
from bot.content.sourcing import doubts

ALL = ""
"""Stands for every topic, track or language in the keys of the coverage."""

Whole = Mapping[str, frozenset[str]]
"""Language to the keys of the texts that are whole in it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Lessons and items, published and in review."""

    lessons: int = 0
    lessons_in_review: int = 0
    items: int = 0
    items_in_review: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both counted."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The part in per cent, None of nothing."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson in review with its items, and everything that keeps it from being published."""

    lesson: str
    title: str
    items: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What somebody who reads no question could know: of the items of one topic, or of all.

    ``places``, ``longest`` and ``shortest`` are of the choices with three options.
    """

    places: Places
    longest: Share
    shortest: Share
    true: Share
    genuine: Share


@dataclass(frozen=True, slots=True)
class Bank:
    """All figures.  ``coverage``: (topic, track, language), each also ``ALL``, to its tally.

    ``guesses`` by topic, ``ALL`` among them; ``types``: topic to type to items; ``techniques`` and
    ``misconceptions``: how many items have each, those that none has among them; ``lessons``: how
    many items each has; ``sources``: status to how many there are; ``oldest``: topic to the day of
    its oldest review.
    """

    languages: tuple[str, ...]
    coverage: Mapping[tuple[str, str, str], Tally]
    held: tuple[Held, ...]
    guesses: Mapping[str, Guess]
    types: Mapping[str, Mapping[str, int]]
    techniques: Mapping[str, int]
    misconceptions: Mapping[str, int]
    lessons: Mapping[str, int]
    sources: Mapping[str, int]
    oldest: Mapping[str, date]


def total(documents: Documents) -> Tally:
    """Return how many lessons and items there are, in any language."""
    taught = _taught(documents)
    return _tally(taught.values(), lambda _: True, lambda _, __: True, documents)


def figures(content: Content, whole: Whole, today: date) -> Bank:
    """Return every figure of *content*, whose texts are *whole* in some languages."""
    documents = content.documents
    taught = _taught(documents)
    items = {id_: _items(documents, id_) for id_ in taught}
    topics: dict[str, Items] = {ALL: []}
    oldest: dict[str, date] = {}
    for id_, document in taught.items():
        topics.setdefault(document.folder, []).extend(items[id_].values())
        topics[ALL].extend(items[id_].values())
        last = document.value["review"]["last"]
        oldest[document.folder] = min(last, oldest.get(document.folder, last))
    statuses = Counter(
        document.value["sources"][key]["status"]
        for key, document in (documents.sources or {}).items()
    )
    return Bank(
        content.languages,
        _coverage(content, whole),
        tuple(_held(content, whole, today)),
        {topic: _guess(own) for topic, own in topics.items()},
        {topic: Counter(item["type"] for item in own) for topic, own in topics.items()},
        _asked(documents.techniques or {}, (item["technique"] for item in topics[ALL])),
        _asked(documents.misconceptions or {}, _errors(topics[ALL])),
        {id_: len(own) for id_, own in items.items()},
        statuses,
        oldest,
    )


def _taught(documents: Documents) -> dict[str, Document]:
    return {
        id_: document
        for id_, document in sorted(documents.lessons.items())
        if document.value["status"] in TAUGHT
    }


def _items(documents: Documents, lesson: str) -> Mapping[str, Mapping[str, Any]]:
    quiz = documents.quizzes.get(lesson)
    return quiz.value["items"] if quiz else {}


def _asked(known: Iterable[str], used: Iterable[str]) -> dict[str, int]:
    """Return how often each of *known* is used, the rarest first."""
    counts = Counter(dict.fromkeys(known, 0))
    counts.update(used)
    return dict(sorted(counts.items(), key=lambda one: (one[1], one[0])))


def _errors(items: Items) -> Iterator[str]:
    """Yield the misconceptions of *items*, each once an item."""
    for item in items:
        named = {part.get("misconception") for part in item.get("options", {}).values()}
        yield from sorted(one for one in {*named, item.get("misconception")} if one)


def _guess(items: Items) -> Guess:
    choices, said, shown = threes(items), statements(items), staged(items)
    return Guess(
        places(choices),
        Share(sum(map(key_is_longest, choices)), len(choices)),
        Share(sum(map(key_is_shortest, choices)), len(choices)),
        Share(sum(item["answer"] == "true" for item in said), len(said)),
        Share(sum(item["verdict"] == "genuine" for item in shown), len(shown)),
    )


def _coverage(content: Content, whole: Whole) -> dict[tuple[str, str, str], Tally]:
    """Return the tally of each topic, track and language.

    A lesson counts in a language where it and one of its items are whole: else it is not given.
    """
    documents = content.documents
    taught = _taught(documents)
    topics = (ALL, *dict.fromkeys(document.folder for document in taught.values()))
    tracks = (ALL, *dict.fromkeys(t for one in taught.values() for t in one.value["tracks"]))
    found: dict[tuple[str, str, str], Tally] = {}
    for tag in (ALL, *content.languages):
        known = _known(content, whole, tag)
        for topic in topics:
            for track in tracks:
                own = [
                    document
                    for document in taught.values()
                    if topic in (ALL, document.folder)
                    and track in (ALL, *document.value["tracks"])
                ]
                found[topic, track, tag] = _tally(own, *known, documents)
    return found


Asks = Callable[[str], bool]
AsksItem = Callable[[str, Mapping[str, Any]], bool]


def _known(content: Content, whole: Whole, tag: str) -> tuple[Asks, AsksItem]:
    """Return what says whether a lesson, and an item, can be read in *tag*; always in ``ALL``."""
    done = whole.get(tag, frozenset())
    said = {owner for owner, keys in content.needs.items() if tag == ALL or done.issuperset(keys)}

    def item(id_: str, value: Mapping[str, Any]) -> bool:
        return id_ in said and (tag == ALL or value.get("language", tag) == tag)

    def lesson(id_: str) -> bool:
        own = _items(content.documents, id_).items()
        return tag == ALL or (id_ in said and any(item(key, value) for key, value in own))

    return lesson, item


def _tally(
    lessons: Iterable[Document], lesson: Asks, item: AsksItem, documents: Documents
) -> Tally:
    counts: Counter[tuple[str, bool]] = Counter()
    for document in lessons:
        id_, review = document.stem, document.value["status"] == "review"
        if lesson(id_):
            counts["lesson", review] += 1
            own = _items(documents, id_).items()
            counts["item", review] += sum(item(key, value) for key, value in own)
    return Tally(
        counts["lesson", False],
        counts["lesson", True],
        counts["item", False],
        counts["item", True],
    )


def _held(content: Content, whole: Whole, today: date) -> Iterator[Held]:
    asked = Counter(
        item["technique"]
        for quiz in content.documents.quizzes.values()
        for item in quiz.value["items"].values()
    )
    for id_, document in _taught(content.documents).items():
        if document.value["status"] == "review":
            items = _items(content.documents, id_)
            reasons = (
                *_doubted(document, items, content.documents),
                *_unready(document, items, asked, today),
                *_unsaid(content, whole, (id_, *items)),
            )
            yield Held(id_, document.value["title"], len(items), reasons)


def _doubted(
    document: Document, items: Mapping[str, Mapping[str, Any]], documents: Documents
) -> Iterator[str]:
    """Yield the sources of a lesson and its items that nobody has confirmed, by what they lack."""
    keys = [source["key"] for source in document.value["sources"]]
    keys += [key for item in items.values() for key in item["sources"]]
    lacking: dict[str, list[str]] = {}
    for key, what, _ in doubts(keys, documents.sources or {}):
        lacking.setdefault(what, []).append(key)
    for what, those in sorted(lacking.items()):
        yield f"source {what}: {', '.join(those)}"


def _unready(
    document: Document,
    items: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, int],
    today: date,
) -> Iterator[str]:
    """Yield what else a lesson lacks, whatever the language."""
    review = document.value["review"]
    if "by" not in review:
        yield "nobody is named who read it a second time (review.by)"
    past = [id_ for id_, item in items.items() if item["review"]["due"] < today]
    past = [*([document.stem] if review["due"] < today else ()), *past]
    if past:
        yield f"review is past: {', '.join(past)}"
    if not items:
        yield "no item asks about it"
    few = [slug for slug in document.value["techniques"] if asked.get(slug, 0) < NEEDED]
    if few:
        yield f"fewer than {NEEDED} items: technique {', '.join(few)}"


def _unsaid(content: Content, whole: Whole, owners: Iterable[str]) -> Iterator[str]:
    """Yield the languages in which a text of a lesson or of its items is missing or behind."""
    keys = {key for owner in owners for key in content.needs.get(owner, ())}
    for tag in content.languages:
        left = len(keys - whole.get(tag, frozenset()))
        if left:
            yield f"not whole in {tag}: {left} of {len(keys)} texts"
