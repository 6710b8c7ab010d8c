"""How fast a turn is kept: one event, one durable transaction, one after the other."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.rows import Figure, at_least, medians
from bot import i18n, store
from bot.core.card import Action
from bot.core.events import Address, Incoming, Pressed
from bot.core.library import Library
from bot.ports import Post, Tools, Translate
from bot.runtime import clock
from bot.runtime.hear import Ear
from bot.runtime.render import renderer
from bot.runtime.turn import Turns

TURNS = 600


def turn_sqlite(library: Library, translate: Translate) -> Figure:
    """Return turns a second on SQLite, beside the bare driver writing the same rows."""

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_turns(Path(folder) / "wary.db", library, translate))

    def bare() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return _bare(Path(folder) / "bare.db")

    peer = "sqlite3 alone, prepared statements, the same rows and synchronous=FULL"
    return at_least("turn.sqlite", "1/s", 1_000, peer, medians(ours, bare))


async def _turns(path: Path, library: Library, translate: Translate) -> float:
    base = await store.connect(f"sqlite:///{path}")
    render = renderer(translate, i18n.rtl)
    sent: list[Sequence[Post]] = []
    tools = Tools(
        now=clock.now,
        translate=translate,
        fit=lambda tag: i18n.fitting(tag, library.languages),
        rtl=i18n.rtl,
    )
    turns = Turns(base, library, tools, Ear(library, render), sent.append)
    people = [Address("bench", str(number)) for number in range(20)]
    try:
        for number, who in enumerate(people):
            await turns.take([_event(f"j{number}", who, ("track", "en", "citizen"))])
        item = library.lessons[library.paths[next(iter(library.paths))][0]].items[0]
        begun = time.perf_counter()
        for number in range(TURNS):
            who = people[number % len(people)]
            step = number // len(people)
            args = ("answer", item, "dk") if step == 0 else ("go", ("hour", "often")[step % 2])
            await turns.take([_event(f"t{number}", who, args)])
        return TURNS / (time.perf_counter() - begun)
    finally:
        await base.close()


def _event(name: str, who: Address, args: tuple[str, ...]) -> Incoming:
    return Incoming(name, who, clock.now(), Pressed(Action(args[0], args[1:]), "m1"))


def _bare(path: Path) -> float:
    """Write what a turn writes: a seen id, a learner, a post; and read the learner first."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, at INT) WITHOUT ROWID")
    base.execute("CREATE TABLE learners (id TEXT PRIMARY KEY, stage TEXT, settings TEXT)")
    base.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, who TEXT, card TEXT, state TEXT)")
    base.executemany(
        "INSERT INTO learners VALUES (?, ?, ?)", [(str(n), "x" * 60, "y" * 200) for n in range(20)]
    )
    begun = time.perf_counter()
    for number in range(TURNS):
        who = str(number % 20)
        base.execute("BEGIN IMMEDIATE")
        base.execute("SELECT 1 FROM seen WHERE id = ?", (f"t{number}",)).fetchone()
        base.execute("SELECT * FROM learners WHERE id = ?", (who,)).fetchone()
        base.execute("INSERT INTO seen VALUES (?, ?)", (f"t{number}", number))
        base.execute("UPDATE learners SET stage = ? WHERE id = ?", (f"{number}" * 10, who))
        base.execute(
            "INSERT INTO outbox (who, card, state) VALUES (?, ?, 'leased')", (who, "c" * 900)
        )
        base.execute("COMMIT")
    taken = TURNS / (time.perf_counter() - begun)
    base.close()
    return taken
