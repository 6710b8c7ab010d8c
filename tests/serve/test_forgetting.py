"""The files of my data in a browser: there while one goes on, gone when forgotten anywhere."""

import re
from pathlib import Path

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
