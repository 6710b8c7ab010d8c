"""New posts: how they come into the ledger and by which number they are known there."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.sql.dml import ReturningInsert

from bot.core.altered import altered
from bot.ports import Post
from bot.store.bulk import document, listed, put
from bot.store.fold import Row
from bot.store.tables import outbox

_ADD: Final = insert(outbox)
_CARD: Final = ("card_hash", "card")
_ID: Final = (outbox.c.id, outbox.c.nonce)
_LAST: Final = select(func.last_insert_rowid())


def owe(conn: Connection, posts: Sequence[Post], rows: Sequence[Row]) -> Sequence[Post]:
    """Write *rows*, each of the post at its place, and return the posts with their ids."""
    if not rows:
        return ()
    if len(rows) == 1:
        # The single form takes the driver's word for the id: a third cheaper than RETURNING.
        made = conn.execute(_ADD, rows[0]).inserted_primary_key
        return tuple(altered(posts[0], id=id_) for id_ in made or ())
    ids = _numbered(conn, rows)
    return tuple(altered(post, id=id_) for id_, post in zip(ids, posts, strict=True))


@cache
def _added(names: tuple[str, ...]) -> ReturningInsert[int, str]:
    """Return what adds rows of *names*, for PostgreSQL, each with its card out of a second list.

    A lesson of 1 KB is the same for hundreds: told once, it is read once.
    """
    rows = listed(outbox, [name for name in names if name != "card"])
    cards = listed(outbox, _CARD, name="cards")
    columns = [cards.c.card if name == "card" else rows.c[name] for name in names]
    found = select(*columns).join_from(rows, cards, rows.c.card_hash == cards.c.card_hash)
    return _ADD.from_select(names, found).returning(*_ID)


def _numbered(conn: Connection, rows: Sequence[Row]) -> Iterable[int]:
    """Write *rows* and return their ids in order."""
    if conn.dialect.name == "sqlite":
        # Nobody else writes meanwhile, so these ids follow each other; RETURNING in order would
        # be a statement for each.
        put(conn, _ADD, rows)
        last = conn.execute(_LAST).scalar_one()
        return range(last - len(rows) + 1, last + 1)
    cards = {row["card_hash"]: {name: row[name] for name in _CARD} for row in rows}
    bare = [{name: held for name, held in row.items() if name != "card"} for row in rows]
    given = document(outbox, bare) | document(outbox, list(cards.values()), name="cards")
    made = conn.execute(_added(tuple(rows[0])), given).all()
    ids = {name: id_ for id_, name in made}
    return [ids[str(row["nonce"])] for row in rows]
