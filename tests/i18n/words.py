"""This file holds the texts that the tests of this room translate; ``locales/`` has them too."""

from collections.abc import Mapping
from pathlib import Path

from bot.core.source import Source
from bot.i18n import Catalogues, read

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("fr", "en", "ar", "ru", "zh-Hans", "de")


def source(key: str, text: str, line: int = 1, catalogue: str = "interface") -> Source:
    path = "locales/interface.yaml" if catalogue == "interface" else "lessons/acc/acc-06.yaml"
    return Source(key, text, path, line, catalogue=catalogue)


ANSWERS = Source(
    "answers",
    "{count} answers",
    "locales/interface.yaml",
    4,
    plural={"one": "{count} answer", "other": "{count} answers"},
)

SOURCES: Mapping[str, Source] = {
    one.key: one
    for one in (
        source("hello", "Hello", 1),
        source("greet", "Hello {name}, see {way}", 2),
        source("marks", "**Look** at *this* and `/settings`", 3),
        ANSWERS,
        source("address", "The owner is settle-now.example. Choose PIN 2.", 5),
        source("bold", "**{name}** said: {way}", 6),
        source("only.english", "Press *Go* or send {way}", 7),
        source("report", "Report it: {report.sms}", 8),
        source("acc-06.title", "The code is a key", 14, "lessons"),
        source("acc-06.recap", "Nobody honest needs it.", 20, "lessons"),
    )
}


def catalogues() -> Catalogues:
    made, faults = read([LOCALES], SOURCES, "en", LANGUAGES)
    assert [fault for fault in faults if not fault.warning] == []
    return made
