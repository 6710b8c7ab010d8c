"""A lesson or question as a platform is sent it: the same engine, words and payload, printed."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

from bot import i18n
from bot.core.card import Card
from bot.core.events import Address
from bot.core.learner import Answered, Answering, Learner, Reading, Track
from bot.core.library import Library
from bot.engine import lesson, quiz
from bot.runtime.render import renderer
from bot.settings import SettingsError
from bot.teaching import Taught

RULE = "-" * 60
SEED = "preview"
"""What the options are shuffled by."""


def preview(made: Taught, name: str, platform: str, locale: str) -> str:
    """Return every card of the lesson or item *name*, as *platform* shows it in *locale*.

    Raises:
        ValueError: there is no such lesson, item, language or platform, or what it needs is
            not installed.
    """
    known = {*made.library.lessons, *made.library.items}
    if name not in known:
        message = (
            f"'{name}' is no lesson or item that is shown; known are {', '.join(sorted(known))}"
        )
        raise ValueError(message)
    if locale not in made.catalogues.languages:
        offered = ", ".join(made.catalogues.languages)
        message = f"'{locale}' is not offered; choose from {offered}"
        raise ValueError(message)
    try:
        shown = import_module(f"bot.platforms.{platform}.preview").shown
    except ModuleNotFoundError as error:
        fault = f"{platform} needs {error.name}; install wary-bot[{platform}]"
        raise SettingsError((fault,)) from error
    render = renderer(made.catalogues.translate, i18n.rtl)
    cards = _cards(_reader(made.library, name, platform, locale), made.library, name)
    return f"\n{RULE}\n".join(str(shown(render(card, locale))) for card in cards)


def _reader(library: Library, name: str, platform: str, locale: str) -> Learner:
    """Return somebody for whom *name* is written."""
    about = library.lessons[library.items[name].lesson if name in library.items else name]
    track = Track.CITIZEN if Track.CITIZEN in about.tracks else about.tracks[0]
    here = Learner("0" * 32, Address(platform, "preview"), locale=locale)
    return replace(here, track=track, country=library.home_country)


def _cards(reader: Learner, library: Library, name: str) -> Iterator[Card]:
    items = [name]
    if name in library.lessons:
        told = library.lessons[name]
        for place in range(len(lesson.cards(reader.track, told))):
            yield lesson.reading(reader, library, Reading(name, place))
        items = list(told.items)
    for item in items:
        yield quiz.question(reader, library, Answering(item, SEED, "more"))
        yield quiz.feedback(reader, library, Answered(item, SEED, "more", verdict="unknown"))
