"""People who chat over the loopback servers, and the ``wary serve`` that is killed under them.

Rule 1: a person presses what they see, waits for what follows, and presses again only where
nothing came of it for as long as people wait.
Rule 2: a kill falls while the service handles a call of the bot's: before it does what was asked
or after, and in either case before the bot can know.
"""

import asyncio
import os
import random
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN as DISCORD_TOKEN
from tests.platforms.discord.payloads import Spoken
from tests.platforms.telegram import server as telegram

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("WARY_TEST_KILLS", "2"))
"""Kills of one run; ``make torture`` runs 50."""

STEPS = (
    ("lang:en", "track:en:citizen"),
    ("track:en:citizen", "answer:acc-01-q1:b"),
    ("answer:acc-01-q1:b", "set:often:daily"),
    ("set:often:daily", "set:hour:18.00"),
)
"""What each person presses, and what the card offers then."""

AT_ONCE = 8
"""People who chat at the same time."""

PATIENCE = 3.0
"""Seconds until a person whose press did nothing presses again, as Discord tells them to."""

LIFE = 60.0
"""Seconds a person waits in all, over restarts."""


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """One ``wary serve`` after the other over one database; what they print goes to one file."""

    folder: Path
    settings: dict[str, str]
    running: asyncio.subprocess.Process | None = None
    arguments: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        return self.folder / "wary.db"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("WARY_")}
        url = f"sqlite:///{self.database}"
        return {**clean, "WARY_DATABASE_URL": url, "WARY_LOG_LEVEL": "DEBUG", **self.settings}

    async def start(self) -> None:
        with self.log.open("a") as out:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "serve", *self.arguments),
                cwd=ROOT,
                env=self.environment(),
                stdout=out,
                stderr=out,
            )

    def kill(self) -> None:
        """Kill without a chance to tidy up; whoever waits for the end hears of it."""
        assert self.running
        if self.running.returncode is None:
            self.running.kill()

    async def told(self, word: str) -> None:
        """Wait until *word* stands in the log."""
        for _ in range(1200):
            if word in await asyncio.to_thread(self.log.read_text):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{word} was never told")

    async def ended(self) -> int:
        assert self.running
        return await self.running.wait()

    async def stop(self) -> None:
        """Stop in good order, so that all that is known is written down."""
        assert self.running
        if self.running.returncode is None:
            self.running.terminate()
        code = await asyncio.wait_for(self.ended(), 20)
        assert code == 0, self.log.read_text()[-3000:]

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database)) as base, base:
            return base.execute(question).fetchall()


@dataclass
class Reaper:
    """Kills at calls that a dice has chosen; ``handled`` counts the calls of every life."""

    served: Served
    at: list[tuple[int, bool]]
    handled: int = 0
    kills: int = 0

    @classmethod
    def of(cls, served: Served, seed: int, calls: int) -> "Reaper":
        """Choose ``KILLS`` of the first *calls* calls."""
        dice = random.Random(seed)  # noqa: S311  # a test's dice
        chosen = sorted(dice.sample(range(4, calls), KILLS))
        return cls(served, [(number, dice.random() < 0.5) for number in chosen])

    def over(
        self,
        does: Callable[..., Any],
        counts: Callable[..., bool],
        instead: Callable[[], Any],
    ) -> Callable[..., Any]:
        """Return *does* with death in it, at those of its calls that count."""

        def doing(*given: object) -> object:
            if not counts(*given):
                return does(*given)
            self.handled += 1
            if not self.at or self.handled < self.at[0][0]:
                return does(*given)
            _, before = self.at.pop(0)
            self.kills += 1
            if before:
                self.served.kill()
                return instead()
            found: object = does(*given)
            self.served.kill()
            return found

        return doing


async def lives(served: Served, done: Coroutine[Any, Any, object]) -> None:
    """Start the bot, and again whenever it was killed, until *done*; then stop it in order."""
    over = asyncio.create_task(done)
    try:
        while not over.done():
            await served.start()
            ended = asyncio.create_task(served.ended())
            await asyncio.wait({over, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not over.done():
                assert ended.result() == -9, served.log.read_text()[-3000:]
            ended.cancel()
        over.result()
        await served.stop()
    finally:
        over.cancel()
        served.kill()
        await served.ended()


async def crowd(people: Sequence[int], lives_on: Callable[[int], Awaitable[None]]) -> None:
    """Let everybody chat, at most ``AT_ONCE`` at the same time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(person: int) -> None:
        async with room:
            await lives_on(person)

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(one(person))


# Telegram


def on_telegram(folder: Path, api: telegram.BotApi, **more: str) -> Served:
    settings = {
        "WARY_PLATFORMS": "telegram",
        "WARY_TELEGRAM_TOKEN": telegram.TOKEN,
        "WARY_TELEGRAM_API_URL": api.url,
    }
    return Served(folder, {**settings, **more})


async def learns(api: telegram.BotApi, person: int) -> None:
    """Begin, and press on; Telegram keeps each press until the bot has taken it."""
    mine = api.chats[person]
    api.say("/start", person)
    await api.until(lambda: bool(mine), LIFE)
    for token, follows in STEPS:
        api.press(mine[0], token, person)
        await api.until(partial(_shows, mine[0], follows), LIFE)


def _shows(shown: telegram.Shown, token: str) -> bool:
    return token in shown.tokens


@dataclass
class Caller:
    """Telegram's way of calling a webhook: again until it is answered 200, each chat in order."""

    api: telegram.BotApi
    url: str
    secret: str
    statuses: list[int] = field(default_factory=list)
    _queues: dict[int, asyncio.Queue[dict[str, Any]]] = field(default_factory=dict)

    async def run(self) -> None:
        """Deliver whatever is pushed, until cancelled."""
        taken = 0
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            while True:
                while taken == len(self.api.updates):
                    self.api.news.clear()
                    await self.api.news.wait()
                update = self.api.updates[taken]
                taken += 1
                chat = _chat(update)
                if chat not in self._queues:
                    self._queues[chat] = asyncio.Queue()
                    group.create_task(self._deliver(session, self._queues[chat]))
                self._queues[chat].put_nowait(update)

    async def _deliver(
        self, session: aiohttp.ClientSession, queue: "asyncio.Queue[dict[str, Any]]"
    ) -> None:
        while True:
            update, pause = await queue.get(), 0.05
            while await self._call(session, update) != 200:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.8)

    async def _call(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret}
        try:
            async with session.post(self.url, json=update, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            status = 0
        self.statuses.append(status)
        return status


def _chat(update: dict[str, Any]) -> int:
    held = update.get("message") or update["callback_query"]["message"]
    return int(held["chat"]["id"])


# Discord


def on_discord(folder: Path, guild: discord.Server, **more: str) -> Served:
    settings = {
        "WARY_PLATFORMS": "discord",
        "WARY_DISCORD_TOKEN": DISCORD_TOKEN,
        "WARY_DISCORD_API_URL": guild.root,
    }
    return Served(folder, {**settings, **more})


def on_both(folder: Path, api: telegram.BotApi, guild: discord.Server, **more: str) -> Served:
    settings = {**on_telegram(folder, api).settings, **on_discord(folder, guild).settings}
    return Served(folder, {**settings, "WARY_PLATFORMS": "telegram,discord", **more})


async def studies(guild: discord.Server, user: str) -> list[str]:
    """Begin, and press on; what nothing came of is pressed again, as people do.

    Returns the ids of the commands, of which there may be several.
    """

    def mine() -> list[Spoken]:
        return [one for one in guild.seen() if one.channel == guild.room(user)]

    begun = await _insist(guild, partial(guild.command, user, "start"), mine)
    for token, follows in STEPS:
        card = mine()[0]
        press = partial(guild.press, user, card, token)
        await _insist(guild, press, partial(_offers, card, follows))
    return begun


def _offers(card: Spoken, token: str) -> bool:
    return token in card.buttons


async def _insist(
    guild: discord.Server, act: Callable[[], Awaitable[str]], came: Callable[[], object]
) -> list[str]:
    acted = []
    async with asyncio.timeout(LIFE):
        while not came():
            with suppress(ConnectionError):  # nobody is there who could hear
                acted.append(await act())
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await guild.until(came)
    return acted
