"""U1 and U2 of trust.md, 7: what comes twice or in another order ends as if it had not.

Rule 1: the judge is the chat that the person sees, and beside it what is known of them.
Rule 2: every history is handed over through the real intake, turns, store and dispatcher.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import Address
from bot.core.learner import Answered, Answering
from bot.ports import Known
from tests.platforms.telegram.people import Home, bot, home, listening
from tests.platforms.telegram.server import BotApi, Shown, serving
from tests.platforms.telegram.test_webhook import GOOD, SECRET, call

ME = Address("telegram", "7")
FIRST = Shown(1, "", [], {})
"""The card that ``/start`` is answered with: a press edits it."""

STEPS = (
    "/start",
    "lang:en",
    "track:en:citizen",
    "answer:acc-01-q1:b",
    "set:often:daily",
    "set:hour:18.00",
    "set:country:fr",
    "more",
    "quiz:acc-01",
)
LATER = ("/settings", "/lesson", "/review", "/stop", "/start", "/forgetme", "/link", "hello", "A")
TOKENS = (*STEPS[1:], "go:pause", "set:often:weekly", "answer:acc-01-q1:a", "track:en:senior", "x")

Updates = list[dict[str, Any]]
Seen = tuple[list[tuple[str, list[str]]], Known | None]


@st.composite
def histories(draw: st.DrawFn) -> Updates:
    """Draw what somebody does: some way into the first conversation, then anything."""
    begun = STEPS[: draw(st.integers(1, len(STEPS)))]
    more = draw(st.lists(st.sampled_from(LATER + TOKENS), max_size=5))
    api = BotApi()
    for step in (*begun, *more):
        if ":" in step or step in {"more", "x"}:
            api.press(FIRST, step)
        else:
            api.say(step)
    return api.updates


async def called(updates: Sequence[dict[str, Any]]) -> Seen:
    """Hand *updates* over one a call, each after the one before was answered in the chat."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving())
        telegram = bot(api, webhook_url="https://bot.example/telegram", webhook_secret=SECRET)
        house = await stack.enter_async_context(home(telegram, running=False))
        await stack.enter_async_context(listening(telegram, house.turns.take))
        await api.until(lambda: bool(api.hook))
        for update in updates:
            status, _ = await call(telegram.app, json.dumps(update).encode(), GOOD)
            assert status == 200
            await drained(house)
        return await seen(api, house)


async def polled(updates: Updates) -> Seen:
    """Hand *updates* over in one poll, in the order given."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving())
        telegram = bot(api)
        house = await stack.enter_async_context(home(telegram, running=False))
        api.updates = list(updates)
        await stack.enter_async_context(listening(telegram, house.turns.take))
        await api.until(lambda: not api.updates)
        await drained(house)
        return await seen(api, house)


async def drained(house: Home) -> None:
    """Send all that is owed."""
    while await house.outbox.once(house.turns.take):
        pass


async def seen(api: BotApi, house: Home) -> Seen:
    """Return what stands in the chat and what is known, without what chance has made."""
    found = await house.base.known(ME)
    if found:
        stage = found.learner.stage
        fixed = replace(stage, seed="") if isinstance(stage, Answering | Answered) else stage
        found = replace(found, learner=replace(found.learner, key="", stage=fixed))
    return [(one.text, sorted(one.tokens)) for one in api.chats[7]], found


@settings(max_examples=20, deadline=None)
@given(histories(), st.data())
def test_u1_any_history_with_repeats_ends_as_the_history(
    history: Updates, data: st.DataObject
) -> None:
    again: Updates = []
    for at, update in enumerate(history):
        repeats = data.draw(st.lists(st.sampled_from(history[: at + 1]), max_size=2))
        again += [update, *repeats]
    assert asyncio.run(called(again)) == asyncio.run(called(history))


@settings(max_examples=20, deadline=None)
@given(histories(), st.data())
def test_u2_any_order_within_a_poll_ends_as_in_order(
    history: Updates, data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(history))
    assert asyncio.run(polled(mixed)) == asyncio.run(polled(history))


@settings(max_examples=20, deadline=None)
@given(histories(), st.data())
def test_u2_another_order_over_calls_counts_no_answer_twice_and_answers_all(
    history: Updates, data: st.DataObject
) -> None:
    """Over calls the order is lost: what is judged is the stage that each press then meets."""
    chat, known = asyncio.run(called(data.draw(st.permutations(history))))
    assert chat
    assert known is None or (known.answers <= 1 and known.learner.points <= 10 * known.answers)
