"""The two pages for machines say what is so, and nothing of anybody."""

from datetime import timedelta

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.console import health
from bot.core.trouble import Trouble
from tests.platforms.scripted import NOW


@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 503)])
async def test_readiness_is_asked_each_time(works: bool, status: int) -> None:  # noqa: FBT001
    async def ready() -> bool:
        return works

    inner = {"": PlainTextResponse("inner"), "/call": PlainTextResponse("called")}
    site = health.front(ready, inner, health.Troubles())
    transport = httpx.ASGITransport(app=site)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/healthz")).status_code == 200
        told = await client.get("/readyz")
        assert (told.status_code, told.json()) == (status, {"ready": works, "troubles": []})
        assert (await client.get("/else")).text == "inner"
        assert (await client.get("/call")).text == "called"


async def test_without_a_page_the_health_alone_is_served() -> None:
    async def ready() -> bool:
        return True

    transport = httpx.ASGITransport(app=health.front(ready, {}, health.Troubles()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/")).status_code == 404


async def test_who_stands_by_says_so_on_every_path_but_those_for_machines() -> None:
    async def ready() -> bool:
        return True

    standing = [True]
    inner = {
        path: health.Led(PlainTextResponse(f"at {path}"), lambda: standing[0])
        for path in ("", "/call")
    }
    transport = httpx.ASGITransport(app=health.front(ready, inner, health.Troubles()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for answer in (await client.get("/"), await client.post("/call")):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert (await client.get("/readyz")).status_code == 200
        standing[0] = False
        assert (await client.post("/call")).text == "at /call"


def test_a_trouble_is_told_from_its_beginning_until_it_is_over() -> None:
    troubles = health.Troubles()
    for minute in range(3):
        troubles.tell(Trouble("telegram", "foreign_webhook", NOW + timedelta(minutes=minute)))
    troubles.tell(Trouble("discord", "token_refused", NOW))
    assert troubles.lasting
    assert [one["since"] for one in troubles.told()] == [NOW.isoformat()] * 2
    for platform, what in (("telegram", "foreign_webhook"), ("discord", "token_refused")):
        troubles.tell(Trouble(platform, what, NOW, over=True))  # type: ignore[arg-type]  # names
    assert not troubles.lasting
    assert troubles.told() == []


def test_u4_a_gap_is_told_until_the_process_ends_and_makes_nothing_unready() -> None:
    troubles = health.Troubles()
    for day in range(health.PAST + 5):
        troubles.tell(Trouble("telegram", "updates_lost", NOW + timedelta(days=day), 90_000))
    assert not troubles.lasting
    assert len(troubles.told()) == health.PAST
    assert troubles.told()[-1] == {
        "platform": "telegram",
        "trouble": "updates_lost",
        "since": (NOW + timedelta(days=health.PAST + 4)).isoformat(),
        "seconds": 90_000,
    }
