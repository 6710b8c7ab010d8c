"""The list of commands as Discord takes it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.card import Text
from bot.core.message import Rich, Span
from bot.platforms.discord.commands import CLIENTS, SAME, clients, commands
from tests.platforms.discord import limits
from tests.platforms.scripted import tools, translate

OURS = ("en", "ar", "zh-Hans", "fr", "ru", "es")


def made(languages: tuple[str, ...] = OURS) -> list[dict[str, Any]]:
    return commands(languages, translate)


def test_there_are_six_with_plain_names() -> None:
    names = [one["name"] for one in made()]
    assert names == ["start", "lesson", "settings", "stop", "help", "privacy"]


def test_a_description_is_in_every_language_that_discord_knows() -> None:
    [_, lesson, *_] = made()
    assert lesson["description"] == "en:command.lesson"
    assert lesson["description_localizations"] == {
        "en-US": "en:command.lesson",
        "en-GB": "en:command.lesson",
        "zh-CN": "zh-Hans:command.lesson",
        "fr": "fr:command.lesson",
        "ru": "ru:command.lesson",
        "es-ES": "es:command.lesson",
        "es-419": "es:command.lesson",
    }


def test_they_work_in_servers_and_in_direct_messages_and_are_installed_by_people() -> None:
    for one in made():
        assert one["contexts"] == [0, 1, 2]
        assert one["integration_types"] == [0, 1]


def test_arabic_is_no_locale_of_its_clients() -> None:
    assert clients("ar") == ()


def test_there_are_32_locales() -> None:
    every = [one for several in CLIENTS.values() for one in several] + sorted(SAME)
    assert len(every) == len(set(every)) == 32


def test_a_long_description_is_cut() -> None:
    def long(_: str, text: Text) -> Rich:
        return (Span(text.key * 20),)

    assert {len(str(one["description"])) for one in commands(("en",), long)} == {100}


def test_the_official_description_knows_every_field() -> None:
    if not limits.official():
        pytest.skip("the official description is not on this machine")
    for one in made():
        assert limits.unknown("POST", "/applications/1/commands", one) == []


def test_without_languages_there_is_english() -> None:
    bare = replace(tools(), languages=())
    assert commands(bare.languages, translate)[0]["description"] == "en:command.start"
