"""A Bot API at which many people press now and then, and one of them all the time.

Rule 1: what counts is what a person sees: the tick on their press, and the card that follows.
Rule 2: a press that finds no room waits here, as it would at Telegram, and comes again.
Rule 3: the others press by chance, as people do, with a flood beside them as without.
Rule 4: what a press waited here is told apart from what it waited at us.
"""

import asyncio
import random
import time
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.hooked import Queues, Update
from bench.loopback.plain import Answer
from bench.loopback.telegram import TRUE, known, parsed, result
from bench.polled import Polled

PRANK = 666
"""Who presses all the time."""

TICK = 0.01
"""Seconds between two handfuls of presses."""

TOKENS = ("track:en:citizen", "go:hour", "go:often", "go:settings")
"""What the others press, each in turn."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many presses a second, for so many seconds, by *people*, and by one beside them."""

    seconds: float
    others: float
    prank: float = 0.0
    people: int = 500

    def instants(self) -> list[float]:
        """Return when the others press, in seconds: by chance, and the same for equal loads.

        At even intervals no two of them would ever meet, and whoever met the one would seem slow.
        """
        dice = random.Random(1)
        count = round(self.others * self.seconds)
        return sorted(dice.uniform(0.0, self.seconds) for _ in range(count))


@dataclass(slots=True)
class Seen:
    """What became of the others' presses, in seconds from press to tick and to card."""

    pressed: int = 0
    ticks: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    """Of each tick, only what passed since the press was first handed over."""
    taken: int = 0
    """Updates that were acknowledged, of anybody."""
    lasted: float = 0.0
    """Seconds until everything was."""

    @property
    def lost(self) -> int:
        """Return how many presses of others got no tick."""
        return self.pressed - len(self.ticks)


class Square:
    """The service, and everybody who presses at it."""

    def __init__(self, *, hooked: bool = False, apart: bool = True) -> None:
        """Start with nobody.

        *hooked*: we call, and are not asked; *apart*: then one call at a time of each person.
        """
        self.polled = Polled(self.handing)
        self.queues = Queues()
        self.hook: dict[str, Any] = {}
        self.hooked, self._apart = hooked, apart
        self._number = 0
        self._ticks: dict[str, float] = {}
        self._cards: dict[int, float] = {}
        self._handed: dict[str, float] = {}
        self._seen = Seen()

    def answer(self, _: str, path: str, body: bytes) -> Answer:
        """Return the answer of one call."""
        method, given = path.rpartition("/")[2].lower(), parsed(body)
        match method:
            case "getupdates":
                return self.polled.updates(int(given.get("offset", 0)))
            case "answercallbackquery":
                name = str(given["callback_query_id"])
                self._arrived(self._ticks, name, self._seen.ticks)
                self._arrived(self._handed, name, self._seen.ours)
                return TRUE
            case "sendmessage" | "editmessagetext":
                self._arrived(self._cards, given["chat_id"], self._seen.cards)
                return result({"message_id": given.get("message_id", 2), "date": 1})
            case "setwebhook":
                self.hook = given
                return TRUE
            case _:
                return known(method)

    async def endure(self, load: Load, calm: float = 300.0) -> Seen:
        """Let people press as *load* says, wait until all is taken, and return what was seen.

        *calm*: seconds after the last press in which everything must have been taken.
        """
        self._seen = Seen()
        first, begun = self._number, time.perf_counter()
        instants = load.instants()
        done, flooded = 0, 0
        while (now := time.perf_counter() - begun) < load.seconds:
            while flooded < load.prank * now:
                self._press(load, flooded, other=False)
                flooded += 1
            while done < len(instants) and instants[done] <= now:
                self._press(load, done, other=True)
                done += 1
            self.polled.tell()
            await asyncio.sleep(TICK)
        self._seen.pressed = done
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_taken(), calm)
        self._seen.lasted = time.perf_counter() - begun
        self._seen.taken = self._number - first - len(self.polled) - len(self.queues)
        await asyncio.sleep(1.0)
        for told in (self._ticks, self._cards, self._handed):
            told.clear()
        return self._seen

    async def _all_taken(self) -> None:
        while self.polled or self.queues or self._ticks:  # noqa: ASYNC110 - polled, to cost each press nothing
            await asyncio.sleep(TICK)

    def _press(self, load: Load, number: int, *, other: bool) -> None:
        person = 10_000 + number % load.people if other else PRANK
        token = TOKENS[number // load.people % len(TOKENS)] if other else "answer:acc-01-q1:b"
        self._number += 1
        name = f"{person}.{self._number}"
        if other:
            self._ticks[name] = self._cards[person] = time.perf_counter()
        pressed = (
            f'{{"update_id":{self._number},"callback_query":{{"id":"{name}","from":{{"id":{person},'
            f'"is_bot":false,"first_name":"Amal","language_code":"en"}},"message":{{"message_id":1,'
            f'"date":1,"chat":{{"id":{person},"type":"private"}}}},"chat_instance":"1",'
            f'"data":"{token}"}}}}'
        )
        update = Update(self._number, pressed.encode(), name if other else "")
        if self.hooked:
            key: Hashable = person if self._apart else self._number
            self.queues.add(key, update)
        else:
            self.polled.add(update)

    def handing(self, one: Update) -> None:
        """Remember when *one* was handed over for the first time."""
        if one.name in self._ticks:
            self._handed.setdefault(one.name, time.perf_counter())

    def _arrived(self, waiting: dict[Any, float], name: object, seen: list[float]) -> None:
        pressed = waiting.pop(name, None)
        if pressed is not None:
            seen.append(time.perf_counter() - pressed)
