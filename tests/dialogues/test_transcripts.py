"""The transcripts of chat.md, 9, word for word, at a terminal, on Telegram and on Discord."""

import pytest

from bot import teaching
from tests.dialogues import script
from tests.dialogues.playing import play
from tests.starter import starter


@pytest.fixture(scope="module")
def made() -> teaching.Taught:
    """All that is taught, and in which words."""
    return starter()


def test_every_transcript_is_played_on_both_services() -> None:
    assert len(script.names()) > 20
    alone = {"9.10-nothing-can-be-saved"}  # Telegram keeps what was not taken, and asks again.
    for platform in ("telegram", "discord"):
        played = {name for name, on in script.played() if on == platform}
        assert set(script.names()) - played <= alone


@pytest.mark.parametrize(("name", "platform"), script.played())
async def test_a_transcript_stands_word_for_word(
    name: str, platform: str, made: teaching.Taught
) -> None:
    await play(platform, made, script.read(name))


@pytest.mark.parametrize("platform", ["terminal", "telegram", "discord"])
@pytest.mark.parametrize(
    ("stands", "would"),
    [
        ("Two minutes a day", "Three minutes a day"),
        ("[My children]", "[My child]"),
        ("⟲ Hello!", "+ Hello!"),
    ],
)
async def test_a_word_a_button_or_a_way_of_coming_that_differs_is_found(
    platform: str, stands: str, would: str, made: teaching.Taught
) -> None:
    text = (script.HERE / "9.1-one-zone.txt").read_text(encoding="utf-8")
    assert stands in text
    with pytest.raises(pytest.fail.Exception, match="\n\\+"):
        await play(platform, made, script.parsed(text.replace(stands, would)))
