"""The panels beside the demo's chat show all that is kept, and nothing that is not."""

from dataclasses import replace

import pytest

from bot.console.demo import panels, step
from bot.core.events import Address
from bot.core.learner import Choosing, Learner, Often, Track
from bot.ports import Known
from tests.platforms.scripted import translate

ME = Address("web", "0" * 32)
LEARNER = Learner("k", ME, locale="fr", track=Track.PARENT)


async def drawn(known: Known | None, locale: str = "en") -> str:
    async def find(address: Address) -> Known | None:
        assert address == ME
        return known

    return await panels(find, translate)(ME, locale)


async def test_of_a_stranger_nothing_is_known() -> None:
    html = await drawn(None, "ar")
    assert "ar:demo.known.nothing" in html
    assert "ar:demo.try.language" in html
    assert "<dl>" not in html


async def test_of_a_learner_everything_kept_is_shown() -> None:
    learner = replace(
        LEARNER, often=Often.DAILY, hour="18:00", country="ca", zone="America/Toronto"
    )
    html = await drawn(Known(learner, answers=3, right=2))
    for value in ("Français", "en:track.parent", "en:often.daily", "18:00", "CA"):
        assert f"<bdi>{value}</bdi>" in html
    assert "<dt>en:demo.known.answers</dt><dd><span><bdi>3</bdi>" in html
    assert "<dt>en:demo.known.right</dt><dd><span><bdi>2</bdi>" in html
    assert ME.id not in html


async def test_a_value_is_never_html() -> None:
    html = await drawn(Known(replace(LEARNER, zone="<script>")))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (None, "language"),
        (Known(LEARNER), "answer"),
        (Known(replace(LEARNER, stage=Choosing("hour", joining=True)), 1), "finish"),
        (Known(replace(LEARNER, stage=Choosing("hour")), 1), "settings"),
        (Known(LEARNER, 1), "settings"),
    ],
)
def test_what_to_try_next_follows_what_is_known(known: Known | None, wanted: str) -> None:
    assert step(known) == wanted
