"""Sends through the real dispatcher: nothing after a stop, and a doubt that is told."""

from collections.abc import Callable

import pytest

from bot.core.card import Card, Para, Text
from bot.core.events import Address
from bot.ports import Conflict, StoreDown, Unknown
from bot.runtime.courier import doubled
from bot.runtime.waves import Waves
from tests.runtime.rooms import NOON, House, house, raising
from tests.store.crowds import crowd, draft, person, states

MANY = 150


async def begun(home: House, kind: str = "campaign") -> int:
    """Start a send to ``MANY`` people of the fake platform and let its rows be written."""
    here = [person(n, address=Address("fake", f"chat-{n}")) for n in range(MANY)]
    await crowd(home.base, here)
    send = await home.base.sends.create(draft(kind=kind, cause="a"))
    await home.base.sends.turn(send, "start", home.now)
    await waves(home).roll()
    return send


def waves(home: House) -> Waves:
    return Waves(home.base.sends.step, lambda: home.now)


async def test_everybody_is_sent_it_once_and_the_send_ends() -> None:
    async with house() as home:
        send = await begun(home)
        while await home.send_all():
            pass
        await waves(home).roll()
        assert len({post.address for post, _ in home.platform.shown}) == MANY
        assert len(home.platform.shown) == MANY
        audit = await home.base.audits.audit(send, home.now)
        assert (audit.progress.state, audit.progress.counts, audit.sound) == (
            "finished",
            {"sent": MANY},
            True,
        )


async def test_after_a_stop_only_what_was_on_its_way_arrives() -> None:
    async with house() as home:
        send = await begun(home)
        # As many as may be on their way at a time have begun, and others are held in memory.
        await home.outbox.once(home.receive)
        await home.base.sends.turn(send, "stop", home.now)
        while await home.send_all():
            pass
        await waves(home).roll()
        arrived = len(home.platform.shown)
        assert 0 < arrived <= 60
        assert await states(home.base, send) == {"sent": arrived, "skipped": MANY - arrived}


async def test_an_alert_in_doubt_comes_once_more_and_says_so() -> None:
    async with house() as home:
        send = await begun(home, "alert")
        home.platform.fail = raising(Unknown())
        while await home.send_all():
            pass
        assert home.platform.tried == MANY
        home.platform.fail = lambda _: None
        home.wait(seconds=5)
        while await home.send_all():
            pass
        assert set(home.platform.titles) == {"en:send.again"}
        assert len(home.platform.shown) == MANY
        home.wait(seconds=5)
        assert await home.send_all() == 0
        assert (await home.base.audits.progress(send, home.now)).counts == {"sent": MANY}


async def test_a_campaign_in_doubt_is_left_unknown_and_only_retried_on_demand() -> None:
    async with house() as home:
        send = await begun(home)
        home.platform.fail = raising(Unknown())
        while await home.send_all():
            pass
        home.platform.fail = lambda _: None
        home.wait(minutes=10)
        assert await home.send_all() == 0
        await home.base.sends.turn(send, "retry", home.now)
        await waves(home).roll()
        while await home.send_all():
            pass
        assert set(home.platform.titles) == {"en:send.again"}
        assert (await home.base.audits.progress(send, home.now)).counts == {"sent": MANY}


def test_the_doubt_is_the_first_line_whatever_the_card() -> None:
    said, body = Text("send.again"), (Para(Text("b")),)
    assert doubled(Card(body=body)) == Card(title=said, body=body)
    assert doubled(Card(title=Text("t"), body=body)).body == (Para(Text("t")), *body)


@pytest.mark.parametrize("error", [StoreDown("locked"), Conflict("first")])
async def test_where_nothing_can_be_written_the_next_tick_goes_on(error: Exception) -> None:
    steps: list[Callable[[], bool]] = [lambda: True, raises(error), lambda: False]

    async def step(_: object) -> bool:
        return steps.pop(0)()

    rolling = Waves(step, lambda: NOON)
    await rolling.roll()
    assert len(steps) == 1
    await rolling.roll()
    assert steps == []


def raises(error: Exception) -> Callable[[], bool]:
    def fail() -> bool:
        raise error

    return fail
