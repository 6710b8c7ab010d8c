"""What breaks a rule in content and catalogues that can be read: content and i18n crossed.

Rule 1: nothing here runs at the start of a bot that teaches our own pack alone; it was looked at
before its release.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from bot import content, i18n
from bot.content.lint import lint
from bot.content.translation import check_translation
from bot.core.source import Fault


def breaches(
    found: content.Content, catalogues: i18n.Catalogues, today: date, seen: Path | None = None
) -> list[Fault]:
    """Return what breaks a rule in texts, in what hangs together, and in translations.

    *seen*: the catalogues of our own pack, where its texts were looked at before, each by itself;
    None to look at all.
    """
    return [*lint(found, today, ours=seen is None), *mistranslated(found, catalogues, seen)]


def mistranslated(
    found: content.Content, catalogues: i18n.Catalogues, seen: Path | None = None
) -> list[Fault]:
    """Return what breaks a rule in the translations of *found*; *seen* as in ``breaches``."""
    faults: list[Fault] = []
    for tag in catalogues.languages:
        if tag != found.source_language:
            spoken, places = catalogues.translations(tag), catalogues.places(tag)
            ours = frozenset(_released(found, places, seen) if seen else ())
            faults += check_translation(found, tag, spoken, places, ours)
    return faults


def _released(
    found: content.Content, places: Mapping[str, tuple[str, int]], home: Path
) -> Iterator[str]:
    """Yield the keys of our own texts whose translations, at *places*, lie in *home* as well."""
    for key, (path, _) in places.items():
        text = found.worded.get(key)
        if text and not text.document.pack and path.startswith(f"{home.as_posix()}/"):
            yield key
