"""Forgetting on PostgreSQL as the README tells it: the bytes of its files, and a dump put back.

Rule 1: the commands that are run are those that the README shows, word for word.
"""

import asyncio
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot import store as stores
from bot.core.effects import Lane, Say
from bot.store.database import Database, connect
from bot.store.sealing import Seal, load_key
from tests.store.forgetting import CANARY, a_year, gone
from tests.store.people import ANA, BEN, CARD, NOW, TOMORROW, event, learner, rows, take
from tests.store.servers import binaries, started

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Path, str]]:
    """Yield the folder of a server of our own, with its log, and its URL without a database."""
    programs = binaries()
    if programs is None:
        pytest.skip("postgres: no server whose files could be read on this machine")
    with tempfile.TemporaryDirectory(prefix="wary") as folder:
        Path(folder).chmod(0o755)
        with started(programs, Path(folder) / "pg") as server:
            yield Path(folder) / "pg", server


@pytest.fixture
def settings(home: tuple[Path, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the settings of a Wary on an empty database of the server."""
    with psycopg.connect(f"{home[1]}/postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE wary")
        stores.make_key(tmp_path / "key")
        yield {
            "WARY_DATABASE_URL": f"{home[1]}/wary",
            "WARY_KEY_FILE": str(tmp_path / "key"),
            "WARY_ERASE_JOURNAL": str(tmp_path / "erased"),
        }
        admin.execute("DROP DATABASE wary WITH (FORCE)")


async def opened(settings: dict[str, str]) -> Database:
    key, journal = Path(settings["WARY_KEY_FILE"]), Path(settings["WARY_ERASE_JOURNAL"])
    return await connect(settings["WARY_DATABASE_URL"], key=key, journal=journal)


def shown(program: str) -> list[list[str]]:
    """Return the commands of *program* that the README shows, each in words."""
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(rf"^{program} [^\n\\]*(?:\\\n[^\n\\]*)*", told, re.MULTILINE)
    return [shlex.split(line.replace("\\\n", " ")) for line in lines]


def run(words: list[str], url: str) -> None:
    """Run a command of PostgreSQL; where it names the database ``wary``, *url* is meant."""
    programs = binaries()
    assert programs is not None
    command = [url if word == "wary" else word for word in words[1:]]
    command = [f"--dbname={url}" if word == "--dbname=wary" else word for word in command]
    subprocess.run([programs / words[0], *command], check=True, stdout=subprocess.DEVNULL)


def wary(settings: dict[str, str], *words: str) -> str:
    """Run ``wary`` and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WARY_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        check=True,
        cwd=ROOT,
        env={**clean, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def left(home: Path, secrets: dict[str, bytes]) -> dict[str, list[str]]:
    """Return which of *secrets* stand in which files of the server, its log among them."""
    found = {
        str(path.relative_to(home)): [n for n, one in secrets.items() if one in told]
        for path in home.rglob("*")
        if path.is_file()
        for told in [path.read_bytes()]
    }
    return {name: those for name, those in found.items() if those}


async def test_after_a_year_and_the_step_of_the_readme_nothing_is_left_in_any_file(
    home: tuple[Path, str], settings: dict[str, str]
) -> None:
    url = settings["WARY_DATABASE_URL"]
    store = await opened(settings)
    await take(store, event("t:ben", BEN), TOMORROW)
    key = await a_year(store)
    theirs = "SELECT sealed FROM addresses WHERE learner_id = :k"
    [(sealed,)] = await rows(store, theirs, k=key)
    assert isinstance(sealed, bytes)
    secrets = {
        "the key of the learner": key.encode(),
        "an answer": CANARY.encode(),
        "the id of the platform": ANA.id.encode(),
        "the sealed id": sealed,
        "its fingerprint": Seal(load_key(Path(settings["WARY_KEY_FILE"]))).lookup(ANA),
        "a message": b"m-farewell",
    }
    with psycopg.connect(url, autocommit=True) as admin:
        # As autovacuum does, so that samples of the columns stand in the statistics.
        admin.execute("ANALYZE")
        before = set().union(*left(home[0], secrets).values())
        assert {"the key of the learner", "an answer", "the sealed id"} <= before
        began = asyncio.get_running_loop().time()
        await gone(store)
        assert asyncio.get_running_loop().time() - began < 5
    once, often = shown("psql")
    run(once, url)
    run(often, url)
    assert left(home[0], secrets) == {}
    assert (await learner(store, BEN)).key
    await store.close()


@pytest.mark.parametrize("quiet", [True, False], ids=["with wary db restore", "without"])
async def test_a_dump_from_before_forgets_again_before_anything_is_sent(
    settings: dict[str, str], tmp_path: Path, *, quiet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = settings["WARY_DATABASE_URL"]
    [dump], [put_back] = shown("pg_dump"), shown("pg_restore")
    store = await opened(settings)
    await take(store, event("t:1"), TOMORROW, Say(CARD, Lane.LESSON))
    await take(store, event("t:ben", BEN), TOMORROW, Say(CARD, Lane.LESSON))
    run(dump, url)
    await gone(store)
    await store.close()
    run(put_back, url)
    if quiet:
        assert "forgotten" in wary(settings, "db", "restore")
    again = await opened(settings)
    assert await again.known(ANA) is None
    assert (await learner(again, BEN)).key
    claimed = await again.claim_posts("telegram", NOW, 10)
    assert [post.address for post in claimed] == ([] if quiet else [BEN])
    due = await again.claim_due(TOMORROW.at, 10)
    assert [one.address for one in due] == [BEN]
    await again.close()
