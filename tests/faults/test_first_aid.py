"""First aid walks to its end while nothing can be written: on every platform, to every end.

Rule 1: the whole house runs, as ``wary serve`` joins it; only the database is spoiled.
Rule 2: the judge is what a person sees.
"""

import asyncio
import io
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from html import unescape

import httpx
import psycopg
import pytest
from sqlalchemy import Connection

from bot import settings, store, teaching, wiring
from bot.platforms.telegram import intake
from bot.platforms.terminal.adapter import Terminal
from bot.runtime import leading
from bot.store import line
from bot.store.tables import metadata
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN, Spoken
from tests.platforms.telegram import server as telegram
from tests.platforms.web.visitor import HOME, hidden, notice, sealed
from tests.store.conftest import postgres_server, url
from tests.store.people import KEY

__all__ = ["postgres_server", "url"]

USER = "700000000000000007"
STEPS = (
    "aid:aid-clicked:bank",
    "aid:aid-clicked:note:2",
    "aid:aid-clicked:told:3",
    "aid:done:aid-clicked",
)
TOLD = (
    "Call your bank on the number on your card",
    "Write down the time and what you typed.",
    "Tell somebody you trust, and your organisation.",
    "That was right and quick.",
)


def _reads_only(conn: Connection, only: int) -> None:
    conn.exec_driver_sql(f"PRAGMA query_only = {only}")


def _writes(conn: Connection) -> None:
    # Outside a transaction: none can begin on a connection that only reads.
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA query_only = 0")


@asynccontextmanager
async def _held(url: str) -> AsyncIterator[None]:
    """Hold every table of a PostgreSQL database, as somebody does who mends it by hand."""
    lock = f"LOCK TABLE {', '.join(sorted(metadata.tables))} IN ACCESS EXCLUSIVE MODE"
    with psycopg.connect(url) as other:
        # The bot is between two statements, perhaps, and has to go on before anybody gets these.
        await asyncio.to_thread(other.execute, lock.encode())
        yield
        other.rollback()


@asynccontextmanager
async def _failed_over(url: str) -> AsyncIterator[None]:
    """Make a PostgreSQL database one that only reads, as a standby is: every line to it breaks."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        for only in ("on", "off"):
            admin.execute(
                f"ALTER DATABASE {name} SET default_transaction_read_only = {only}".encode()
            )
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            if only == "on":
                yield


@asynccontextmanager
async def spoiled(how: str, url: str, base: store.Database) -> AsyncIterator[None]:
    """Let nothing be written for as long as the context lasts."""
    if url.startswith("postgresql"):
        async with _held(url) if how == "locked" else _failed_over(url):
            yield
        return
    if how == "locked":
        file = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    await base._line.run(_reads_only, 1)
    yield
    kept = base._line._kept
    assert kept is not None
    await kept.run_sync(_writes)


@asynccontextmanager
async def house(
    url: str, *names: str, **more: str
) -> AsyncIterator[tuple[wiring.Wary, store.Database]]:
    """Run the whole house over the database at *url*."""
    beside = {"WARY_KEY_FILE": "its.key", "WARY_ERASE_JOURNAL": "its.erased"}
    given = settings.read({"WARY_DATABASE_URL": url, **beside, **more})
    base = await store.connect(url, key=KEY)
    running = wiring.Wary(given, teaching.taught(given), base)
    for name in names:
        running.join(name)
    task = asyncio.create_task(running.run())
    while not all(getattr(one, "ready", True) for one in running._platforms):  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0)
    try:
        yield running, base
    finally:
        running.stop()
        with suppress(asyncio.CancelledError):
            await task
        await base.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PATIENCE", 0.05)
    monkeypatch.setattr(line, "LOCK_MS", 50)
    monkeypatch.setattr(intake, "AGAIN", 0.05)
    # A failed-over database ends the lead too: it is found out in mid-walk, not after it.
    monkeypatch.setattr(leading, "LOOK_SECONDS", 0.02)


HOW = pytest.mark.parametrize("how", ["locked", "read-only"])


@HOW
async def test_on_telegram_it_walks_to_its_end_while_others_wait(how: str, url: str) -> None:
    async with telegram.serving() as api:
        to = {"WARY_TELEGRAM_TOKEN": telegram.TOKEN, "WARY_TELEGRAM_API_URL": api.url}
        async with house(url, "telegram", **to) as (_, base):
            await api.until(lambda: bool(api.counts["getUpdates"]))
            async with spoiled(how, url, base):
                api.say("/start", person=9)
                api.say("/aid")
                mine = api.chats[7]
                await api.until(lambda: bool(mine), 20)
                assert "In danger now: call the emergency number of your country." in mine[0].text
                for token, told in zip(STEPS, TOLD, strict=True):
                    api.press(mine[0], token)
                    await api.until(partial(_says, mine[0], told), 20)
                assert len(mine) == 1
                assert api.chats[9] == []
            await api.until(lambda: bool(api.chats[9]), 20)
            assert len(mine) == 1, "what was answered counts as taken"
        assert api.wrong == []


def _says(shown: telegram.Shown | Spoken, told: str) -> bool:
    return told in shown.text


@HOW
async def test_on_discord_it_walks_to_its_end(how: str, url: str) -> None:
    async with discord.serving() as guild:
        to = {"WARY_DISCORD_TOKEN": TOKEN, "WARY_DISCORD_API_URL": guild.root}
        async with house(url, "discord", **to) as (_, base):
            await guild.until(lambda: guild.lines)
            async with spoiled(how, url, base):
                await guild.command(USER, "aid")
                await guild.until(guild.seen)
                [card] = guild.seen()
                assert "In danger now" in card.text
                for token, told in zip(STEPS, TOLD, strict=True):
                    await guild.press(USER, card, token)
                    await guild.until(partial(_says, card, told))
                await guild.command(USER, "aid", guild=True)
                await guild.until(partial(guild.seen, hidden=True))
                [own] = guild.seen(hidden=True)
                assert "In danger now" in own.text
                await guild.press(USER, own, STEPS[0])
                await guild.until(partial(_says, own, TOLD[0]))
        assert guild.complaints == []


@HOW
async def test_in_the_browser_it_walks_to_its_end(how: str, url: str) -> None:
    async with house(url, "web") as (running, base):
        site = running.site()
        assert site is not None
        transport = httpx.ASGITransport(site)
        browser = httpx.AsyncClient(transport=transport, base_url=HOME, follow_redirects=True)
        async with browser, spoiled(how, url, base):
            page = await browser.get("/")
            assert "First aid works: /aid" in notice(page)
            page = await browser.post("/say", data=sealed(page, text="/aid"))
            assert page.status_code == 200
            assert "In danger now" in page.text
            assert notice(page) == ""
            on = re.findall(r'name="on" value="(m-[^"]+)"', page.text)[0]
            for token, told in zip(STEPS, TOLD, strict=True):
                page = await browser.post("/press", data=sealed(page, action=token, on=on))
                assert told in unescape(page.text)
            assert page.text.count("<article") == 1
            page = await browser.post("/press", data=sealed(page, action="lesson", on=on))
            assert page.status_code == 503


@HOW
async def test_in_the_terminal_letters_walk_to_its_end(how: str, url: str) -> None:
    async with house(url, "web") as (running, base):
        out = io.StringIO()
        script = b"/lesson\n/aid\nc\n1\n1\n1\n"
        terminal = Terminal(running._tools, stdin=io.BytesIO(script), stdout=out)
        async with spoiled(how, url, base):
            await terminal.listen(running._turns.receive)
    said = " ".join(out.getvalue().split())
    places = [said.index(told) for told in ("I cannot save your answer", "In danger now", *TOLD)]
    assert places == sorted(places)


async def test_in_arabic_it_is_given_in_arabic(url: str) -> None:
    async with house(url, "web") as (running, base):
        site = running.site()
        assert site is not None
        spoken = {"accept-language": "ar"}
        transport = httpx.ASGITransport(site)
        browser = httpx.AsyncClient(
            transport=transport, base_url=HOME, follow_redirects=True, headers=spoken
        )
        async with browser, spoiled("locked", url, base):
            page = await browser.get("/")
            page = await browser.post("/say", data=sealed(page, text="/aid"))
            assert "ضغطت" in page.text or "نظرت فقط" in page.text
            assert hidden(page, "token")
