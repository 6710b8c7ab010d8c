import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.effects import Note
from bot.core.events import Address
from bot.core.learner import Idle, Stranger
from bot.ports import Outcome
from bot.store.database import connect
from bot.store.sealing import Key, KeyFault, Seal, load_key, make_key, new_key
from tests.store.people import ANA, BEN, KEY, NOW, REPLY, TOMORROW, event, take

SEAL = Seal(KEY)
addresses = st.builds(Address, st.sampled_from(("telegram", "web")), st.text(max_size=40))


@given(addresses)
def test_an_address_comes_back_from_its_seal(address: Address) -> None:
    row = SEAL.close(address)
    assert SEAL.open(address.platform, row.lookup, row.sealed) == address
    assert (row.number, row.lookup) == (SEAL.number(address), SEAL.lookup(address))
    assert 0 <= row.number < 2**63


def test_one_address_is_sealed_differently_each_time() -> None:
    assert SEAL.close(ANA).sealed != SEAL.close(ANA).sealed
    assert SEAL.lookup(ANA) == SEAL.lookup(ANA)


def test_platform_and_id_are_told_apart() -> None:
    assert SEAL.lookup(Address("web", "1")) != SEAL.lookup(Address("telegram", "1"))


def test_another_key_finds_and_opens_nothing() -> None:
    other, row = Seal(new_key()), SEAL.close(ANA)
    assert other.lookup(ANA) != row.lookup
    with pytest.raises(KeyFault, match="put back the key"):
        other.open("telegram", row.lookup, row.sealed)


def test_a_seal_does_not_open_in_another_row() -> None:
    ana, ben = SEAL.close(ANA), SEAL.close(BEN)
    with pytest.raises(KeyFault):
        SEAL.open("telegram", ben.lookup, ana.sealed)


def test_a_key_is_made_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "wary.key"
    made = make_key(path)
    assert load_key(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeyFault, match="already"):
        make_key(path)
    assert load_key(path) == made
    assert [entry.name for entry in tmp_path.iterdir()] == ["wary.key"]


def test_a_key_does_not_show_itself() -> None:
    key = new_key()
    assert key.lookup.hex() not in repr(key)
    assert repr(key.seal) not in repr(key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "wary.key"
    make_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFault, match="chmod 600"):
        load_key(path)


@pytest.mark.parametrize(
    "text", ["", "\n", "ab\ncd\n", "x" * 129, f"{'0' * 64}\n", f"{'0' * 64}\n" * 3, "é"]
)
def test_a_malformed_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wary.key"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeyFault, match="put back a good copy"):
        load_key(path)


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="missing"):
        load_key(tmp_path / "wary.key")


def test_a_key_of_another_length_is_no_key() -> None:
    with pytest.raises(KeyFault):
        Key(b"short", b"short")


async def test_a_key_that_opens_but_does_not_find_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url, key=KEY)
    await take(store, event("t:1"))
    await store.close()
    with pytest.raises(KeyFault, match="put back the key"):
        await connect(url, key=Key(new_key().lookup, KEY.seal))


def _all_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_no_platform_id_is_ever_written_in_plain(tmp_path: Path) -> None:
    ids = [str(8_000_000_000_000 + n) for n in range(40)]
    store = await connect(f"sqlite:///{tmp_path}/wary.db")
    for number, plain in enumerate(ids):
        who = Address("telegram", plain)
        stage = Idle() if number % 3 else Stranger()
        facts = (REPLY, TOMORROW, Note("a", "b"))
        made = await take(store, event(f"t:{number}", who), *facts, stage=stage)
        await store.mark(made)
        outcome = Outcome(made[0].id, "pending", moved_to=Address("telegram", plain + "9"))
        await store.settle([outcome if number % 2 else Outcome(made[0].id, "sent", "7")], NOW)
    written = _all_of(tmp_path)
    await store.close()
    written += _all_of(tmp_path)
    assert b"plan" in written
    for plain in ids:
        for form in (plain.encode(), plain.encode("utf-16-le"), int(plain).to_bytes(8, "big")):
            assert form not in written
