"""Every card that can be shown of all that is taught, for tests that draw them."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from bot.core.card import Card
from bot.core.events import Address
from bot.core.learner import Acting, Answered, Answering, Choosing, Idle, Learner, Reading, Stage
from bot.core.library import Item, Library
from bot.engine import current, lesson, onboarding, screens
from bot.engine.quiz import Verdict
from tests.platforms.scripted import NOW

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def every_card(library: Library, locale: str, platform: str) -> Iterator[Card]:
    address = Address(platform, "1")
    me = Learner("0" * 32, address, locale, country="tn", zone="Africa/Tunis", hour="18:00")
    yield from (onboarding.greeting(locale, library), current.privacy(), current.menu("menu.help"))
    yield screens.settings(me, library, NOW)
    for stage in _stages(library):
        yield current.card(replace(me, stage=stage), library, NOW)


def _stages(library: Library) -> Iterator[Stage]:
    for item in library.items.values():
        yield from _answers(item)
    for key, one in library.lessons.items():
        count = max(len(lesson.cards(track, one)) for track in one.tracks)
        yield from (Reading(key, number) for number in range(count))
        yield Acting(key)
    yield from (Choosing(what, page=page) for what in screens.SCREENS for page in (0, 1))
    yield Idle()


def _answers(item: Item) -> Iterator[Stage]:
    ids = tuple(option.id for option in item.options)
    yield Answering(item.id, "seed", "daily", ids[:2])
    yield Answering(item.id, "seed", "first", ids[:2])
    for verdict, picked in itertools.product(VERDICTS, ((), ids[:1], ids)):
        yield Answered(item.id, "seed", "daily", picked, verdict)
    yield Answered(item.id, "seed", "daily", ("1",), "wrong", "low")
