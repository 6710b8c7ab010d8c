"""The transcripts of chat.md, 9, word for word, at a terminal, on Telegram and on Discord."""

import pytest

from bot import settings, teaching
from tests.dialogues import script
from tests.dialogues.playing import play


@pytest.fixture(scope="module")
def made() -> teaching.Taught:
    """All that is taught, and in which words."""
    return teaching.taught(settings.read({}))


@pytest.mark.parametrize("platform", ["terminal", "telegram", "discord"])
@pytest.mark.parametrize("name", script.names())
async def test_a_transcript_stands_word_for_word(
    name: str, platform: str, made: teaching.Taught
) -> None:
    await play(platform, made, script.read(name))
