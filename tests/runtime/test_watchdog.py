"""Rows R11 and Z7 of trust.md, 7: a loop that stands still, and a clock that jumps, are told."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.core.trouble import Trouble
from bot.runtime import watchdog
from bot.runtime.watchdog import JUMP, Watchdog
from tests.runtime.rooms import NOON


@asynccontextmanager
async def watched(now: list[datetime]) -> AsyncIterator[tuple[Watchdog, list[Trouble]]]:
    told: list[Trouble] = []
    dog = Watchdog(lambda: now[0], told.append)
    running = asyncio.create_task(dog.run())
    await asyncio.sleep(0)
    try:
        yield dog, told
    finally:
        running.cancel()
        await asyncio.wait({running})


async def until(true: Callable[[], bool]) -> None:
    for _ in range(6000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


def stand_still(until: "list[logging.LogRecord]") -> None:
    """Block the loop until the watchdog has noticed."""
    patience = time.monotonic() + 60
    while not any(one.getMessage() == "loop_blocked" for one in until):
        assert time.monotonic() < patience, "nobody noticed"
        time.sleep(0.01)


async def test_r11_a_loop_that_stands_still_is_told_with_the_line_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watchdog, "BLOCKED_SECONDS", 0.3)
    async with watched([NOON]) as (dog, told):
        stand_still(caplog.records)
        await until(lambda: dog.lag > 0.0)
    [blocked] = [one for one in caplog.records if one.getMessage() == "loop_blocked"]
    assert "in stand_still" in vars(blocked)["stack"]
    assert told == []


@pytest.mark.parametrize("jump", [timedelta(days=1), -timedelta(hours=1)])
async def test_z7_a_clock_that_jumps_is_told_once(
    monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", 0.01)
    now = [NOON]
    async with watched(now) as (_, told):
        now[0] += jump
        await until(lambda: bool(told))
    [trouble] = told
    assert trouble.what == "clock_jumped"
    assert abs(trouble.seconds - jump.total_seconds()) < 2


async def test_z7_a_clock_that_is_set_a_little_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", 0.01)
    now = [NOON]
    async with watched(now) as (_, told):
        now[0] += JUMP - timedelta(seconds=60)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert told == []
