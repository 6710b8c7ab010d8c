"""Several processes on one PostgreSQL, each with roles of its own: one bot, as people see it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot import store
from bot.settings import SettingsError, playing, read
from tests.faults.chatting import Caller, Served, free_port, on_telegram
from tests.platforms.telegram import server as telegram
from tests.serve.test_serve import JOINING, walked
from tests.store.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

POSTGRES = {"WARY_DATABASE_URL": "postgresql://wary@127.0.0.1/wary", "WARY_PLATFORMS": "telegram"}


@asynccontextmanager
async def house(
    folder: Path, api: telegram.BotApi, url: str, roles: dict[str, str], **more: str
) -> AsyncIterator[dict[str, Served]]:
    """Run a process for each of *roles*, by its name."""
    store.make_key(folder / "its.key")
    shared = {
        "WARY_DATABASE_URL": url,
        "WARY_KEY_FILE": str(folder / "its.key"),
        "WARY_ERASE_JOURNAL": str(folder / "its.erased"),
        **more,
    }
    made = {}
    for name, said in roles.items():
        (folder / name).mkdir()
        port = str(free_port())
        made[name] = on_telegram(folder / name, api, **shared, WARY_PORT=port)
        made[name].arguments = ("--roles", said)
    try:
        for one in made.values():
            await one.start()
        yield made
        for one in made.values():
            await one.stop()
    finally:
        for one in made.values():
            one.kill()
            await one.ended()


@pytest.mark.postgres
async def test_what_a_worker_fires_whoever_leads_sends(tmp_path: Path, postgres_url: str) -> None:
    roles = {"leads": "telegram,send,console", "works": "clock,work"}
    async with (
        telegram.serving() as api,
        house(tmp_path, api, postgres_url, roles) as made,
    ):
        mine = await walked(api, JOINING)
        with psycopg.connect(postgres_url, autocommit=True) as base:
            now = int(datetime.now(UTC).timestamp() * 1_000_000)
            moved = base.execute("UPDATE plans SET due_at = %s WHERE kind = 'lesson'", [now])
            assert moved.rowcount == 1
        await api.until(lambda: len(mine) == 2, 60)
        for one in made.values():
            told = await asyncio.to_thread(one.log.read_text)
            assert "Traceback" not in told
        assert "fire" in await asyncio.to_thread(made["works"].log.read_text)


@pytest.mark.postgres
async def test_who_only_hears_hands_its_answers_to_whoever_sends(
    tmp_path: Path, postgres_url: str
) -> None:
    """A webhook may be called on any of many machines; one sends."""
    roles = {"hears": "telegram", "sends": "telegram,send,clock,work"}
    secret = {"WARY_TELEGRAM_WEBHOOK_SECRET": "hush"}
    async with telegram.serving() as api:
        port = free_port()
        url = f"http://127.0.0.1:{port}/telegram"
        secret["WARY_TELEGRAM_WEBHOOK_URL"] = url
        async with house(tmp_path, api, postgres_url, roles, **secret) as made:
            root = f"http://127.0.0.1:{made['hears'].settings['WARY_PORT']}"
            caller = Caller(api, f"{root}/telegram", "hush")
            calling = asyncio.create_task(caller.run())
            try:
                await walked(api, JOINING)
            finally:
                calling.cancel()


@pytest.mark.parametrize(
    ("environment", "roles", "told"),
    [
        (POSTGRES, "telegram,cooking", "'cooking' is none"),
        (POSTGRES, "web,send", "'web' is none"),
        ({**POSTGRES, "WARY_PLATFORMS": "discord"}, "discord,clock", "add send"),
        ({}, "clock", "a SQLite file has one process"),
    ],
)
def test_roles_that_cannot_be_meant_are_refused(
    environment: dict[str, str], roles: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        playing(read(environment), roles)


def test_whoever_names_no_roles_plays_all() -> None:
    config = read(POSTGRES)
    assert playing(config, "") == config
    assert all(config.plays(one) for one in ("telegram", "clock", "send", "work", "console"))
    some = playing(config, "clock, work")
    assert [one for one in ("telegram", "clock", "send", "work") if some.plays(one)] == [
        "clock",
        "work",
    ]
