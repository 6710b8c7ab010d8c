"""Lint of sources and dates: is every fact sourced, confirmed, and looked at again in time.

Rule 1: today is an argument; nothing here reads a clock.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from bot.content.document import Document, Way
from bot.content.pack import Documents
from bot.content.references import TAUGHT
from bot.core.source import Fault

SOON = timedelta(days=30)
"""How long before its review date a lesson is warned about."""


def lint_sourcing(documents: Documents, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the sources and dates of lessons in review or published."""
    for id_, document in documents.lessons.items():
        if document.value["status"] not in TAUGHT:
            continue
        quiz = documents.quizzes.get(id_)
        span = _span(document.value)
        yield from dates(document, ("review",), document.value["review"], span, today)
        for item_id, item in quiz.value["items"].items() if quiz else ():
            way: Way = ("items", item_id, "review")
            yield from dates(quiz, way, item["review"], span, today)
        if document.value["status"] == "published":
            yield from _published(document, quiz, documents.sources or {})
    yield from _checked(documents, today)


def _span(lesson: Mapping[str, Any]) -> tuple[int, str]:
    """Return the months until the next review, and the word for who asks for them."""
    if "current-threat" in lesson["tags"]:
        return 3, "current-threat"
    if lesson["sensitivity"] == "care":
        return 6, "care"
    return 12, "a lesson"


def later(day: date, months: int) -> date:
    """Return the day *months* after *day*, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dates(
    document: Document | None,
    way: Way,
    review: Mapping[str, Any],
    span: tuple[int, str],
    today: date,
) -> Iterator[Fault]:
    """Yield what is wrong with the days of a review; *span*: months, and the word for whose."""
    if document is None:
        return
    last, due = review["last"], review["due"]
    months, whose = span
    latest = later(last, months)
    if last > today:
        yield document.fault((*way, "last"), f"{last} lies ahead", "write the day of the review")
    if due <= last:
        yield document.fault((*way, "due"), f"{due} is not after last", f"write {latest}")
    elif due > latest:
        away = (due.year - last.year) * 12 + due.month - last.month + (due.day > last.day)
        wrong = f"{due} is {away} months away, {whose} allows {months}"
        yield document.fault((*way, "due"), wrong, f"write {latest}")
    elif due < today:
        remedy = "review it and write both dates anew"
        yield document.fault((*way, "due"), f"{due} is past", remedy)
    elif due <= today + SOON:
        yield document.warning((*way, "due"), f"{due} is near", "plan the review")


_DOUBTS = {
    "R": "confirm it at the source, then change its status",
    "S": "open the issuer's own page, then change its status",
}


def _published(
    document: Document, quiz: Document | None, sources: Mapping[str, Document]
) -> Iterator[Fault]:
    """Yield what a published lesson still lacks."""
    keys = [source["key"] for source in document.value["sources"]]
    for item in quiz.value["items"].values() if quiz else ():
        keys += item["sources"]
    yield from unconfirmed(document, keys, sources)
    yield from unread(document)


def unconfirmed(
    document: Document, keys: Iterable[str], sources: Mapping[str, Document]
) -> Iterator[Fault]:
    """Yield those of *keys* that nobody has read in the issuer's own text."""
    for key, lacks, remedy in doubts(keys, sources):
        yield document.fault(("status",), f"published, but {key} {lacks}", remedy)


def doubts(keys: Iterable[str], sources: Mapping[str, Document]) -> Iterator[tuple[str, str, str]]:
    """Yield (key, what it lacks, remedy) of each source that nobody has confirmed, once each."""
    for key in dict.fromkeys(keys):
        entry = sources[key].value["sources"][key] if key in sources else None
        if entry is None:
            continue
        if entry["status"] in _DOUBTS:
            yield key, f"is status {entry['status']}", _DOUBTS[entry["status"]]
        elif "checked_on" not in entry:
            yield key, "has no checked_on", "write the day you read it"


def unread(document: Document) -> Iterator[Fault]:
    """Yield that nobody has read *document* a second time."""
    if "by" not in document.value["review"]:
        remedy = "a second reading comes before 'published'"
        yield document.fault(("review", "by"), "empty", remedy)


def _checked(documents: Documents, today: date) -> Iterator[Fault]:
    for key, document in (documents.sources or {}).items():
        checked = document.value["sources"][key].get("checked_on")
        if checked and checked > today:
            way = ("sources", key, "checked_on")
            yield document.fault(way, f"{checked} lies ahead", "write the day you read it")
