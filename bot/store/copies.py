"""Copies of the database: made while it runs, kept for a term, and put back without a ghost.

Rule 1: a copy that is put back forgets again whoever was forgotten since, before it is used.
Rule 2: what was owed when the copy was made is not sent unless that is asked for: it is old, or
was sent meanwhile; and what came due since is put off to the next day that is still to come.
Rule 3: the database is replaced in one step, and what it was is kept beside it for a term.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)

from bot.ports import StoreDown
from bot.store.database import journal_of, try_key
from bot.store.erasing import begin_anew, catch_up
from bot.store.forgotten import Journal, JournalFault
from bot.store.leading import Lead
from bot.store.line import Line, file_of, located
from bot.store.migrate import REVISIONS, SchemaMismatch, move, refuse, version
from bot.store.sealing import PRIVATE, Seal, key_of
from bot.store.settling import count
from bot.store.tables import MICROSECOND, OPEN, Instant, outbox, plans, sends

KEPT: Final = timedelta(days=30)
"""How long a copy that Wary made is kept: the next backup deletes those that are older."""

NAME_IT: Final = "name the copy: wary db restore COPY"
NAME_NONE: Final = (
    "run pg_restore --clean --if-exists first, then: wary db restore, without a name"
)

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_OWED: Final = (
    select(outbox.c.send_id, outbox.c.state, func.count().label("n"))
    .where(OPEN, outbox.c.send_id.is_not(None))
    .group_by(outbox.c.send_id, outbox.c.state)
)
_ENDED: Final[Mapping[str, object]] = {
    "settled_at": bindparam("now"),
    "card": None,
    "leased_until": None,
}
_IN_DOUBT: Final = (
    update(outbox)
    .where(outbox.c.state == "sending")
    .values(state="unknown", outcome="unknown", **_ENDED)
)
_OVERDUE: Final = (
    select(plans.c.local_date, func.min(plans.c.due_at), func.max(plans.c.due_at))
    .where(plans.c.due_at <= bindparam("now"))
    .group_by(plans.c.local_date)
)
_LATE: Final = update(plans).where(
    plans.c.local_date == bindparam("day"),
    plans.c.due_at > bindparam("after"),
    plans.c.due_at <= bindparam("until"),
)
_PAUSE: Final = (
    update(sends).where(sends.c.state.in_(["planned", "running"])).values(state="paused")
)
_DAY: Final = timedelta(days=1)
_SKIP: Final = update(outbox).where(OPEN).values(state="skipped", outcome="skipped", **_ENDED)


@dataclass(frozen=True, slots=True)
class Restored:
    """What putting a copy back came to.

    ``forgotten`` counts addresses that were forgotten again, ``skipped`` posts that were owed;
    ``before`` is the database as it was until then, None where there was none.
    """

    forgotten: int
    skipped: int
    before: Path | None = None


def backup(url: str, folder: Path, now: datetime) -> Path:
    """Copy the SQLite database at *url* into *folder* and return the copy; it may be in use.

    Copies that are older than ``KEPT`` are deleted: in *folder*, and those that an upgrade or a
    restore left beside the database.

    Raises:
        ValueError: it is none that we can copy, or there is no such folder.
        StoreDown: it cannot be read, or the copy not be written.
    """
    file = file_of(located(url))
    if file is None:
        raise ValueError(
            "wary db backup copies SQLite files; copy PostgreSQL with: "
            "pg_dump --format=custom --file=wary.dump (its server's name, user and database)"
        )
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder; make it first")
    to = folder / f"{file.stem}-{now.astimezone(UTC):{_STAMP}}.db"
    _copy(file, to)
    for old in sorted(set(_expired(file, folder, now)) - {to}):
        old.unlink(missing_ok=True)
    return to


def _expired(file: Path, folder: Path, now: datetime) -> Iterable[Path]:
    stem = re.escape(file.stem)
    ours = re.compile(rf"{stem}-\d{{8}}T\d{{6}}Z\.db")
    left = re.compile(rf"{stem}\.before-\w+\.db")
    for place, pattern in ((folder, ours), (file.parent, left)):
        for one in place.iterdir():
            if pattern.fullmatch(one.name) and one.stat().st_mtime < (now - KEPT).timestamp():
                yield one


def _copy(file: Path, to: Path) -> None:
    """Copy the SQLite file *file*, also what is still in its log, whole or not at all."""
    if not file.is_file():
        raise ValueError(f"{file}: there is no such database to copy; check its name")
    draft = to.with_name(f".{to.name}.draft")
    source = f"{file.resolve().as_uri()}?mode=ro"
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=PRIVATE)
        with (
            closing(sqlite3.connect(source, uri=True)) as old,
            closing(sqlite3.connect(draft)) as new,
        ):
            old.backup(new)
        draft.replace(to)
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreDown(f"{file} cannot be copied to {to}: {_reason(error)}") from error
    finally:
        # A folder that cannot be written holds no draft either.
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _reason(error: sqlite3.DatabaseError | OSError) -> str:
    return str(error.strerror if isinstance(error, OSError) else error)


async def restore(
    url: str,
    copy: Path | None,
    now: datetime,
    *,
    key: Path | None = None,
    journal: Path | None = None,
    resume: bool = False,
) -> Restored:
    """Put *copy* in the place of the database at *url*, quiet and without whoever was forgotten.

    With *resume* it is not quiet: what was owed then is sent, and so is what came due since.
    On PostgreSQL *copy* is None: pg_restore has put it there, and what is left is done here.

    Raises:
        ValueError: *copy* is missing, or given where it has no use; or Wary is running.
        SchemaMismatch: it is no copy of Wary's, or of a newer one.
        KeyFault: the key is not the one with which the copy was made.
        JournalFault: the erase journal is missing, damaged, or older than the copy.
        StoreDown: it cannot be read, or written.
    """
    place = located(url)
    file = file_of(place)
    if (file is None) != (copy is None):
        raise ValueError(NAME_IT if copy is None else NAME_NONE)
    line = Line(place)
    lead = Lead(line, file)
    try:
        if not await lead.take():
            raise ValueError("another Wary process uses this database; stop it first")
        book = _book(place, file, key, journal)
        if file is None or copy is None:
            return await _quiet(place, book, now, resume=resume)
        return await _replaced(file, copy, book, now, resume=resume)
    finally:
        await lead.close()
        await line.close()


@dataclass(frozen=True, slots=True)
class _Book:
    """The seal of a database and its erase journal."""

    seal: Seal
    journal: Journal


def _book(place: URL, file: Path | None, key: Path | None, journal: Path | None) -> _Book:
    seal = Seal(key_of(place, file, key, new=False))
    book = Journal(journal_of(place, file, key, journal), seal)
    if book.missing:
        raise JournalFault(
            f"{book}: the erase journal is missing; put it back, or everybody who was forgotten "
            "since the copy was made comes back. If it is lost for good, run: wary db journal"
        )
    return _Book(seal, book)


async def _replaced(
    file: Path, copy: Path, book: _Book, now: datetime, *, resume: bool
) -> Restored:
    draft = file.with_name(f".{file.name}.restored")
    _copy(copy, draft)
    try:
        done = await _quiet(located(f"sqlite:///{draft}"), book, now, resume=resume)
        with closing(sqlite3.connect(draft)) as base:
            # Whoever was forgotten just now stands in no empty page either.
            base.execute("VACUUM")
            base.execute("PRAGMA journal_mode = DELETE")
        before = _set_aside(file)
        draft.replace(file)
    except SchemaMismatch as error:
        raise SchemaMismatch(f"{copy}: {error}") from error
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreDown(f"{copy} cannot be put back as {file}: {_reason(error)}") from error
    finally:
        for left in _whole(draft):
            left.unlink(missing_ok=True)
    return Restored(done.forgotten, done.skipped, before)


def _whole(file: Path) -> tuple[Path, ...]:
    """Return the files that a SQLite database may consist of."""
    return (file, *_logs(file))


def _logs(file: Path) -> tuple[Path, ...]:
    return tuple(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))


def _set_aside(file: Path) -> Path | None:
    """Keep the database in *file* under another name as well; a broken one as it is."""
    if not file.exists():
        return None
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.with_name(f"{file.stem}.before-restore.db")
    before.unlink(missing_ok=True)
    before.hardlink_to(file)
    for log in _logs(file):
        # It belongs to the old pages and must never meet the new ones.
        log.unlink(missing_ok=True)
    return before


async def _quiet(place: URL, book: _Book, now: datetime, *, resume: bool) -> Restored:
    """Bring what was put back to this version, forget again, and let nothing old be sent."""
    line = Line(place)
    try:
        found = await line.run(version)
        if found not in REVISIONS:
            refuse(found)
        if found != REVISIONS[-1]:
            await line.run(move, REVISIONS[-1])
        await line.run(try_key, book.seal)
        forgotten = await line.run(catch_up, book.journal)
        skipped = 0 if resume else await line.run(_skip, now)
        await line.scrub()
    finally:
        await line.close()
    return Restored(forgotten, skipped)


def _skip(conn: Connection, now: datetime) -> int:
    counts: dict[tuple[int, str], int] = {}
    for row in conn.execute(_OWED):
        word = "unknown" if row.state == "sending" else "skipped"
        counts[row.send_id, word] = counts.get((row.send_id, word), 0) + row.n
    conn.execute(_PAUSE)
    for day, first, last in conn.execute(_OVERDUE, {"now": now}).all():
        # Of one local date hours differ: those that are late by as many days move together.
        for late in range((now - last) // _DAY + 1, (now - first) // _DAY + 2):
            _put_off(conn, day, late, now)
    doubtful = conn.execute(_IN_DOUBT, {"now": now}).rowcount
    skipped = conn.execute(_SKIP, {"now": now}).rowcount
    count(conn, counts)
    return doubtful + skipped


def _put_off(conn: Connection, day: date, late: int, now: datetime) -> None:
    """Put the plans of the local date *day* that are late by *late* days off to their next day."""
    until = now - (late - 1) * _DAY
    named = {"day": day, "after": until - _DAY, "until": until}
    moved = type_coerce(plans.c.due_at, BigInteger) + late * (_DAY // MICROSECOND)
    values = {"due_at": type_coerce(moved, Instant), "local_date": day + late * _DAY}
    conn.execute(_LATE.values(**values, tries=0, leased_until=None), named)


async def new_journal(
    url: str, *, key: Path | None = None, journal: Path | None = None
) -> Journal:
    """Return a new, empty erase journal for the database at *url*, whose old one is lost.

    Raises:
        JournalFault: there is a journal, or none can be made.
        KeyFault: there is no key.
        StoreDown: the database cannot be reached.
    """
    place = located(url)
    file = file_of(place)
    seal = Seal(key_of(place, file, key, new=False))
    book = Journal(journal_of(place, file, key, journal), seal)
    line = Line(place)
    try:
        await line.run(begin_anew, book)
    finally:
        await line.close()
    return book
