"""What was read is kept between two starts: never stale, never half, and only where it may be."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest

from bot import breaches, compiled, teaching
from bot.core.card import Text
from bot.core.message import words
from bot.i18n import pofile
from bot.settings import read
from tests.content.packs import further, written


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep everything below a folder of the test's own, as PYTHONPYCACHEPREFIX does."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


def pickles(home: Path) -> list[Path]:
    return sorted(home.rglob("taught.*.pickle"))


def counted(path: Path, made: list[str]) -> str:
    """Return what *path* says, by way of what is kept; each real reading goes to *made*."""

    def make() -> str:
        made.append(path.read_text())
        return made[-1]

    return compiled.kept([path], ("en",), make)


def test_the_same_bytes_are_read_once_and_other_bytes_anew(tmp_path: Path) -> None:
    path, made = tmp_path / "one.yaml", list[str]()
    for said in ("old", "old", "new", "old"):
        path.write_text(said)
        assert counted(path, made) == said
    assert made == ["old", "new"]


def test_what_else_the_result_depends_on_makes_another(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("")
    tags = ("en", "fr", "en")
    assert tuple(compiled.kept([path], (tag,), partial(str, tag)) for tag in tags) == tags


def test_a_file_cut_off_or_changed_is_read_anew(tmp_path: Path, home: Path) -> None:
    path, made = tmp_path / "one.yaml", list[str]()
    path.write_text("said")
    counted(path, made)
    [kept] = pickles(home)
    whole = kept.read_bytes()
    for damage in (b"", whole[:-1], whole[:20], whole[:-1] + bytes([whole[-1] ^ 1])):
        kept.write_bytes(damage)
        assert counted(path, made) == "said"
        assert kept.read_bytes() == whole
    assert len(made) == 5


def test_what_changes_while_it_is_read_is_not_kept(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("old")
    assert compiled.kept([path], (), lambda: path.write_text("other")) == 5
    assert pickles(home) == []


def test_where_python_may_not_write_nothing_is_kept(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "one.yaml", list[str]()
    path.write_text("said")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [counted(path, made), counted(path, made)] == ["said", "said"]
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    home.write_text("a file where the folder should be")
    assert counted(path, made) == "said"
    assert len(made) == 3


def test_only_the_newest_few_stay(tmp_path: Path, home: Path) -> None:
    path, made = tmp_path / "one.yaml", list[str]()
    for number in range(compiled.GENERATIONS + 3):
        path.write_text(str(number))
        counted(path, made)
    assert len(pickles(home)) == compiled.GENERATIONS
    assert [one for one in home.rglob("*") if one.is_dir() and one.name.startswith("taught")] == []


def test_a_mapping_that_cannot_be_changed_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("")
    made: Mapping[str, int] = MappingProxyType({"one": 1})
    for _ in range(2):
        known = compiled.kept([path], (), lambda: made)
        assert isinstance(known, MappingProxyType)
        assert known == made


def test_what_is_taught_is_the_same_from_files_and_from_what_was_kept(home: Path) -> None:
    fresh = teaching.taught(read({}))
    assert len(pickles(home)) == 1
    known = teaching.taught(read({}))
    for part in dataclasses.fields(fresh.library):
        assert getattr(known.library, part.name) == getattr(fresh.library, part.name)
    assert known.content == fresh.content
    assert known.faults == fresh.faults
    for tag in fresh.catalogues.languages:
        assert known.catalogues.translations(tag) == fresh.catalogues.translations(tag)
        for key in fresh.content.sources:
            said = [words(one.catalogues.translate(tag, Text(key))) for one in (fresh, known)]
            assert said[0] == said[1]


def test_another_process_finds_it(home: Path) -> None:
    told = "from bot import settings, teaching; teaching.taught(settings.read({}))"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(home)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", told],
            cwd=Path(__file__).parents[1],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
    assert len(pickles(home)) == 1


def test_our_catalogues_are_kept_one_by_one_beside_a_further_pack(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read({"WARY_PACKS": str(written(tmp_path / "second", further()))})
    fresh = teaching.taught(settings)
    tags = {path.name.split(".")[1] for path in home.rglob("catalogues.*.pickle")}
    assert tags == set(fresh.catalogues.languages) - {"en"}
    monkeypatch.delattr(pofile, "understood")  # nothing is parsed again
    known = teaching.taught(settings)
    assert known.faults == fresh.faults
    for tag in fresh.catalogues.languages:
        assert known.catalogues.translations(tag) == fresh.catalogues.translations(tag)


def test_beside_a_further_pack_its_words_for_our_texts_are_looked_at() -> None:
    ours = teaching.taught(read({}))
    key, place = next(iter(ours.catalogues.places("fr").items()))
    keyed = {one: ("second/fr.po" if one == key else place[0], 1) for one in (key, "acc-06.recap")}
    home = teaching.data() / "locales"
    assert set(breaches._released(ours.content, keyed, home)) == {"acc-06.recap"}
