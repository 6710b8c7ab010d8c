"""What Telegram shows of the bot before it is opened: commands, name and descriptions.

Rule 1: only what differs is written, because a bot's name may be set a few times a day only.
Rule 2: a menu that cannot be written stops nothing.
"""

import logging
from collections.abc import Iterator

from telegram.error import TelegramError

from bot.core.card import Text
from bot.core.message import words
from bot.engine.current import COMMANDS
from bot.platforms.telegram.transport import Client
from bot.ports import Tools

NAME, DESCRIPTION, ABOUT = 64, 512, 120
"""Longest texts, in characters.  Source: Telegram, setMyName and its neighbours."""

COMMAND = 256
"""Longest description of a command.  Source: Telegram, BotCommand."""

SCOPES = {
    "default": COMMANDS,
    "all_group_chats": ("check",),
    "all_chat_administrators": ("check", "settings", "stop"),
}
"""Where which commands are offered: in a group only what is answered there.

Source: Telegram, BotCommandScope; chat.md, 4.1.
"""

log = logging.getLogger(__name__)


async def publish(client: Client, tools: Tools) -> None:
    """Write the menu in every language, the deployment's own also for all others."""
    try:
        for language, code in _spoken(tools.languages):
            await _commands(client, tools, language, code)
            await _texts(client, tools, language, code)
    except TelegramError as fault:
        log.warning("menu_not_written", extra={"fault": type(fault).__name__})


def _spoken(languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield languages with their codes at Telegram: two letters, empty for everybody else."""
    yield languages[0], ""
    seen: set[str] = set()
    for language in languages:
        code = language.split("-")[0].lower()
        if code not in seen and len(code) == len("en"):
            seen.add(code)
            yield language, code


async def _commands(client: Client, tools: Tools, language: str, code: str) -> None:
    for scope, names in SCOPES.items():
        wanted = [
            {"command": name, "description": _say(tools, language, f"command.{name}", COMMAND)}
            for name in names
        ]
        where = {"language_code": code, "scope": {"type": scope}}
        if await client.call("GetMyCommands", where) != wanted:
            await client.call("SetMyCommands", {"commands": wanted, **where})


async def _texts(client: Client, tools: Tools, language: str, code: str) -> None:
    for method, field, key, limit in (
        ("MyName", "name", "telegram.name", NAME),
        ("MyDescription", "description", "telegram.description", DESCRIPTION),
        ("MyShortDescription", "short_description", "telegram.about", ABOUT),
    ):
        wanted = {field: _say(tools, language, key, limit)}
        if await client.call(f"Get{method}", {"language_code": code}) != wanted:
            await client.call(f"Set{method}", {"language_code": code, **wanted})


def _say(tools: Tools, language: str, key: str, limit: int) -> str:
    return words(tools.translate(language, Text(key)))[:limit]
