"""A27: an edited, deleted, reordered and cut row of the audit is found."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.core.account import Act, Refusal
from bot.core.role import Scope
from bot.ports import StoreDown
from bot.store.audit import AnchorFault, Pen
from bot.store.database import Database
from bot.store.desk import Desk
from tests.store.people import NOW, rows
from tests.store.staff import EVERYTHING, joined, machine

EIGHT = 8


def write(pen: Pen, detail: str) -> None:
    pen.write(Act(NOW, "machine", None, "sessions.kill", detail=detail))


@pytest.fixture
async def desk(store: Database, tmp_path: Path) -> Desk:
    made = store.desk(tmp_path / "audit")
    for number in range(EIGHT):
        await made.book.act(write, f"n{number}")
    return made


async def behind(store: Database, *statements: str) -> None:
    """Change the audit as whoever owns the database can: the triggers go first."""

    def change(conn: Connection) -> None:
        if conn.dialect.name == "sqlite":
            for name in ("not_changed", "not_deleted"):
                conn.execute(text(f"DROP TRIGGER audit_{name}"))
        else:
            conn.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            conn.execute(text(statement))

    await store._line.run(change)


async def test_a_whole_chain_is_whole(desk: Desk) -> None:
    verdict = await desk.book.verify()
    assert (verdict.rows, verdict.faults) == (EIGHT, ())


@pytest.mark.parametrize("statement", ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"])
async def test_the_database_itself_lets_it_only_grow(
    store: Database, desk: Desk, statement: str
) -> None:
    def change(conn: Connection) -> None:
        with pytest.raises(DBAPIError, match="the audit only grows"):
            conn.execute(text(statement))
        conn.rollback()
        conn.begin()

    await store._line.run(change)
    assert (await desk.book.verify()).faults == ()


SWAP = (
    "UPDATE audit SET number = 100 WHERE number = 3",
    "UPDATE audit SET number = 3 WHERE number = 4",
    "UPDATE audit SET number = 4 WHERE number = 100",
)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (("UPDATE audit SET detail = 'x' WHERE number = 3",), ["row 3: changed"]),
        (("UPDATE audit SET at = at + 1 WHERE number = 1",), ["row 1: changed"]),
        (("UPDATE audit SET actor = 'ana' WHERE number = 8",), ["row 8: changed"]),
        (("DELETE FROM audit WHERE number = 3",), ["rows 3 to 3: missing", "row 4: changed"]),
        (("DELETE FROM audit WHERE number < 3",), ["rows 1 to 2: missing", "row 3: changed"]),
        (SWAP, ["row 3: changed", "row 4: changed", "row 5: changed"]),
        (("DELETE FROM audit WHERE number > 6",), ["rows 7 to 8: cut from the end"]),
        (("DELETE FROM audit",), ["rows 1 to 8: cut from the end"]),
    ],
    ids=["edited", "time", "last", "deleted", "beginning", "reordered", "cut", "emptied"],
)
async def test_a27_what_was_done_to_the_chain_is_found(
    store: Database, desk: Desk, statements: tuple[str, ...], found: list[str]
) -> None:
    await behind(store, *statements)
    faults = (await desk.book.verify()).faults
    assert [fault.partition(",")[0] for fault in faults] == found


async def test_a27_an_end_that_was_cut_and_written_on_is_found(
    store: Database, desk: Desk, tmp_path: Path
) -> None:
    """The forger has the bot write on from a shorter chain: the anchor knows another row."""
    await behind(store, "DELETE FROM audit WHERE number > 6")
    elsewhere = store.desk(tmp_path / "other")
    for _ in range(EIGHT):
        await elsewhere.book.act(write, "later")
    [fault] = (await desk.book.verify()).faults
    assert fault == "row 8: is not the one that the anchor knows"


async def test_without_the_anchor_nothing_is_called_whole(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "audit").unlink()
    [fault] = (await desk.book.verify()).faults
    assert fault.startswith("the anchor file is missing")


async def test_a_damaged_anchor_is_not_written_over(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("8 no\n")
    with pytest.raises(AnchorFault, match="is damaged; put back a copy"):
        await desk.book.act(write, "more")
    with pytest.raises(AnchorFault):
        await desk.book.verify()
    assert (tmp_path / "audit").read_text() == "8 no\n"


async def test_where_the_head_cannot_be_kept_nothing_is_done(
    store: Database, tmp_path: Path
) -> None:
    desk = store.desk(tmp_path / "nowhere" / "audit")
    with pytest.raises(StoreDown, match="make its folder"):
        await desk.people.organise(machine(), "School")
    assert await rows(store, "SELECT * FROM organisations") == []


async def test_the_anchor_is_its_owners_alone_and_follows_each_act(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "audit"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().split()[0] == str(EIGHT)
    await desk.book.act(write, "more")
    assert file.read_text().split()[0] == str(EIGHT + 1)


async def test_an_act_that_fails_leaves_no_row(desk: Desk) -> None:
    await joined(desk, "ana@example.org", "teacher")
    before = (await desk.book.verify()).rows
    with pytest.raises(Refusal):
        await joined(desk, "ana@example.org", "teacher")
    assert (await desk.book.verify()).rows == before


async def test_an_organisation_sees_its_own_rows_only(desk: Desk) -> None:
    ours = await desk.people.organise(machine(), "Ours")
    theirs = await desk.people.organise(machine(), "Theirs")
    await joined(desk, "ana@example.org", "teacher", organisation=ours)
    await joined(desk, "ben@example.org", "teacher", organisation=theirs)
    seen = await desk.book.newest(Scope(ours))
    assert {act.organisation for _, act in seen} == {ours}
    assert len(await desk.book.newest(EVERYTHING)) == EIGHT + 6
