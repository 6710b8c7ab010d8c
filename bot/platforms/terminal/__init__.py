"""Wary in a terminal: the plain form of every card, one typed line a turn."""

from collections.abc import Mapping
from pathlib import Path

from bot.platforms.terminal.adapter import Terminal
from bot.platforms.terminal.record import Record
from bot.ports import Tools


def connect(settings: Mapping[str, str], tools: Tools) -> Terminal:
    """Return the chat on standard input and output.

    Args:
        settings: ``user``, the id of the person at the keyboard, ``me`` if there is none;
            ``locale``, the language of a first guess, ``en`` if there is none; ``record``, a
            file to write the talk to, empty for none.
        tools: what wiring hands over.

    Raises:
        OSError: the file cannot be written.
    """
    user, locale = settings.get("user", "") or "me", settings.get("locale", "") or "en"
    name = settings.get("record", "")
    record = _recording(Path(name), tools) if name else None
    return Terminal(tools, user=user, locale=locale, record=record)


def _recording(path: Path, tools: Tools) -> Record:
    path.write_text("", encoding="utf-8")

    def write(entry: str) -> None:
        # Opened for each entry: what was said so far is there whatever ends the process.
        with path.open("a", encoding="utf-8") as file:
            file.write(entry)

    return Record(write, tools.now)
