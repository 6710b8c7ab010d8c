"""The courier: what was overtaken, or came too late, is not handed over."""

from datetime import timedelta

from bot.core.card import Card, Para, Text
from bot.core.effects import Lane
from bot.ports import Outcome, Post
from bot.runtime.courier import Courier
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from tests.runtime.rooms import ME, House, house, said


def courier(home: House) -> Courier:
    gate = Gate(1_000_000.0, lambda: 0.0)
    render = renderer(said, lambda _: False)
    return Courier(home.platform, home.base, render, gate, lambda: home.now)


def edit(number: int, text: str) -> Post:
    return Post(number, ME, Card(body=(Para(Text(text)),)), Lane.REPLY, "en", on="m1")


async def test_an_edit_that_a_newer_one_overtook_is_not_sent() -> None:
    async with house() as home:
        old, new, send = edit(7, "old"), edit(8, "new"), courier(home).send
        assert await send(new) == Outcome(8, "sent", "m1")
        assert await send(old) == Outcome(7, "skipped")
        assert await send(new) == Outcome(8, "sent", "m2")
        assert home.platform.titles == ["en:new", "en:new"]


async def test_what_expired_while_it_was_held_is_not_sent() -> None:
    async with house() as home:
        post = Post(7, ME, Card(), Lane.LESSON, "en", expires=home.now + timedelta(seconds=1))
        home.wait(seconds=1)
        assert await courier(home).send(post) == Outcome(7, "expired")
        assert home.platform.tried == 0
