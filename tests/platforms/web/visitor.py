"""A visitor of the browser chat, over HTTP without a socket."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

from bot.core.message import Message
from bot.platforms.web import connect
from bot.platforms.web.adapter import Web
from tests.platforms.scripted import Bot, tools

HOME = "http://127.0.0.1"


def client(web: Web, **more: Any) -> httpx.AsyncClient:  # noqa: ANN401 - passed on
    transport = httpx.ASGITransport(web.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=HOME, follow_redirects=True, **more)


@asynccontextmanager
async def talking(*said: Message, **more: object) -> AsyncIterator[tuple[Bot, httpx.AsyncClient]]:
    web = connect({"hosts": "wary.example, other.example:8443"}, tools(**more))
    bot = Bot(web, list(said))
    listening = asyncio.create_task(web.listen(bot.receive))
    await asyncio.sleep(0)
    async with client(web) as browser:
        yield bot, browser
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return found.group(1) if found else ""


def sealed(page: httpx.Response, **fields: str) -> dict[str, str]:
    return {"token": hidden(page, "token"), "key": hidden(page, "key"), **fields}


def notice(page: httpx.Response) -> str:
    found = re.search(r'id="status"[^>]*>([^<]*)<', page.text)
    return found.group(1) if found else ""
