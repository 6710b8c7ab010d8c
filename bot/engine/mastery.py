"""What somebody knows for good: lessons, and topics as a whole.

Rule 1: a topic is also known by its genuine messages: who takes every message for a fake has
learned to mistrust, not to see.
Rule 2: it follows from what is remembered, and is never a score.
"""

from collections.abc import Sequence

from bot.core.learner import Learner
from bot.core.library import Item, Lesson, Library
from bot.engine import progress

SHARE = (4, 5)
"""The share of a topic's lessons that must be known: 80 %.  Source: content.md, 9.4."""

FAKES, GENUINE = 6, 4
"""Staged messages of a set, and the most fakes missed and false alarms in it: one of each.

Source: content.md, 9.4.
"""


def lessons(learner: Learner, library: Library) -> tuple[Lesson, ...]:
    """Return the lessons that are known, in the order of the course."""
    own = progress.course(learner, library).lessons
    return tuple(lesson for lesson in own if progress.mastered(learner, lesson))


def topics(learner: Learner, library: Library) -> tuple[str, ...]:
    """Return the topics that are known, in the order of the course.

    Care lessons leave no trace and count neither way.
    """
    known = {lesson.id for lesson in lessons(learner, library)}
    if not known:
        return ()
    own: dict[str, list[Lesson]] = {}
    for lesson in progress.course(learner, library).lessons:
        if not lesson.care:
            own.setdefault(lesson.topic, []).append(lesson)
    return tuple(
        topic
        for topic, taught in own.items()
        if sum(lesson.id in known for lesson in taught) * SHARE[1] >= len(taught) * SHARE[0]
        and _sees(learner, library, taught)
    )


def _sees(learner: Learner, library: Library, taught: Sequence[Lesson]) -> bool:
    """Return whether fakes are found and genuine messages left alone.

    A topic without a whole set of staged messages is known by its lessons alone.
    """
    items = progress.course(learner, library).items
    staged = [item for lesson in taught for item in items[lesson.id] if item.type == "spot"]
    if not _whole([item for item in staged if _fake(item)], staged):
        return True
    right = {key: day > 0 for memory in learner.reviews for key, day in memory.seen}
    answered = [item for item in staged if item.id in right]
    fakes = [right[item.id] for item in answered if _fake(item)]
    genuine = [right[item.id] for item in answered if not _fake(item)]
    if len(fakes) < FAKES or len(genuine) < GENUINE:
        return False
    missed, alarms = fakes.count(False), genuine.count(False)
    # One of a set of six, and one of its four; of more messages the same share.
    return missed * FAKES <= len(fakes) and alarms * GENUINE <= len(genuine)


def _whole(fakes: Sequence[Item], staged: Sequence[Item]) -> bool:
    return len(fakes) >= FAKES and len(staged) - len(fakes) >= GENUINE


def _fake(item: Item) -> bool:
    """Return whether a staged message holds a sign; a genuine one holds none."""
    return any(option.right for option in item.options)
