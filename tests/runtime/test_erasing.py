"""Forgetting through the whole middle: one press, and the next event meets a stranger."""

import logging
from pathlib import Path

import pytest

from bot.core.card import Action
from bot.core.events import Began, Commanded, Event, Pressed
from bot.ports import StoreDown
from bot.runtime.clock import Clock
from tests.runtime.rooms import ME, House, house


def press(token: str) -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, "m1")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("wary.db*")}


async def _learns(home: House) -> None:
    await home.hear(press("track:en:citizen"))
    await home.hear(press("answer:acc-01-q1:b"))
    await home.send_all()


async def test_what_comes_in_the_same_batch_behind_it_is_a_stranger_s() -> None:
    async with house() as home:
        await _learns(home)
        before = await home.base.known(ME)
        words: list[Event] = [press("forget:now"), press("track:en:parent"), Began()]
        receipts = await home.turns.take([home.event(word) for word in words])
        assert [one.fresh for one in receipts] == [True, True, True]
        known = await home.base.known(ME)
        assert before is not None
        assert known is not None
        assert known.learner.key != before.learner.key
        assert (known.answers, known.learner.points, known.learner.track) == (0, 0, "parent")


async def test_a_second_press_in_the_same_batch_finds_nothing() -> None:
    async with house() as home:
        await _learns(home)
        await home.turns.take([home.event(press("forget:now")), home.event(press("forget:now"))])
        await home.send_all()
        assert await home.base.known(ME) is None
        assert home.platform.titles[-2:] == ["en:forget.done", "en:forget.nothing"]


async def test_it_leaves_nothing_in_the_files_or_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with house(f"sqlite:///{tmp_path}/wary.db") as home:
        await _learns(home)
        known = await home.base.known(ME)
        assert known is not None
        await home.hear(Commanded("forgetme"))
        await home.hear(press("forget:now"))
        await home.send_all()
        await Clock(home.base, home.receive, lambda: home.now).fire()
        canaries = (known.learner.key, ME.id, "acc-01-q1")
        for name, told in _bytes(tmp_path).items():
            assert [one for one in canaries if one.encode() in told] == [], name
        assert [one for one in canaries if one in caplog.text] == []


async def test_who_could_not_be_forgotten_is_not_told_so(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/wary.db") as home:
        await _learns(home)
        (tmp_path / "wary.db.erased").unlink()
        with pytest.raises(StoreDown):
            await home.hear(press("forget:now"))
        assert await home.base.known(ME) is not None
