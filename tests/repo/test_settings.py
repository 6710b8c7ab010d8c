"""This file holds that every setting is declared, documented, and read in one way."""

import re
from pathlib import Path

from bot.settings import SETTINGS
from tests.repo.tree import files, python, text

ROW = re.compile(r"^\| `(WARY_[A-Z0-9_<>]+)` *\| *(.*?) *\| *(.*?) *\|$", re.MULTILINE)

OURS = {"WARY_REQUIRE_BROWSER", "WARY_REQUIRE_POSTGRES"}
"""What the suite reads, and the program does not: they are no settings."""


def _bare(cell: str) -> str:
    return cell.strip().strip("`")


def test_every_setting_stands_in_the_readme_with_its_default_and_reason() -> None:
    rows = {name: (_bare(default), _bare(why)) for name, default, why in _rows()}
    settings = {each.name: (_bare(str(each.default)), _bare(each.reason)) for each in SETTINGS}
    assert rows == settings


def _rows() -> list[tuple[str, str, str]]:
    return ROW.findall(text(Path("README.md")))


def test_no_setting_is_read_that_is_not_declared() -> None:
    declared = {each.name for each in SETTINGS}
    pattern = re.compile(r"[\"'](WARY_[A-Z0-9]+(?:_[A-Z0-9]+)*)[\"']")
    read = {name for path in python("bot") for name in pattern.findall(text(path))}
    assert read - declared == set()


def test_no_file_names_a_setting_that_does_not_exist() -> None:
    declared = {each.name for each in SETTINGS} | OURS
    pattern = re.compile(r"\bWARY_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")
    told = (path for path in files() if path.name in {"Dockerfile", "compose.yaml", "run"})
    named = {name for path in told for name in pattern.findall(text(path))}
    assert named - declared == set()
