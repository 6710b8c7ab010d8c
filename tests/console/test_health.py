"""The two pages for machines say what is so, and nothing of anybody."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.console import health


@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 503)])
async def test_readiness_is_asked_each_time(works: bool, status: int) -> None:  # noqa: FBT001
    async def ready() -> bool:
        return works

    site = health.front(
        ready, {"": PlainTextResponse("inner"), "/call": PlainTextResponse("called")}
    )
    transport = httpx.ASGITransport(app=site)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == status
        assert (await client.get("/else")).text == "inner"
        assert (await client.get("/call")).text == "called"


async def test_without_a_page_the_health_alone_is_served() -> None:
    async def ready() -> bool:
        return True

    transport = httpx.ASGITransport(app=health.front(ready, {}))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/")).status_code == 404
