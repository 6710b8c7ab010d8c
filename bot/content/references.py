"""Lint of what one file says about another: slugs, lessons, source keys, circles, paths."""

from collections.abc import Collection, Iterator, Mapping

from bot.content.document import Document, Way, meant, quoted
from bot.content.pack import Documents
from bot.core.source import Fault

NEEDED = 2
"""Items that a technique has before a lesson with it is published."""

TAUGHT = ("review", "published")
"""States in which a lesson is meant to be read."""


def lint_references(documents: Documents) -> Iterator[Fault]:
    """Yield every name that stands for nothing, and every circle."""
    for document in documents.lessons.values():
        if document.value["status"] != "retired":
            yield from _lesson(document, documents)
    for document in documents.quizzes.values():
        yield from _quiz(document, documents)
    for document in documents.packs:
        yield from _paths(document, documents)
    yield from _circles(documents.lessons)
    yield from _techniques(documents)


def _known(
    document: Document, way: Way, name: str, known: Collection[str] | None, where: str
) -> Iterator[Fault]:
    """Yield a fault if *name* is none of *known*; None: they could not be read."""
    if known is not None and name not in known:
        remedy = meant(name, known, "add it there")
        yield document.fault(way, f"{quoted(name)} is not in {where}", remedy)


def _lesson(document: Document, documents: Documents) -> Iterator[Fault]:
    lesson = document.value
    for place, slug in enumerate(lesson["techniques"]):
        way: Way = ("techniques", place)
        where = "quizzes/techniques.yaml"
        yield from _known(document, way, slug, documents.techniques, where)
    for place, id_ in enumerate(lesson["prerequisites"]):
        way = ("prerequisites", place)
        if id_ == lesson["id"]:
            yield document.fault(way, "its own prerequisite", "drop it")
        elif id_ not in documents.lesson_ids and lesson["status"] == "published":
            yield from _known(document, way, id_, documents.lesson_ids, "lessons")
        elif id_ not in documents.lesson_ids:
            wrong = f"{quoted(id_)} is not in lessons yet"
            yield document.warning(way, wrong, "write it before this one is published")
    for place, source in enumerate(lesson["sources"]):
        way = ("sources", place, "key")
        where = "lessons/sources.yaml"
        yield from _known(document, way, source["key"], documents.sources, where)
    if lesson["status"] in TAUGHT and lesson["id"] not in documents.quiz_ids:
        path = f"quizzes/{document.folder}/{lesson['id']}.yaml"
        yield document.fault(("techniques",), "no item asks for them", f"write {path}")


def _quiz(document: Document, documents: Documents) -> Iterator[Fault]:
    id_ = document.value["lesson"]
    yield from _known(document, ("lesson",), id_, documents.lesson_ids, "lessons")
    lesson = documents.lessons.get(id_)
    for item_id, item in document.value["items"].items():
        way: Way = ("items", item_id)
        slug, techniques = item["technique"], documents.techniques
        where = "quizzes/techniques.yaml"
        yield from _known(document, (*way, "technique"), slug, techniques, where)
        if lesson and (not techniques or slug in techniques):
            taught = lesson.value["techniques"]
            where = f"the techniques of {id_}"
            yield from _known(document, (*way, "technique"), slug, taught, where)
        for place, key in enumerate(item["sources"]):
            where = "lessons/sources.yaml"
            yield from _known(document, (*way, "sources", place), key, documents.sources, where)
        for name, slug_ in _misconceptions(item):
            where = "quizzes/misconceptions.yaml"
            yield from _known(document, (*way, *name), slug_, documents.misconceptions, where)


def _misconceptions(item: Mapping[str, object]) -> Iterator[tuple[Way, str]]:
    if isinstance(item.get("misconception"), str):
        yield ("misconception",), str(item["misconception"])
    options = item.get("options")
    if isinstance(options, Mapping):
        for id_, option in options.items():
            if "misconception" in option:
                yield ("options", id_, "misconception"), option["misconception"]


def _paths(document: Document, documents: Documents) -> Iterator[Fault]:
    for track, ids in document.value.get("paths", {}).items():
        for place, id_ in enumerate(ids):
            way: Way = ("paths", track, place)
            yield from _known(document, way, id_, documents.lesson_ids, "lessons")
            lesson = documents.lessons.get(id_)
            if lesson and track not in lesson.value["tracks"]:
                wrong = f"{id_} is not for {track}"
                yield document.fault(way, wrong, "add the track there or drop it here")
            if id_ in ids[:place]:
                yield document.fault(way, f"{id_} stands here twice", "drop one")


def _circles(lessons: Mapping[str, Document]) -> Iterator[Fault]:
    """Yield circles of prerequisites, each at its first lesson, in one walk over all lessons."""
    done: set[str] = set()
    for start in sorted(lessons):
        trail = [] if start in done else [start]
        ahead = [_before(lessons, id_) for id_ in trail]
        while ahead:
            id_ = next(ahead[-1], None)
            if id_ is None:
                ahead.pop()
                done.add(trail.pop())
            elif id_ in trail:
                yield _circle(lessons, trail[trail.index(id_) :])
            elif id_ not in done:
                trail.append(id_)
                ahead.append(_before(lessons, id_))


def _before(lessons: Mapping[str, Document], id_: str) -> Iterator[str]:
    """Yield the prerequisites of *id_* that can be read; its own id is named elsewhere."""
    ids = lessons[id_].value["prerequisites"]
    return (before for before in ids if before in lessons and before != id_)


def _circle(lessons: Mapping[str, Document], ring: list[str]) -> Fault:
    first = min(ring)
    turned = ring[ring.index(first) :] + ring[: ring.index(first)]
    way = " > ".join([*turned, first])
    return lessons[first].fault(("prerequisites",), f"{way} is a circle", "drop one")


def _techniques(documents: Documents) -> Iterator[Fault]:
    """Yield each technique of a published lesson that too few items ask for."""
    asked: dict[str, int] = {}
    for document in documents.quizzes.values():
        for item in document.value["items"].values():
            asked[item["technique"]] = asked.get(item["technique"], 0) + 1
    named: set[str] = set()
    for document in documents.lessons.values():
        if document.value["status"] != "published":
            continue
        for slug in document.value["techniques"]:
            home = (documents.techniques or {}).get(slug)
            if home is None or slug in named or asked.get(slug, 0) >= NEEDED:
                continue
            named.add(slug)
            items = "1 item" if asked.get(slug, 0) == 1 else f"{asked.get(slug, 0)} items"
            remedy = f"write another or set {document.value['id']} back to review"
            fault = home.fault(("techniques", slug), f"{items}, needs {NEEDED}", remedy)
            yield Fault(fault.path, fault.line, slug, fault.wrong, fault.remedy)
