"""Templates for translators: every text of a pack with its key, its place and its note.

Rule 1: a template holds no translation, no date and no name, so that a diff shows what changed.
"""

from collections.abc import Mapping
from pathlib import Path

from bot.core.source import Source
from bot.i18n.check import ids_of
from bot.i18n.pofile import CATALOGUES, Entry
from bot.i18n.read import MESSAGES
from bot.i18n.update import put
from bot.i18n.write import Line, template


def extract(folder: Path, sources: Mapping[str, Source]) -> list[tuple[Path, int]]:
    """Write ``<catalogue>.pot`` into *folder*; return path and number of texts of each.

    Args:
        folder: a ``locales/`` directory, made where it is missing.
        sources: every key of this folder's pack, in the order that the files shall have.

    Raises:
        OSError: a file cannot be written.
    """
    done = []
    for catalogue in CATALOGUES:
        wanted = [one for one in sources.values() if one.catalogue == catalogue]
        if wanted:
            path = folder / f"{catalogue}.pot"
            put(path, template(_blank(one) for one in wanted))
            done.append((path, len(wanted)))
    return done


def _blank(source: Source) -> Line:
    ids = ids_of(source)
    return Line(Entry(source.key, ids, ("",) * len(ids)), source)


def translated(folder: Path) -> list[str]:
    """Return the tags of the languages that have a folder of catalogues in *folder*."""
    return sorted(home.parent.name for home in folder.glob(f"*/{MESSAGES}"))
