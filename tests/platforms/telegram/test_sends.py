"""What a preview shows is what people are sent, letter by letter; and when it says, they are."""

from dataclasses import replace

from bot import teaching
from bot.core.card import Card, Para
from bot.core.events import Address
from bot.core.learner import Learner
from bot.core.send import Draft
from bot.engine import posting
from bot.sending import said, worded
from bot.settings import read
from bot.store.database import Database
from tests.platforms.scripted import NOW
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi
from tests.store.crowds import crowd, person, stepped

MADE = teaching.taught(read({}))
READER = Learner("0" * 32, Address("", ""))
FIRST = 20_000
"""The number of the first chat."""


async def test_what_the_preview_shows_is_what_arrives(api: BotApi) -> None:
    tags = ("en", "ar", "fr")
    lesson = MADE.library.lessons["acc-01"]
    told = {
        tag: posting.announced(replace(READER, locale=tag), MADE.library, lesson) for tag in tags
    }
    words = Card(title=said("a < b & c"), body=(Para(said("Visit *nobody*: http://x.example/")),))
    translate = MADE.catalogues.translate
    async with (
        home(bot(api), running=False, say=translate) as house,
        listening(house.platform, house.turns.receive),
    ):
        assert isinstance(house.base, Database)
        people = [
            person(n, locale=tag, address=Address("telegram", str(FIRST + n)))
            for n, tag in enumerate(tags)
        ]
        await crowd(house.base, people)
        previews = []
        for name, cards in (("lesson", told), ("words", {"en": words})):
            send = await house.base.sends.create(Draft("campaign", name, cards, "en"))
            reach = await house.base.sends.reach(send)
            previews.append("\n".join(worded(MADE, await house.base.sends.cards(send), reach)))
            await house.base.sends.turn(send, "start", NOW)
            await stepped(house.base, NOW)
            while await house.outbox.once(house.turns.receive):
                pass
        for n in range(len(tags)):
            lesson_shown, words_shown = api.chats[FIRST + n]
            assert f"\n{lesson_shown.text}\n" in previews[0]
            assert f"\n{words_shown.text}\n" in previews[1]
        [[button]] = api.chats[FIRST][0].rows
        assert f"[{button['text']}]" in previews[0]
        assert "http://x.example/" in api.chats[FIRST][1].text
