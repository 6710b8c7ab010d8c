"""Whatever a run prints or writes holds no secret, and nothing that a person typed or is called.

Rule 1: a canary is looked for in every byte that leaves the process but by the door it is for:
a token on its way to its own service, and the webhook's secret to Telegram once.
"""

import asyncio
import json
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.faults.chatting import STEPS, Caller, Served, free_port, learns, lives, on_both, studies
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN as DISCORD_TOKEN
from tests.platforms.telegram import server as telegram

SECRET = "Planted-Webhook_Secret"  # noqa: S105 - invented
WORDS = "my-own-words-of-that-day"
PERSON, USER = 70_000_000_700_007, "500000000000000007"
SECRETS = (telegram.TOKEN, telegram.TOKEN.split(":")[1], DISCORD_TOKEN, SECRET)
PRIVATE = (WORDS, str(PERSON), USER, "interaction-token-")
PAGES = ("/", "/healthz", "/readyz", "/metrics", "/telegram", "/console", "/nowhere")


def _found(canaries: tuple[str, ...], told: bytes) -> list[str]:
    return [one for one in canaries if one.encode() in told]


def _files(served: Served) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in served.folder.rglob("*") if path.is_file()}


async def _pages(root: str) -> bytes:
    """Return whatever the one HTTP server says, asked rightly and wrongly."""
    told = b""
    async with aiohttp.ClientSession() as session:
        for page in PAGES:
            for method in ("GET", "POST"):
                async with session.request(method, root + page, data=b"{") as answer:
                    told += repr(answer.headers).encode() + await answer.read()
        for secret in ("wrong", SECRET[:-1]):
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with session.post(f"{root}/telegram", data=b"{", headers=headers) as answer:
                assert answer.status in {403, 404}
                told += await answer.read()
    return told


async def _trouble(api: telegram.BotApi, guild: discord.Server) -> None:
    """Let both services fail in every way that could be told about."""
    api.fail("sendMessage", telegram.page(502, "<html>"), telegram.reset, telegram.after(200, "{"))
    api.fail("editMessageText", telegram.refuse(400, "Bad Request: can't parse entities"))
    api.fail("answerCallbackQuery", telegram.page(500, "<html>"))
    for method in ("POST", "PATCH"):
        guild.plan(method, "/webhooks/|/channels/", discord.Fault(502, "<html>", times=2))
    guild.plan("POST", "/callback$", discord.Fault(cut=True))
    await guild.cut(4000)
    await guild.until(lambda: guild.resumes)
    await guild.op(9, data=False)


async def _talks(api: telegram.BotApi, guild: discord.Server) -> None:
    await guild.until(lambda: guild.lines)
    await asyncio.gather(learns(api, PERSON), studies(guild, USER))
    await _trouble(api, guild)
    for words in (WORDS, "/mydata", "/privacy", "/settings", f"/lesson {WORDS}"):
        shown = len(api.chats[PERSON])
        api.say(words, PERSON)
        await api.until(partial(_more, api, shown), 30)
    await guild.until(lambda: guild.identifies == 2)
    for words in (WORDS, "/mydata"):
        await guild.write(USER, words)
    await guild.until(lambda: len(guild.seen()) > 1)


def _more(api: telegram.BotApi, shown: int) -> bool:
    return len(api.chats[PERSON]) > shown


def _on_all(folder: Path, api: telegram.BotApi, guild: discord.Server) -> Served:
    served = on_both(folder, api, guild, WARY_PLATFORMS="telegram,discord,web")
    more = {"WARY_TELEGRAM_WEBHOOK_SECRET": SECRET, "WARY_PORT": str(free_port())}
    served.settings.update(more)
    return served


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a7_no_secret_and_no_person_is_in_anything_a_run_prints_or_writes(
    way: str, tmp_path: Path
) -> None:
    async with telegram.serving() as api, discord.serving() as guild:
        served = _on_all(tmp_path, api, guild)
        root = f"http://127.0.0.1:{served.settings['WARY_PORT']}"
        caller = Caller(api, f"{root}/telegram", SECRET)
        if way == "webhook":
            served.settings["WARY_TELEGRAM_WEBHOOK_URL"] = caller.url
        calling = asyncio.create_task(caller.run() if way == "webhook" else asyncio.sleep(0))
        pages: list[bytes] = []
        written: list[dict[str, bytes]] = []

        async def whole() -> None:
            await _talks(api, guild)
            pages.append(await _pages(root))
            assert served.running
            line = Path(f"/proc/{served.running.pid}/cmdline")
            pages.append(await asyncio.to_thread(line.read_bytes))
            # The write-ahead log is there as long as the process is.
            written.append(_files(served))

        await lives(served, whole())
        calling.cancel()
        written.append(_files(served))
        assert "wary.db-wal" in written[0]
        for names in written:
            for name, told in names.items():
                assert _found((*SECRETS, *PRIVATE), told) == [], name
        assert _found((*SECRETS, *PRIVATE), b"".join(pages)) == []
        said = json.dumps([shown.__dict__ for one in api.chats.values() for shown in one])
        said += json.dumps([one.body for one in guild.seen()])
        assert _found((*SECRETS, "interaction-token-"), said.encode()) == []
        assert (caller.statuses.count(200) > len(STEPS)) == (way == "webhook")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WARY_TELEGRAM_TOKEN", f"{telegram.TOKEN} x"),
        ("WARY_TELEGRAM_WEBHOOK_SECRET", f"{SECRET} x"),
        ("WARY_TELEGRAM_TOKENS", telegram.TOKEN),
        ("WARY_DISCORD_TOKEN", ""),
    ],
)
async def test_a7_a_secret_that_cannot_be_meant_is_refused_and_not_repeated(
    name: str, value: str, tmp_path: Path
) -> None:
    nowhere = telegram.BotApi(url="http://127.0.0.1:9")
    served = _on_all(tmp_path, nowhere, discord.Server(root="http://127.0.0.1:9"))
    served.settings[name] = value
    await served.start()
    assert await asyncio.wait_for(served.ended(), 20) == 1
    told = b"".join(_files(served).values())
    assert name.encode() in told
    assert _found(SECRETS, told) == []
