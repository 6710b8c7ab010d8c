"""The statements that insert or give way, where the databases' dialects differ.

Rule 1: each statement is built once for each dialect, so that its compiled form is found again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from sqlalchemy import Insert, Table, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import (
    addresses,
    erasures,
    guesses,
    leaders,
    learners,
    links,
    notes,
    plans,
    reviews,
    seen,
    send_counts,
)


@dataclass(frozen=True, slots=True)
class Upserts:
    """Statements by what they write."""

    learners: Insert
    plans: Insert
    notes: Insert
    places: Insert
    tried: Insert
    parked: Insert
    counts: Insert
    links: Insert
    guesses: Insert
    leaders: Insert
    erasures: Insert
    reviews: Insert


@cache
def upserts(dialect: str) -> Upserts:
    """Return the statements of *dialect*, ``sqlite`` or ``postgresql``."""
    # Two classes of one shape, without a common ancestor that knows of conflicts.
    inserts = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    insert = cast("Callable[[Table], postgresql.Insert]", inserts[dialect])

    def replacing(table: Table) -> Insert:
        statement = insert(table)
        new = {
            c.name: statement.excluded[c.name]
            for c in table.columns
            if not c.primary_key and c.name != "region"
        }
        return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new)

    tried, parked, counts = insert(seen), insert(seen), insert(send_counts)
    return Upserts(
        learners=replacing(learners),
        plans=replacing(plans),
        notes=insert(notes).on_conflict_do_nothing(index_elements=["learner_id", "once"]),
        places=_holding(insert(addresses)),
        tried=tried.on_conflict_do_update(
            index_elements=["id"], set_={"tries": seen.c.tries + 1, "at": tried.excluded.at}
        ).returning(seen.c.tries),
        parked=parked.on_conflict_do_update(
            index_elements=["id"],
            set_={"state": "parked", "at": parked.excluded.at},
            where=seen.c.state != "done",
        ),
        counts=counts.on_conflict_do_update(
            index_elements=["send_id", "state"], set_={"n": send_counts.c.n + counts.excluded.n}
        ),
        links=replacing(links),
        guesses=_counting(insert(guesses)),
        leaders=_following(insert(leaders)),
        erasures=insert(erasures).on_conflict_do_nothing(index_elements=["id"]),
        reviews=replacing(reviews),
    )


def _holding(address: postgresql.Insert) -> Insert:
    """Return what leaves a row that is there as it is, and holds it, so that it cannot go."""
    same = {"platform": address.excluded.platform}
    return address.on_conflict_do_update(index_elements=["platform", "lookup"], set_=same)


def _counting(guess: postgresql.Insert) -> Insert:
    """Return what counts a wrong code typed *now*, anew where the first was *before* some time."""
    recent = guesses.c.since > bindparam("before")
    first = guess.values(address_id=bindparam("row"), since=bindparam("now"), tries=1)
    return first.on_conflict_do_update(
        index_elements=["address_id"],
        set_={
            "tries": case((recent, guesses.c.tries + 1), else_=1),
            "since": case((recent, guesses.c.since), else_=first.excluded.since),
        },
    )


def _following(leader: postgresql.Insert) -> Insert:
    """Return what begins the next epoch of a token, and tells its number."""
    return leader.on_conflict_do_update(
        index_elements=["token"],
        set_={
            "epoch": leaders.c.epoch + 1,
            "holder": leader.excluded.holder,
            "since": leader.excluded.since,
        },
    ).returning(leaders.c.epoch)
