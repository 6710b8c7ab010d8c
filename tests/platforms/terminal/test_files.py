"""Files from a terminal: written for their owner alone, and never over another file."""

import io
import stat
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.events import Address
from bot.core.message import File
from bot.platforms.terminal import files
from bot.platforms.terminal.adapter import Terminal
from tests.platforms.cards import BUTTONS
from tests.platforms.scripted import NOW, post, tools

TWO = (
    File("wary-mydata.json", "application/json", b"{}"),
    File("wary-mydata.html", "text/html", b"<p>"),
)
CARD = replace(BUTTONS, carried=TWO)
ME = Address("terminal", "me")


async def _printed(folder: Path) -> str:
    out = io.StringIO()
    with chdir(folder):
        await Terminal(tools(), stdout=out).send(post(ME), CARD)
    return out.getvalue()


def _there(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_the_files_are_written_and_their_paths_printed(tmp_path: Path) -> None:
    out = await _printed(tmp_path)
    written = _there(tmp_path)
    assert [path.read_bytes() for path in written] == [b"<p>", b"{}"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    lines = out.rstrip("\n").split("\n")
    assert lines[-3] == "en:terminal.files"
    assert sorted(lines[-2:]) == [str(path) for path in written]


async def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    first = files.write(tmp_path, TWO[:1], NOW)
    again = files.write(tmp_path, (replace(TWO[0], content=b"new"),), NOW)
    assert first != again
    assert [first[0].read_bytes(), again[0].read_bytes()] == [b"{}", b"new"]


def test_there_is_an_end_to_trying_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TRIES", 2)
    for _ in range(2):
        files.write(tmp_path, TWO[:1], NOW)
    with pytest.raises(FileExistsError):
        files.write(tmp_path, TWO[:1], NOW)


async def test_a_folder_that_takes_no_file_is_named_as_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    folder.mkdir()
    out = io.StringIO()
    with chdir(folder):
        folder.rmdir()
        await Terminal(tools(), stdout=out).send(post(ME), CARD)
    assert "en:terminal.no_files" in out.getvalue()
    assert "en:terminal.files" not in out.getvalue()
