"""The audit: who did what, each row chained to the one before by a key kept elsewhere.

Rule 1: a row is written in the transaction of the act itself: neither is there without the other.
Rule 2: the head, its number and its link, also stands in a file outside the database: without it
a chain whose end was cut is as whole as any (trust.md, 10.6).
Rule 3: a row holds no content: a word of a closed list, names of accounts, and a closed detail.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Row, insert, select, text

from bot.core.account import Act
from bot.core.role import Scope
from bot.ports import StoreDown, Unfit
from bot.store.line import file_of, located
from bot.store.scoped import within
from bot.store.sealing import PRIVATE, Seal
from bot.store.staff import audit
from bot.store.tables import micros

LOCK: Final = 0x6175646974212121
"""The number of the advisory lock of the chain: "audit!!!" in ASCII."""

SHOWN: Final = 200
"""Newest rows that a page shows."""

_FIRST: Final = bytes(32)
_LAST: Final = select(audit.c.number, audit.c.link).order_by(audit.c.number.desc()).limit(1)


class AnchorFault(Unfit):
    """The file of the audit's head is missing or damaged; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row: its number, from 1, or 0 for none, and its link."""

    number: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found: how many rows, and a line for each fault."""

    rows: int
    faults: tuple[str, ...]


class Pen:
    """Writes the acts of one transaction; ``head`` is the newest row it has written."""

    def __init__(self, conn: Connection, seal: Seal) -> None:
        self.conn = conn
        self.seal = seal
        self.head: Head | None = None

    def write(self, act: Act) -> None:
        """Add *act* at the end of the chain."""
        if self.head is None:
            if self.conn.dialect.name == "postgresql":
                # Until the commit: two at once would both follow the same row.
                self.conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            last = self.conn.execute(_LAST).one_or_none()
            self.head = Head(0, _FIRST) if last is None else Head(last.number, last.link)
        number = self.head.number + 1
        link = _linked(self.seal, self.head.link, number, act)
        self.conn.execute(
            insert(audit).values(
                number=number,
                at=act.at,
                actor=act.actor,
                organisation_id=act.organisation,
                what=act.what,
                about=act.about,
                detail=act.detail,
                link=link,
            )
        )
        self.head = Head(number, link)


def _linked(seal: Seal, before: bytes, number: int, act: Act) -> bytes:
    parts = (
        before.hex(),
        number,
        micros(act.at),
        act.actor,
        act.organisation,
        act.what,
        act.about,
        act.detail,
    )
    return seal.digest("audit", json.dumps(parts))


def _act(row: Row[tuple[object, ...]]) -> Act:
    return Act(row.at, row.actor, row.organisation_id, row.what, row.about, row.detail)


def verify(conn: Connection, seal: Seal, anchor: Head | None) -> Verdict:
    """Return what is wrong with the chain, held against its *anchor* outside.

    A changed row is named by its number, a deleted one is a gap, rows that changed places are
    both changed, and a cut end does not reach the anchor.
    """
    faults: list[str] = []
    link, number, at_anchor = _FIRST, 0, anchor is None or anchor.number == 0
    for row in conn.execute(select(audit).order_by(audit.c.number)):
        if row.number != number + 1:
            faults.append(f"rows {number + 1} to {row.number - 1}: missing")
        if not hmac.compare_digest(_linked(seal, link, row.number, _act(row)), row.link):
            faults.append(f"row {row.number}: changed, or what stood before it was")
        link, number = row.link, row.number
        if anchor is not None and number == anchor.number:
            at_anchor = hmac.compare_digest(link, anchor.link)
            if not at_anchor:
                faults.append(f"row {number}: is not the one that the anchor knows")
                at_anchor = True
    if anchor is not None and not at_anchor:
        faults.append(f"rows {number + 1} to {anchor.number}: cut from the end")
    if anchor is None and number:
        faults.append("the anchor file is missing: whether the end was cut cannot be told")
    return Verdict(number, tuple(faults))


def newest(conn: Connection, scope: Scope) -> Sequence[tuple[int, Act]]:
    """Return the newest rows in *scope* with their numbers, newest first, at most ``SHOWN``."""
    query = (
        select(audit)
        .where(within(scope, audit.c.organisation_id))
        .order_by(audit.c.number.desc())
        .limit(SHOWN)
    )
    return [(row.number, _act(row)) for row in conn.execute(query)]


class Anchor:
    """The file outside the database in which the head stands; None: in memory, as the base is."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._kept: Head | None = None

    def read(self) -> Head | None:
        """Return the head that was kept, None for none.

        Raises:
            AnchorFault: the file cannot be read as one.
        """
        if self._file is None:
            return self._kept
        try:
            words = self._file.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._fault("cannot be read") from error
        with suppress(ValueError):
            number, link = words
            return Head(int(number), bytes.fromhex(link))
        raise self._fault("is damaged")

    def ready(self) -> None:
        """Refuse to begin an act of which the head could not be kept.

        Raises:
            StoreDown: the file's folder cannot be written.
            AnchorFault: what stands there is no head: it must not be written over.
        """
        self.read()
        if self._file is not None:
            _draft(self._file).unlink()

    def keep(self, head: Head) -> None:
        """Write *head* down, unless a later one stands there.

        Raises:
            StoreDown: the file cannot be written.
        """
        known = self.read()
        if known is not None and known.number >= head.number:
            return
        self._kept = head
        if self._file is not None:
            draft = _draft(self._file)
            try:
                draft.write_text(f"{head.number} {head.link.hex()}\n", encoding="ascii")
                draft.replace(self._file)
            except OSError as error:
                raise StoreDown(f"{self._file}: {error.strerror}") from error

    def _fault(self, what: str) -> AnchorFault:
        return AnchorFault(
            f"{self._file}: the audit's anchor {what}; put back a copy, or name another file"
        )


def _draft(file: Path) -> Path:
    """Return an empty file beside *file*, its owner's alone.

    Raises:
        StoreDown: none can be made there.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        draft.touch(mode=PRIVATE, exist_ok=False)
    except OSError as error:
        raise StoreDown(f"{file}: {error.strerror}; make its folder, and writable") from error
    return draft


def anchored(url: str, key: Path | None, named: Path | None) -> Path | None:
    """Return the file of the anchor: the one that is *named*, or beside the base or its *key*.

    None for a database in memory, which outlives nothing.

    Raises:
        ValueError: *url* names no database of Wary.
    """
    beside = file_of(located(url)) or key
    if named is not None or beside is None:
        return named
    return beside.with_name(f"{beside.name}.audit")
