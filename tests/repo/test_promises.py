"""This file holds what the project says of itself: named tests, no machine's folders, reasons."""

import re
from pathlib import Path

from tests.repo.tree import ROOT, files, python, text

WORDS = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".po", ".html", ".js", ".css", ""}
"""Endings of files that hold words."""

PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Send Messages in Threads": 1 << 38,
}
"""What a server gives the bot.  Source: Discord, Permissions, Bitwise Permission Flags."""

PROMISES = 5
"""Rows of README's table of promises, each with its test."""


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", text(Path("README.md")))
    assert len(named) >= PROMISES
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_asks_discord_for_the_permissions_that_it_explains() -> None:
    steps = text(Path("README.md")).partition("### Discord")[2].partition("###")[0]
    asked = int(re.findall(r"permissions=(\d+)", steps)[0])
    explained = [bit for name, bit in PERMISSIONS.items() if f"*{name}*" in steps]
    assert asked == sum(explained) == sum(PERMISSIONS.values())


def test_no_file_names_a_folder_of_one_machine() -> None:
    # In two parts, so that this line does not find itself; a page's address has a name before it.
    machine = re.compile(r"(?<!\w)/" + r"(?:work|home|Users)/\w+/")
    told = [str(path) for path in files() if path.suffix in WORDS and machine.search(text(path))]
    assert told == []


def test_every_ignored_type_has_its_reason_beside_it() -> None:
    bare = re.compile(r"# type: ignore\[[\w, -]+\](?!\s+# \S)")
    told = [
        f"{path}:{number}"
        for path in python("bot", "bench", "tests")
        for number, line in enumerate(text(path).splitlines(), start=1)
        if bare.search(line)
    ]
    assert told == []
