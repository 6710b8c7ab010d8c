"""kill -9 while people are asked how first aid went: nobody is asked twice, nobody forgotten.

Rule 1: the judge is what people saw over HTTP; the database is only asked what it promised.
"""

import json
import os
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, func, select, update

from bot.store.tables import learners, outbox, plans, seen
from tests.faults.test_kills import (
    FIRST,
    LESSON,
    SEED,
    judge,
    on,
    postgres_server,
    url,
)
from tests.faults.visitors import Page, Visitor, life

__all__ = ["judge", "on", "postgres_server", "url"]

KILLS = int(os.environ.get("WARY_TEST_KILLS", "3"))
"""Kills of one run on each database; ``make torture`` runs 200."""

PEOPLE = 4
CALM = 5
"""Most lives after the kills, until enough was seen to judge by: a busy machine needs several."""

PATIENCE = 8.0
"""Longest time, in seconds, that a slow machine is given until something is killed."""
CALM_PATIENCE = 60.0
"""Longest time, in seconds, that all that is due is given where nothing is killed before."""

ASKED = "plan:%:aid:%"

_QUESTION = re.compile(
    r'<article id="(m-[^"]+)"(?:(?!</article>).)*?value="aftercare:solved:', re.DOTALL
)


@dataclass
class Patient(Visitor):
    """Somebody who walks first aid to its end, once in each life, and then only looks."""

    joined: bool = False
    walked: set[int] = field(default_factory=set)
    """Lives of the server in which the promise was shown."""
    asked: dict[str, set[int]] = field(default_factory=dict)
    """Message id of each question to the lives in which it was seen."""

    def saw(self, life: int) -> int:
        """Return how many promises and questions were seen in *life*."""
        return (life in self.walked) + sum(life in lives for lives in [*self.asked.values()])

    def _act(self, host: str, page: Page) -> None:
        now, offered = max(self.lives), page.offered
        for name in _QUESTION.findall(page.text):
            self.asked.setdefault(name, set()).add(now)
        if any(action.startswith("aftercare:no:") for action in offered):
            self.walked.add(now)
        self.joined = self.joined or (self.named and self._reading(offered))
        steps = [one for one in offered if one.startswith(("aid:done:", "aid:aid-"))]
        if now in self.walked:
            return
        if not self.joined:
            super()._act(host, page)
        elif steps and "aftercare:solved" not in "".join(offered):
            self._press(host, steps[0], offered)
        else:
            self._say(host, page, "/aid")


def until(people: list[Patient], number: int, much: int) -> Callable[[threading.Event], None]:
    """Wait until *much* was seen by all of them in the life of that *number*."""

    def over(stop: threading.Event) -> None:
        end = time.monotonic() + PATIENCE
        while sum(one.saw(number) for one in people) < much and time.monotonic() < end:
            stop.wait(0.005)

    return over


def fired(judge: Engine, people: list[Patient], number: int) -> Callable[[threading.Event], None]:
    """Wait, in the life of that *number*, until nobody's question is due any more."""

    def over(stop: threading.Event) -> None:
        end = time.monotonic() + CALM_PATIENCE
        until(people, number, 2 * PEOPLE)(stop)
        while _overdue(judge) and time.monotonic() < end:
            stop.wait(0.05)

    return over


def _overdue(judge: Engine) -> int:
    waiting = select(func.count()).where(plans.c.kind == "aid", plans.c.local_date >= FIRST)
    with judge.connect() as base:
        return base.execute(waiting).scalar_one()


def due(judge: Engine, day: date) -> None:
    """Make the question to everybody due now, as that of *day*."""
    now = datetime.now(UTC)
    with judge.begin() as base:
        aid = update(plans).where(plans.c.kind == "aid")
        base.execute(aid.values(due_at=now, local_date=day, leased_until=None))


def test_no_kill_asks_anybody_twice_or_forgets_them(on: Mapping[str, str], judge: Engine) -> None:
    people = [Patient(seat, answering=False) for seat in range(PEOPLE)]
    dice = random.Random(SEED)  # noqa: S311  # a test's dice
    life(on, people, 0, until(people, 0, PEOPLE))
    for number in range(1, KILLS + 1):
        due(judge, FIRST + timedelta(days=number))
        life(on, people, number, until(people, number, dice.randint(0, PEOPLE + 1)))
    for number in range(KILLS + 1, KILLS + 1 + CALM):
        due(judge, FIRST + timedelta(days=number))
        life(on, people, number, fired(judge, people, number))
        if sum(len(one.asked) for one in people) > PEOPLE:
            break
    assert _overdue(judge) == 0
    with judge.connect() as base:
        _promises(base)
        _questions(base, people)


def _promises(base: Connection) -> None:
    """Exactly those who were promised a question, and not asked yet, have a plan of it."""
    told = base.execute(select(learners.c.id, learners.c.settings)).all()
    promised = {key for key, settings in told if json.loads(settings).get("aided")}
    planned = base.execute(select(plans.c.learner_id).where(plans.c.kind == "aid"))
    assert promised == set(planned.scalars())


def _questions(base: Connection, people: list[Patient]) -> None:
    """Every plan that came due brought one question, in the ledger and at most one in eyes."""
    ledger = select(outbox.c.cause, outbox.c.nonce, outbox.c.attempts)
    rows = base.execute(ledger.where(outbox.c.lane == LESSON, outbox.c.cause.like(ASKED))).all()
    causes = [cause for cause, *_ in rows]
    assert len(causes) == len(set(causes))
    assert all(attempts <= 1 for _, _, attempts in rows)
    handled = select(func.count()).where(seen.c.id.like(ASKED), seen.c.state == "done")
    assert base.execute(handled).scalar_one() == len(causes)
    eyes = {name: lives for one in people for name, lives in one.asked.items()}
    assert set(eyes) <= {f"m-{nonce}" for _, nonce, _ in rows}
    assert all(len(lives) == 1 for lives in eyes.values()), eyes
    walks = sum(len(one.walked) for one in people)
    sys.stdout.write(f"walked {walks}, asked {len(causes)}, seen {len(eyes)}, none twice\n")
    assert len(causes) > PEOPLE
    assert len(eyes) > PEOPLE
