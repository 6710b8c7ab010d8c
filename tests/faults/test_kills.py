"""kill -9 in the middle of turns and firings: no answer lost, no lesson twice, nobody skipped.

Rule 1: the judge is what people saw over HTTP; the database is only asked what it promised.
"""

import os
import random
import sqlite3
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.faults.visitors import Visitor, kill, serve

KILLS = int(os.environ.get("WARY_TEST_KILLS", "12"))
"""Kills of one run; ``make torture`` runs 50."""

PEOPLE = 6
FIRST = date(2031, 1, 1)


def due(database: Path, day: date) -> int:
    """Make the next lesson of everybody due now, as that of *day*; return how many that are."""
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    with closing(sqlite3.connect(database)) as base, base:
        kind = base.execute("SELECT typeof(due_at) FROM plans LIMIT 1").fetchone()
        assert kind is None or kind[0] == "integer"
        base.execute(
            "UPDATE plans SET due_at = ?, local_date = ?, leased_until = NULL",
            (now, _date(base, day)),
        )
        return int(base.execute("SELECT count(*) FROM plans").fetchone()[0])


def _date(base: sqlite3.Connection, day: date) -> object:
    row = base.execute("SELECT typeof(local_date) FROM plans LIMIT 1").fetchone()
    return day.toordinal() if row and row[0] == "integer" else day.isoformat()


def life(database: Path, people: list[Visitor], number: int, seconds: float) -> None:
    """Let everybody press for a while, then kill the server."""
    running, host = serve(database)
    stop = threading.Event()
    threads = [
        threading.Thread(target=one.visit, args=(host, number, stop), daemon=True)
        for one in people
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    kill(running)
    stop.set()
    for thread in threads:
        thread.join(20)


def test_no_kill_loses_an_answer_or_doubles_a_lesson(tmp_path: Path) -> None:
    database = tmp_path / "wary.db"
    people = [Visitor(seat, answering=seat % 2 == 0) for seat in range(PEOPLE)]
    dice = random.Random(20261121)  # noqa: S311  # a test's dice
    life(database, people, 0, 3.0)
    for number in range(1, KILLS + 1):
        due(database, FIRST + timedelta(days=number))
        life(database, people, number, dice.uniform(0.005, 0.9))
    life(database, people, KILLS + 1, 2.0)
    with closing(sqlite3.connect(database)) as base, base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        _answers(base, people)
        _lessons(base, people)


def _answers(base: sqlite3.Connection, people: list[Visitor]) -> None:
    """Every answer that was acknowledged to a person stands in the database, once."""
    rows = base.execute(
        "SELECT json_extract(l.settings, '$.hour'), n.subject, n.once FROM notes n"
        " JOIN learners l ON l.id = n.learner_id WHERE n.kind = 'answer'"
    ).fetchall()
    kept = {(hour, subject.split(":")[0]) for hour, subject, _ in rows}
    promised = set().union(*(one.promised for one in people))
    # Who was killed before their hour was kept cannot be told from others: leave them out.
    named = {hour for hour, _ in kept}
    known = {pair for pair in promised if pair[0] in named}
    told = f"kills {KILLS + 2}, answers promised {len(promised)}, of known people {len(known)}"
    sys.stdout.write(f"{told}\n")
    assert len(known) > KILLS
    assert known <= kept, sorted(known - kept)


def _lessons(base: sqlite3.Connection, people: list[Visitor]) -> None:
    """Every local date brought each person at most one lesson, in the ledger and in their eyes."""
    rows = base.execute(
        "SELECT cause, nonce, attempts, state FROM outbox WHERE lane = 3"
    ).fetchall()
    causes = [cause for cause, *_ in rows]
    assert len(causes) == len(set(causes))
    assert all(attempts <= 1 for _, _, attempts, _ in rows)
    for _, nonce, _, _ in rows:
        for one in people:
            lives = [
                life
                for life, seen in one.lives.items()
                if not one.answering and f"m-{nonce}" in {name for name, _ in seen}
            ]
            assert len(lives) <= 1, (nonce, lives)
    fired = base.execute(
        "SELECT count(*) FROM seen WHERE id LIKE 'plan:%' AND state = 'done'"
    ).fetchone()[0]
    assert fired == len(causes)
    assert len(causes) > KILLS
    sys.stdout.write(f"lessons {len(causes)}, none twice, none owed\n")
