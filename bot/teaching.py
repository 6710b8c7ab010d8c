"""What is taught, joined: packs and catalogues read from files and crossed into one library.

Rule 1: this file knows content and i18n together, and nothing that runs.
Rule 2: our own pack comes first; further ones are those of ``WARY_PACKS``, in its order.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

import bot
from bot import content, i18n
from bot.compiled import kept
from bot.content.offers import read_offers
from bot.core.card import Text
from bot.core.learner import Track
from bot.core.library import Country, Library
from bot.core.message import words
from bot.core.source import Fault
from bot.engine import progress
from bot.runtime import clock
from bot.runtime.collector import lasting, uncollected
from bot.settings import Settings

_CATALOGUES = (
    "from bot.content.child import limit; limit(); from bot.i18n.apart import serve; serve()"
)
"""What the child runs that reads the catalogues of a further pack."""

YOUNG = 20_000
"""New objects between two looks for cyclic garbage: about a batch of 500 lessons, a few MB."""
DATED = (".due", ".last", ".checked_on")
"""Ends of keys whose faults come with time, and refuse a release: a lesson ends by itself."""

WATCHED = 20_000
"""Most files of one pack that are looked at for a change."""


class ContentFault(Exception):
    """Packs, catalogues or lists cannot be served; ``faults`` names all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep every fault."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Taught:
    """Everything that was read from files, joined; ``mark`` is theirs before it was read."""

    content: content.Content
    library: Library
    catalogues: i18n.Catalogues
    faults: tuple[Fault, ...]
    mark: "Mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes whenever a file of any pack does, and at each midnight UTC.

    At midnight, because what is served depends on the day: lessons end.  ``files`` holds path to
    times, rights and size.
    """

    day: date
    files: Mapping[str, tuple[int, ...]]


_Atlas = tuple[Mapping[str, Country], tuple[str, ...]]
_Understood = tuple[
    content.Content, i18n.Catalogues, Mapping[str, tuple[str, ...]], _Atlas, tuple[Fault, ...]
]


def data() -> Path:
    """Return the folder of lessons, quizzes and locales: inside a wheel, else the checkout."""
    home = Path(bot.__file__).parent
    return home / "data" if (home / "data").is_dir() else home.parent


@uncollected()
def taught(settings: Settings, *, linted: bool = False) -> Taught:
    """Read all packs and catalogues and cross them: what is taught, in which languages whole.

    What somebody else wrote is looked at as a whole, as by ``wary check``; ours was before its
    release, and is again where *linted*: what has been changed since.
    """
    before = mark(settings)
    if settings.packs or linted:
        found, catalogues, offers, atlas, faults = _understood(settings)
    else:
        files = [Path(path) for path in before.files if Path(path).is_file()]
        make = partial(_understood, settings)
        found, catalogues, offers, atlas, faults = kept(files, (settings.locale,), make)
    library = _library(settings, found, catalogues, offers, atlas)
    if linted or settings.packs:
        # Here, because a bot that serves our own pack needs no lint, and would start the later.
        from bot.breaches import breaches  # noqa: PLC0415

        seen = None if linted else data() / "locales"
        wrong = breaches(found, catalogues, clock.now().date(), seen)
        faults += tuple(one for one in wrong if not (one.warning or one.key.endswith(DATED)))
    faults = (*faults, *_changed(before.files, mark(settings).files))
    made = Taught(found, library, catalogues, neat(faults), before)
    lasting()
    return made


def _understood(settings: Settings) -> _Understood:
    """Return what depends on the files alone, and neither on the day nor on the place."""
    roots, found, faults = read(settings, ())
    catalogues, untranslated = spoken_in(settings, roots, found)
    offers, unlisted = read_offers(data() / "locales" / "countries.yaml")
    return found, catalogues, offers, content.atlas(), (*faults, *untranslated, *unlisted)


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[Fault]:
    """Return a fault for the first file that was another before: half may be old and half new.

    Of a signed pack it would be one that was changed after its signature had been looked at.
    """
    other = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    wrong, remedy = "changed while it was read", "wait until all is copied, then read it again"
    return [Fault(path, 1, "", wrong, remedy) for path in sorted(other)[:1]]


def read(
    settings: Settings, further: Sequence[Path]
) -> tuple[Sequence[Path], content.Content, tuple[Fault, ...]]:
    """Return the folders of the packs, what these say, and all that is wrong with their form."""
    roots, unsigned = _trusted(packs(settings, further), settings)
    found = content.read(roots, roots[0] / "locales" / "interface.yaml")
    return roots, found, (*unsigned, *found.faults)


def spoken_in(
    settings: Settings, roots: Sequence[Path], found: content.Content
) -> tuple[i18n.Catalogues, tuple[Fault, ...]]:
    """Return what the catalogues below *roots* say, and all that is wrong with them."""
    wanted = tuple(dict.fromkeys((settings.locale, *found.languages)))
    folders = [root / "locales" for root in roots]
    catalogues, untranslated = i18n.read(
        folders,
        found.sources,
        found.source_language,
        wanted,
        found.past,
        i18n.Readers(own, apart if folders[1:] else None),
    )
    refused = any(not fault.warning for fault in found.faults)
    # A text may be unknown only because its file is refused: that is to be mended, not this.
    kept = [fault for fault in untranslated if not (refused and fault.wrong == i18n.UNKNOWN)]
    return catalogues, (*kept, *_foreign(folders[1:]))


def own(home: Path, tag: str) -> list[tuple[str, i18n.PoFile | Fault]]:
    """Read our own catalogues of one language, or what was made of the same bytes before."""
    inputs = sorted(home.glob("*.po"))
    return kept(inputs, (tag, str(home)), partial(i18n.files, home, tag), of=f"catalogues.{tag}")


def apart(home: Path, tag: str) -> Iterator[tuple[str, object]]:
    """Read the catalogues of a further pack where its YAML is read: in a child with limits."""
    # Here, because a bot without further packs starts no process, and would start the later.
    from bot.content.child import confined  # noqa: PLC0415

    yield from confined(_CATALOGUES, str(home.absolute()), home.as_posix(), tag)


def mark(settings: Settings) -> Mark:
    """Return the mark of the files as they are now."""
    found: dict[str, tuple[int, ...]] = {}
    for root in packs(settings):
        parts = [root / name for name in ("lessons", "quizzes", "locales")]
        below = chain(root.glob("manifest.*"), *(part.rglob("*") for part in parts))
        for path in islice(below, WATCHED):
            with suppress(OSError):
                status = path.lstat()
                # The time of a change too: whoever mends rights changes nothing that was written,
                # and nobody can set it back.
                times = (status.st_mtime_ns, status.st_ctime_ns)
                found[str(path)] = (*times, status.st_mode, status.st_size)
    return Mark(clock.now().date(), found)


def fingerprint(found: Mark) -> str:
    """Return a short name of the files in *found*: the same files have the same."""
    return blake2b(repr(sorted(found.files.items())).encode(), digest_size=6).hexdigest()


def relearned(
    settings: Settings, old: Taught | None = None
) -> tuple[Taught | None, tuple[Fault, ...]]:
    """Return all that is taught, or everything for which it cannot be served.

    Where it cannot, and *old* was made on another day, comes *old* as it is on this one: lessons
    end on their day also while something else is to be mended.
    """
    made, faults = _attempted(settings, old)
    if faults and old is not None and old.mark.day != clock.now().date():
        made = _aged(settings, old)
    return made, faults


def _attempted(settings: Settings, old: Taught | None) -> tuple[Taught | None, tuple[Fault, ...]]:
    try:
        made = taught(settings, linted=old is not None)
        servable(made)
    except ContentFault as error:
        return None, error.faults
    except (OSError, ValueError) as error:
        return None, (Fault("locales", 1, "", str(error), "mend its rights, or its name"),)
    if settings.locale not in made.catalogues.languages:
        wrong, remedy = f"'{settings.locale}' is offered no longer", "put its catalogues back"
        return None, (Fault("locales", 1, "", wrong, remedy),)
    lost = _lost(old, made) if old is not None else ()
    return (None, lost) if lost else (made, ())


def _lost(old: Taught, made: Taught) -> tuple[Fault, ...]:
    """Return a fault for each catalogue that is gone: people would be spoken to in English.

    A lesson may go while Wary runs; whoever wants a language to go says so by a new start.
    """
    gone = (path for path in old.mark.files.keys() - made.mark.files if path.endswith(".po"))
    wrong, remedy = "is gone", "put it back; to do without it, start Wary again"
    return neat([Fault(path, 1, "", wrong, remedy) for path in gone])


def _aged(settings: Settings, old: Taught) -> Taught:
    """Return *old* as it is taught today."""
    library = _library(
        settings,
        old.content,
        old.catalogues,
        old.library.offers,
        (old.library.countries, old.library.zones),
    )
    return replace(old, library=library, mark=Mark(clock.now().date(), old.mark.files))


def servable(made: Taught) -> None:
    """Refuse content that cannot be served.

    Raises:
        ContentFault: all that is wrong with the files.
    """
    refused = [fault for fault in made.faults if not fault.warning]
    if not refused and not made.library.paths.get(Track.CITIZEN):
        wrong, remedy = "no lesson for citizens", "publish one, or set serve: review"
        refused = [Fault("lessons/pack.yaml", 1, "", wrong, remedy)]
    if refused:
        raise ContentFault(refused)


def _trusted(roots: Sequence[Path], settings: Settings) -> tuple[list[Path], list[Fault]]:
    """Return *roots* without the packs of the settings that nobody trusted has signed, and why.

    Our own pack is as trusted as the program beside it; one that is only checked need not be
    signed yet.
    """
    if not settings.pack_keys or not settings.packs:
        return list(roots), []
    # Here, because a bot without signed packs would start the later for it.
    from bot.content.signing import verify  # noqa: PLC0415

    asked = {Path(path).resolve() for path in settings.packs} - {roots[0].resolve()}
    kept: list[Path] = []
    faults: list[Fault] = []
    for root, name in zip(roots, content.named(roots), strict=True):
        wrong: Sequence[Fault] = ()
        if root.resolve() in asked:
            _, wrong = verify(root, settings.pack_keys, name)
        faults += wrong
        kept += [] if wrong else [root]
    return kept, faults


def packs(settings: Settings, further: Sequence[Path] = ()) -> list[Path]:
    """Return the folders of all packs, our own first, each once."""
    every = [data(), *map(Path, settings.packs), *further]
    return list({path.resolve(): path for path in every}.values())


def _foreign(folders: Sequence[Path]) -> list[Fault]:
    """Return a fault for each catalogue by which a further pack would change the bot's words."""
    wrong, remedy = "the bot's own words are not a pack's to say", "take the file out"
    return [
        Fault(path.as_posix(), 1, "", wrong, remedy)
        for folder in folders
        for path in sorted(folder.glob("*/LC_MESSAGES/interface.po"))
    ]


def _library(
    settings: Settings,
    found: content.Content,
    catalogues: i18n.Catalogues,
    offers: Mapping[str, tuple[str, ...]],
    atlas: _Atlas,
) -> Library:
    known, zones = atlas
    countries = {
        code: replace(country, entries=found.countries.get(code, {}))
        for code, country in known.items()
    }
    today = clock.now().date()
    lessons = {
        key: lesson
        for key, lesson in found.lessons.items()
        if today <= found.stops.get(key, today)
    }
    return Library(
        lessons=lessons,
        # An item goes with its lesson: a question of a lesson that has ended has no title.
        items={key: item for key, item in found.items.items() if item.lesson in lessons},
        paths=progress.orders(lessons, found.paths),
        served=_served(found, catalogues),
        languages=catalogues.languages,
        source_language=found.source_language,
        countries=countries,
        offers=offers,
        alphabet={
            tag: _alphabet(tag, tuple(countries), catalogues) for tag in catalogues.languages
        },
        placeholders=found.placeholders,
        zones=zones,
        home_country=settings.country,
        home_zone=settings.zone,
        trees=found.trees,
        distress=found.distress,
    )


def _served(found: content.Content, catalogues: i18n.Catalogues) -> Mapping[str, frozenset[str]]:
    """Return lesson or item id to the languages in which it is whole."""
    whole = {tag: catalogues.whole(tag) for tag in catalogues.languages}
    served = {
        key: frozenset(tag for tag, done in whole.items() if done.issuperset(needs))
        for key, needs in found.needs.items()
    }
    for key, lesson in found.lessons.items():
        some = [served.get(item, frozenset()) for item in lesson.items]
        served[key] = served.get(key, frozenset()) & frozenset().union(*some)
    return served


def _alphabet(tag: str, codes: Sequence[str], catalogues: i18n.Catalogues) -> tuple[str, ...]:
    """Return country codes by the countries' names in a language."""
    names = {
        code: words(catalogues.translate(tag, Text(f"country.{code}"))).casefold()
        for code in codes
    }
    return tuple(sorted(codes, key=lambda code: names[code]))


def neat(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return *faults* in order, each once, with paths as people see them from our own pack."""
    root = data()
    shown = {name: _near(name, root) for name in {fault.path for fault in faults}}
    return tuple(sorted({_seen_near(fault, shown[fault.path]) for fault in faults}))


def _seen_near(fault: Fault, path: str) -> Fault:
    return fault if path == fault.path else replace(fault, path=path)


def _near(name: str, root: Path) -> str:
    """Return the path *name* as people see it from our own pack."""
    path = Path(name)
    inside = path.is_absolute() and path.is_relative_to(root)
    return path.relative_to(root).as_posix() if inside else name
