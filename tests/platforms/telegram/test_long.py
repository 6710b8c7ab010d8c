"""T16 of trust.md on the wire: nothing too long is sent, and what is found so, once only."""

import pytest

from bot.core.card import Para
from bot.core.events import Address
from bot.core.message import Message, Span
from bot.ports import Refused
from tests.platforms.cards import LESSON
from tests.platforms.scripted import post
from tests.platforms.telegram.people import bot
from tests.platforms.telegram.server import BotApi, refuse

TO_ME = post(Address("telegram", "7"))


@pytest.mark.parametrize("length", range(4094, 4099))
@pytest.mark.parametrize("letter", ["a", "ع", "字", "😀", "\N{WAVING WHITE FLAG}\N{RAINBOW}"])
async def test_t16_around_the_limit_every_script_is_taken(
    api: BotApi, letter: str, length: int
) -> None:
    text = letter * (length // (len(letter.encode("utf-16-le")) // 2))
    words = Message(body=(Para((Span(text),)),), lang="en")
    await bot(api).send(TO_ME, words)
    (shown,) = api.chats[7]
    assert len(shown.text.encode("utf-16-le")) // 2 <= 4096
    assert text.startswith(shown.text.rstrip("…"))


async def test_t16_what_the_service_finds_too_long_is_refused_and_not_tried_again(
    api: BotApi,
) -> None:
    api.fail("sendMessage", refuse(400, "Bad Request: message is too long"))
    with pytest.raises(Refused):
        await bot(api).send(TO_ME, LESSON)
    assert api.counts["sendMessage"] == 1
