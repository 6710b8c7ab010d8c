"""How fast the engine decides: a thousand people at their hour, and answering."""

import time
from datetime import UTC, date, datetime

from bench.rows import Figure, at_least, medians
from bot.core.altered import altered
from bot.core.card import Action
from bot.core.events import Address, Incoming, LessonDue, Pressed
from bot.core.learner import Answering, Learner, Often
from bot.core.library import Library
from bot.engine.decide import decide

AT = datetime(2026, 11, 21, 17, 1, tzinfo=UTC)
PEOPLE = 1000


def _talk(library: Library) -> list[tuple[Learner, Incoming]]:
    """Return a mix as on a day: half lessons that are due, half presses."""
    item = next(item for item in library.items.values() if item.type == "single")
    mixed = []
    for number in range(PEOPLE):
        address = Address("bench", str(number))
        learner = Learner(
            f"{number:032x}",
            address,
            zone="Europe/Paris",
            often=Often.DAILY,
            hour="18:00",
            stage=Answering(item.id, "seed", "daily"),
        )
        press = Action("answer", (item.id, item.options[number % 3].id))
        mixed.append((learner, Incoming(f"d{number}", address, AT, LessonDue(date(2026, 11, 21)))))
        mixed.append((learner, Incoming(f"p{number}", address, AT, Pressed(press, "m1"))))
    return mixed


def decisions(library: Library) -> Figure:
    """Return decisions a second in one process, beside copies of a learner a second."""
    mixed = _talk(library)

    def ours() -> float:
        begun = time.perf_counter()
        for learner, incoming in mixed:
            decide(learner, incoming, library)
        return len(mixed) / (time.perf_counter() - begun)

    def limit() -> float:
        begun = time.perf_counter()
        for learner, _ in mixed:
            altered(learner, points=learner.points + 1)
        return len(mixed) / (time.perf_counter() - begun)

    ours()
    name = "copies of a learner (altered): one is the least a decision does"
    return at_least("engine.decisions", "1/s", 50_000, name, medians(ours, limit))
