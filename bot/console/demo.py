"""The panels beside the demo's chat: what the bot knows of you, and what to try next.

Rule 1: a panel shows all that is kept of a person and nothing else, so that seeing is believing.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.core.card import Text
from bot.core.events import Address
from bot.core.learner import Choosing, Learner
from bot.core.message import words
from bot.ports import Known, Translate

Step = Literal["language", "answer", "finish", "settings"]

ABSENT = "\N{EM DASH}"
"""Shown where nothing is known yet."""


def panels(
    known: Callable[[Address], Awaitable[Known | None]], translate: Translate
) -> Callable[[Address, str], Awaitable[str]]:
    """Return what draws the panels for (address, locale) as HTML.

    Args:
        known: tells all that is kept of the person at an address.
        translate: puts texts into words; keys begin with ``demo.``, or are those of the
            questions that were answered.
    """

    async def draw(address: Address, locale: str) -> str:
        about = await known(address)

        def said(key: str) -> str:
            return words(translate(locale, Text(key)))

        return _TEMPLATES.get_template("demo.html").render(
            title=said("demo.known.title"),
            nothing=said("demo.known.nothing"),
            rows=tuple((said(f"demo.known.{name}"), value) for name, value in _rows(about, said)),
            try_title=said("demo.try.title"),
            try_this=said(f"demo.try.{step(about)}"),
        )

    return draw


def step(about: Known | None) -> Step:
    """Return which thing to try comes next for the person *about* whom this is known."""
    if about is None:
        return "language"
    if not about.answers:
        return "answer"
    stage = about.learner.stage
    return "finish" if isinstance(stage, Choosing) and stage.joining else "settings"


def _rows(about: Known | None, said: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Return what is kept, as pairs of a key's end and a value in words."""
    if about is None:
        return ()
    learner: Learner = about.learner
    return (
        ("language", said(f"language.{learner.locale}")),
        ("track", said(f"track.{learner.track}")),
        ("often", said(f"often.{learner.often}") if learner.often else ABSENT),
        ("hour", learner.hour or ABSENT),
        ("country", learner.country.upper() or ABSENT),
        ("zone", learner.zone or ABSENT),
        ("answers", str(about.answers)),
        ("right", str(about.right)),
    )


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
