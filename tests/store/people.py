"""People, events and decisions for the tests of the store, made small."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select, text

from bot.core.card import Action, Button, Card, Fixed, Para, Text
from bot.core.effects import Decision, Effect, Lane, Plan, Say
from bot.core.events import Address, Began, Event, Incoming
from bot.core.learner import Idle, Learner, Stage
from bot.ports import Post
from bot.store.database import Database
from bot.store.sealing import new_key
from bot.store.tables import metadata

KEY = new_key()
NOW = datetime(2027, 3, 28, 9, 0, tzinfo=UTC)
TODAY = date(2027, 3, 28)
DAY = timedelta(days=1)
ANA, BEN = Address("telegram", "314159265358"), Address("telegram", "271828182845")
PLACE = Address("telegram", "-100161803398")
CARD = Card(
    title=Text("hello.title"),
    body=(Para(Text("hello.text", (("name", Fixed("name", "Ana")), ("count", 3)))),),
    buttons=(Button(Text("go"), Action("go", ("a",)), "primary"),),
)
REPLY = Say(CARD)
LESSON = Say(CARD, Lane.LESSON)
TOMORROW = Plan("lesson", NOW + DAY, TODAY + DAY)


def event(id_: str, who: Address = ANA, what: Event = Began()) -> Incoming:  # noqa: B008  frozen
    return Incoming(id_, who, NOW, what, "de")


async def take(
    store: Database,
    incoming: Incoming,
    *effects: Effect,
    stage: Stage = Idle(),  # noqa: B008  frozen
    now: datetime = NOW,
) -> Sequence[Post]:
    """Let *incoming* put its learner into *stage*, with *effects*."""
    async with store.batch([incoming]) as batch:
        decided = [(i, Decision(replace(who, stage=stage), effects)) for who, i in batch.fresh]
        return await batch.keep(decided, now)


async def held(store: Database, incoming: Incoming, *effects: Effect) -> Sequence[Post]:
    """Let *incoming* lead to *effects*, and lease those posts that were not born so."""
    posts = await take(store, incoming, *effects)
    await store.claim_posts(incoming.address.platform, NOW, len(posts))
    return posts


async def learner(store: Database, who: Address = ANA) -> Learner:
    """Return the learner at *who*, who must be known."""
    found = await store.known(who)
    assert found is not None
    return found.learner


async def rows(store: Database, query: str, **values: object) -> list[tuple[object, ...]]:
    """Return what *query* finds."""

    def read(conn: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in conn.execute(text(query), values)]

    return await store._line.run(read)


async def change(store: Database, statement: str, **values: object) -> None:
    """Run *statement*."""

    def write(conn: Connection) -> None:
        conn.execute(text(statement), values)

    await store._line.run(write)


async def size(store: Database, table: str) -> int:
    """Return the number of rows of *table*."""

    def read(conn: Connection) -> int:
        return len(conn.execute(select(metadata.tables[table])).all())

    return await store._line.run(read)


async def state(store: Database, post: Post) -> object:
    """Return the state of *post*."""
    [(found,)] = await rows(store, "SELECT state FROM outbox WHERE id = :id", id=post.id)
    return found
