"""``python -m bench.bare telegram ROOT DATABASE``: a bot of nothing but aiohttp and sqlite3.

Rule 1: it writes what a turn writes, durably, and answers with a card of the same size; it decides
nothing, and no library of a platform stands between.
"""

import asyncio
import json
import sqlite3
import sys
from itertools import count
from typing import Any

import aiohttp

from bench.loopback import discord, telegram

CARD = "A question of settings: when may I write, and how often? " * 8
KEYS = [f"Choice {number}" for number in range(6)]
TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE seen (id TEXT PRIMARY KEY, at INT) WITHOUT ROWID;
CREATE TABLE learners (id TEXT PRIMARY KEY, stage TEXT, settings TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, who TEXT, card TEXT, state TEXT);
INSERT INTO learners VALUES ('me', '', '');
"""


class Rows:
    """What has to be kept of a turn."""

    def __init__(self, path: str) -> None:
        """Begin anew at *path*."""
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript(TABLES)
        self._names = count()

    def kept(self) -> int:
        """Write a turn, and return the number of its post."""
        name, base = next(self._names), self._base
        base.execute("BEGIN IMMEDIATE")
        base.execute("SELECT 1 FROM seen WHERE id = ?", (f"t{name}",)).fetchone()
        base.execute("SELECT * FROM learners WHERE id = 'me'").fetchone()
        base.execute("INSERT INTO seen VALUES (?, ?)", (f"t{name}", name))
        base.execute("UPDATE learners SET stage = ? WHERE id = 'me'", (f"{name}" * 10,))
        sql = "INSERT INTO outbox (who, card, state) VALUES ('me', ?, 'sending')"
        number = base.execute(sql, (CARD * 2,)).lastrowid
        base.execute("COMMIT")
        return number or 0

    def sent(self, number: int) -> None:
        """Write down that the post has arrived."""
        self._base.execute("UPDATE outbox SET state = 'sent' WHERE id = ?", (number,))


async def on_telegram(root: str, rows: Rows) -> None:
    """Answer updates until the service ends."""
    begin, offset = f"{root}/bot{telegram.TOKEN}", 0
    keys = [[{"text": key, "callback_data": key}] for key in KEYS]
    card = {"chat_id": 1, "text": CARD, "reply_markup": {"inline_keyboard": keys}}
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **values: object) -> Any:  # noqa: ANN401 - any answer
            async with session.post(f"{begin}/{method}", json=values) as answer:
                return (await answer.json())["result"]

        while True:
            for update in await call("getUpdates", offset=offset, timeout=50):
                offset, pressed = update["update_id"] + 1, update.get("callback_query")
                number = rows.kept()
                if pressed:
                    on = pressed["message"]["message_id"]
                    await call("editMessageText", message_id=on, **card)
                    await call("answerCallbackQuery", callback_query_id=pressed["id"])
                else:
                    await call("sendMessage", **card)
                rows.sent(number)


async def on_discord(root: str, rows: Rows) -> None:
    """Answer interactions until the service ends."""
    keys = [{"type": 2, "style": 2, "label": key, "custom_id": key} for key in KEYS[:5]]
    parts = [{"type": 10, "content": CARD}, {"type": 1, "components": keys}]
    card = {"flags": 1 << 15, "components": [{"type": 17, "components": parts}]}
    async with aiohttp.ClientSession() as session:

        async def call(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
            async with session.request(method, f"{root}/{path}", json=body) as answer:
                return json.loads(await answer.read() or b"{}")

        async with session.ws_connect((await call("GET", "gateway/bot"))["url"]) as line:
            await line.send_json({"op": 2, "d": {"token": discord.TOKEN, "intents": 0}})
            async for raw in line:
                said = json.loads(raw.data)
                if said.get("t") != "INTERACTION_CREATE":
                    continue
                what, hook = said["d"], f"webhooks/{discord.APP}/{said['d']['token']}"
                kind = {"type": 5 if what["type"] == discord.COMMAND else 6}
                await call("POST", f"interactions/{what['id']}/{what['token']}/callback", kind)
                number = rows.kept()
                await call("PATCH", f"{hook}/messages/@original", card)
                rows.sent(number)


def main(platform: str, root: str, path: str) -> None:
    """Run the bot of *platform* until it is ended."""
    run = on_discord if platform == "discord" else on_telegram
    asyncio.run(run(root, Rows(path)))


if __name__ == "__main__":
    main(*sys.argv[1:])
