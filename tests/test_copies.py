"""``wary db backup``, ``restore`` and ``journal``, as they are typed."""

from pathlib import Path

import pytest

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
