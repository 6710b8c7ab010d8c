"""``wary db backup``, ``restore`` and ``journal``, as they are typed."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot import store
from bot.__main__ import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARY_DATABASE_URL", f"sqlite:///{tmp_path}/wary.db")
    monkeypatch.setenv("WARY_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("WARY_ERASE_JOURNAL", str(tmp_path / "erased"))
    assert main(["db", "key"]) == 0
    assert main(["db", "upgrade"]) == 0
    return tmp_path


def test_a_copy_is_made_and_put_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "journal"]) == 0
    assert main(["db", "backup", str(home)]) == 0
    [copy] = home.glob("wary-*.db")
    assert main(["db", "restore", str(copy)]) == 0
    told = capsys.readouterr().out
    assert "Put back. 0 addresses forgotten again" in told
    assert "wary.before-restore.db" in told


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["backup"], "wary db backup FOLDER"),
        (["backup", "/nowhere"], "make it first"),
        (["restore"], "wary db restore COPY"),
        (["restore", "/nowhere"], "wary db journal"),
    ],
)
def test_what_is_missing_is_said(
    words: list[str], remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", *words]) == 1
    assert remedy in capsys.readouterr().err


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file grow beyond *size* bytes, as a disk that is full does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_database_and_no_half_of_a_copy(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "journal"]) == 0
    assert main(["db", "backup", str(home)]) == 0
    [copy] = home.glob("wary-*.db")
    kept = (home / "wary.db").read_bytes()
    (home / "copies").mkdir()
    for words in (["backup", str(home / "copies")], ["restore", str(copy)]):
        with full_after(50_000):
            assert main(["db", *words]) == 1
        assert "cannot be copied" in capsys.readouterr().err
    assert list((home / "copies").iterdir()) == []
    assert not list(home.glob(".*"))
    assert (home / "wary.db").read_bytes() == kept


def test_a_copy_of_a_newer_wary_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "journal"]) == 0
    assert main(["db", "backup", str(home)]) == 0
    [copy] = home.glob("wary-*.db")
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("UPDATE alembic_version SET version_num = '0999'")
    assert main(["db", "restore", str(copy)]) == 1
    assert f"{copy}: the database is of a newer Wary" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["upgrade"], ["restore", "copy.db"]])
def test_a_folder_that_is_missing_is_named_with_what_to_do(
    words: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WARY_DATABASE_URL", f"sqlite:///{home}/nowhere/wary.db")
    assert main(["db", *words]) == 1
    told = capsys.readouterr().err
    assert f"{home}/nowhere/wary.db" in told
    assert "make its folder" in told


def test_a_database_that_upgrade_made_has_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARY_DATABASE_URL", f"sqlite:///{tmp_path}/wary.db")
    assert main(["db", "upgrade"]) == 0
    assert (tmp_path / "wary.db.key").exists()
    # As ``wary serve`` opens it.
    asyncio.run(_opened(f"sqlite:///{tmp_path}/wary.db"))


async def _opened(url: str) -> None:
    await (await store.connect(url)).close()
