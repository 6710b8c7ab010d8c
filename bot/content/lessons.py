"""Lint of one lesson: can it be read in time by everybody it is for, and is it about doing."""

from collections.abc import Iterator, Mapping, Sequence

from bot.content.document import Document, Way, quoted
from bot.content.phrases import UNSEEN
from bot.content.reading import (
    LEVELS,
    Level,
    count,
    longest_sentence,
    measure,
    pace,
    primary,
)
from bot.content.texts import Worded, room, taken
from bot.core.learner import Track
from bot.core.source import Fault

NEARLY = 0.77
"""Share of a limit above which source text is warned about: other languages need the rest."""

_VARIANTS = ("child", "senior")


def lint_lesson(document: Document, language: str) -> Iterator[Fault]:
    """Yield what is wrong with the objective, the title and the reading time of a lesson."""
    lesson = document.value
    first = lesson["objective"].split()[0]
    if primary(language) == "en" and first.lower() in UNSEEN:
        remedy = "begin with an action such as 'Changes'"
        yield document.fault(("objective",), f"{quoted(first)} cannot be seen", remedy)
    if lesson["title"].rstrip().endswith(("?", "？")):
        yield document.warning(("title",), "only a question", "name the behaviour")
    yield from _cards(document, language)


def _cards(document: Document, language: str) -> Iterator[Fault]:
    """Yield what is too long in the cards of the base text and of the variants."""
    lesson = document.value
    variants = lesson.get("variants", {})
    yield from _hard(document, ("cards",), lesson["cards"], language, 1.0)
    level = _strictest(lesson["tracks"], variants)
    if level:
        yield from _level(document, ("cards",), lesson["cards"], language, level)
    for track, cards in variants.items():
        way, limits = ("variants", track), LEVELS[Track(track)]
        yield from _hard(document, way, cards, language, limits.factor)
        yield from _level(document, way, cards, language, (Track(track), limits))
        if track not in lesson["tracks"]:
            yield document.fault(way, f"tracks does not hold {track}", "drop it or add the track")


def _strictest(
    tracks: Sequence[str], variants: Mapping[str, object]
) -> tuple[Track, Level] | None:
    """Return the strictest track that reads the base text, and what it allows."""
    for track, level in LEVELS.items():
        if track in tracks and track not in variants:
            return track, level
    return None


def _hard(
    document: Document, way: Way, cards: Mapping[str, str], language: str, factor: float
) -> Iterator[Fault]:
    limits = pace(language)
    if limits is None:
        return
    found, hard = measure(cards.values(), language), int(limits.hard * factor)
    if found > hard:
        wrong = f"{found} {limits.unit}, hard limit {hard} in {language}"
        yield document.fault(way, wrong, f"cut {found - hard}")
    elif found > limits.aim * factor:
        aim = int(limits.aim * factor)
        wrong = f"{found} {limits.unit}, aim {aim} in {language}"
        yield document.warning(way, wrong, f"better cut {found - aim}")


def _level(
    document: Document,
    way: Way,
    cards: Mapping[str, str],
    language: str,
    strictest: tuple[Track, Level],
) -> Iterator[Fault]:
    """Yield what breaks the limits of the strictest track that reads *cards*."""
    track, level = strictest
    remedy = "shorten"
    if way == ("cards",) and track in _VARIANTS:
        remedy = f"shorten or add variants.{track}"
    limits = pace(language)
    for id_, text in cards.items():
        longest = longest_sentence(text)
        if limits and not limits.characters and longest > level.sentence:
            wrong = f"sentence of {longest} words, {track} allows {level.sentence}"
            yield document.fault((*way, id_), wrong, remedy)
    if way == ("cards",) and len(cards) > level.cards:
        wrong = f"{len(cards)} cards, {track} allows {level.cards}"
        yield document.fault(way, wrong, f"drop one or add variants.{track}")
    if way == ("cards",) and limits and level.factor < 1:
        found, hard = measure(cards.values(), language), int(limits.hard * level.factor)
        if found > hard:
            wrong = f"{found} {limits.unit}, {track} allows {hard} in {language}"
            yield document.fault(way, wrong, remedy)


def lint_length(worded: Worded, language: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (wrong, remedy, warning) for a text that is too long, or nearly."""
    limit, found = room(worded.words, language), taken(worded.words, worded.text, language)
    if found > limit:
        yield f"{found} characters, limit {limit}", f"cut {found - limit}", False
    elif found > limit * NEARLY and worded.role not in {"interface", "report", "staged", "sender"}:
        share = round(100 * found / limit)
        remedy = "shorten, other languages need more room"
        yield f"{found} characters, {share}% of the limit {limit}", remedy, True
    limits = pace(worded.language or language)
    if worded.first and limits:
        words = count(worded.text, characters=limits.characters)
        if words > limits.first:
            wrong = f"{words} {limits.unit}, first card allows {limits.first} in {language}"
            yield wrong, _shorter(worded, words - limits.first), False


def _shorter(worded: Worded, surplus: int) -> str:
    return f"move {surplus} to c2" if worded.role == "card" else f"cut {surplus}"
