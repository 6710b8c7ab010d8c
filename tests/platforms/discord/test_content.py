"""Every card of all that is taught, in every language, within Discord's limits."""

from dataclasses import replace
from typing import Any

import pytest

from bot import i18n, settings, teaching
from bot.platforms.discord import encode
from bot.runtime.render import renderer
from tests.platforms.discord import limits, schema
from tests.platforms.everything import all_cards


@pytest.fixture(scope="module")
def taught() -> teaching.Taught:
    return teaching.taught(settings.read({}))


@pytest.mark.parametrize("locale", ["en", "ar", "zh-Hans", "fr", "ru", "es"])
@pytest.mark.parametrize("typed_only", [False, True])
def test_no_card_of_ours_is_over_a_limit(
    taught: teaching.Taught, locale: str, *, typed_only: bool
) -> None:
    render = renderer(taught.catalogues.translate, i18n.rtl)
    over: list[str] = []
    seen = 0
    for card in all_cards(taught.library, locale, "discord"):
        said = render(card, locale)
        if typed_only:
            said = replace(said, typed_only=True)
        body: dict[str, Any] = encode.message(said)
        seen += 1
        # Of another language only lengths and counts differ, and those are in the limits.
        formed = schema.in_message(body) if locale == "en" else []
        over += [f"{said.heading()}: {fault}" for fault in (*limits.faults(body), *formed)]
    assert seen > 100
    assert over == []
