"""People with a past, and how they ask to be forgotten."""

from dataclasses import replace
from pathlib import Path

from bot.core.effects import Lane, Note, Offer, Plan, Say
from bot.core.events import Address, LessonDue, Miscoded
from bot.core.learner import Memory, Stranger
from bot.ports import Outcome
from bot.store.codec import pack_memory
from bot.store.database import Database
from tests.store.people import (
    ANA,
    CARD,
    DAY,
    NOW,
    REPLY,
    TODAY,
    TOMORROW,
    change,
    event,
    learner,
    take,
)

YEAR = 365
CANARY = "canary-of-an-answer"


async def gone(store: Database, who: Address = ANA, name: str = "t:forget") -> None:
    """Let *who* press the red button, and let the farewell arrive."""
    posts = await take(store, event(name, who), REPLY, stage=Stranger())
    await store.mark(posts)
    await store.settle([Outcome(post.id, "sent", "m-farewell") for post in posts], NOW)


async def a_year(store: Database, who: Address = ANA) -> str:
    """Let *who* learn for a year, and return the key under which that was kept."""
    await take(store, event("t:1", who), TOMORROW, Offer(NOW + DAY))
    key = (await learner(store, who)).key
    for n in range(YEAR):
        day = TODAY + n * DAY
        now = NOW + n * DAY
        name = f"plan:{key}:lesson:{day}"
        what = replace(event(name, who, LessonDue(day)), at=now)
        plan = Plan("lesson", now + DAY, day + DAY)
        note = Note("answer", f"{CANARY}-{n}", 10, f"{CANARY}-{n}")
        posts = await take(store, what, plan, note, Say(CARD, Lane.LESSON), now=now)
        posts = await store.claim_posts(who.platform, now, 10)
        await store.mark(posts)
        await store.settle([Outcome(p.id, "sent", f"{CANARY}-message-{n}") for p in posts], now)
    await take(store, event("t:9", who, Miscoded("unknown")))
    await change(
        store,
        "INSERT INTO reviews (learner_id, technique, memory, due) VALUES (:key, :what, :m, 0)",
        key=key,
        what=CANARY,
        m=pack_memory(Memory(CANARY, 1.0, 1.0, NOW, NOW, ((CANARY, 1),))),
    )
    return key


def held_bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != "wary.db.key"
    }
