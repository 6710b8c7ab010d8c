"""100,000 forged payloads of buttons against ``wary serve``: nobody acts by them, nothing breaks.

Rule 1: the judge is the service: each press is ticked, and all it brings is the newest card again.
Rule 2: and the database: what is kept of everybody is what was kept before the first of them.
Source: trust.md, A14.

    python -m bench.torture_forged           100,000 payloads
    python -m bench.torture_forged 2000 7    2,000 of them, of another seed
"""

import asyncio
import json
import random
import sqlite3
import string
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.hooked import Update
from bench.loopback.plain import Answer
from bench.loopback.telegram import TRUE, known, parsed, result
from bench.polled import Polled
from bench.served import Served, serving

PAYLOADS = 100_000
SEED = 14
PEOPLE = 200
HANDFUL = 1000
"""Presses that wait at once."""

LONGEST = 64
"""Most bytes of a payload.  Source: Telegram, InlineKeyboardButton, ``callback_data``."""

STEPS = ("lang:en", "track:en:citizen", "answer:acc-01-q1:b", "set:often:daily", "set:hour:18.00")
"""What everybody presses first, so that there is something to spoil."""

NEWEST = "That card is from before. Here is the newest."
"""What a press that means nothing is told: ``press.before`` in locales/interface.yaml."""

TABLES = ("learners", "addresses", "links", "guesses", "plans", "notes", "reviews", "erasures")
FAULTS = ("Traceback", "batch_failed", "event_parked")
"""What the log never says where all is well."""

STRANGE = "\x00\n:::\u202e\u200b\ud83d\U0001f600\u0627%;'\"<>{}[]\\"
PATIENCE = 600.0
"""Seconds in which a handful must be answered, however busy the machine is."""


@dataclass(slots=True)
class Booth:
    """The service: the newest card of everybody, and what was answered."""

    polled: Polled = field(default_factory=Polled)
    cards: dict[int, tuple[int, str, tuple[str, ...]]] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)
    shown: Counter[int] = field(default_factory=Counter)
    tokens: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    """Cards that differ from the one that stood there, while ``watching``."""

    watching: bool = False
    number: int = 0
    messages: int = 0

    def answer(self, _: str, path: str, body: bytes) -> Answer:
        """Return the answer of one call."""
        method, given = path.rpartition("/")[2].lower(), parsed(body)
        match method:
            case "getupdates":
                return self.polled.updates(int(given.get("offset", 0)))
            case "answercallbackquery":
                self.ticks[str(given["callback_query_id"])] = str(given.get("text", ""))
                return TRUE
            case "sendmessage" | "editmessagetext":
                return self._card(given)
            case _:
                return known(method)

    def press(self, person: int, data: str) -> str:
        """Let *person* press a button that carries *data*; return the name of the press."""
        self.number += 1
        name = f"{person}.{self.number}"
        held = {"message_id": self.cards[person][0], "date": 1, "chat": _chat(person)}
        pressed = {"id": name, "from": _person(person), "message": held, "chat_instance": "1"}
        self._add({"callback_query": {**pressed, "data": data}})
        return name

    def say(self, person: int, text: str) -> None:
        """Let *person* write *text*."""
        self.number += 1
        told = {"message_id": 1, "date": 1, "chat": _chat(person), "from": _person(person)}
        self._add({"message": {**told, "text": text}})

    def _add(self, what: dict[str, Any]) -> None:
        body = json.dumps({"update_id": self.number, **what}).encode()
        self.polled.add(Update(self.number, body))

    def _card(self, given: dict[str, Any]) -> bytes:
        person = int(given["chat_id"])
        rows = given.get("reply_markup", {}).get("inline_keyboard", [])
        tokens = tuple(
            key["callback_data"] for row in rows for key in row if "callback_data" in key
        )
        old = self.cards.get(person, (0, "", ()))
        if self.watching and (given["text"], tokens) != old[1:]:
            self.changed.append(f"{old[1:]} -> {given['text']!r} {tokens}")
        self.tokens.update(tokens)
        self.shown[person] += 1
        self.messages += "message_id" not in given
        number = int(given.get("message_id", self.messages))
        self.cards[person] = (number, given["text"], tokens)
        return result({"message_id": number, "date": 1, "chat": _chat(person)})

    async def until(self, what: str, count: int, done: Callable[[], int]) -> None:
        """Wait until *done* returns at least *count*.

        Raises:
            TimeoutError: it never did.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while done() < count:
                    self.polled.tell()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            message = f"{what}: {done()} of {count}"
            raise TimeoutError(message) from None


def _person(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Amal", "language_code": "en"}


def _chat(person: int) -> dict[str, Any]:
    return {"id": person, "type": "private"}


def forged(dice: random.Random, tokens: Sequence[str]) -> str:
    """Return a payload that we never put on a button: noise, or one of *tokens* spoiled."""
    while True:
        parts = dice.choice(tokens).split(":")
        match dice.randrange(5):
            case 0:
                parts = ["".join(dice.choice(STRANGE) for _ in range(dice.randrange(12)))]
            case 1:
                parts = [_word(dice, dice.randint(1, 60))]
            case 2:
                parts[dice.randrange(len(parts))] = _word(dice, dice.randint(5, 12))
            case 3:
                parts += dice.choice(([_word(dice, 8)], ["", dice.randbytes(8).hex()], [""]))
            case _:
                parts[-1] += dice.choice((*STRANGE, _word(dice, 5), " "))
        made = ":".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        made = made.encode()[:LONGEST].decode(errors="ignore")
        if made not in tokens:
            return made


def _word(dice: random.Random, length: int) -> str:
    return "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(length))


def kept(database: Path) -> dict[str, list[Any]]:
    """Return all rows that are kept of people, by table, but for when they were last here."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as base:
        base.row_factory = sqlite3.Row
        # The names of the tables are our own.
        return {
            table: [
                [(name, row[name]) for name in row.keys() if name != "last_seen"]  # noqa: SIM118 - a row is no mapping
                for row in base.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
            ]
            for table in TABLES
        }


async def joined(booth: Booth, people: Sequence[int]) -> None:
    """Let all of *people* begin, answer and choose their hour."""
    for person in people:
        booth.say(person, "/start")
    await booth.until("greeted", len(people), lambda: len(booth.cards))
    for token in STEPS:
        before = sum(booth.shown.values())
        names = [booth.press(person, token) for person in people]
        await booth.until(token, len(people), lambda: sum(one in booth.ticks for one in names))  # noqa: B023 - called at once
        await booth.until(token, before + len(people), lambda: sum(booth.shown.values()))


async def spoiled(booth: Booth, people: Sequence[int], count: int, dice: random.Random) -> int:
    """Press *count* forged buttons, and return how many were told anything but ``NEWEST``."""
    other, tokens = 0, sorted(booth.tokens)
    for begun in range(0, count, HANDFUL):
        booth.ticks.clear()
        before = sum(booth.shown.values())
        names = [
            booth.press(people[at % len(people)], forged(dice, tokens))
            for at in range(begun, min(begun + HANDFUL, count))
        ]
        await booth.until("ticked", len(names), lambda: len(booth.ticks))
        await booth.until("shown", before + len(names), lambda: sum(booth.shown.values()))
        other += sum(text != NEWEST for text in booth.ticks.values())
    return other


async def _judged(booth: Booth, served: Served, count: int, dice: random.Random) -> list[str]:
    people = range(10_000, 10_000 + PEOPLE)
    await joined(booth, people)
    before = kept(served.database)
    # Whoever presses first what means nothing sees their newest card, and from then on only that.
    await spoiled(booth, people, PEOPLE, dice)
    booth.watching = True
    other = await spoiled(booth, people, count, dice)
    booth.watching = False
    after, told = kept(served.database), served.log.read_text()
    found = [f"{table} changed" for table in TABLES if before[table] != after[table]]
    found += [f"{told.count(fault)} x {fault}" for fault in FAULTS if fault in told]
    found += [f"{other} told something else"] if other else []
    found += [f"{len(booth.changed)} cards changed: {booth.changed[0]}"] if booth.changed else []
    shown = sum(booth.shown.values())
    for person in people:
        booth.say(person, "/help")
    await booth.until("helped", shown + PEOPLE, lambda: sum(booth.shown.values()))
    return found


async def _all(count: int, seed: int) -> int:
    booth = Booth()
    async with serving(booth.answer, WARY_PACE="0") as served:
        found = await _judged(booth, served, count, random.Random(seed))
    acts = ", ".join(found) or "0 acts, 0 crashes"
    print(f"forged: {count:,} payloads of {PEOPLE} people, seed {seed}: {acts}", flush=True)
    return 1 if found else 0


def main(count: int = PAYLOADS, seed: int = SEED) -> int:
    """Press *count* forged payloads; return 1 where any of them did anything."""
    return asyncio.run(_all(count, seed))


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
