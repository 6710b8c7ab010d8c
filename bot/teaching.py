"""What is taught, joined: packs and catalogues read from files and crossed into one library.

Rule 1: this file knows content and i18n together, and nothing that runs.
Rule 2: our own pack comes first; further ones are those of ``WARY_PACKS``, in its order.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import bot
from bot import content, i18n
from bot.content.offers import read_offers
from bot.core.card import Text
from bot.core.learner import Track
from bot.core.library import Library
from bot.core.message import words
from bot.core.source import Fault, Source
from bot.engine import progress
from bot.runtime import clock
from bot.runtime.collector import uncollected
from bot.settings import Settings

_CATALOGUES = (
    "from bot.content.child import limit; limit(); from bot.i18n.apart import serve; serve()"
)
"""What the child runs that reads the catalogues of a further pack."""

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
    """Everything that was read from files, joined."""

    content: content.Content
    library: Library
    catalogues: i18n.Catalogues
    faults: tuple[Fault, ...]


def data() -> Path:
    """Return the folder of lessons, quizzes and locales: inside a wheel, else the checkout."""
    home = Path(bot.__file__).parent
    return home / "data" if (home / "data").is_dir() else home.parent


@uncollected()
def taught(settings: Settings) -> Taught:
    """Read all packs and catalogues and cross them: what is taught, in which languages whole."""
    roots, found, faults = _read(settings, ())
    catalogues, untranslated = _spoken(settings, roots, found)
    offers, unlisted = read_offers(data() / "locales" / "countries.yaml")
    library = _library(settings, found, catalogues, offers)
    return Taught(found, library, catalogues, _neat((*faults, *untranslated, *unlisted)))


def _read(
    settings: Settings, further: Sequence[Path]
) -> tuple[Sequence[Path], content.Content, tuple[Fault, ...]]:
    """Return the folders of the packs, what these say, and all that is wrong with their form."""
    roots, unsigned = _trusted(packs(settings, further), settings)
    found = content.read(roots, roots[0] / "locales" / "interface.yaml")
    return roots, found, (*unsigned, *found.faults)


def _spoken(
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
        _apart if folders[1:] else None,
    )
    return catalogues, (*untranslated, *_foreign(folders[1:]))


def _apart(home: Path, tag: str) -> Iterator[tuple[str, object]]:
    """Read the catalogues of a further pack where its YAML is read: in a child with limits."""
    # Here, because a bot without further packs starts no process, and would start the later.
    from bot.content.child import confined  # noqa: PLC0415

    yield from confined(_CATALOGUES, str(home.absolute()), home.as_posix(), tag)


def mark(settings: Settings) -> object:
    """Return what changes whenever a file of any pack does, and at each midnight UTC.

    At midnight, because what is served depends on the day: lessons end.
    """
    found: list[tuple[str, int, int]] = []
    for root in packs(settings):
        parts = [root / name for name in ("lessons", "quizzes", "locales")]
        below = chain(root.glob("manifest.*"), *(part.rglob("*") for part in parts))
        for path in islice(below, WATCHED):
            with suppress(OSError):
                status = path.lstat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return clock.now().date(), sorted(found)


def relearned(settings: Settings) -> tuple[Taught | None, tuple[Fault, ...]]:
    """Return all that is taught, or None and everything for which it cannot be served."""
    try:
        made = taught(settings)
        servable(made)
    except ContentFault as error:
        return None, error.faults
    except (OSError, ValueError) as error:
        return None, (Fault("locales", 1, "", str(error), "mend its rights, or its name"),)
    if settings.locale not in made.catalogues.languages:
        wrong, remedy = f"'{settings.locale}' is offered no longer", "put its catalogues back"
        return None, (Fault("locales", 1, "", wrong, remedy),)
    return made, ()


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
) -> Library:
    countries, zones = content.atlas()
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


@uncollected()
def checked(settings: Settings, further: Sequence[Path]) -> tuple[Fault, ...]:
    """Return everything wrong in all packs, *further* ones too, and in the catalogues."""
    # Here, because a bot that serves needs no lint, and would start the later for it.
    from bot.content.lint import lint  # noqa: PLC0415
    from bot.content.translation import check_translation  # noqa: PLC0415

    roots, found, unread = _read(settings, further)
    # What another process reads meanwhile need not be waited for.
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_spoken, settings, roots, found)
        linted = lint(found, clock.now().date())
        catalogues, untranslated = reading.result()
    faults = [*unread, *untranslated, *linted]
    faults += read_offers(data() / "locales" / "countries.yaml")[1]
    for tag in catalogues.languages:
        if tag != found.source_language:
            spoken, places = catalogues.translations(tag), catalogues.places(tag)
            faults += check_translation(found, tag, spoken, places)
    return _neat(faults)


def texts(settings: Settings) -> list[tuple[Path, Mapping[str, Source]]]:
    """Return the locales folder of each pack, and the texts of that pack alone by key.

    Raises:
        ContentFault: a pack cannot be read whole, and its texts would seem to be gone.
    """
    roots = packs(settings)
    own = content.read(roots[:1], roots[0] / "locales" / "interface.yaml")
    every = content.read(roots, None) if roots[1:] else own
    refused = [fault for fault in {*own.faults, *every.faults} if not fault.warning]
    if refused:
        raise ContentFault(sorted(refused))
    split = [(roots[0] / "locales", own.sources)]
    for pack, root in enumerate(roots[1:], start=1):
        keys = {key for key, one in every.worded.items() if one.document.pack == pack}
        theirs = {key: one for key, one in every.sources.items() if key in keys}
        split.append((root / "locales", theirs))
    return split


def _neat(faults: Sequence[Fault]) -> tuple[Fault, ...]:
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
