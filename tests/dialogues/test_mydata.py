"""The transcript of chat.md, 9.4, my data: word for word from the catalogues."""

import pytest

from bot import i18n, settings, teaching
from bot.core.card import Action
from bot.core.events import Commanded, Pressed
from bot.runtime.export import carried
from bot.runtime.render import Render, renderer
from tests.engine.school import Talk
from tests.runtime.rooms import house


def press(token: str) -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, "m1")


@pytest.fixture(scope="module")
def render() -> Render:
    made = teaching.taught(settings.read({}))
    return renderer(made.catalogues.translate, i18n.rtl)


def bare(words: str) -> str:
    """Return *words* without the marks that only turn their direction."""
    return words.translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))


async def test_all_of_it_comes_at_once_as_two_files_and_a_card(render: Render) -> None:
    async with house() as home:
        await home.hear(press("track:en:citizen"))
        await home.hear(press("answer:acc-01-q1:b"))
        await home.hear(Commanded("mydata"))
        await home.send_all()
        post, _ = home.platform.shown[-1]
        said = await carried(post, home.base, render)
    assert [file.name for file in said.carried] == ["wary-mydata.json", "wary-mydata.html"]
    assert bare(said.plain()) == (
        "All I keep about you\n\n"
        "Here are two files: one that programs can read, and a page for you to read. "
        "This is all.\n\n"
        "Answers: 1. Settings: 2. Apps: 1.\n\n"
        "[1] Forget me\n[2] Keep"
    )


def test_a_stranger_hears_that_nothing_is_known(render: Render) -> None:
    talk = Talk()
    talk.hear(Commanded("mydata"))
    assert render(talk.card, "en").plain() == "I know nothing about you."
