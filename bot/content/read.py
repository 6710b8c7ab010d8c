"""Packs and interface file in, content out, with everything that is wrong in their form.

Rule 1: reading never raises for what stands in a file; a file at fault is left out.
Rule 2: what is left in can be trusted by the engine: every id that is named is there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from bot.content import build
from bot.content.countries import FOLDER, country_fits, country_texts, entry, law_key
from bot.content.distress import distress_fits, wordings
from bot.content.document import Document
from bot.content.files import SPOKEN, File, gather, named
from bot.content.first_aid import tree, tree_fits, tree_texts
from bot.content.fit import lesson_fits, quiz_fits
from bot.content.interface import read_interface
from bot.content.pack import Content, Documents
from bot.content.parsed import Parsed, parsed
from bot.content.pile import Pile
from bot.content.reading import placeholders
from bot.content.shape import Shaper
from bot.content.tables import FILES
from bot.content.texts import Worded, lesson_texts, quiz_texts, report_texts
from bot.core.learner import Track
from bot.core.library import PLACEHOLDERS, Entry, Item, Lesson, Tree
from bot.core.source import Fault, Source

GRACE = timedelta(days=90)
"""How long a lesson is served past its review date; none with tag ``current-threat``.

Source: content.md, section 2.
"""

HEAD = ("lessons", "pack.yaml")
"""Where a pack says what it is."""

TOP = 2
"""Parts of the path of a file that belongs to the pack and to no topic."""

_PLACES = {
    HEAD: "pack",
    ("lessons", "sources.yaml"): "sources",
    ("quizzes", "techniques.yaml"): "techniques",
    ("quizzes", "misconceptions.yaml"): "misconceptions",
}
_FOLDERS = {("lessons", "first_aid"): "first_aid", ("lessons", FOLDER): "country"}
_LATER = {"drills": "drills"}
_NO_TOPICS = {*_LATER, *(folder for _, folder in _FOLDERS)}


def read(roots: Sequence[Path], interface: Path | None) -> Content:
    """Return what the packs at *roots* and the file *interface* say.

    Args:
        roots: pack directories, our own first; each holds ``lessons/`` and ``quizzes/``.
        interface: ``locales/interface.yaml``, or None to do without the bot's own words.

    Returns:
        The content; its ``faults`` are sorted by file and line.  Nothing is raised.
    """
    files, faults = gather(roots[:1])
    further: list[Parsed] = []
    if roots[1:]:
        # Here, because a bot without further packs starts no process, and would start the later.
        from bot.content.child import apart  # noqa: PLC0415

        for pack, name in enumerate(named(roots)[1:], start=1):
            theirs, wrong = apart(roots[pack], pack, name)
            further += theirs
            faults += wrong
    content = understand(files, faults, further)
    if interface is None:
        return content
    return _with_interface(content, interface)


def understand(
    files: Sequence[File], faults: Sequence[Fault] = (), further: Sequence[Parsed] = ()
) -> Content:
    """Return the content of *files* and of those *further* ones that are parsed already.

    *faults* are those met while opening them.
    """
    pile = Pile(list(faults))
    every = [*map(parsed, files), *further]
    # The head of a pack comes before what it allows: whether its files may replace others.
    for one in sorted(every, key=lambda one: (one.pack, one.parts != HEAD)):
        kind = _kind(one)
        if kind is None:
            pile.faults.append(_misplaced(one))
        else:
            _take(pile, one, kind)
    _missing(pile, every)
    pile.faults += pile.idle()
    documents = Documents(
        packs=tuple(pile.packs),
        lessons=pile.lessons,
        quizzes=pile.quizzes,
        lesson_ids=frozenset(pile.stems["lesson"]),
        quiz_ids=frozenset(pile.stems["quiz"]),
        sources=pile.known("sources"),
        techniques=pile.known("techniques"),
        misconceptions=pile.known("misconceptions"),
        trees=pile.trees,
        trees_whole="first_aid" not in pile.unread,
        countries=pile.countries,
        distress=tuple(pile.distress),
    )
    return _content(documents, pile)


def _kind(file: Parsed) -> str | None:
    """Return the kind of a file by its place in the pack."""
    if file.parts[0] == SPOKEN:
        return "distress"
    if len(file.parts) == TOP:
        return _PLACES.get((file.parts[0], file.parts[1]))
    if file.parts[:TOP] in _FOLDERS:
        return _FOLDERS[file.parts[0], file.parts[1]]
    if len(file.parts) > TOP and file.parts[1] not in _NO_TOPICS:
        return "lesson" if file.parts[0] == "lessons" else "quiz"
    return None


def _misplaced(file: Parsed) -> Fault:
    folder = file.parts[1] if len(file.parts) > TOP else ""
    if folder in _LATER:
        wrong = f"{_LATER[folder]} are not read by this version"
        return Fault(file.path, 1, "", wrong, "take the file out until they are")
    known = ", ".join("/".join(place) for place in _PLACES)
    return Fault(file.path, 1, "", "an unknown file", f"move it into a topic; known are {known}")


def _take(pile: Pile, file: Parsed, kind: str) -> None:
    """Shape and fit one file; keep it or its faults."""
    stem = file.parts[-1].removesuffix(".yaml")
    if kind in pile.stems:
        pile.stems[kind].add(stem)
        pile.brought.add((file.pack, stem))
    pile.faults += file.faults
    document = None
    if file.tree is not None:
        shaper = Shaper(file.path)
        value = shaper.shape(file.tree, FILES[kind])
        pile.faults += shaper.faults
        if not shaper.faults:
            document = Document(file.path, file.parts[1], stem, file.pack, file.tree, value)
    if document is None:
        pile.unread.add(kind)
        return
    misfits = list(_FITS[kind](document)) if kind in _FITS else []
    pile.faults += misfits
    if not misfits:
        pile.add(kind, document)


_FITS = {
    "lesson": lesson_fits,
    "quiz": quiz_fits,
    "first_aid": tree_fits,
    "country": country_fits,
    "distress": distress_fits,
}


def _missing(pile: Pile, files: Sequence[Parsed]) -> None:
    """Name the files that a pack cannot do without: ours all four, a further one its head."""
    there = {(file.pack, file.parts) for file in files}
    for parts, kind in _PLACES.items():
        for pack, root in {0: "", **_roots(files)}.items():
            if (pack, parts) not in there and (pack == 0 or parts == HEAD):
                pile.unread.add(kind)
                wrong, remedy = "missing", f"begin it with 'schema: {kind}/1'"
                pile.faults.append(Fault(root + "/".join(parts), 1, "", wrong, remedy))


def _roots(files: Sequence[Parsed]) -> dict[int, str]:
    """Return how the paths of each pack begin."""
    return {one.pack: one.path.removesuffix("/".join(one.parts)) for one in files}


def _content(documents: Documents, pile: Pile) -> Content:
    lessons, items = _shown(documents)
    worded = {text.key: text for text in _texts(documents)}
    sources = {key: build.source(text, _catalogue(text)) for key, text in worded.items()}
    head = documents.packs[0].value if documents.packs else {}
    return Content(
        lessons=lessons,
        items=items,
        paths=_paths(documents, lessons),
        languages=tuple(dict.fromkeys(_languages(documents))) or ("en",),
        source_language=head.get("source_language", "en"),
        sources=sources,
        needs=_needs(worded),
        fixed=frozenset(key for key, text in worded.items() if text.fixed),
        placeholders=_placeholders(worded),
        stops=_stops(documents),
        worded=worded,
        documents=documents,
        faults=tuple(sorted(set(pile.faults))),
        trees=_trees(documents),
        past=frozenset(_past(pile)),
        countries=_countries(documents),
        distress=wordings(documents.distress),
    )


def _catalogue(text: Worded) -> str:
    lessons = text.role == "law" or "id" in text.document.value
    return "lessons" if lessons else "quizzes"


def _served(documents: Documents, some: Mapping[str, Document]) -> dict[str, Document]:
    """Return those of *some* that may be shown: published, or in review where the pack says so."""
    serve = {pack.pack: pack.value.get("serve", "published") for pack in documents.packs}
    return {
        id_: document
        for id_, document in some.items()
        if document.value["status"] == "published"
        or (document.value["status"] == "review" and serve.get(document.pack) == "review")
    }


def _trees(documents: Documents) -> dict[str, Tree]:
    """Return the trees that may be shown, by their places; unlike a lesson none ever stops."""
    shown = _served(documents, documents.trees).items()
    ordered = sorted(shown, key=lambda one: (one[1].value["place"], one[0]))
    return {id_: tree(document) for id_, document in ordered}


def _countries(documents: Documents) -> dict[str, dict[str, Entry]]:
    return {
        code: {name: entry(document.value, name) for name, document in taken.items()}
        for code, taken in documents.countries.items()
    }


def _past(pile: Pile) -> Iterator[tuple[int, str]]:
    """Yield place of pack and key of each text that gave way to a later pack's."""
    for one in pile.gone:
        match one.kind:
            case "lesson":
                keys = [text.key for text in lesson_texts(one.document)]
            case "quiz":
                keys = [text.key for text in quiz_texts(one.document)]
            case "first_aid":
                keys = [text.key for text in tree_texts(one.document)]
            case "country":
                keys = [law_key(one.document.value, one.entry)]
            case _:
                keys = [f"{one.kind.removesuffix('s')}.{one.slug}"]
        yield from ((one.document.pack, key) for key in keys)


def _shown(documents: Documents) -> tuple[dict[str, Lesson], dict[str, Item]]:
    """Return the lessons that may be shown, and their items."""
    shown = _served(documents, documents.lessons)
    lessons: dict[str, Lesson] = {}
    items: dict[str, Item] = {}
    for id_, document in shown.items():
        quiz = documents.quizzes.get(id_)
        own = quiz.value["items"] if quiz else {}
        lessons[id_] = build.lesson(document, tuple(own), frozenset(shown))
        items |= {item: build.item(item, id_, value) for item, value in own.items()}
    return lessons, items


def _texts(documents: Documents) -> Iterator[Worded]:
    """Yield every text that is worth translating: of lessons published or in review."""
    for id_, document in documents.lessons.items():
        if document.value["status"] in {"published", "review"}:
            yield from lesson_texts(document)
            if id_ in documents.quizzes:
                yield from quiz_texts(documents.quizzes[id_])
    for document in documents.trees.values():
        if document.value["status"] in {"published", "review"}:
            yield from tree_texts(document)
    for taken in documents.countries.values():
        yield from country_texts(taken)
    yield from _reported(documents)


def _reported(documents: Documents) -> Iterator[Worded]:
    """Yield the texts by which reports name techniques and misconceptions."""
    for field_, name, slugs in (
        ("techniques", "technique", documents.techniques),
        ("misconceptions", "misconception", documents.misconceptions),
    ):
        for document in _once((slugs or {}).values()):
            for text in report_texts(document, field_, name):
                if (slugs or {}).get(str(text.way[-1])) is document:
                    yield text


def _once(documents: Iterable[Document]) -> list[Document]:
    return list({document.path: document for document in documents}.values())


def _paths(documents: Documents, lessons: Mapping[str, Lesson]) -> dict[Track, tuple[str, ...]]:
    """Return the starter paths of all packs, without lessons that are not shown."""
    paths: dict[Track, list[str]] = {}
    for pack in documents.packs:
        for track, ids in pack.value.get("paths", {}).items():
            ours = [id_ for id_ in ids if id_ in lessons and track in lessons[id_].tracks]
            paths.setdefault(Track(track), []).extend(ours)
    return {track: tuple(dict.fromkeys(ids)) for track, ids in paths.items()}


def _languages(documents: Documents) -> Iterator[str]:
    for pack in documents.packs:
        yield from pack.value["languages"]


def _needs(worded: Mapping[str, Worded]) -> dict[str, tuple[str, ...]]:
    needs: dict[str, list[str]] = {}
    for key, text in worded.items():
        if text.owner:
            needs.setdefault(text.owner, []).extend([] if text.fixed else [key])
    return {owner: tuple(keys) for owner, keys in needs.items()}


def _placeholders(worded: Mapping[str, Worded]) -> dict[str, tuple[str, ...]]:
    found = {key: placeholders(text.text) for key, text in worded.items() if "{" in text.text}
    ours = {key: tuple(n for n in names if n in PLACEHOLDERS) for key, names in found.items()}
    return {key: names for key, names in ours.items() if names}


def _stops(documents: Documents) -> dict[str, date]:
    """Return the last day on which each lesson may be served."""
    return {
        id_: document.value["review"]["due"]
        + (timedelta() if "current-threat" in document.value["tags"] else GRACE)
        for id_, document in documents.lessons.items()
    }


def _with_interface(content: Content, path: Path) -> Content:
    sources, worded, faults = read_interface(path)
    both: dict[str, Source] = {**sources, **content.sources}
    return replace(
        content,
        sources=both,
        worded={**worded, **content.worded},
        placeholders={**_placeholders(worded), **content.placeholders},
        faults=tuple(sorted({*content.faults, *faults})),
    )
