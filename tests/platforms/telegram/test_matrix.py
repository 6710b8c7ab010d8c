"""A2 of trust.md, 4: every role in every kind of place with every command and every press there.

Rule 1: the cells are made of what there is, so that a new command is in them the day it appears.
Rule 2: the judge is what stands in the place afterwards, and what is kept of it.
"""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.events import Address
from bot.engine.current import COMMANDS
from bot.engine.screens import HERE
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.ports import Known
from tests.platforms.scripted import NOW, tools
from tests.platforms.telegram.people import Home, home, listening, nap
from tests.platforms.telegram.server import TOKEN, BotApi, Shown, message, serving, who
from tests.platforms.telegram.test_histories import drained
from tests.platforms.telegram.test_places import ADMIN, GROUP, group
from tests.platforms.telegram.test_webhook import GOOD, SECRET, call

TOPIC = {"is_topic_message": True, "message_thread_id": 45}
PLACES: dict[str, dict[str, Any]] = {"group": {}, "topic": TOPIC}

ROLES = {
    "creator": True,
    "administrator": True,
    "member": False,
    "restricted": False,
    "left": False,
    "kicked": False,
    "of_2030": False,
}
"""What Telegram says somebody is there, and whether that runs the place."""

PERSONS = {role: 1000 + at for at, role in enumerate(ROLES)}

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupBot"}
"""Whoever speaks in the name of a place, as Telegram writes them."""

GOVERNING = frozenset({"settings", "stop", "pause", "start"})
"""Commands that are the place's own where somebody who runs it types them."""

ALIASES = ("start", "pause", "review", "delete", "forget", "export", "console", "nothing_of_ours")
TYPED = tuple(dict.fromkeys((*COMMANDS, *ALIASES)))

SET_UP = ("run", "set:language:en", "set:often:question", "set:hour:18.00", "set:country:fr")
PRESSES = (
    "here:run",
    "here:go:pause",
    "here:go:settings",
    "here:set:hour:07.30",
    "here:set:often:daily",
    "here:set:country:dz",
    "here:set:language:ar",
    "here:set:pause:week",
    "here:stop",
    "here:leave",
)
OTHERS = ("go:settings", "set:often:never", "set:language:ar", "stop", "forget:now", "link:split")
"""Presses that are a person's own, wherever they are made."""


class Day:
    """A clock in the hand."""

    def __init__(self) -> None:
        self.now = NOW

    def read(self) -> datetime:
        return self.now


@dataclass
class Room:
    """One place that is set up, and how something is done in it."""

    api: BotApi
    house: Home
    app: Any
    more: dict[str, Any]
    day: Day

    @property
    def place(self) -> Address:
        topic = self.more.get("message_thread_id")
        return Address("telegram", f"{GROUP}:{topic}" if topic else str(GROUP))

    async def hears(self, kind: dict[str, Any]) -> None:
        self.api.number += 1
        self.day.now += timedelta(seconds=10)  # as slow as a group may be written to
        update = {"update_id": self.api.number, **kind}
        assert (await call(self.app, json.dumps(update).encode(), GOOD))[0] == 200
        await drained(self.house)

    async def types(self, command: str, sender: dict[str, Any]) -> None:
        more = {"chat": group(), **self.more, **sender}
        await self.hears({"message": message(f"/{command}", **more)})

    async def presses(self, card: Shown, token: str, person: int) -> None:
        held = {"message_id": card.id, "date": 1, "chat": group(), **self.more}
        pressed = {"id": f"q{self.api.number}", "from": who(person), "chat_instance": "1"}
        await self.hears({"callback_query": {**pressed, "message": held, "data": token}})

    async def kept(self) -> Known | None:
        return await self.house.base.known(self.place)

    def cards(self) -> list[tuple[str, list[str], int]]:
        return [(one.text, one.tokens, one.edits) for one in self.api.chats[GROUP]]

    def settings(self) -> int:
        """Return how many cards there offer something that concerns the place."""
        return sum(any(token.startswith(HERE) for token in one.tokens) for one in self.new())

    def new(self) -> list[Shown]:
        return self.api.chats[GROUP][1:]


@asynccontextmanager
async def room(kind: str) -> AsyncIterator[Room]:
    """Open a place of *kind* that its keeper has set up; one card of it stands there."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving())
        day = Day()
        asked = {"token": TOKEN, "api_url": api.url, "webhook_url": "https://bot.example/telegram"}
        options = read({**asked, "webhook_secret": SECRET})
        platform = Telegram(options, tools(now=day.read), sleep=nap)
        house = await stack.enter_async_context(home(platform, running=False, now=day.read))
        await stack.enter_async_context(listening(platform, house.turns.take))
        await api.until(lambda: bool(api.hook))
        api.members[GROUP, ADMIN] = "creator"
        api.members |= {(GROUP, PERSONS[role]): role for role in ROLES}
        made = Room(api, house, platform.app, PLACES[kind], day)
        await made.types("settings", {"from": who(ADMIN)})
        for token in SET_UP[1:]:
            await made.presses(api.chats[GROUP][0], f"{HERE}:{token}", ADMIN)
        known = await made.kept()
        assert known
        assert known.learner.country == "fr"
        yield made


def _senders() -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield who may type something, as a message tells it, and whether they run the place."""
    for role, runs in ROLES.items():
        yield role, {"from": who(PERSONS[role])}, runs
    yield "anonymous", {"from": ANONYMOUS, "sender_chat": {"id": GROUP}}, True
    yield "channel", {"from": ANONYMOUS, "sender_chat": {"id": -100777}}, False
    yield "nobody", {"from": {}}, False
    yield "bot", {"from": {**who(9), "is_bot": True}}, False


@pytest.mark.parametrize("kind", PLACES)
async def test_a02_of_all_who_type_only_who_runs_the_place_is_shown_its_settings(
    kind: str,
) -> None:
    passed, wanted = set(), set()
    async with room(kind) as there:
        before = await there.kept()
        for (role, sender, runs), command in itertools.product(_senders(), TYPED):
            shown = there.settings()
            await there.types(command, sender)
            if runs and command in GOVERNING:
                wanted.add((role, command))
            if there.settings() > shown:
                passed.add((role, command))
            kept = await there.kept()
            assert kept is not None
            assert before is not None
            # Whoever runs it may have looked at its settings, and has changed none by that.
            assert (kept.learner.often, kept.learner.hour, kept.learner.paused) == (
                before.learner.often,
                before.learner.hour,
                before.learner.paused,
            )
    assert sorted(passed - wanted) == []
    assert passed == wanted


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("role", ROLES)
async def test_a02_of_all_presses_only_those_of_who_runs_the_place_change_it(
    kind: str, role: str
) -> None:
    async with room(kind) as there:
        [card] = there.api.chats[GROUP]
        for token in (*OTHERS, *PRESSES):
            before, cards = await there.kept(), there.cards()
            await there.presses(card, token, PERSONS[role])
            changed = (await there.kept(), there.cards()) != (before, cards)
            assert changed == (ROLES[role] and token in PRESSES), token
        assert (await there.kept() is None) == ROLES[role]


async def test_a02_no_place_is_changed_from_another_or_from_a_private_chat() -> None:
    async with room("group") as there:
        before, [card] = await there.kept(), there.api.chats[GROUP]
        for chat in ({"id": PERSONS["creator"], "type": "private"}, group(-100555)):
            held = {"message_id": card.id, "date": 1, "chat": chat}
            pressed = {"id": "q", "from": who(PERSONS["creator"]), "message": held}
            for token in PRESSES:
                await there.hears({"callback_query": {**pressed, "data": token}})
        assert await there.kept() == before
        assert card.edits == len(SET_UP) - 1
