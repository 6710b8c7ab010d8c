"""What an author is told: all that is wrong in packs and catalogues, and which texts are whose.

Rule 1: what a bot that serves looks at is in ``teaching``; this is for whoever writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from bot import __version__, content, i18n
from bot.breaches import mistranslated
from bot.content.figures import figures, total
from bot.content.lint import lint
from bot.content.offers import read_offers
from bot.content.report import page, summary
from bot.core.source import Fault, Source
from bot.runtime import clock
from bot.runtime.collector import uncollected
from bot.settings import Settings
from bot.teaching import ContentFault, data, neat, packs, read, spoken_in


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and everything that is wrong with it."""

    content: content.Content
    catalogues: i18n.Catalogues
    faults: tuple[Fault, ...]

    @property
    def refused(self) -> int:
        """How much has to be mended."""
        return sum(not fault.warning for fault in self.faults)

    @property
    def totals(self) -> str:
        """How many lessons and items there are, as one line."""
        return summary(total(self.content.documents))


def checked(
    settings: Settings, further: Sequence[Path], *, release: bool = False
) -> tuple[Fault, ...]:
    """Return everything wrong in all packs, *further* ones too, and in the catalogues.

    *release*: also each language that is not whole enough to be released.
    """
    return examined(settings, further, release=release).faults


@uncollected()
def examined(settings: Settings, further: Sequence[Path], *, release: bool = False) -> Checked:
    """Return what ``checked`` returns, together with what was read."""
    roots, found, unread = read(settings, further)
    # What another process reads meanwhile need not be waited for.
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(spoken_in, settings, roots, found)
        linted = lint(found, clock.now().date())
        catalogues, untranslated = reading.result()
    # A bot that serves falls back where a translation is behind; whoever checks can bring it up.
    mended = (
        replace(one, warning=one.warning and one.wrong != i18n.BEHIND) for one in untranslated
    )
    faults = [*unread, *mended, *linted]
    faults += read_offers(data() / "locales" / "countries.yaml")[1]
    faults += mistranslated(found, catalogues)
    if release:
        faults += _unfinished(found, catalogues)
    return Checked(found, catalogues, neat(faults))


def placed(path: Path) -> None:
    """Refuse a *path* at which no report can be written, before anything is read for it.

    Raises:
        OSError: something else stands there, or there is no folder to hold it.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: this is no ordinary file; name one for the report")
    if not path.parent.is_dir():
        raise OSError(f"{path}: there is no such folder; make it, or name another")


def report(made: Checked, path: Path) -> None:
    """Write the page with the figures of what was read to *path*, whole or not at all.

    Raises:
        OSError: it cannot be written there; what stood there before is as it was.
    """
    placed(path)
    whole = {tag: made.catalogues.whole(tag) for tag in made.catalogues.languages}
    today = clock.now().date()
    text = page(figures(made.content, whole, today), today, __version__, made.refused)
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        with draft.open("x", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        wrong = f"{path}: the report cannot be written: {error.strerror}"
        raise OSError(wrong) from error
    finally:
        # A folder that cannot be written holds no draft either.
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _unfinished(found: content.Content, catalogues: i18n.Catalogues) -> Iterator[Fault]:
    """Yield the languages of the packs in which the bot's own words or first aid have gaps.

    Source: content.md, 4, rule 10.
    """
    words_ = [key for key, one in found.sources.items() if one.catalogue == "interface"]
    for tag in found.languages:
        if tag == found.source_language:
            continue
        whole = catalogues.whole(tag) if tag in catalogues.languages else frozenset()
        empty = [key for key in words_ if key not in whole]
        trees = [key for key in found.trees if not whole.issuperset(found.needs[key])]
        parts = (
            ("interface", "interface", "texts", words_, empty),
            ("lessons", "first_aid", "trees", found.trees, trees),
        )
        for catalogue, key, what, every, left in parts:
            if left:
                wrong = f"{len(every) - len(left)} of {len(every)} {what} complete"
                remedy = f"finish {left[0]} or leave {tag} out of the release"
                path = f"locales/{tag}/LC_MESSAGES/{catalogue}.po"
                yield Fault(path, 1, key, wrong, remedy)


def texts(settings: Settings) -> list[tuple[Path, Mapping[str, Source]]]:
    """Return the locales folder of each pack, and the texts of that pack alone by key.

    Raises:
        ContentFault: a pack cannot be read whole, and its texts would seem to be gone; or its
            locales are a link, and what is written would land elsewhere.
    """
    roots = packs(settings)
    own = content.read(roots[:1], roots[0] / "locales" / "interface.yaml")
    every = content.read(roots, None) if roots[1:] else own
    refused = [fault for fault in {*own.faults, *every.faults} if not fault.warning]
    homes = (root / "locales" for root in roots[1:])
    refused += [i18n.linked(home) for home in homes if home.is_symlink()]
    if refused:
        raise ContentFault(sorted(refused))
    split = [(roots[0] / "locales", own.sources)]
    for pack, root in enumerate(roots[1:], start=1):
        keys = {key for key, one in every.worded.items() if one.document.pack == pack}
        theirs = {key: one for key, one in every.sources.items() if key in keys}
        split.append((root / "locales", theirs))
    return split
