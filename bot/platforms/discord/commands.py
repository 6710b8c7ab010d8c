"""This file is the list of commands that Discord shows, in every language it knows.

Rule 1: a command has one name everywhere; only its description is translated.  What stands in a
message's own menu has no description, so there the name is translated.
"""

from collections.abc import Sequence

from bot.core.card import Text
from bot.core.message import words
from bot.engine.current import COMMANDS
from bot.platforms.discord.encode import Payload
from bot.platforms.discord.showing import TEXT_CHARACTERS
from bot.ports import Translate

OPTIONS = {
    "check": ("text", "check.prompt", TEXT_CHARACTERS),
    "link": ("code", "link.prompt", 32),
}
"""Commands that take words behind them, which may be left out: their name, text and length."""

MENU = "command.check_this"
"""The text of the one command in a message's menu."""

SLASH, ON_MESSAGE, STRING = 1, 3, 3
"""Types of commands, and of an option.  Source: Discord, Application Commands."""

NAME = 32
"""Characters of a name.  Source: Discord, Application Command Naming."""

DESCRIPTION = 100
"""Characters of a description.  Source: Discord, Application Command Structure."""

CLIENTS: dict[str, tuple[str, ...]] = {
    "en": ("en-US", "en-GB"),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh-Hans": ("zh-CN",),
    "zh-Hant": ("zh-TW",),
}
"""Locales of Discord's clients whose name is not our tag."""

SAME = frozenset(
    "id da de fr hr it lt hu nl no pl ro fi vi tr cs el bg ru uk hi th ja ko".split()  # noqa: SIM905
)
"""Locales of Discord's clients whose name is our tag; Arabic is none of them."""

EVERYWHERE = (0, 1, 2)
"""Contexts: servers, direct messages with the bot, other direct messages."""

INSTALLED = (0, 1)
"""Installed on a server, or by a person."""


def commands(languages: Sequence[str], translate: Translate) -> list[Payload]:
    """Return the body of a bulk overwrite; the first of *languages* is the default one."""
    first = languages[0] if languages else "en"
    own = [_command(name, first, languages, translate) for name in ("start", *COMMANDS)]
    said, elsewhere = _said(MENU, NAME, first, languages, translate)
    return [*own, {"type": ON_MESSAGE, "name": said, "name_localizations": elsewhere, **_places()}]


def _command(name: str, first: str, languages: Sequence[str], translate: Translate) -> Payload:
    said, elsewhere = _said(f"command.{name}", DESCRIPTION, first, languages, translate)
    made: Payload = {
        "type": SLASH,
        "name": name,
        "description": said,
        "description_localizations": elsewhere,
        **_places(),
    }
    if name in OPTIONS:
        option, prompt, longest = OPTIONS[name]
        said, elsewhere = _said(prompt, DESCRIPTION, first, languages, translate)
        made["options"] = [
            {
                "type": STRING,
                "name": option,
                "description": said,
                "description_localizations": elsewhere,
                "required": False,
                "max_length": longest,
            }
        ]
    return made


def _said(
    key: str, limit: int, first: str, languages: Sequence[str], translate: Translate
) -> tuple[str, dict[str, str]]:
    """Return a text in the first language, and for each of Discord's locales that we speak."""
    said = {tag: words(translate(tag, Text(key)))[:limit] for tag in (first, *languages)}
    return said[first], {client: said[tag] for tag in languages for client in clients(tag)}


def _places() -> Payload:
    return {"contexts": list(EVERYWHERE), "integration_types": list(INSTALLED)}


def clients(tag: str) -> tuple[str, ...]:
    """Return Discord's locales for our language *tag*, none where its clients lack it."""
    return CLIENTS.get(tag, (tag,) if tag in SAME else ())
