"""A small good pack, and ways to spoil it; nearly no test of the room reads anything else.

``good/`` holds one item of each type, a care lesson, a variant and a published lesson.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from bot.content import Content
from bot.content.files import File
from bot.content.lint import lint
from bot.content.read import understand

TODAY = date(2026, 12, 1)
FOLDER = Path(__file__).parent / "good"
GOOD: Mapping[str, str] = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(FOLDER.rglob("*.yaml"))
}


def files(texts: Mapping[str, str | bytes], pack: int = 0) -> list[File]:
    """Return *texts* as the files of one pack."""
    return [
        File(
            path, tuple(path.split("/")), text if isinstance(text, bytes) else text.encode(), pack
        )
        for path, text in texts.items()
    ]


def content(texts: Mapping[str, str | bytes] = GOOD) -> Content:
    """Return what *texts* say."""
    return understand(files(texts))


def spoiled(path: str, *changes: tuple[str, str]) -> dict[str, str | bytes]:
    """Return the good pack with the first of each old text in *path* replaced by the new one."""
    text = GOOD[path]
    for old, new in changes:
        assert old in text, (path, old)
        text = text.replace(old, new, 1)
    return {**GOOD, path: text}


def without(*paths: str) -> dict[str, str | bytes]:
    """Return the good pack without some of its files."""
    return {path: text for path, text in GOOD.items() if path not in paths}


def findings(texts: Mapping[str, str | bytes], *, warnings: bool = False) -> list[str]:
    """Return the refusals of a pack, or its warnings, as they are printed."""
    read = content(texts)
    return printed(sorted({*read.faults, *lint(read, TODAY)}), warnings=warnings)


def printed(found: Iterable[object], *, warnings: bool = False) -> list[str]:
    """Return the refusals among *found*, or its warnings, as they are printed."""
    return [str(fault) for fault in found if getattr(fault, "warning", False) == warnings]


def written(folder: Path, texts: Mapping[str, str | bytes]) -> Path:
    """Write *texts* below *folder* and return it."""
    for path, text in texts.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def further(number: str = "lan-01", id_: str = "second") -> dict[str, str | bytes]:
    """Return a pack with one published lesson and its questions, to be read beside another."""
    topic = number.partition("-")[0]
    lesson = GOOD["lessons/acc/acc-05.yaml"].replace("acc-05", number)
    return {
        "lessons/pack.yaml": (
            f"schema: pack/1\nid: {id_}\ntitle: A further pack\nlanguages: [en, fr]\n"
            "licence: CC BY 4.0\n"
        ),
        "lessons/sources.yaml": (
            "schema: sources/1\nsources:\n  THEIRS: {publisher: A bank, title: Hang up,"
            " address: a page, year: 2024, status: P, checked_on: 2026-11-20}\n"
        ),
        f"lessons/{topic}/{number}.yaml": lesson.replace("topic: acc", f"topic: {topic}")
        .replace("CBR-HANG", "THEIRS")
        .replace("code-never-shared", "theirs-first"),
        f"quizzes/{topic}/{number}.yaml": GOOD["quizzes/acc/acc-05.yaml"]
        .replace("acc-05", number)
        .replace("CBR-HANG", "THEIRS")
        .replace("staff-need-the-code", "theirs-too")
        .replace("code-never-shared", "theirs-first"),
        "quizzes/techniques.yaml": (
            "schema: techniques/1\ntechniques:\n  theirs-first: Does what they teach.\n"
        ),
        "quizzes/misconceptions.yaml": (
            "schema: misconceptions/1\nmisconceptions:\n  theirs-too: Believes that they err.\n"
        ),
    }


def changed(
    texts: Mapping[str, str | bytes], path: str, *changes: tuple[str, str]
) -> dict[str, str | bytes]:
    """Return *texts* with the first of each old text in *path* replaced by the new one."""
    text = texts[path]
    assert isinstance(text, str)
    for old, new in changes:
        assert old in text, (path, old)
        text = text.replace(old, new, 1)
    return {**texts, path: text}
