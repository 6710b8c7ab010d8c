"""Where a person sits: at a terminal, on our own Telegram, on our own Discord.

Rule 1: what is pressed is found by its words, as a person finds it, and goes out as its client
sends it; what stands there is read from what the service was given.
"""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Protocol

from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.encode import PICK, PROMPT_ID
from bot.platforms.discord.options import Options
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.platforms.terminal.adapter import Terminal
from bot.platforms.terminal.record import CHANGED, NEW, NOTICE, SEVERAL, Record, labels
from bot.ports import Now, Platform, Tools
from tests.dialogues.script import Seen, entries, seen, settled
from tests.platforms.discord import server as discord
from tests.platforms.discord.limits import texts, walk
from tests.platforms.discord.payloads import TOKEN, Spoken
from tests.platforms.discord.talking import USER, Watch
from tests.platforms.discord.test_showing import FILE, FORWARD, SNAPSHOT, tell
from tests.platforms.telegram import server as telegram
from tests.platforms.telegram.people import nap
from tests.platforms.telegram.server import BotApi, Shown
from tests.platforms.telegram.test_showing import ORIGIN

PERSON = 7
FORWARDS, PICTURE = "(forwards) ", "(sends a picture)"
"""What a person does without typing; the terminal has no way to."""

MOMENT = re.compile(r"<t:(\d+):F>")
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHANNEL = re.compile("^(?:💬|✉️|📱|📞|🌐) ", re.MULTILINE)
_PAGE = re.compile(r"<(https://[^\s<>]+)>")
"""An address as Discord is given it, so that no preview of it is shown."""
_LETTER = re.compile(r"([A-Z?])\) ")
_LOOKS = re.compile(r"\\([^A-Za-z0-9\s])|\*\*|\*|`|^### |^-# ", re.MULTILINE)


def bare(text: str) -> str:
    """Return *text* without marks of direction, which nobody sees."""
    return _UNSEEN.sub("", text)


class Seat(Protocol):
    """One person on one platform."""

    platform: Platform

    def taps(self, words: str) -> Sequence[str]:
        """Return *words* as the single acts that they take here: several options are several."""

    async def act(self, words: str) -> None:
        """Press what bears these words, else type them."""

    def news(self) -> list[Seen]:
        """Return what was not there, or stood otherwise, when ``read`` was called."""

    def read(self) -> None:
        """Take note of all that stands there."""

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true of what stands there."""


def lettered(text: str, controls: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the lines of a text, and by their words the buttons that choose them.

    Where an option is too long for a button it stands in the text, and its letter on the button.
    """
    lines, found = [], dict[str, str]()
    for line in bare(text).split("\n"):
        letter = _LETTER.match(line)
        if letter and letter[1] in controls:
            found[line.removeprefix(letter[0])] = letter[1]
        elif line.strip():
            lines.append(line.replace("• ", "- ", 1) if line.startswith("• ") else line)
    named = {label: label for label in controls if label not in found.values()}
    return lines, {**found, **named}


# The terminal


class Keyboard(io.BytesIO):
    """An input that says when it is asked for a line, and waits until there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.asked = asyncio.Event()
        self.typed: SimpleQueue[bytes] = SimpleQueue()

    def readline(self, _: int | None = -1, /) -> bytes:
        # The thread that reads may be on its way here when the talk is over, and its loop closed.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.asked.set)
        return self.typed.get()


@dataclass
class AtTerminal:
    """What stands there is what the record says."""

    platform: Platform
    keyboard: Keyboard
    out: io.StringIO
    record: Record
    at: int = 0

    def taps(self, words: str) -> Sequence[str]:
        parts = words.split(SEVERAL)
        if not parts[1:] or not self.record.front:
            return [words]
        message = self.record.front[0]
        letters = dict(zip(labels(message), message.letters(), strict=False))
        return [" ".join(letters[part] for part in parts)]

    async def act(self, words: str) -> None:
        await self.keyboard.asked.wait()
        self.keyboard.asked.clear()
        self.keyboard.typed.put(f"{words}\n".encode())

    def news(self) -> list[Seen]:
        told = entries(self.out.getvalue()[self.at :])
        return [seen(mark, lines) for mark, lines in told if mark in {NEW, CHANGED, NOTICE}]

    def read(self) -> None:
        self.at = len(self.out.getvalue())

    async def until(self, true: Callable[[], bool]) -> None:
        if not true():
            await self.keyboard.asked.wait()
        assert true()


@asynccontextmanager
async def at_terminal(tools: Tools, now: Now) -> AsyncIterator[Seat]:
    keyboard, out = Keyboard(), io.StringIO()
    record = Record(out.write, now)
    terminal = Terminal(tools, stdin=keyboard, stdout=io.StringIO(), record=record)
    yield AtTerminal(terminal, keyboard, out, record)
    keyboard.typed.put(b"")


# Telegram


@dataclass
class OnTelegram:
    """What stands there is what the Bot API was given."""

    platform: Platform
    api: BotApi
    known: dict[int, int] = field(default_factory=dict)
    ticks: int = 0

    def taps(self, words: str) -> Sequence[str]:
        parts = words.split(SEVERAL)
        keys = [key for shown in self.api.chats[PERSON][-1:] for row in shown.rows for key in row]
        send = [key["text"] for key in keys if key.get("callback_data", "").startswith("send:")]
        return [*parts, *map(bare, send)] if parts[1:] else parts

    async def act(self, words: str) -> None:
        if words.startswith(FORWARDS):
            self.api.say(words.removeprefix(FORWARDS), PERSON, forward_origin=ORIGIN)
            return
        if words == PICTURE:
            self.api.say("", PERSON, photo=[])
            return
        for shown in reversed(self.api.chats[PERSON]):
            _, controls = _drawn(shown)
            if words in controls:
                label = controls[words]
                keys = [key for row in shown.rows for key in row]
                [token] = [k["callback_data"] for k in keys if bare(k["text"]) == label]
                self.api.press(shown, token, PERSON)
                return
        self.api.say(words, PERSON)

    def news(self) -> list[Seen]:
        found = []
        for shown in self.api.chats[PERSON]:
            if self.known.get(shown.id) != shown.edits:
                lines, controls = _drawn(shown)
                mark = CHANGED if shown.id in self.known else NEW
                found.append(settled(mark, lines, list(controls)))
        told = [tick.get("text", "") for tick in self.api.ticks[self.ticks :]]
        return found + [Seen(NOTICE, (text,)) for text in told if text]

    def read(self) -> None:
        self.known = {shown.id: shown.edits for shown in self.api.chats[PERSON]}
        self.ticks = len(self.api.ticks)

    async def until(self, true: Callable[[], bool]) -> None:
        await self.api.until(true, 5)


def _drawn(shown: Shown) -> tuple[list[str], dict[str, str]]:
    text = shown.text
    for one in shown.entities:
        if one["type"] == "blockquote":
            wide = text.encode("utf-16-le")
            start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
            inside = wide[start:end].decode("utf-16-le").replace("\n", "\n> ")
            text = f"{wide[:start].decode('utf-16-le')}> {inside}{wide[end:].decode('utf-16-le')}"
    labels = [bare(key["text"]) for row in shown.rows for key in row]
    return lettered(_CHANNEL.sub("", text), labels)


@asynccontextmanager
async def on_telegram(tools: Tools) -> AsyncIterator[Seat]:
    async with telegram.serving() as api:
        options = read({"token": telegram.TOKEN, "api_url": api.url})
        yield OnTelegram(Telegram(options, tools, sleep=nap), api)


# Discord


@dataclass
class OnDiscord:
    """What stands there is what Discord was given; *clock* says a moment as a client does."""

    platform: Platform
    guild: discord.Server
    clock: Callable[[int], str]
    known: dict[str, int] = field(default_factory=dict)

    def taps(self, words: str) -> Sequence[str]:
        chosen = any(self._menu(spoken) for spoken in self.guild.seen()[-1:])
        return [words] if chosen else words.split(SEVERAL)

    def _menu(self, spoken: Spoken) -> str:
        """Return the custom id of a menu that takes several, empty where there is none."""
        menus = [one for one in walk(spoken.body["components"]) if one["type"] == 3]
        return next((one["custom_id"] for one in menus if one["custom_id"] != PICK), "")

    async def act(self, words: str) -> None:
        await self.guild.until(lambda: self.guild.lines)
        if words.startswith(FORWARDS):
            snapshot = {**SNAPSHOT, "content": words.removeprefix(FORWARDS)}
            await tell(self.guild, "", **{**FORWARD, "message_snapshots": [{"message": snapshot}]})
            return
        if words == PICTURE:
            await tell(self.guild, "", attachments=[FILE])
            return
        listed = {one["name"] for one in self.guild.commands}
        for spoken in reversed(self.guild.seen()):
            _, controls = self._drawn(spoken)
            parts = words.split(SEVERAL)
            if parts[1:] and all(part in controls for part in parts):
                values = [_pressed(spoken, controls[part])[1] for part in parts]
                await self.guild.press(USER, spoken, self._menu(spoken), *values)
                return
            if words in controls:
                await self.guild.press(USER, spoken, *_pressed(spoken, controls[words]))
                return
        if words.startswith("/") and words[1:] in listed:
            await self.guild.command(USER, words[1:])
        else:
            await self.guild.write(USER, words)

    def news(self) -> list[Seen]:
        found, notices = [], []
        for spoken in self.guild.seen():
            if spoken.id in self.known and self.known[spoken.id] == spoken.edits:
                continue
            lines, controls = self._drawn(spoken)
            if spoken.body["components"][0]["type"] != 17:
                notices.append(Seen(NOTICE, tuple(lines)))
                continue
            mark = CHANGED if spoken.id in self.known else NEW
            found.append(settled(mark, lines, list(controls)))
        return found + notices

    def read(self) -> None:
        self.known = {spoken.id: spoken.edits for spoken in self.guild.seen()}

    async def until(self, true: Callable[[], bool]) -> None:
        await self.guild.until(true)

    def _drawn(self, spoken: Spoken) -> tuple[list[str], dict[str, str]]:
        # Under the words of a form stands what its empty field says, which nobody else shows.
        prompts = [
            p["content"] for p in walk(spoken.body["components"]) if p.get("id") == PROMPT_ID
        ]
        said = [text.split("\n")[0] if text in prompts else text for text in texts(spoken.body)]
        text = MOMENT.sub(lambda at: self.clock(int(at[1])), "\n".join(said))
        text = _LOOKS.sub(lambda found: found[1] or "", _PAGE.sub(r"\1", text))
        return lettered(_CHANNEL.sub("", text), [label for label, _ in _controls(spoken)])


def _controls(spoken: Spoken) -> list[tuple[str, dict[str, Any]]]:
    """Return each button and each option of a menu by its words; a form's button is no answer.

    What stands in a menu that takes several is the button that sends them.
    """
    found = []
    for part in walk(spoken.body["components"]):
        for one in part.get("options", [part]):
            said = {**one, "custom_id": part.get("custom_id", "")}
            if "label" in one and not said["custom_id"].startswith("ask:"):
                found.append((bare(one["label"]), said))
        if part.get("placeholder"):
            found.append((bare(part["placeholder"]), part))
    return list({name: (name, said) for name, said in found}.values())


def _pressed(spoken: Spoken, label: str) -> tuple[str, ...]:
    found = next(said for name, said in _controls(spoken) if name == label)
    value = (found["value"],) if "value" in found else ()
    return (found["custom_id"], *value)


@asynccontextmanager
async def on_discord(tools: Tools, clock: Callable[[int], str]) -> AsyncIterator[Seat]:
    async with discord.serving() as guild:
        watch = Watch()
        platform = Discord(tools, Options(TOKEN, guild.root), pause=watch.pause, heartbeat=60.0)
        yield OnDiscord(platform, guild, clock)
        assert guild.complaints == []
