"""A million people, made by the database itself; and one statement that writes what they are owed.

Rule 1: their keys and numbers are random as in life; their addresses open for nobody.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from bench.due import AT, person
from bot.core.card import Card, Para, Text
from bot.core.send import Draft
from bot.store.codec import card_hash, learner_row, pack_card
from bot.store.tables import micros

CARD: Final = Card(title=Text("acc-01.title"), body=(Para(Text("acc-01.cards.spot")),))

_NUMBERS: Final = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)",
    "postgresql": "WITH n AS (SELECT generate_series(1, :count) AS i)",
}
_KEY: Final = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(i::text)"}
_PLACES: Final = {
    "sqlite": "SELECT random() & 9223372036854775807, id, 'bench', randomblob(32), randomblob(60),"
    " true FROM learners",
    "postgresql": "SELECT ('x' || substr(md5('a' || id), 1, 16))::bit(64)::bigint"
    " & 9223372036854775807, id, 'bench', sha256(id::bytea), sha256(id::bytea), true"
    " FROM learners",
}
_HEX: Final = {"sqlite": "printf('%x', a.id)", "postgresql": "to_hex(a.id)"}
_OWN: Final = (
    "INSERT INTO outbox (cause, part, learner_id, address_id, platform, token, lane, due_at,"
    " guarantee, card_hash, locale, state, nonce)"
    " SELECT 'bare', 0, l.id, a.id, a.platform, a.platform, 4,"
    " CAST(:due AS bigint) + a.id / :step, 'at_most_once', :hash, l.locale, 'pending',"
    " '1.' || {hexed}"
    " FROM addresses a JOIN learners l ON l.id = a.learner_id"
    " WHERE a.closed_at IS NULL AND l.place = '' ORDER BY a.id"
)


def fill(conn: Connection, count: int) -> None:
    """Write *count* people into empty tables."""
    row = {**learner_row(person(0), AT), "count": count}
    row |= {"last_seen": micros(AT)}
    names = "locale, country, zone, track, stage, settings, last_seen, place"
    values = ", ".join(f":{name}" for name in names.split(", "))
    kind = conn.dialect.name
    people = f"INSERT INTO learners (id, {names}) {{}} SELECT {_KEY[kind]}, {values} FROM n"  # noqa: S608 - names of ours
    conn.execute(text(people.format(_NUMBERS[kind])), row)
    into = "INSERT INTO addresses (id, learner_id, platform, lookup, sealed, home)"
    conn.execute(text(f"{into} {_PLACES[kind]}"))


def draft() -> Draft:
    """Return a send to all of them, spread over four hours."""
    ends = AT + timedelta(hours=4)
    return Draft("campaign", "bench", {"en": CARD}, "en", begins=AT, ends=ends)


def by_itself(conn: Connection) -> None:
    """Let the database write the same rows in a single statement."""
    statement = text(_OWN.format(hexed=_HEX[conn.dialect.name]))
    given = {"due": micros(AT), "step": 2**43, "hash": card_hash(pack_card(CARD))}
    conn.execute(statement, given)
