"""Lint of a whole topic: can its key be guessed without reading, is trust taught beside doubt.

Rule 1: a share is a refusal only where there are enough items for it to mean something.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.content.document import Document
from bot.content.items import key_is_longest
from bot.content.pack import Documents
from bot.content.references import TAUGHT
from bot.core.source import Fault

ENOUGH = 12
"""Fewest items of a kind whose shares are judged: below, one item moves a share by over 8%."""

POSITIONS = (25, 42)
"""Least and most per cent of keys in one place of three.  Source: content.md, rubric C6."""

LONGEST = 40
"""Most per cent of items whose key is the longest of three.  Source: rubric C5."""

OPTIONS = 3
"""Options of the items whose key's place is counted: nearly all have three."""

TRUE = (40, 50)
"""Least and most per cent of true statements among true-or-false items.  Source: rubric C6."""

TRUE_FALSE = 30
"""Most per cent of items of type tf.  Source: content.md, section 3."""

GENUINE = (30, 40)
"""Least and most per cent of genuine ones among staged messages.  Source: section 3."""

_ORDINALS = ("first", "second", "third")

Items = list[Mapping[str, Any]]


def lint_balance(documents: Documents) -> Iterator[Fault]:
    """Yield the shares that let a learner guess, topic by topic."""
    topics: dict[str, list[Document]] = {}
    for id_, quiz in sorted(documents.quizzes.items()):
        lesson = documents.lessons.get(id_)
        if lesson and lesson.value["status"] in TAUGHT:
            topics.setdefault(quiz.folder, []).append(quiz)
    everything: Items = []
    for topic, quizzes in topics.items():
        items = [item for quiz in quizzes for item in quiz.value["items"].values()]
        everything += items
        for wrong, remedy in (*_positions(items), *_longest(items), *_statements(items)):
            yield Fault(quizzes[0].path, 1, f"topic {topic}", wrong, remedy)
    yield from _genuine(everything)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole)


def _threes(items: Items) -> Items:
    return [i for i in items if i["type"] in {"single", "first"} and len(i["options"]) == OPTIONS]


def _positions(items: Items) -> Iterator[tuple[str, str]]:
    threes = _threes(items)
    if len(threes) < ENOUGH:
        return
    least, most = POSITIONS
    keys = [[o.get("right") for o in item["options"].values()].index("true") for item in threes]
    for place, name in enumerate(_ORDINALS):
        share = _percent(keys.count(place), len(keys))
        if share > most:
            yield f"the key stands {name} in {share}% of items, at most {most}", "reorder some"
        elif share < least:
            yield f"the key stands {name} in {share}% of items, at least {least}", "reorder some"


def _longest(items: Items) -> Iterator[tuple[str, str]]:
    threes = _threes(items)
    if len(threes) < ENOUGH:
        return
    share = _percent(sum(map(key_is_longest, threes)), len(threes))
    if share > LONGEST:
        yield f"the key is the longest in {share}% of items, at most {LONGEST}", "trim some"


def _statements(items: Items) -> Iterator[tuple[str, str]]:
    statements = [item for item in items if item["type"] == "tf"]
    share = _percent(len(statements), len(items)) if items else 0
    if len(items) >= ENOUGH and share > TRUE_FALSE:
        yield f"{share}% of items are true or false, at most {TRUE_FALSE}", "ask some otherwise"
    if len(statements) >= ENOUGH:
        least, most = TRUE
        share = _percent(sum(i["answer"] == "true" for i in statements), len(statements))
        if not least <= share <= most:
            wrong = f"{share}% of statements are true, {least} to {most} allowed"
            yield wrong, "turn some round"


def _genuine(items: Items) -> Iterator[Fault]:
    staged = [item for item in items if item["type"] == "spot"]
    if len(staged) < ENOUGH:
        return
    share = _percent(sum(i["verdict"] == "genuine" for i in staged), len(staged))
    least, most = GENUINE
    if not least <= share <= most:
        wrong = f"{share}% of staged messages are genuine, {least} to {most} wanted"
        yield Fault("quizzes", 1, "", wrong, "write more of the other kind", warning=True)
