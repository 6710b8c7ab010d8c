"""The gateway misbehaves as the fault matrix says: nothing is lost, nothing is heard twice."""

import asyncio
import random
import traceback
from collections.abc import Sequence

import pytest
from aiohttp import web

from bot.core.events import Began, Incoming
from bot.ports import Barred, Receipt
from tests.platforms.cards import HELLO
from tests.platforms.discord.server import Fault, refused, serving
from tests.platforms.discord.talking import USER, Watch, adapter, chatting, heard


@pytest.mark.parametrize("code", [1001, 1011, 4000, 4009])
async def test_c1_a_dropped_line_is_resumed_and_no_event_is_lost(code: int) -> None:
    async with chatting(HELLO) as chat:
        missed = chat.server.interaction(USER, 2, {"id": "1", "name": "start", "type": 1})
        chat.server.past.append({"op": 0, "t": "INTERACTION_CREATE", "s": 2, "d": missed})
        await chat.server.cut(code)
        await chat.server.until(chat.server.seen)
        assert [one.event for one in chat.bot.heard] == [Began()]
        assert (chat.server.identifies, chat.server.resumes) == (1, 1)


@pytest.mark.parametrize("seed", range(6))
async def test_c1_cuts_at_random_sequence_numbers_lose_and_double_nothing(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    cuts = set(dice.sample(range(12), 3))
    async with chatting(*[HELLO] * 12) as chat:
        server = chat.server
        for at in range(12):
            what = server.interaction(USER, 2, {"id": "1", "name": "start", "type": 1})
            if at in cuts:
                # Told while nobody listens: only what is resumed brings it.
                line, resumes = server.lines[-1], server.resumes
                line.sequence += 1
                event = {"op": 0, "t": "INTERACTION_CREATE", "s": line.sequence, "d": what}
                server.past.append(event)
                await server.cut(dice.choice([1001, 4000, 4009]))
                await server.until(lambda resumes=resumes: server.resumes > resumes)  # type: ignore[misc]  # bound at once
            else:
                await server.tell("INTERACTION_CREATE", what)
        await server.until(lambda: len(server.seen()) == 12)
        assert len({one.id for one in chat.bot.heard}) == len(chat.bot.heard) == 12
        assert (server.identifies, server.resumes) == (1, 3)


async def test_c2_a_lost_session_is_begun_anew_after_a_wait() -> None:
    async with chatting(HELLO) as chat:
        lost = chat.watch.now
        await chat.server.op(9, data=False)
        await chat.server.until(lambda: chat.server.identifies == 2)
        assert 1 <= (chat.watch.now - lost).total_seconds() <= 5
        assert chat.server.resumes == 0
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        assert len(chat.server.seen()) == 1


async def test_c3_a_wished_reconnect_resumes_within_5_seconds() -> None:
    async with chatting(HELLO) as chat:
        await chat.server.op(7)
        async with asyncio.timeout(5):
            await chat.server.until(lambda: chat.server.resumes == 1)
        assert chat.watch.seconds() < 5
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        assert chat.server.identifies == 1


@pytest.mark.parametrize("code", [4004, 4014])
async def test_c4_a_refused_token_stops_and_is_not_tried_again(code: int) -> None:
    async with serving() as server:

        async def no(socket: web.WebSocketResponse) -> None:
            await socket.close(code=code)

        server.greet.append(no)
        with pytest.raises(Barred):
            await adapter(server, Watch()).listen(_nobody)
        assert server.identifies == 1


async def test_c4_a_token_that_login_refuses_stops_too() -> None:
    async with serving() as server:
        server.plan("GET", "/users/@me$", Fault(401, {"message": "no", "code": 0}))
        with pytest.raises(Barred) as told:
            await adapter(server, Watch()).listen(_nobody)
        assert "hush" not in "".join(traceback.format_exception(told.value))
        assert server.identifies == 0


async def test_c5_a_line_that_does_not_answer_is_closed_and_resumed() -> None:
    async with serving() as server:
        server.beat_ms, server.mute = 50, True
        platform = adapter(server, Watch(), 0.12)
        async with heard(platform, _nobody):
            await server.until(lambda: server.resumes)
            server.mute = False
        assert server.identifies == 1
        # 1000 and 1001 would end the session, which then could not be resumed; none is no close.
        assert server.lines[0].socket.close_code in range(4000, 5000)


async def test_a_login_that_fails_is_tried_again_later_and_later() -> None:
    async with serving() as server:
        watch = Watch()
        server.plan("GET", "/users/@me$", Fault(403, {"message": "no", "code": 0}, times=3))
        server.plan("PUT", "/commands$", refused(400, 50035))
        async with heard(adapter(server, watch), _nobody):
            await server.until(lambda: server.lines)
        assert watch.paused[:3] == [5.0, 10.0, 20.0]


async def _nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]
