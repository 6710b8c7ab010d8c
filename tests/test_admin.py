"""``wary admin`` and ``wary audit verify``, as they are typed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import admin
from bot.__main__ import ADMIN, main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARY_DATABASE_URL", f"sqlite:///{tmp_path}/wary.db")
    return tmp_path


def test_every_act_declares_that_it_needs_the_machine() -> None:
    assert admin.ACTS.keys() == ADMIN.keys()
    assert {need for need, _ in admin.ACTS.values()} == {"machine"}


@pytest.mark.usefixtures("home")
def test_people_are_made_invited_reset_and_signed_out(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["create", "ana@example.org"],
        ["organisation", "School of Sfax"],
        ["invite", "Ben@example.org", "--roles", "teacher", "--organisation", "School of Sfax"],
        ["reset", "ben@example.org"],
        ["kill", "ben@example.org"],
        ["kill"],
    ):
        assert main(["admin", *words]) == 0
    told = capsys.readouterr().out
    assert told.count("http://127.0.0.1:8080/invite/") == 3
    assert "Everybody is signed out." in told
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "6 rows, whole\n"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["create", "ana@example.org"], "wary admin reset makes a new link"),
        (["reset", "eve@example.org"], "look at how it is written"),
        (["kill", "eve@example.org"], "look at how it is written"),
        (["create", "eve"], "write one such as name@example.org"),
        (["invite", "eve@example.org", "--roles", "root"], "choose from admin, operator"),
        (
            ["invite", "eve@example.org", "--roles", "teacher", "--organisation", "None"],
            "look at how it is written",
        ),
        (["organisation", " "], "write a name"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(
    capsys: pytest.CaptureFixture[str], words: list[str], remedy: str
) -> None:
    assert main(["admin", "create", "ana@example.org"]) == 0
    assert main(["admin", *words]) == 1
    assert remedy in capsys.readouterr().err


def test_a27_a_row_that_was_changed_is_told(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["admin", "create", "ana@example.org"]) == 0
    assert main(["admin", "kill"]) == 0
    with closing(sqlite3.connect(home / "wary.db")) as base:
        base.execute("DROP TRIGGER audit_not_deleted")
        base.execute("DELETE FROM audit WHERE number = 2")
        base.commit()
    capsys.readouterr()
    assert main(["audit", "verify"]) == 1
    assert capsys.readouterr().out == "rows 2 to 2: cut from the end\n1 rows, 1 faults\n"


def test_the_end_of_the_audit_stands_where_it_is_told_to(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["admin", "create", "ana@example.org"]) == 0
    assert (home / "wary.db.audit").exists()
    monkeypatch.setenv("WARY_AUDIT_ANCHOR", str(home / "elsewhere"))
    assert main(["admin", "kill"]) == 0
    assert (home / "elsewhere").read_text().startswith("2 ")
