"""How often one chat of Telegram may be written to."""

from bot.core.events import Address
from bot.platforms.telegram import connect
from bot.ports import Limit
from tests.platforms.scripted import tools


def test_a_group_takes_20_messages_a_minute_and_a_chat_one_a_second() -> None:
    limits = connect({"token": "123:ABC"}, tools()).limits
    each = Limit(5, 5.0)
    assert limits.of(Address("telegram", "31415926")) == (each,)
    assert limits.of(Address("telegram", "-100777")) == (each, Limit(20, 60.0))
