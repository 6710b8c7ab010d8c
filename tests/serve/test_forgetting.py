"""Forgetting as whoever uses and whoever operates a running Wary see it, over plain HTTP."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.faults.visitors import Page, Visitor, kill, serve

OK, GONE = 200, 404


def _page(one: Visitor, host: str) -> Page:
    return Page(one._ask(host, "GET", "/", None)[1])


def _says(one: Visitor, host: str, words: str) -> Page:
    one._say(host, _page(one, host), words)
    return _page(one, host)


def _presses(one: Visitor, host: str, page: Page, action: str) -> Page:
    one._press(host, action, page.offered)
    return _page(one, host)


def _joins(one: Visitor, host: str) -> None:
    """Let *one* have the first conversation, from the language to how often lessons come."""
    page = _page(one, host)
    while "set:urgent:none" not in page.offered:
        page = _presses(one, host, page, one._choice(list(page.offered)))


def test_files_stay_for_who_keeps_and_go_with_who_is_forgotten_elsewhere(tmp_path: Path) -> None:
    running, host = serve({"WARY_DATABASE_URL": f"sqlite:///{tmp_path}/wary.db"})
    try:
        here, there = Visitor(0, answering=True), Visitor(1, answering=True)
        _joins(here, host)
        [link] = set(re.findall(r"/mine/[^\"]+\.?/0", _says(here, host, "/mydata").text))
        assert here._ask(host, "GET", link, None)[0] == OK
        page = _says(here, host, "/forgetme")
        [keeps] = [action for action in page.offered if action != "forget:now"]
        _presses(here, host, page, keeps)
        assert here._ask(host, "GET", link, None)[0] == OK
        [code] = set(re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", _says(here, host, "/link").text))
        _page(there, host)
        _says(there, host, f"/link {code}")
        _presses(there, host, _says(there, host, "/forgetme"), "forget:now")
        assert here._ask(host, "GET", link, None)[0] == GONE
        assert "/mine/" not in _page(here, host).text
    finally:
        kill(running)


def _keys(base: Path) -> list[str]:
    """Return the keys of all learners in the database at *base*."""
    with closing(sqlite3.connect(base)) as file:
        return [key for (key,) in file.execute("SELECT id FROM learners")]


def test_a_copy_from_before_that_is_put_back_meets_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, copies = tmp_path / "home", tmp_path / "copies"
    home.mkdir()
    copies.mkdir()
    url = f"sqlite:///{home}/wary.db"
    monkeypatch.setenv("WARY_DATABASE_URL", url)
    one = Visitor(0, answering=True)
    running, host = serve({"WARY_DATABASE_URL": url})
    try:
        _joins(one, host)
        assert main(["db", "backup", str(copies)]) == 0
        [copy] = copies.iterdir()
        [key] = _keys(copy)
        _presses(one, host, _says(one, host, "/forgetme"), "forget:now")
    finally:
        kill(running)
    assert main(["db", "restore", str(copy)]) == 0
    running, host = serve({"WARY_DATABASE_URL": url})
    try:
        assert "lang:en" in _page(one, host).offered
        assert _keys(home / "wary.db") == []
    finally:
        kill(running)
    left = [path.name for path in home.iterdir() if key.encode() in path.read_bytes()]
    assert left == []
