"""Lint of a whole topic: can its key be guessed without reading, is trust taught beside doubt.

Rule 1: a share is a refusal only where there are enough items for it to mean something.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp
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

FEW = 10
"""Fewest staged messages of one topic whose share of genuine ones is judged by itself."""

CHANCE = 0.01
"""Places of keys that dice would give less often than this are no accident."""

_ORDINALS = ("first", "second", "third")

Items = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Places:
    """How many keys stand first, second and third."""

    first: int
    second: int
    third: int

    @property
    def chance(self) -> float | None:
        """How often dice would place the keys at least as unevenly; None without any key.

        Pearson's chi-square with two degrees of freedom, whose tail is exp(-x / 2).
        """
        found = (self.first, self.second, self.third)
        expected = sum(found) / OPTIONS
        if not expected:
            return None
        return exp(-sum((count - expected) ** 2 for count in found) / expected / 2)


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
        for wrong, remedy in (*_uneven(items), *_genuine(items, FEW)):
            yield Fault(quizzes[0].path, 1, f"topic {topic}", wrong, remedy, warning=True)
    for wrong, remedy in (*_uneven(everything), *_genuine(everything, ENOUGH)):
        yield Fault("quizzes", 1, "", wrong, remedy, warning=True)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole)


def threes(items: Items) -> Items:
    """Return the choices among *items* that have three options."""
    return [i for i in items if i["type"] in {"single", "first"} and len(i["options"]) == OPTIONS]


def statements(items: Items) -> Items:
    """Return the statements among *items* that are true or false."""
    return [item for item in items if item["type"] == "tf"]


def staged(items: Items) -> Items:
    """Return the staged messages among *items* that are to be judged."""
    return [item for item in items if item["type"] == "spot"]


def places(choices: Items) -> Places:
    """Return where the keys of *choices*, of three options each, stand."""
    keys = [[o.get("right") for o in one["options"].values()].index("true") for one in choices]
    return Places(*(keys.count(place) for place in range(OPTIONS)))


def _uneven(items: Items) -> Iterator[tuple[str, str]]:
    choices = threes(items)
    chance = places(choices).chance
    if len(choices) >= ENOUGH and chance is not None and chance < CHANCE:
        wrong = f"dice would place the keys as unevenly with p {chance:.4f}, at least {CHANCE}"
        yield wrong, "reorder some"


def _positions(items: Items) -> Iterator[tuple[str, str]]:
    choices = threes(items)
    if len(choices) < ENOUGH:
        return
    least, most = POSITIONS
    found = places(choices)
    for name in _ORDINALS:
        share = _percent(getattr(found, name), len(choices))
        if share > most:
            yield f"the key stands {name} in {share}% of items, at most {most}", "reorder some"
        elif share < least:
            yield f"the key stands {name} in {share}% of items, at least {least}", "reorder some"


def _longest(items: Items) -> Iterator[tuple[str, str]]:
    choices = threes(items)
    if len(choices) < ENOUGH:
        return
    share = _percent(sum(map(key_is_longest, choices)), len(choices))
    if share > LONGEST:
        yield f"the key is the longest in {share}% of items, at most {LONGEST}", "trim some"


def _statements(items: Items) -> Iterator[tuple[str, str]]:
    said = statements(items)
    share = _percent(len(said), len(items)) if items else 0
    if len(items) >= ENOUGH and share > TRUE_FALSE:
        yield f"{share}% of items are true or false, at most {TRUE_FALSE}", "ask some otherwise"
    if len(said) >= ENOUGH:
        least, most = TRUE
        share = _percent(sum(i["answer"] == "true" for i in said), len(said))
        if not least <= share <= most:
            wrong = f"{share}% of statements are true, {least} to {most} allowed"
            yield wrong, "turn some round"


def _genuine(items: Items, enough: int) -> Iterator[tuple[str, str]]:
    shown = staged(items)
    if len(shown) < enough:
        return
    share = _percent(sum(i["verdict"] == "genuine" for i in shown), len(shown))
    least, most = GENUINE
    if not least <= share <= most:
        wrong = f"{share}% of staged messages are genuine, {least} to {most} wanted"
        yield wrong, "write more of the other kind"
