import asyncio
import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store import migrate
from bot.store.database import Database, connect
from bot.store.line import Line, located
from bot.store.migrate import (
    MIGRATIONS,
    REVISIONS,
    SchemaMismatch,
    move,
    ready,
    upgrade,
    version,
)
from bot.store.tables import metadata
from tests.store.people import ANA, KEY, change, event, learner, rows, take

KILLED = """
import asyncio, os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from bot.store.migrate import upgrade

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def kill(conn, cursor, statement, *rest):
    global left
    left -= statement.lstrip().startswith(("CREATE", "INSERT"))
    if not left:
        os._exit(9)

asyncio.run(upgrade(sys.argv[1]))
"""


EVERY = 1 if "WARY_TEST_KILLS" in os.environ else 5
"""Statements from one kill to the next; ``make torture`` kills at each."""

FEWEST = {"": 30, "0001": 10, "0002": 5, "0003": 4, "0004": 5, "0005": 14}
"""Statements that an upgrade from a revision has at least; "" for a database without tables."""


def test_the_revisions_are_those_of_the_files() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    found = [r.revision for r in script.walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


async def test_the_migrations_make_the_tables_of_the_code(store: Database) -> None:
    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn), metadata))

    assert await store._line.run(differences) == []


async def test_the_migrations_write_what_the_code_writes(url: str, store: Database) -> None:
    if url.startswith("sqlite"):
        query = (
            "SELECT name, replace(replace(sql, char(10), ''), char(9), '') FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name <> 'alembic_version' ORDER BY name"
        )
    else:
        query = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " AND conname NOT LIKE 'alembic%' ORDER BY 1, 2"
        )
    migrated = await rows(store, query)
    await store._line.run(_remake)
    assert [_squeezed(row) for row in await rows(store, query)] == [
        _squeezed(row) for row in migrated
    ]


def _remake(conn: Connection) -> None:
    metadata.drop_all(conn)
    metadata.create_all(conn)


def _squeezed(row: tuple[object, ...]) -> str:
    """Return *row* without the order in which constraints were written."""
    return "".join(sorted("".join(str(part) for part in row).replace(" ", "")))


async def test_up_down_up(url: str, store: Database) -> None:
    await take(store, event("t:1"))
    line = Line(located(url))
    await line.run(move, "base")
    assert await line.run(migrate.version) is None
    await line.close()
    await upgrade(url)
    await take(store, event("t:1"))
    assert (await learner(store)).locale == "de"


async def test_a_database_is_made_once_by_two_who_start_together(url: str) -> None:
    made = await asyncio.gather(*(connect(url, key=KEY) for _ in range(2)))
    await take(made[0], event("t:1"))
    assert (await learner(made[1])).locale == "de"
    for store in made:
        await store.close()


async def test_an_older_database_is_refused_with_a_way_out(
    url: str, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await store.known(ANA) is None
    monkeypatch.setattr(migrate, "REVISIONS", (*REVISIONS, "0998"))
    with pytest.raises(SchemaMismatch, match="run: wary db upgrade"):
        await connect(url, key=KEY)


async def test_a_newer_database_is_refused_with_a_way_out(url: str, store: Database) -> None:
    await change(store, "UPDATE alembic_version SET version_num = '0999'")
    for attempt in (connect(url, key=KEY), upgrade(url)):
        with pytest.raises(SchemaMismatch, match=r"newer Wary .* install that Wary"):
            await attempt


async def test_a_database_of_somebody_else_is_left_alone(url: str, store: Database) -> None:
    await change(store, "DROP TABLE alembic_version")
    with pytest.raises(SchemaMismatch, match="name another database"):
        await connect(url, key=KEY)


@pytest.mark.parametrize("revision", ["0001", "0999"])
async def test_a_revision_of_somebody_else_is_not_taken_for_ours(url: str, revision: str) -> None:
    def theirs(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE orders (id INTEGER)"))
        conn.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        conn.execute(text("INSERT INTO alembic_version VALUES (:now)"), {"now": revision})

    line = Line(located(url))
    await line.run(theirs)
    await line.close()
    for attempt in (connect(url, key=KEY), upgrade(url)):
        with pytest.raises(SchemaMismatch, match="name another database"):
            await attempt


async def test_a_file_made_by_an_upgrade_is_private(tmp_path: Path) -> None:
    await upgrade(f"sqlite:///{tmp_path}/wary.db")
    assert stat.S_IMODE((tmp_path / "wary.db").stat().st_mode) == 0o600


async def test_the_version_is_told(url: str) -> None:
    line = Line(located(url))
    assert await line.run(version) is None
    assert await upgrade(url) is None
    assert await line.run(version) == REVISIONS[-1]
    assert await upgrade(url) is None
    await line.close()


async def test_a_file_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url, key=KEY)
    await take(store, event("t:1"))
    monkeypatch.setattr(migrate, "REVISIONS", (*REVISIONS, "0998"))
    monkeypatch.setattr(migrate, "move", lambda _conn, to: [][int(to)])
    with pytest.raises(IndexError):
        await upgrade(url)
    await store.close()
    copied = tmp_path / "wary.before-0998.db"
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copied)) as copy:
        assert copy.execute("SELECT count(*) FROM learners").fetchall() == [(1,)]
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("statement", [1, 2, 7, 13, 19])
async def test_a_migration_killed_midway_leaves_nothing(url: str, statement: int) -> None:
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, url, str(statement), stderr=asyncio.subprocess.PIPE
    )
    _, told = await killed.communicate()
    assert (killed.returncode, told) == (9, b"")
    line = Line(located(url))
    assert await line.run(migrate.version) is None
    await line.close()
    store = await connect(url, key=KEY)
    await take(store, event("t:1"))
    await store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no such kill there")
@pytest.mark.parametrize("before", ["", *REVISIONS[:-1]])
async def test_killed_at_any_statement_an_upgrade_leaves_the_old_schema(
    url: str, before: str
) -> None:
    program = (sys.executable, "-m", "tests.store.killing", url, before, str(EVERY))
    killed = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    told, _ = await killed.communicate()
    assert killed.returncode == 0
    assert int(told) >= FEWEST[before] / EVERY


async def test_a_database_in_memory_is_as_the_migrations_make_it(tmp_path: Path) -> None:
    def shape(conn: Connection) -> set[str]:
        rows = conn.execute(text("SELECT name FROM sqlite_master WHERE sql IS NOT NULL"))
        return {str(name) for (name,) in rows}

    drawn = Line(located("sqlite://"))
    moved = Line(located(f"sqlite:///{tmp_path}/moved.db"))
    try:
        await ready(drawn)
        await ready(moved)
        assert await drawn.run(shape) == await moved.run(shape)
        assert await drawn.run(version) == await moved.run(version)
    finally:
        await drawn.close()
        await moved.close()
