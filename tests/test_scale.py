"""What so many learners need is arithmetic over what one costs; the page says what it says."""

import math
from dataclasses import replace

import pytest

from bench import scale
from tests.repo.tree import ROOT


def test_the_page_holds_every_line_that_the_script_tells() -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    told = "\n".join(scale.told())
    for block in told.split("\n\n"):
        assert block in page


@pytest.mark.parametrize(
    ("learners", "rate", "minutes"),
    [(100_000, 30, 55.6), (1_000_000, 30, 556), (1_000_000, 1000, 16.7)],
)
def test_hours_are_those_that_the_design_counts(
    learners: int, rate: float, minutes: float
) -> None:
    assert scale.hours(learners, rate) * 60 == pytest.approx(minutes, rel=0.005)


def test_a_million_paid_posts_cost_a_hundred_thousand_stars() -> None:
    assert scale.stars(1_000_000, scale.TELEGRAM.stars) == 100_000


def test_one_bot_sends_a_lesson_to_as_many_as_its_hours_hold() -> None:
    most = int(scale.TELEGRAM.lessons * 3600 * scale.WINDOW_HOURS)
    assert scale.bots(most, scale.TELEGRAM) == 1
    assert scale.bots(most + 1, scale.TELEGRAM) == 2


def test_whatever_costs_twice_needs_twice() -> None:
    cost, many = scale.MEASURED, 10**10
    twice = replace(cost, fire=2 * cost.fire, learner=2 * cost.learner, server=cost.server / 2)
    assert scale.workers(many, twice) == pytest.approx(2 * scale.workers(many, cost), rel=0.01)
    assert scale.disk(1, twice, 0) == 2 * scale.disk(1, cost, 0)
    assert scale.crowded(many, twice) == pytest.approx(2 * scale.crowded(many, cost))
    assert scale.workers(1, cost) == 1


def test_what_is_kept_for_a_term_stops_growing_at_its_end() -> None:
    cost = scale.MEASURED
    grown = scale.disk(1, cost, cost.name_days + 1) - scale.disk(1, cost, cost.name_days)
    assert grown == cost.note
    first = scale.disk(1, cost, 1) - scale.disk(1, cost, 0)
    assert first == cost.lesson + cost.name + cost.note
    assert math.isclose(scale.sender_load(scale.TELEGRAM, cost), 1000 * cost.post)
