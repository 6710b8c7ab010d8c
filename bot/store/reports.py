"""Questions that are counted, never kept as a running total that could drift."""

from typing import Final

from sqlalchemy import Connection, bindparam, case, func, select

from bot.core.events import Address
from bot.ports import Known
from bot.store.batch import WHO_ONE
from bot.store.codec import learner_of
from bot.store.sealing import Seal
from bot.store.tables import notes

ANSWER: Final = "answer"
"""The kind of note that an answered question leaves."""

_ANSWERS: Final = select(
    func.count().label("answers"),
    func.coalesce(func.sum(case((notes.c.points > 0, 1), else_=0)), 0).label("right"),
).where(notes.c.learner_id == bindparam("learner"), notes.c.kind == ANSWER)


def known(conn: Connection, address: Address, seal: Seal) -> Known | None:
    """Return what is kept of the person at *address*, or None for a stranger."""
    where = {"platform": address.platform, "lookup": seal.lookup(address)}
    row = conn.execute(WHO_ONE, where).one_or_none()
    if row is None or row.learner is None:
        return None
    counts = conn.execute(_ANSWERS, {"learner": row.learner}).one()
    return Known(learner_of(row, address), counts.answers, counts.right)
