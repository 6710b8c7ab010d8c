"""Every card of all that is taught, in every language, within Discord's limits."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot import i18n, settings, wiring
from bot.core.card import Card
from bot.core.events import Address
from bot.core.learner import Acting, Answered, Answering, Choosing, Idle, Learner, Reading, Stage
from bot.core.library import Item, Library
from bot.engine import current, lesson, onboarding, screens
from bot.platforms.discord import encode
from bot.runtime.render import renderer
from tests.platforms.discord import limits
from tests.platforms.scripted import NOW

VERDICTS = ("right", "near", "wrong", "unknown")
SCREENS = ("language", "track", "often", "hour", "country", "clock", "alerts", "typed", "pause")


@pytest.fixture(scope="module")
def taught() -> wiring.Taught:
    return wiring.taught(settings.read({}))


def answers(item: Item) -> Iterator[Stage]:
    ids = tuple(option.id for option in item.options)
    yield Answering(item.id, "seed", "daily")
    yield Answering(item.id, "seed", "first", ids[:2])
    for verdict in VERDICTS:
        for picked in ((), ids[:1], ids):
            yield Answered(item.id, "seed", "daily", picked, verdict)  # type: ignore[arg-type]
    yield Answered(item.id, "seed", "daily", ("1",), "wrong", "low")


def stages(library: Library) -> Iterator[Stage]:
    for item in library.items.values():
        yield from answers(item)
    for key, one in library.lessons.items():
        tracks = {len(lesson.cards(track, one)) for track in one.tracks}
        yield from (Reading(key, number) for number in range(max(tracks)))
        yield Acting(key)
    for what in ("settings", *SCREENS):
        yield from (Choosing(what, page=page) for page in (0, 1))
    yield Idle()


def cards(library: Library, locale: str) -> Iterator[Card]:
    address = Address("discord", "1")
    me = Learner("0" * 32, address, locale, country="tn", zone="Africa/Tunis", hour="18:00")
    yield onboarding.greeting(locale, library)
    yield current.privacy()
    yield current.menu("menu.help")
    for stage in stages(library):
        learner = replace(me, stage=stage)
        if isinstance(stage, Choosing) and stage.what == "settings":
            yield screens.settings(learner, library, NOW)
        else:
            yield current.card(learner, library, NOW)


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("typed_only", [False, True])
def test_no_card_of_ours_is_over_a_limit(
    taught: wiring.Taught, locale: str, *, typed_only: bool
) -> None:
    render = renderer(taught.catalogues.translate, i18n.rtl)
    over: list[str] = []
    seen = 0
    for card in cards(taught.library, locale):
        said = render(card, locale)
        if typed_only:
            said = replace(said, typed_only=True)
        body: dict[str, Any] = encode.message(said)
        seen += 1
        over += [f"{said.heading()}: {fault}" for fault in limits.faults(body)]
    assert seen > 100
    assert over == []
