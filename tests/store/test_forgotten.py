"""The erase journal: on the disk first, whole or refused, and of use only with its key."""

from pathlib import Path

import pytest

from bot.ports import StoreDown
from bot.store import forgotten
from bot.store.copies import new_journal, restore
from bot.store.database import connect
from bot.store.forgotten import Journal, JournalFault
from bot.store.sealing import Seal, load_key, make_key
from tests.store.forgetting import gone
from tests.store.people import (
    ANA,
    KEY,
    NOW,
    event,
    take,
)


async def test_without_a_journal_nobody_is_told_that_they_are_forgotten(tmp_path: Path) -> None:
    store = await connect(f"sqlite:///{tmp_path}/wary.db")
    await take(store, event("t:1"))
    (tmp_path / "wary.db.erased").unlink()
    with pytest.raises(StoreDown, match="nobody can be forgotten"):
        await gone(store)
    assert await store.known(ANA)
    await store.close()


async def test_a_full_disk_leaves_the_journal_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    before = (tmp_path / "wary.db.erased").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forgotten, "fsync", full)
    with pytest.raises(StoreDown, match="No space left"):
        await gone(store)
    monkeypatch.undo()
    assert (tmp_path / "wary.db.erased").read_bytes() == before
    assert await store.known(ANA)
    await gone(store)
    await store.close()


def _journal(folder: Path) -> Journal:
    book = Journal(folder / "erased", Seal(KEY))
    book.make()
    return book


def test_half_a_line_was_never_promised_and_is_written_over(tmp_path: Path) -> None:
    book = _journal(tmp_path)
    lookup = Seal(KEY).lookup(ANA)
    [first] = book.enter([lookup])
    with (tmp_path / "erased").open("ab") as file:
        file.write(b"00ff")
    assert book.read() == {first: lookup}
    book.done([lookup])
    [second] = book.enter([lookup])
    assert book.read() == {first: lookup, second: lookup}


def test_a_damaged_or_foreign_journal_is_refused(tmp_path: Path) -> None:
    book = _journal(tmp_path)
    book.make()
    book.enter([Seal(KEY).lookup(ANA)])
    with (tmp_path / "erased").open("ab") as file:
        file.write(b"rubbish\n")
    with pytest.raises(JournalFault, match=r"erased:3 is damaged"):
        book.read()
    (tmp_path / "erased").write_bytes(b"rubbish\n")
    with pytest.raises(JournalFault, match="of this key"):
        book.read()
    with pytest.raises(JournalFault, match="WARY_ERASE_JOURNAL"):
        Journal(tmp_path / "none" / "erased", Seal(KEY)).make()


async def test_a_lost_journal_is_refused_with_a_way_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    await gone(store)
    await store.close()
    with pytest.raises(JournalFault, match="nothing was changed"):
        await new_journal(url)
    (tmp_path / "wary.db.erased").unlink()
    with pytest.raises(JournalFault, match="cannot be read"):
        await connect(url)
    with pytest.raises(JournalFault, match="wary db journal"):
        await restore(url, tmp_path / "wary.db", NOW)
    await new_journal(url)
    await (await connect(url)).close()


async def test_an_older_journal_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    old = (tmp_path / "wary.db.erased").read_bytes()
    await take(store, event("t:1"))
    await gone(store)
    await store.close()
    (tmp_path / "wary.db.erased").write_bytes(old)
    with pytest.raises(JournalFault, match="lacks 1 erasures"):
        await connect(url)


def test_the_key_on_disk_opens_the_same_journal(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    Journal(tmp_path / "erased", Seal(key)).make()
    assert Journal(tmp_path / "erased", Seal(load_key(tmp_path / "key"))).read() == {}
