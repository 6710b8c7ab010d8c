"""The ten lessons of a citizen's starter path alone, for tests that are about the engine.

What they judge must not change whenever a lesson is written, and they need no more to judge it.
Source: the transcripts of chat.md, 9, which speak of ten lessons.
"""

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot import settings, teaching
from bot.core.learner import Track

LOOKED_AT = date(2026, 11, 21)
"""The day of the last review of first aid that the transcripts show."""


@cache
def starter() -> teaching.Taught:
    """Return all that is taught, of the lessons only those of that path."""
    config = settings.read({})
    made = teaching.taught(config)
    path = made.content.paths[Track.CITIZEN]
    # As in review, nor must it change whenever one is published.
    lessons = {key: replace(made.content.lessons[key], draft=True) for key in path}
    trees = {
        key: replace(tree, draft=True, checked=LOOKED_AT)
        for key, tree in made.content.trees.items()
    }
    items = {key: one for key, one in made.content.items.items() if one.lesson in lessons}
    content = replace(
        made.content,
        lessons=lessons,
        items=items,
        trees=trees,
        paths={Track.CITIZEN: path},
        countries={},  # nor must it change whenever somebody reads a helpline again
    )
    atlas = (made.library.countries, made.library.zones)
    library = teaching._library(config, content, made.catalogues, made.library.offers, atlas)
    return replace(made, content=content, library=library)


LANGUAGES = ("en", "ar", "fr")


def few(root: Path) -> Path:
    """Write our own pack to *root*, of the lessons only the starter path's, in few languages.

    For tests that read it again and again, from files: what they judge is how it is read.
    """
    ours = teaching.data()
    for name in ("pack", "sources"):
        _copied(root, f"lessons/{name}.yaml")
    for path in (*ours.glob("lessons/first_aid/*"), *ours.glob("quizzes/*.yaml")):
        _copied(root, path.relative_to(ours).as_posix())
    for path in ours.glob("locales/*.yaml"):
        _copied(root, f"locales/{path.name}")
    pack = (root / "lessons" / "pack.yaml").read_text("utf-8")
    path_of = re.search(r"^  citizen:\n((?:    - .*\n)+)", pack, re.MULTILINE)
    assert path_of
    head, _ = pack.split("paths:")
    head = re.sub(r"languages: .*", f"languages: [{', '.join(LANGUAGES)}]", head)
    (root / "lessons" / "pack.yaml").write_text(f"{head}paths:\n{path_of[0]}", "utf-8")
    lessons = re.findall(r"- (\S+)", path_of[1])
    for lesson in lessons:
        for kind in ("lessons", "quizzes"):
            _copied(root, f"{kind}/{lesson.split('-')[0]}/{lesson}.yaml")
    offers = root / "locales" / "countries.yaml"
    kept = [line for line in offers.read_text("utf-8").splitlines() if _ours(line)]
    offers.write_text("\n".join(kept) + "\n", "utf-8")
    for tag in LANGUAGES[1:]:
        for name in ("interface", "lessons", "quizzes"):
            place = Path("locales", tag, "LC_MESSAGES", f"{name}.po")
            said = _said((ours / place).read_text("utf-8"), lessons)
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_text(said, "utf-8")
    return root


def _ours(line: str) -> bool:
    """Return whether *line* of the list of countries is no other language's."""
    named = re.match(r"  (\S+):", line)
    return named is None or named[1] in LANGUAGES


def _said(text: str, lessons: Sequence[str]) -> str:
    """Return the catalogue *text* without what is said of other lessons than *lessons*."""
    kept = []
    for entry in text.split("\n\n"):
        key = re.search(r'^msgctxt "([a-z]+-\d\d|cc-[a-z]{2})', entry, re.MULTILINE)
        if key is None or key[1] in lessons:
            kept.append(entry)
    return "\n\n".join(kept)


def _copied(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(teaching.data() / name, root / name)


@pytest.fixture(scope="session")
def few_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return our own pack of few lessons, written once."""
    return few(tmp_path_factory.mktemp("few"))


@pytest.fixture(autouse=True)
def few_lessons(few_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our own pack be small, for every test of a file that names this fixture."""
    monkeypatch.setattr(teaching, "data", lambda: few_root)
    # What is kept of it must not push out what is kept of the real one.
    monkeypatch.setattr(sys, "pycache_prefix", str(few_root.parent / "kept"))
