"""Documents of all packs as they come in, and which of two with one id is taken.

Rule 1: an id occurs once over all packs; a later pack takes one only if it says ``replaces``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.countries import FILE_ID, entries
from bot.content.document import Document
from bot.core.source import Fault


@dataclass(frozen=True, slots=True)
class Gone:
    """A document, one slug or one entry of it, that gave way to a later pack's."""

    kind: str
    document: Document
    slug: str
    entry: str = ""


@dataclass(slots=True)
class Pile:
    """Documents by kind; ``unread`` names kinds of which a file could not be read."""

    faults: list[Fault]
    packs: list[Document] = field(default_factory=list)
    lessons: dict[str, Document] = field(default_factory=dict)
    quizzes: dict[str, Document] = field(default_factory=dict)
    trees: dict[str, Document] = field(default_factory=dict)
    slugs: dict[str, dict[str, Document]] = field(
        default_factory=lambda: {"sources": {}, "techniques": {}, "misconceptions": {}}
    )
    unread: set[str] = field(default_factory=set)
    stems: dict[str, set[str]] = field(default_factory=lambda: {"lesson": set(), "quiz": set()})
    countries: dict[str, dict[str, Document]] = field(default_factory=dict)
    distress: list[Document] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    brought: set[tuple[int, str]] = field(default_factory=set)
    """Place of a pack, and an id that one of its files has or is named after."""

    def add(self, kind: str, document: Document) -> None:
        """Keep *document*, all of its slugs, or the fault that keeps it out."""
        match kind:
            case "pack":
                self._head(document)
            case "lesson":
                self._once(kind, self.lessons, document.value["id"], document, "id")
            case "first_aid":
                self._once(kind, self.trees, document.value["id"], document, "id")
            case "quiz":
                self._once(kind, self.quizzes, document.value["lesson"], document, "lesson")
            case "country":
                self._country(document)
            case "distress":
                self.distress.append(document)
            case _:
                for slug in document.value[kind]:
                    self._once(kind, self.slugs[kind], slug, document, kind, slug)

    def _head(self, document: Document) -> None:
        for first in self.packs:
            if first.value["id"] == document.value["id"]:
                wrong = f"'{document.value['id']}' is taken by {first.path}"
                self.faults.append(document.fault(("id",), wrong, "take another id"))
        ours = self.packs[0].value.get("source_language", "en") if self.packs else None
        theirs = document.value.get("source_language", "en")
        if ours is not None and theirs != ours:
            wrong = f"'{theirs}', but the packs here are written in '{ours}'"
            remedy = f"write the texts in '{ours}' and '{theirs}' as a translation"
            self.faults.append(document.fault(("source_language",), wrong, remedy))
        self.packs.append(document)

    def _country(self, document: Document) -> None:
        """Keep each entry of a country file beside those of earlier packs, or in their place."""
        id_ = FILE_ID + document.value["country"]
        self.brought.add((document.pack, id_))
        taken = self.countries.setdefault(document.value["country"], {})
        for name, _ in entries(document.value):
            first = taken.get(name)
            if first is None or id_ in self._replaces(document.pack):
                taken[name] = document
                self.gone += [] if first is None else [Gone("country", first, id_, name)]
            else:
                wrong = f"this entry is taken by {first.path}"
                remedy = f"drop it, or list {id_} under replaces in lessons/pack.yaml"
                self.faults.append(document.fault(tuple(name.split(".")), wrong, remedy))

    def _once(
        self, kind: str, taken: dict[str, Document], id_: str, document: Document, *way: str | int
    ) -> None:
        """Keep the first use of an id over all packs, or the one that replaces it."""
        self.brought.add((document.pack, id_))
        first = taken.get(id_)
        if first is None:
            taken[id_] = document
        elif first.pack == document.pack:
            wrong = f"'{id_}' is taken by {first.path}"
            self.faults.append(document.fault(way, wrong, "take another id"))
        elif id_ in self._replaces(document.pack):
            taken[id_] = document
            self.gone.append(Gone(kind, first, id_))
        else:
            wrong = f"'{id_}' is taken by {first.path}"
            remedy = "take another id, or list it under replaces in lessons/pack.yaml"
            self.faults.append(document.fault(way, wrong, remedy))

    def _replaces(self, pack: int) -> tuple[str, ...]:
        heads = [one.value for one in self.packs if one.pack == pack]
        return tuple(id_ for head in heads for id_ in head.get("replaces", ()))

    def idle(self) -> Iterator[Fault]:
        """Yield every id that a pack says it replaces, and does not."""
        went = {one.slug for one in self.gone}
        for head in self.packs:
            for place, id_ in enumerate(head.value.get("replaces", ())):
                if (head.pack, id_) not in self.brought:
                    wrong = f"'{id_}' is not in this pack"
                    remedy = "write its file, or drop it here"
                    yield head.fault(("replaces", place), wrong, remedy)
                elif id_ not in went:
                    wrong = f"'{id_}' is in no earlier pack"
                    yield head.warning(("replaces", place), wrong, "drop it here")

    def known(self, kind: str) -> Mapping[str, Document] | None:
        """Return the slugs of *kind*, or None where a file of them could not be read."""
        return None if kind in self.unread else self.slugs[kind]
