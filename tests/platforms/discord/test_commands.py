"""The list of commands as Discord takes it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.card import Text
from bot.core.message import Rich, Span
from bot.platforms.discord.commands import CLIENTS, SAME, clients, commands
from tests.platforms.discord import schema
from tests.platforms.scripted import tools, translate

OURS = ("en", "ar", "zh-Hans", "fr", "ru", "es")


def made(languages: tuple[str, ...] = OURS) -> list[dict[str, Any]]:
    return commands(languages, translate)


def slash(languages: tuple[str, ...] = OURS) -> list[dict[str, Any]]:
    return [one for one in made(languages) if one["type"] == 1]


def test_there_are_nine_with_plain_names() -> None:
    names = [one["name"] for one in slash()]
    first = ["start", "lesson", "check", "aid", "settings"]
    assert names == [*first, "link", "stop", "help", "privacy", "mydata", "forgetme"]


def test_a_message_has_one_in_its_own_menu_named_in_every_language() -> None:
    [menu] = [one for one in made() if one["type"] == 3]
    assert menu["name"] == "en:command.check_this"
    assert menu["name_localizations"]["zh-CN"] == "zh-Hans:command.check_this"
    assert "description" not in menu
    assert "options" not in menu


def test_the_check_and_the_link_take_words_and_they_may_be_left_out() -> None:
    [check, link] = [one for one in slash() if "options" in one]
    [code] = link["options"]
    assert (link["name"], code["name"], code["required"]) == ("link", "code", False)
    [text] = check["options"]
    assert (check["name"], text["name"], text["type"]) == ("check", "text", 3)
    assert text["required"] is False
    assert text["description_localizations"]["fr"] == "fr:check.prompt"


def test_no_name_is_longer_than_discord_takes_and_all_words_fit_one_command() -> None:
    for one in made():
        names = [one["name"], *one.get("name_localizations", {}).values()]
        assert all(1 <= len(name) <= 32 for name in names)
        assert len(json.dumps(one, ensure_ascii=False)) < 8_000


def test_a_description_is_in_every_language_that_discord_knows() -> None:
    [_, lesson, *_] = slash()
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

    own = commands(("en",), long)
    assert {len(str(one["description"])) for one in own if one["type"] == 1} == {100}
    assert [len(str(one["name"])) for one in own if one["type"] == 3] == [32]


def test_the_official_description_knows_every_field() -> None:
    if not schema.official():
        pytest.skip("the official description is not on this machine")
    for one in made():
        assert schema.complaints("POST", "/applications/1/commands", one) == []


def test_without_languages_there_is_english() -> None:
    bare = replace(tools(), languages=())
    assert commands(bare.languages, translate)[0]["description"] == "en:command.start"
