"""This file holds that people can read what is new in the version they run."""

import re
from pathlib import Path

import bot
from tests.repo.tree import text


def test_the_changelog_begins_with_the_version() -> None:
    headings = re.findall(r"^## (\S+)", text(Path("CHANGELOG.md")), re.MULTILINE)
    assert headings[0] == bot.__version__
