"""kill -9 in the middle of turns and firings: no answer lost, no lesson twice, nobody skipped.

Rule 1: the judge is what people saw over HTTP; the database is only asked what it promised.
"""

import json
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select, update

from bot import store
from bot.store.line import located
from bot.store.tables import learners, notes, outbox, plans, seen
from tests.faults.visitors import Visitor, life
from tests.store.conftest import postgres_server, url

__all__ = ["postgres_server", "url"]

KILLS = int(os.environ.get("WARY_TEST_KILLS", "5"))
"""Kills of one run on each database; ``make torture`` runs 200."""

SEED = int(os.environ.get("WARY_TEST_SEED", "20261121"))
"""Another seed is another run: so a long one can be made in pieces."""

PEOPLE = 6
FIRST = date(2031, 1, 1)
LESSON = 3
"""Lane of the lessons in the ledger."""


@pytest.fixture
def on(url: str, tmp_path: Path) -> Mapping[str, str]:
    """Return the settings of a Wary on a database that nobody has used."""
    store.make_key(tmp_path / "its.key")
    return {
        "WARY_DATABASE_URL": url,
        "WARY_KEY_FILE": str(tmp_path / "its.key"),
        "WARY_ERASE_JOURNAL": str(tmp_path / "its.erased"),
    }


@pytest.fixture
def judge(url: str) -> Iterator[Engine]:
    """Yield a view of the database that shares nothing with the Wary that is killed."""
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
    made = create_engine(located(url).set(drivername=driver[located(url).get_backend_name()]))
    yield made
    made.dispose()


def due(judge: Engine, day: date) -> None:
    """Make the next lesson of everybody due now, as that of *day*."""
    now = datetime.now(UTC)
    with judge.begin() as base:
        base.execute(update(plans).values(due_at=now, local_date=day, leased_until=None))


def for_a_while(seconds: float) -> Callable[[threading.Event], None]:
    """Let everybody press for *seconds*."""

    def over(stop: threading.Event) -> None:
        stop.wait(seconds)

    return over


def test_no_kill_loses_an_answer_or_doubles_a_lesson(on: Mapping[str, str], judge: Engine) -> None:
    people = [Visitor(seat, answering=seat % 2 == 0) for seat in range(PEOPLE)]
    dice = random.Random(SEED)  # noqa: S311  # a test's dice
    life(on, people, 0, for_a_while(3.0))
    for number in range(1, KILLS + 1):
        due(judge, FIRST + timedelta(days=number))
        life(on, people, number, for_a_while(dice.uniform(0.005, 0.9)))
    life(on, people, KILLS + 1, for_a_while(2.0))
    with judge.connect() as base:
        if base.dialect.name == "sqlite":
            assert base.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        known = _answers(base, people)
        _lessons(base, people)
    # Last, because a slow machine may try too little and still show what is wrong.
    assert known > KILLS


def _answers(base: Connection, people: list[Visitor]) -> int:
    """Every answer that was acknowledged stands in the database, once; return how many did."""
    answers = select(learners.c.settings, notes.c.subject).join_from(notes, learners)
    rows = base.execute(answers.where(notes.c.kind == "answer"))
    kept = {(json.loads(told).get("hour"), subject.split(":")[0]) for told, subject in rows}
    promised = set().union(*(one.promised for one in people))
    # Who was killed before their hour was kept cannot be told from others: leave them out.
    named = {hour for hour, _ in kept}
    known = {pair for pair in promised if pair[0] in named}
    told = f"kills {KILLS + 2}, answers promised {len(promised)}, of known people {len(known)}"
    sys.stdout.write(f"{told}\n")
    assert known <= kept, sorted(known - kept)
    return len(known)


def _lessons(base: Connection, people: list[Visitor]) -> None:
    """Every local date brought each person at most one lesson, in the ledger and in their eyes."""
    ledger = select(outbox.c.cause, outbox.c.nonce, outbox.c.attempts)
    rows = base.execute(ledger.where(outbox.c.lane == LESSON)).all()
    causes = [cause for cause, *_ in rows]
    assert len(causes) == len(set(causes))
    assert all(attempts <= 1 for _, _, attempts in rows)
    for _, nonce, _ in rows:
        for one in people:
            lives = [
                life
                for life, seen in one.lives.items()
                if not one.answering and f"m-{nonce}" in {name for name, _ in seen}
            ]
            assert len(lives) <= 1, (nonce, lives)
    done = select(func.count()).where(seen.c.id.like("plan:%"), seen.c.state == "done")
    fired = base.execute(done).scalar_one()
    assert fired == len(causes)
    assert len(causes) > KILLS
    sys.stdout.write(f"lessons {len(causes)}, none twice, none owed\n")
