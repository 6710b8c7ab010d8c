"""Row K8 of trust.md, 7: after a kill the figures of a serving Wary are those of its ledger."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import aiohttp

from tests.faults.chatting import Served, free_port, learns, on_telegram
from tests.platforms.telegram import server as telegram

POSTS = re.compile(r'posts\{state="(\w+)",lane="(\w+)"\} (\d+)')
SENT = re.compile(r'send_total\{platform="telegram",result="(\w+)"\} (\d+)')

LANES = ("reply", "alert", "live", "lesson", "campaign")


async def figures(port: int) -> str:
    """Return the page of figures, once it is served."""
    for _ in range(600):
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}/metrics") as answer,
            ):
                return await answer.text()
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    raise AssertionError("nobody tells figures")


def ledger(served: Served) -> Counter[tuple[str, str]]:
    rows = served.rows("SELECT state, lane, count(*) FROM outbox GROUP BY state, lane")
    return Counter({(state, LANES[lane]): count for state, lane, count in rows})


async def agreeing(served: Served, port: int) -> str:
    """Wait until nothing is on its way, and hold the figures to the ledger."""
    told, posts = "", Counter[tuple[str, str]]()
    for _ in range(300):
        told = await figures(port)
        posts = Counter({(state, lane): int(n) for state, lane, n in POSTS.findall(told)})
        going = {"pending", "leased", "sending"} & {state for state, _ in posts}
        if posts and not going and posts == await asyncio.to_thread(ledger, served):
            break
        await asyncio.sleep(0.1)
    assert posts == ledger(served)
    results = Counter({result: int(n) for result, n in SENT.findall(told)})
    finals = Counter[str]()
    for (state, _), count in posts.items():
        finals[state] += count
    assert results == finals
    return told


async def test_k8_after_a_kill_the_figures_go_on_from_the_ledger(tmp_path: Path) -> None:
    async with telegram.serving() as api:
        port = free_port()
        served = on_telegram(tmp_path, api, WARY_METRICS_PORT=str(port))
        for life in (1, 2, 3):
            await served.start()
            await learns(api, life)
            told = await agreeing(served, port)
            assert 'leader{platform="telegram"} 1' in told
            assert f'lease_epoch{{platform="telegram"}} {life}' in told
            assert telegram.TOKEN not in told
            served.kill()
            await served.ended()
    assert {len(shown) for shown in api.chats.values()} == {1}
