"""Many people at once, written straight into the tables, and sends to them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, insert

from bot.core.card import Card, Para, Text
from bot.core.events import Address
from bot.core.learner import Idle, Learner, Often
from bot.core.send import Audience, Draft
from bot.store.codec import learner_row
from bot.store.database import Database
from bot.store.sealing import Seal
from bot.store.tables import addresses, learners
from tests.store.people import NOW, rows

SAID = {
    tag: Card(title=Text(f"said.{tag}"), body=(Para(Text("said.text")),)) for tag in ("en", "ar")
}
"""What the sends say."""


def person(number: int, **more: object) -> Learner:
    """Return one of many, who is written to daily."""
    key = blake2b(str(number).encode(), digest_size=16).hexdigest()
    made = Learner(key, Address("telegram", f"{10_000 + number}"), often=Often.DAILY, stage=Idle())
    return replace(made, **more)  # type: ignore[arg-type]  # whatever a test asks for


async def crowd(
    store: Database, people: Iterable[Learner], *, seen: datetime = NOW, region: str | None = None
) -> None:
    """Let *people* be known."""

    def write(conn: Connection) -> None:
        who = list(people)
        rows = [{**learner_row(one, seen), "region": region} for one in who]
        conn.execute(insert(learners), rows)
        conn.execute(insert(addresses), [_address(one, store._seal) for one in who])

    await store._line.run(write)


def _address(one: Learner, seal: Seal) -> dict[str, object]:
    sealed = seal.close(one.address)
    return {
        "id": sealed.number,
        "learner_id": one.key,
        "platform": one.address.platform,
        "lookup": sealed.lookup,
        "sealed": sealed.sealed,
    }


def draft(audience: Audience = Audience(), **more: object) -> Draft:  # noqa: B008  frozen
    made = Draft("campaign", "spring", SAID, "en", audience, seed="s")
    return replace(made, **more)  # type: ignore[arg-type]  # whatever a test asks for


async def planned(store: Database, made: Draft, now: datetime = NOW) -> int:
    """Start the send *made*, write all its rows, and return its number."""
    send = await store.sends.create(made)
    await store.sends.turn(send, "start", now)
    await stepped(store, now)
    return send


async def stepped(store: Database, now: datetime = NOW) -> None:
    """Do all that sends still need."""
    while await store.sends.step(now):
        pass


async def states(store: Database, send: int) -> Mapping[object, object]:
    """Return how many rows of *send* are in each state."""
    query = "SELECT state, count(*) FROM outbox WHERE send_id = :s GROUP BY state"
    return dict(await rows(store, query, s=send))  # type: ignore[arg-type]  # two columns
