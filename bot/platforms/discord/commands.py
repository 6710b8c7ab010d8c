"""This file is the list of commands that Discord shows, in every language it knows.

Rule 1: a command has one name everywhere; only its description is translated.
"""

from collections.abc import Sequence

from bot.core.card import Text
from bot.core.message import words
from bot.platforms.discord.encode import Payload
from bot.ports import Translate

COMMANDS = ("start", "lesson", "settings", "stop", "help", "privacy")
"""Names; the description of each is the text ``command.<name>``."""

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
    return [_command(name, first, languages, translate) for name in COMMANDS]


def _command(name: str, first: str, languages: Sequence[str], translate: Translate) -> Payload:
    text = Text(f"command.{name}")
    said = {tag: words(translate(tag, text))[:DESCRIPTION] for tag in (first, *languages)}
    return {
        "type": 1,
        "name": name,
        "description": said[first],
        "description_localizations": {
            client: said[tag] for tag in languages for client in clients(tag)
        },
        "contexts": list(EVERYWHERE),
        "integration_types": list(INSTALLED),
    }


def clients(tag: str) -> tuple[str, ...]:
    """Return Discord's locales for our language *tag*, none where its clients lack it."""
    return CLIENTS.get(tag, (tag,) if tag in SAME else ())
