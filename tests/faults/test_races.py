"""A15 of trust.md: one question answered many times at the same instant, over two processes.

Rule 1: the judge is what stands in the chats and in the database: one answer, its points once,
one feedback.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path
from typing import Any

from bot import store
from bot.core.events import Address
from tests.faults.racing import Racer, racers
from tests.platforms.telegram.server import BotApi, chat, message, serving, who
from tests.store.conftest import postgres_server, url

__all__ = ["postgres_server", "url"]

ROUNDS = 20
PRESSES = 20
PEOPLE = range(101, 101 + ROUNDS)
QUESTION = "answer:acc-01-q1"
RIGHT = 10
"""Points of a right answer."""

NUMBERS = count(1)


def press(api: BotApi, person: int, token: str) -> dict[str, Any]:
    number = next(NUMBERS)
    held = {"message_id": api.chats[person][0].id, "date": 1, "chat": chat(person)}
    pressed = {"id": f"{person}.{number}", "from": who(person), "chat_instance": "1"}
    return {
        "update_id": number,
        "callback_query": {**pressed, "message": held, "data": token},
    }


def ticked(api: BotApi, person: int) -> list[str]:
    """Return what each press of *person* was told, empty for a mere tick."""
    named = f"{person}."
    return [
        str(tick.get("text") or "")
        for tick in api.ticks
        if str(tick["callback_query_id"]).startswith(named)
    ]


async def asked(api: BotApi, racer: Racer) -> None:
    """Put the first question in front of everybody."""
    begun = [{"update_id": next(NUMBERS), "message": message("/start", one)} for one in PEOPLE]
    assert await racer.take(begun) == [200] * ROUNDS
    await api.until(lambda: all(api.chats[person] for person in PEOPLE))
    for token, follows in (("lang:en", "track:en:citizen"), ("track:en:citizen", f"{QUESTION}:b")):
        await racer.take([press(api, person, token) for person in PEOPLE])
        await api.until(
            lambda follows=follows: all(follows in api.chats[one][0].tokens for one in PEOPLE)  # type: ignore[misc]  # bound at once
        )
    await api.until(lambda: all(len(ticked(api, person)) == 2 for person in PEOPLE))


async def race(api: BotApi, person: int, two: list[Racer], letters: str) -> None:
    """Answer ``PRESSES`` times at once, half of them at each process."""
    edits = api.chats[person][0].edits
    half = PRESSES // 2
    # Of two letters each process begins with another one.
    chosen = [letters[(at + at // half) % len(letters)] for at in range(PRESSES)]
    presses = [press(api, person, f"{QUESTION}:{letter}") for letter in chosen]
    statuses = await asyncio.gather(two[0].take(presses[:half]), two[1].take(presses[half:]))
    assert statuses == [[200] * half] * 2
    await api.until(lambda: len(ticked(api, person)) == 2 + PRESSES)
    told = ticked(api, person)[2:]
    assert told.count("quiz.answered") == PRESSES - 1, told
    await api.until(lambda: api.chats[person][0].edits > edits)
    assert api.chats[person][0].edits == edits + 1, "one feedback in place of the question"


async def test_a15_twenty_answers_at_once_over_two_processes_are_one(
    url: str, tmp_path: Path
) -> None:
    key = tmp_path / "its.key"
    store.make_key(key)
    async with serving() as api, racers(url, key, api.url) as two:
        await api.until(lambda: api.counts["setWebhook"] == len(two))
        await asked(api, two[0])
        for at, person in enumerate(PEOPLE):
            # The same answer twenty times, and in the next round right and wrong by turns.
            await race(api, person, two, "ba" if at % 2 else "b")
        base = await store.connect(url, key=key, journal=key.with_suffix(".erased"))
        rights = 0
        for at, person in enumerate(PEOPLE):
            known = await base.known(Address("telegram", str(person)))
            assert known is not None
            assert known.answers == 1
            assert known.right == 1 or at % 2
            assert known.learner.points == RIGHT * known.right
            rights += known.right
        await base.close()
    sys.stdout.write(f"{ROUNDS} rounds of {PRESSES}: {ROUNDS} answers, {rights} right\n")
