"""Rows C13 and C15 of trust.md, 7: two that hear the same events, and one effect of each.

Rule 1: of two processes on one file the second refuses to start, and on one server it stands by,
so nobody hears twice by mistake; what is tried here all the same is what protects the moment in
which one takes over from another: two bots, two connections to one database, and events that both
hear.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot import store
from tests.faults.chatting import STEPS, lives, on_discord
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import Spoken
from tests.platforms.discord.server import Server
from tests.platforms.discord.talking import ME, USER, Whole, housed
from tests.store.conftest import postgres_server, url
from tests.store.people import KEY

__all__ = ["postgres_server", "url"]


async def test_c15_a_second_process_on_one_database_says_so_and_hears_nothing(
    url: str, tmp_path: Path
) -> None:
    """On a file it ends; on a server it stands by."""
    lonely = url.startswith("sqlite")
    key = tmp_path / "its.key"
    store.make_key(key)
    journal = key.with_name("wary.erased")
    shared = {
        "WARY_DATABASE_URL": url,
        "WARY_KEY_FILE": str(key),
        "WARY_ERASE_JOURNAL": str(journal),
    }
    (tmp_path / "second").mkdir()
    async with discord.serving() as guild:
        first = on_discord(tmp_path, guild, **shared)
        second = on_discord(tmp_path / "second", guild, **shared)

        async def come_too() -> None:
            await guild.until(lambda: guild.lines)
            await second.start()
            if lonely:
                assert await asyncio.wait_for(second.ended(), 20) == 1
            else:
                await second.told("standing_by")
            await guild.command(USER, "start")
            await guild.until(guild.seen)
            second.kill()
            await second.ended()

        await lives(first, come_too())
        told = second.log.read_text()
        assert ("another Wary process uses this database" in told) == lonely
        assert "Traceback" not in told
        assert guild.identifies == 1
        assert len(guild.seen()) == 1


async def test_c15_when_the_first_process_is_killed_the_next_one_leads_at_once(
    url: str, tmp_path: Path
) -> None:
    key = tmp_path / "its.key"
    store.make_key(key)
    async with discord.serving() as guild:
        served = on_discord(
            tmp_path,
            guild,
            WARY_DATABASE_URL=url,
            WARY_KEY_FILE=str(key),
            WARY_ERASE_JOURNAL=str(key.with_name("wary.erased")),
        )

        async def die_and_come_back() -> None:
            await guild.until(lambda: guild.lines)
            served.kill()
            await guild.until(lambda: len(guild.lines) == 2)
            await guild.command(USER, "start")
            await guild.until(guild.seen)

        await lives(served, die_and_come_back())
        assert len(guild.seen()) == 1


@asynccontextmanager
async def replicas(url: str) -> AsyncIterator[tuple[Server, list[Whole]]]:
    """Two bots over two connections to one database, both on the line."""
    async with discord.serving() as guild, AsyncExitStack() as stack:
        houses = []
        for _ in range(2):
            base = await store.connect(url, key=KEY)
            stack.push_async_callback(base.close)
            houses.append(await stack.enter_async_context(housed(guild, base)))
        yield guild, houses
        assert guild.complaints == []


async def both_hear(
    guild: Server, kind: int, data: dict[str, object], *, on: Spoken | None = None
) -> None:
    """Tell every line of one and the same interaction, as two replicas hear it."""
    what = guild.interaction(USER, kind, data, on=on)
    for line in guild.lines:
        line.sequence += 1
        event = {"op": 0, "t": "INTERACTION_CREATE", "s": line.sequence, "d": what}
        await line.socket.send_json(event)
    callback = f"/interactions/{what['id']}/"
    # Both have answered, and both have been told what became of it.
    await guild.until(lambda: len(guild.made("POST", callback)) == 2)


async def test_c13_and_c15_what_two_replicas_hear_has_one_effect(url: str) -> None:
    async with replicas(url) as (guild, houses):
        await both_hear(guild, 2, {"id": "1", "name": "start", "type": 1})
        await guild.until(guild.seen)
        [card] = guild.seen()
        for token, follows in STEPS:
            pressed = {"custom_id": token, "component_type": 2}
            await both_hear(guild, 3, pressed, on=card)
            await guild.until(lambda follows=follows: follows in card.buttons)  # type: ignore[misc]  # bound at once
        known = await houses[0].base.known(ME)
        assert known is not None
        assert (known.answers, known.right, known.learner.points) == (1, 1, 10)
        heard = [{one.id for one in house.incoming} for house in houses]
        assert heard[0] == heard[1]
        assert len(heard[0]) == 1 + len(STEPS)
        assert [one.id for one in guild.seen()] == [card.id]
        assert card.edits == 1 + len(STEPS)
        assert guild.made("POST", "/channels/") == []
        assert guild.made("DELETE", "/webhooks/") == []
        sys.stdout.write(f"heard twice {len(heard[0])}, edits {card.edits}\n")


async def test_c15_a_burst_that_two_replicas_hear_is_answered_once_each(url: str) -> None:
    async with replicas(url) as (guild, houses):
        await asyncio.gather(
            *(both_hear(guild, 2, {"id": "1", "name": "help", "type": 1}) for _ in range(25))
        )
        await guild.until(lambda: len(guild.seen()) == 25)
        ids = {one.id for house in houses for one in house.incoming}
        assert len(ids) == 25
        assert len(guild.made("PATCH", "/messages/@original$")) == 25
