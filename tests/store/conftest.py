"""One suite, every database: SQLite in a file always, PostgreSQL where a server can be had."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bot.store.database import Database, connect
from tests.store.people import KEY
from tests.store.servers import NAMED, binaries, started


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server, without a database."""
    named, programs = os.environ.get(NAMED), binaries()
    if named:
        yield named.rstrip("/")
    elif programs:
        # Short, and open to the server's user: a socket's path may have 107 characters.
        with tempfile.TemporaryDirectory(prefix="wary") as folder:
            Path(folder).chmod(0o755)
            with started(programs, Path(folder) / "pg") as server:
                yield server
    else:
        pytest.skip(f"postgres: no server on this machine and {NAMED} is not set")


@pytest.fixture(scope="session")
def postgres_whole(postgres_server: str) -> Iterator[str]:
    """Yield the name of a database with all tables, for copies: they are made once a session."""
    with database_on(postgres_server) as made:
        asyncio.run(_made(made))
        yield made.rpartition("/")[2]


async def _made(url: str) -> None:
    await (await connect(url, key=KEY)).close()


@contextmanager
def database_on(server: str, like: str = "template1") -> Iterator[str]:
    """Make a database of its own on *server*, a copy of *like*, and yield its URL."""
    name = f"wary_{uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database of each kind in turn, empty where *store* does not open it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/wary.db"
        return
    opened = "store" in request.fixturenames
    like = request.getfixturevalue("postgres_whole") if opened else "template1"
    with database_on(request.getfixturevalue("postgres_server"), like) as made:
        yield made


@pytest.fixture
async def store(url: str) -> AsyncIterator[Database]:
    """Yield the store over an empty database."""
    made = await connect(url, key=KEY)
    yield made
    await made.close()


@pytest.fixture
async def second(url: str, store: Database) -> AsyncIterator[Database]:
    """Yield a second process's view of the database that *store* has made."""
    assert await store.next_due() is None
    made = await connect(url, key=KEY)
    yield made
    await made.close()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Yield the URL of an empty database on PostgreSQL."""
    with database_on(postgres_server) as made:
        yield made
