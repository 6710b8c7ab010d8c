"""How fast a turn is kept: one event, one durable transaction, one after the other."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.due import running
from bench.rows import Figure, at_least, medians
from bot import i18n, store
from bot.core.card import Action
from bot.core.events import Address, Incoming, Pressed
from bot.core.library import Library
from bot.ports import Post, Receipt, Tools, Translate
from bot.runtime import clock
from bot.runtime.hear import Ear
from bot.runtime.render import renderer
from bot.runtime.turn import BATCH, Turns

TURNS = 600
TOGETHER = 2_000
"""Answers that arrive at one moment, each of somebody else."""

JOIN = ("track", "en", "citizen")


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


def turn_grouped(library: Library, translate: Translate) -> Figure:
    """Return answers a second that arrive together on SQLite, beside bare group commit."""

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_together(Path(folder) / "wary.db", library, translate))

    def bare() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return _bare(Path(folder) / "bare.db", BATCH, TOGETHER)

    peer = f"sqlite3 alone, the same rows, up to {BATCH} answers a transaction, FULL"
    return at_least("turn.sqlite.grouped", "1/s", 4_000, peer, medians(ours, bare))


async def _turns(path: Path, library: Library, translate: Translate) -> float:
    base = await store.connect(f"sqlite:///{path}")
    turns = over(base, library, translate)
    people = [Address("bench", str(number)) for number in range(20)]
    try:
        for number, who in enumerate(people):
            await turns.take([pressed(f"j{number}", who, JOIN)])
        item = first(library)
        begun = time.perf_counter()
        for number in range(TURNS):
            who = people[number % len(people)]
            step = number // len(people)
            args = ("answer", item, "dk") if step == 0 else ("go", ("hour", "often")[step % 2])
            await turns.take([pressed(f"t{number}", who, args)])
        return TURNS / (time.perf_counter() - begun)
    finally:
        await base.close()


async def _together(path: Path, library: Library, translate: Translate) -> float:
    base = await store.connect(f"sqlite:///{path}")
    people = [Address("bench", str(number)) for number in range(TOGETHER)]
    item = first(library)
    try:
        async with running(over(base, library, translate)) as turns:
            await at_once(turns, [pressed(f"j{who.id}", who, JOIN) for who in people])
            answers = [pressed(f"t{who.id}", who, ("answer", item, "dk")) for who in people]
            begun = time.perf_counter()
            receipts = await at_once(turns, answers)
            seconds = time.perf_counter() - begun
        assert all(one.fresh and one.posts for one in receipts)
        return TOGETHER / seconds
    finally:
        await base.close()


async def at_once(turns: Turns, events: Sequence[Incoming]) -> Sequence[Receipt]:
    """Hand each of *events* over by itself, all at the same moment, as people press."""
    taken = await asyncio.gather(*(turns.receive([one]) for one in events))
    return [one for [one] in taken]


def first(library: Library) -> str:
    return library.lessons[library.paths[next(iter(library.paths))][0]].items[0]


def over(base: store.Database, library: Library, translate: Translate) -> Turns:
    render = renderer(translate, i18n.rtl)
    sent: list[Sequence[Post]] = []
    tools = Tools(
        now=clock.now,
        translate=translate,
        fit=lambda tag: i18n.fitting(tag, library.languages),
        rtl=i18n.rtl,
    )
    return Turns(base, library, tools, Ear(library, render), sent.append)


def pressed(name: str, who: Address, args: tuple[str, ...]) -> Incoming:
    return Incoming(name, who, clock.now(), Pressed(Action(args[0], args[1:]), "m1"))


def _bare(path: Path, group: int = 1, count: int = TURNS) -> float:
    """Write what a turn writes: a seen id, a learner, a post; and read the learner first."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, at INT) WITHOUT ROWID")
    base.execute("CREATE TABLE learners (id TEXT PRIMARY KEY, stage TEXT, settings TEXT)")
    base.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, who TEXT, card TEXT, state TEXT)")
    people = max(group, 20)
    rows = [(str(number), "x" * 60, "y" * 200) for number in range(people)]
    base.executemany("INSERT INTO learners VALUES (?, ?, ?)", rows)
    begun = time.perf_counter()
    for number in range(count):
        who = str(number % people)
        if number % group == 0:
            base.execute("BEGIN IMMEDIATE")
        base.execute("SELECT 1 FROM seen WHERE id = ?", (f"t{number}",)).fetchone()
        base.execute("SELECT * FROM learners WHERE id = ?", (who,)).fetchone()
        base.execute("INSERT INTO seen VALUES (?, ?)", (f"t{number}", number))
        base.execute("UPDATE learners SET stage = ? WHERE id = ?", (f"{number}" * 10, who))
        base.execute(
            "INSERT INTO outbox (who, card, state) VALUES (?, ?, 'leased')", (who, "c" * 900)
        )
        if number % group == group - 1 or number == count - 1:
            base.execute("COMMIT")
    taken = count / (time.perf_counter() - begun)
    base.close()
    return taken
