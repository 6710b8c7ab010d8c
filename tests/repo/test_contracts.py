"""This file breaks each contract of the house on purpose, and wants to see it named.

Rule 1: a contract without a case here fails, so none can be added that holds nothing.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, contracts

Files = dict[str, str]

BREAKS: dict[str, list[Files]] = {
    "The house: a ring of rooms around a pure core": [
        {"bot/console/broken.py": "import bot.store"},
        {"bot/runtime/broken.py": "import bot.settings"},
        {"bot/core/broken.py": "import bot.engine"},
        {"bot/utils.py": "VAGUE = 1"},
    ],
    "Platforms do not know each other": [
        {"bot/platforms/web/broken.py": "import bot.platforms.terminal"},
    ],
    "Nothing is circular, at any depth": [
        {
            "bot/store/broken/__init__.py": "",
            "bot/store/broken/hen.py": "import bot.store.broken.egg",
            "bot/store/broken/egg.py": "import bot.store.broken.hen",
        },
    ],
    "Core and engine are pure: no loop, clock, dice, disk, log or vendor, "
    "not even through a friend": [
        {"bot/engine/broken.py": "import random"},
        {
            "bot/core/broken.py": "import logging",
            "bot/engine/broken.py": "import bot.core.broken",
        },
    ],
    "The environment is read in one file": [{"bot/runtime/broken.py": "import os"}],
    "SQL stays in the store": [
        {"bot/runtime/broken.py": "import sqlalchemy"},
        {"bot/console/broken.py": "from alembic import command"},
    ],
    "Platform ids are encrypted in the store, packs are signed in content": [
        {"bot/runtime/broken.py": "from cryptography.fernet import Fernet"},
        {"bot/content/broken.py": "from cryptography.fernet import Fernet"},
    ],
    "YAML is read in content; i18n is handed the texts": [{"bot/i18n/broken.py": "import yaml"}],
    "Babel stays in i18n": [{"bot/content/broken.py": "from babel.messages import pofile"}],
    "HTTP is answered in two rooms, and mounted in wiring": [
        {"bot/runtime/broken.py": "from starlette.applications import Starlette"},
    ],
    "python-telegram-bot stays in its platform": [{"bot/runtime/broken.py": "import telegram"}],
    "discord.py stays in its platform": [{"bot/console/broken.py": "import discord"}],
    "HTTP is spoken out of two rooms": [{"bot/runtime/broken.py": "import aiohttp"}],
    "Pages are drawn in two rooms": [{"bot/i18n/broken.py": "import jinja2"}],
    "The server is started in one file": [{"bot/console/broken.py": "import uvicorn"}],
    "APScheduler is a tick in one file": [
        {"bot/runtime/broken.py": "from apscheduler.schedulers import asyncio"},
    ],
    "The queue of many machines is used in one file": [
        {"bot/work/broken.py": "import procrastinate"},
    ],
    "The memory model is used in one file": [{"bot/engine/broken.py": "import fsrs"}],
    "Processes are started and limited in one file": [
        {"bot/i18n/broken.py": "import subprocess"},
        {"bot/content/broken.py": "import resource"},
    ],
}

NAMES = [contract["name"] for contract in contracts()]
CASES = [(name, files) for name in NAMES for files in BREAKS.get(name, [])]


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--config", root / "pyproject.toml", "--no-logo", "--cache-dir", root / "kept"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8", "COLUMNS": "400"},
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program alone, in a place where it may be broken."""
    root = tmp_path_factory.mktemp("contracts")
    shutil.copy2(ROOT / "pyproject.toml", root)
    leave = shutil.ignore_patterns("__pycache__", "data", "static", "templates")
    shutil.copytree(ROOT / "bot", root / "bot", ignore=leave)
    return root


def test_every_contract_is_broken_on_purpose() -> None:
    assert sorted(BREAKS) == sorted(NAMES)


def test_the_house_keeps_its_contracts(copy: Path) -> None:
    linted = _lint(copy)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert f"{len(NAMES)} kept, 0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("name", "files"), CASES, ids=[f"{name[:24]}: {next(iter(files))}" for name, files in CASES]
)
def test_a_contract_broken_on_purpose_is_named(copy: Path, name: str, files: Files) -> None:
    made = _add(copy, files)
    try:
        linted = _lint(copy)
    finally:
        _remove(copy, made)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert f"{name} BROKEN" in linted.stdout


def _add(root: Path, files: Files) -> list[Path]:
    made = []
    for path, line in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{line}\n", encoding="utf-8")
        made.append(target)
    return made


def _remove(root: Path, made: list[Path]) -> None:
    for path in made:
        path.unlink()
        if path.parent != root and not any(path.parent.glob("*.py")):
            shutil.rmtree(path.parent)
