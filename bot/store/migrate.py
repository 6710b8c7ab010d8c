"""Versions of the schema: make it, check it, move it forward.

Rule 1: a database of another version is refused with a way out, never worked on.
Rule 2: before a SQLite file is changed it is copied.
Rule 3: a migration is one transaction; killed anywhere it has changed nothing.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from bot.ports import StoreDown, Unfit
from bot.store.line import Line, file_of, located
from bot.store.sealing import PRIVATE, key_of
from bot.store.sqlite import in_memory
from bot.store.staff import audit
from bot.store.tables import learners

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All revisions, oldest first: what this version of Wary knows."""

LOCK: Final = 0x6D69677261746521
"""The number of the advisory lock of migrations: "migrate!" in ASCII."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaMismatch(Unfit):
    """The database is not of this version; the message says what to do."""


def version(conn: Connection) -> str | None:
    """Return the revision of the database, None for an empty one.

    Raises:
        SchemaMismatch: there are tables or a revision, but not both: it is not Wary's.
    """
    tables = set(inspect(conn).get_table_names())
    found = None
    if "alembic_version" in tables:
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    used = found is not None or bool(tables - {"alembic_version"})
    # Others count their revisions as we do: what is Wary's has learners as well.
    if used and (found is None or learners.name not in tables):
        raise SchemaMismatch(
            "the database holds tables that are not Wary's; name another database"
        )
    return None if found is None else str(found)


async def ready(line: Line) -> None:
    """Make the tables in an empty database; refuse one of another version.

    Raises:
        SchemaMismatch: the database is older or newer than this version of Wary.
        StoreDown: it cannot be reached.
    """
    if await line.run(version) is None:
        await line.run(_create)
    refuse(await line.run(version))


def refuse(found: str | None) -> None:
    """Refuse a database of the revision *found*, unless it is this version's.

    Raises:
        SchemaMismatch: it is older or newer, or empty.
    """
    if found == REVISIONS[-1]:
        return
    if found in REVISIONS:
        age, remedy = "an older", "run: wary db upgrade"
    else:
        age, remedy = "a newer", "install that Wary"
    raise SchemaMismatch(f"the database is of {age} Wary (revision {found}); {remedy}")


def _create(conn: Connection) -> None:
    _alone(conn)
    # Two processes may start at once: whoever comes second finds the tables.
    if version(conn) is not None:
        return
    if in_memory(conn.engine.url):
        _draw(conn)
    else:
        move(conn, REVISIONS[-1])


def _draw(conn: Connection) -> None:
    """Make the tables of the code itself in a database that lives in memory.

    A test holds that the migrations make the same; without Alembic the demo starts sooner.
    """
    # Of all of them, also those of the console.
    audit.metadata.create_all(conn)
    conn.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    conn.execute(text("INSERT INTO alembic_version VALUES (:now)"), {"now": REVISIONS[-1]})


def _alone(conn: Connection) -> None:
    """Let nobody else migrate until the end of this transaction."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


async def upgrade(url: str, *, key: Path | None = None) -> Path | None:
    """Bring the database at *url* to this version; return the copy that was made before.

    A SQLite file that is not there is made, and with it its key where *key* or the file beside
    it is not there either, as ``connect`` does.

    The copy lies beside the file as ``<name>.before-<revision>.db``; None where there was nothing
    to change or the database is not a SQLite file.

    Raises:
        SchemaMismatch: the database is newer than this version of Wary, or not Wary's.
        KeyFault: the key of a new database cannot be used.
        StoreDown: it cannot be reached.
    """
    place = located(url)
    file = file_of(place)
    if file is not None:
        try:
            if not file.exists():
                key_of(place, file, key)
            file.touch(mode=PRIVATE)
        except OSError as error:
            raise StoreDown(f"{file}: {error.strerror}; make its folder, and writable") from error
    line = Line(place)
    try:
        found = await line.run(version)
        if found == REVISIONS[-1]:
            return None
        if found is not None and found not in REVISIONS:
            refuse(found)
        copied = _copy(file) if file is not None and found is not None else None
        await line.run(move, REVISIONS[-1])
    finally:
        await line.close()
    return copied


def _copy(file: Path) -> Path:
    """Copy the SQLite database *file*, also what is still in its journal."""
    to = file.with_name(f"{file.stem}.before-{REVISIONS[-1]}.db")
    to.touch(mode=PRIVATE)
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)
    return to


def move(conn: Connection, to: str) -> None:
    """Run the migrations that lead to revision *to* in the open transaction of *conn*."""
    _alone(conn)
    # Here, because Alembic is needed once in a database's life and slows every start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    now = version(conn)
    script = ScriptDirectory.from_config(config)
    forward = now is None or now in {r.revision for r in script.iterate_revisions(to, "base")}
    (command.upgrade if forward else command.downgrade)(config, to)
