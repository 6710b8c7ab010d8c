"""Where Telegram calls us: only with the secret, and only what was taken is acknowledged."""

import asyncio
import json
from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import Incoming
from bot.platforms.telegram.webhook import BODY_BYTES, HEADER, Webhook
from bot.ports import Hosted, Receipt, StoreDown
from tests.platforms.telegram.people import bot, listening
from tests.platforms.telegram.server import BotApi, message, serving

SECRET = "right-Secret_1"  # noqa: S105 - invented
GOOD = [(HEADER, SECRET.encode())]


class Taker:
    def __init__(self) -> None:
        self.taken: list[object] = []
        self.down = False

    async def take(self, update: object) -> None:
        if self.down:
            raise StoreDown
        self.taken.append(update)


async def call(
    hook: Webhook,
    body: bytes = b"{}",
    headers: list[tuple[bytes, bytes]] | None = None,
    **scope: object,
) -> tuple[int, bool]:
    """Return the status, and whether a byte of the body was read."""
    read = False
    parts = [body[at : at + 65536] for at in range(0, max(len(body), 1), 65536)]

    async def receive() -> dict[str, Any]:
        nonlocal read
        read = True
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    sent: list[MutableMapping[str, Any]] = []

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    whole = {"type": "http", "path": "/telegram", "method": "POST", "headers": headers, **scope}
    await hook(whole, receive, send)
    return sent[0]["status"], read


async def test_a_genuine_call_is_taken() -> None:
    taker = Taker()
    hook = Webhook("/telegram", SECRET, taker.take)
    assert await call(hook, b'{"update_id": 5}', GOOD) == (200, True)
    assert taker.taken == [{"update_id": 5}]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(HEADER, b"")],
        [(HEADER, b"wrong")],
        [(HEADER, SECRET[:-1].encode())],
        [(HEADER, SECRET.encode() + b" ")],
        [(HEADER, SECRET.lower().encode())],
        GOOD * 2,
        [(HEADER, b"\xff\xfe")],
        [(b"x-other", SECRET.encode())],
    ],
)
async def test_a08_a_forged_call_is_refused_before_its_body_is_read(
    headers: list[tuple[bytes, bytes]],
) -> None:
    taker = Taker()
    assert await call(Webhook("/telegram", SECRET, taker.take), b"{}", headers) == (403, False)
    assert taker.taken == []


@given(st.binary(max_size=300))
def test_a08_no_other_secret_opens(secret: bytes) -> None:
    taker = Taker()
    hook = Webhook("/telegram", SECRET, taker.take)
    status, read = asyncio.run(call(hook, b"{}", [(HEADER, secret)]))
    assert (status, read) == ((200, True) if secret == SECRET.encode() else (403, False))


async def test_other_paths_and_methods_are_not_for_us() -> None:
    hook = Webhook("/telegram", SECRET, Taker().take)
    assert await call(hook, headers=GOOD, path="/") == (404, False)
    assert await call(hook, headers=GOOD, method="GET") == (405, False)
    assert await call(hook, headers=GOOD, type="websocket") == (404, False)


async def test_a08_a_body_that_is_too_long_is_refused() -> None:
    taker = Taker()
    hook = Webhook("/telegram", SECRET, taker.take)
    told = [*GOOD, (b"content-length", str(BODY_BYTES + 1).encode())]
    assert await call(hook, b"{}", told) == (413, False)
    assert await call(hook, b"{}", [*GOOD, (b"content-length", b"9" * 5000)]) == (413, False)
    assert await call(hook, b"[" * (BODY_BYTES + 1), GOOD) == (413, True)
    assert taker.taken == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert await call(Webhook("/telegram", SECRET, Taker().take), body, GOOD) == (400, True)


async def test_what_was_not_taken_is_not_acknowledged() -> None:
    taker = Taker()
    taker.down = True
    assert await call(Webhook("/telegram", SECRET, taker.take), b"{}", GOOD) == (503, True)


async def test_a_bot_with_a_webhook_is_hosted_and_one_that_polls_is_not() -> None:
    url = "http://127.0.0.1:9"
    assert isinstance(bot(url, webhook_url="https://bot.example/tg"), Hosted)
    assert not isinstance(bot(url), Hosted)


async def test_updates_come_through_the_webhook_and_presses_are_answered() -> None:
    heard: list[Incoming] = []

    async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        heard.extend(batch)
        return [Receipt("Taken.") for _ in batch]

    async with serving() as api:
        telegram = bot(api, webhook_url="https://bot.example/tg", webhook_secret=SECRET)
        update = {"update_id": 1, "callback_query": {"id": "q1", "from": {"id": 7}, "data": "x"}}
        body = json.dumps(update).encode()
        assert await call(telegram.app, body, GOOD, path="/tg") == (503, True)
        async with listening(telegram, receive):
            await _set(api)
            assert await call(telegram.app, body, GOOD, path="/tg") == (200, True)
            await api.until(lambda: bool(api.ticks))
            told = {"update_id": 2, "message": message("/start")}
            assert (await call(telegram.app, json.dumps(told).encode(), GOOD, path="/tg"))[
                0
            ] == 200
    assert [one.id for one in heard] == ["telegram:1", "telegram:2"]
    assert api.counts["getUpdates"] == 0


async def _set(api: BotApi) -> None:
    await api.until(lambda: "Webhook:" in api.kept)
    assert api.kept["Webhook:"]["secret_token"] == SECRET
    assert api.kept["Webhook:"]["url"] == "https://bot.example/tg"
