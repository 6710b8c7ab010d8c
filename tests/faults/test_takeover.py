"""Row R1 of trust.md, 7: two processes with one token; one leads, the other takes over.

Rule 1: the judge is the service: what people saw there, and when it was called.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import psycopg
import pytest

from bot import store
from bot.core.card import Card, Para, Text
from bot.core.effects import Decision, Lane, Say
from bot.core.events import Address, Incoming, Said
from bot.runtime.outbox import IN_FLIGHT
from tests.faults.chatting import Served, on_telegram
from tests.platforms.telegram import server as telegram
from tests.store.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

PEOPLE = 90
"""Each is owed one alert: three seconds of sending."""

TAKEOVER = 5.0
"""Seconds from a death to the next post.  Source: trust.md, 8."""


async def owed(url: str, key: Path, journal: Path) -> None:
    """Write an alert for everybody into the ledger, as a turn of another process would."""
    base = await store.connect(url, key=key, journal=journal)
    now = datetime.now(UTC)
    events = [
        Incoming(f"alert:{person}", Address("telegram", str(person)), now, Said("x"))
        for person in range(1, PEOPLE + 1)
    ]
    card = Card(body=(Para(Text("press.too_fast")),))
    said = Say(card, lane=Lane.ALERT, expires=now + timedelta(hours=1))
    async with base.batch(events) as batch:
        await batch.keep([(one, Decision(who, (said,))) for who, one in batch.fresh], now)
    await base.close()


@asynccontextmanager
async def two(
    folder: Path, api: telegram.BotApi, url: str
) -> AsyncIterator[tuple[Served, Served]]:
    """Run two over one database: the first leads, the second stands by."""
    key, journal = folder / "its.key", folder / "its.erased"
    store.make_key(key)
    shared = {
        "WARY_DATABASE_URL": url,
        "WARY_KEY_FILE": str(key),
        "WARY_ERASE_JOURNAL": str(journal),
    }
    both = []
    for name in ("first", "second"):
        (folder / name).mkdir()
        both.append(on_telegram(folder / name, api, **shared))
    first, second = both
    try:
        await first.start()
        await api.until(lambda: api.counts["getUpdates"] > 0, 60)
        await second.start()
        await second.told("standing_by")
        yield first, second
    finally:
        for one in both:
            if one.running:
                one.kill()
                await one.ended()


@pytest.mark.postgres
async def test_r1_when_the_leader_is_killed_in_mid_send_the_standby_goes_on(
    tmp_path: Path, postgres_url: str
) -> None:
    async with (
        telegram.serving() as api,
        two(tmp_path, api, postgres_url) as (first, second),
    ):
        await owed(postgres_url, tmp_path / "its.key", tmp_path / "its.erased")
        await api.until(lambda: api.counts["sendMessage"] > PEOPLE // 3, 60)
        before = api.counts["sendMessage"]
        first.kill()
        died = monotonic()
        await first.ended()
        # What the dead one had written into its sockets may still come; the other says hello.
        await api.until(lambda: api.counts["getMe"] == 2, 60)
        sent = api.counts["sendMessage"]
        await api.until(lambda: api.counts["sendMessage"] > sent, 60)
        rest = monotonic() - died
        await api.until(lambda: len(api.chats) == PEOPLE, 60)
        await second.stop()
    copies = [len(shown) for shown in api.chats.values()]
    assert before < PEOPLE
    assert rest < TAKEOVER
    assert len(copies) == PEOPLE, "nobody is left out"
    assert max(copies) <= 2
    assert sum(copies) - PEOPLE <= IN_FLIGHT
    assert "Traceback" not in second.log.read_text()
    sys.stdout.write(f"went on after {rest:.2f} s, twice {sum(copies) - PEOPLE}\n")


@pytest.mark.postgres
async def test_r1_a_standby_hears_nothing_and_leads_once_the_leader_ends_in_order(
    tmp_path: Path, postgres_url: str
) -> None:
    async with (
        telegram.serving() as api,
        two(tmp_path, api, postgres_url) as (first, second),
    ):
        api.say("/start", 7)
        await api.until(lambda: bool(api.chats[7]), 60)
        assert api.counts["getMe"] == 1
        await first.stop()
        api.say("/help", 7)
        await api.until(lambda: len(api.chats[7]) == 2, 60)
        await second.stop()


@pytest.mark.postgres
async def test_r1_a_leader_that_loses_its_line_leads_again_and_sends_nothing_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    """Row D1 as well: what was on its way arrives, and is written down under the next epoch."""
    key, journal = tmp_path / "its.key", tmp_path / "its.erased"
    store.make_key(key)
    settings = {
        "WARY_DATABASE_URL": postgres_url,
        "WARY_KEY_FILE": str(key),
        "WARY_ERASE_JOURNAL": str(journal),
    }
    async with telegram.serving() as api:
        served = on_telegram(tmp_path, api, **settings)
        await served.start()
        try:
            await api.until(lambda: api.counts["getUpdates"] > 0, 60)
            await owed(postgres_url, key, journal)
            await api.until(lambda: api.counts["sendMessage"] > PEOPLE // 3, 60)
            cut = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            with psycopg.connect(postgres_url, autocommit=True) as other:
                other.execute(cut)
            await served.told("lead_lost")
            await api.until(lambda: len(api.chats) == PEOPLE, 60)
            await served.stop()
        finally:
            served.kill()
            await served.ended()
        with psycopg.connect(postgres_url) as other:
            states = other.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
            epochs = other.execute("SELECT epoch FROM leaders").fetchall()
    assert {len(shown) for shown in api.chats.values()} == {1}
    assert states == [("sent", PEOPLE)]
    assert epochs == [(2,)]
