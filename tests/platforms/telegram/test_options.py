"""The settings of the Telegram bot, and what is shown of it before it is opened."""

from collections.abc import Sequence

import pytest

from bot.core.events import Incoming
from bot.platforms.telegram import connect
from bot.platforms.telegram.options import read
from bot.ports import Receipt
from tests.platforms.scripted import tools
from tests.platforms.telegram.people import bot, listening
from tests.platforms.telegram.server import TOKEN, BotApi, refuse


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", ""),
        ("token", "a secret that is no token"),
        ("token", f"{TOKEN}\n"),
        ("api_url", "ftp://x"),
        ("api_url", "https://[x"),
        ("webhook_url", "http://bot.example/"),
        ("webhook_url", "elsewhere.example"),
        ("webhook_secret", "two words"),
        ("paid", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^WARY_TELEGRAM_{name.upper()}: ") as caught:
        read({"token": TOKEN, name: value})
    assert TOKEN not in str(caught.value)
    assert not value or value not in str(caught.value)


def test_a_missing_token_is_named() -> None:
    with pytest.raises(ValueError, match="WARY_TELEGRAM_TOKEN: is missing"):
        connect({}, tools())


def test_settings_are_read() -> None:
    found = read({"token": TOKEN, "api_url": "http://bot-api:8081/", "paid": "YES"})
    assert (found.api, found.rate, found.webhook) == ("http://bot-api:8081", 1000.0, "")
    hooked = read({"token": TOKEN, "webhook_url": "https://bot.example"})
    assert (hooked.webhook, hooked.path) == ("https://bot.example/telegram", "/telegram")
    assert len(hooked.secret) >= 32
    escaped = read({"token": TOKEN, "webhook_url": "https://bot.example/a%20b/%D8%A3"})
    assert (escaped.webhook, escaped.path) == ("https://bot.example/a%20b/%D8%A3", "/a b/أ")
    assert connect({"token": TOKEN}, tools()).limits.rate == 30.0


def test_neither_token_nor_secret_is_shown() -> None:
    found = read({"token": TOKEN, "webhook_secret": "planted"})
    assert TOKEN not in repr(found)
    assert "planted" not in repr(found)
    assert TOKEN not in repr(bot("http://127.0.0.1:9"))


async def nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]


async def test_commands_and_descriptions_are_written_once_in_every_language(api: BotApi) -> None:
    async with listening(bot(api), nobody):
        await api.until(lambda: "MyShortDescription:es" in api.kept)
    first = len(api.kept)
    assert [one["command"] for one in api.kept["MyCommands:zh"]][:2] == ["lesson", "check"]
    assert api.kept["MyName:"] == {"name": "en:telegram.name"}
    assert _offered(api, "MyCommands:ar:all_group_chats") == ["check"]
    assert _offered(api, "MyCommands::all_chat_administrators") == ["check", "settings", "stop"]
    written = api.counts["setMyName"]
    api.calls.clear()
    async with listening(bot(api), nobody):
        await api.until(lambda: api.counts["getMyShortDescription"] == written)
    assert api.counts["setMyCommands"] == api.counts["setMyName"] == 0
    assert len(api.kept) == first


def _offered(api: BotApi, menu: str) -> list[str]:
    return [one["command"] for one in api.kept[menu]]


async def test_a_menu_that_cannot_be_written_stops_nothing(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("getMyCommands", refuse(429, "Too Many Requests", retry_after=80_000))
    heard: list[Incoming] = []

    async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        heard.extend(batch)
        return await nobody(batch)

    async with listening(bot(api), receive):
        api.say("/start")
        await api.until(lambda: bool(heard) and "menu_not_written" in caplog.text)
        await api.until(lambda: not api.updates)
