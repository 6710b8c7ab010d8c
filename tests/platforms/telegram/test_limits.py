"""How fast a chat of Telegram is written to."""

from bot.core.events import Address
from bot.platforms.telegram import connect
from bot.ports import Limit
from tests.platforms.scripted import tools
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi, message
from tests.platforms.telegram.test_places import GROUP, group

MOST = 20


def test_a_group_takes_20_messages_a_minute_and_a_chat_one_a_second() -> None:
    of = connect({"token": "123:ABC"}, tools()).limits.of
    assert of(Address("telegram", "7")) == (Limit(5, 5.0, "7"),)
    of_group = (Limit(5, 5.0, "-100"), Limit(MOST, 60.0, "-100"))
    assert of(Address("telegram", "-100")) == of_group
    assert of(Address("telegram", "-100:45")) == of_group, "its topics share them"
    assert of(Address("telegram", "guest:q7")) == (), "guests of other chats share nothing"


async def test_people_who_type_commands_in_a_group_silence_nobody(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        for at in range(MOST + 10):
            api.push({"message": message("/lesson", 1000 + at, chat=group())})
        await api.until(lambda: len(api.chats[GROUP]) == 5)
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
    assert len(api.chats[GROUP]) == 5
