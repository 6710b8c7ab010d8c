"""How far a learner has come, and which lesson and question are next.

Rule 1: a lesson or item is given in a language whole or not at all, or else in the source
language as a whole; this file decides which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.card import Para, Text
from bot.core.learner import Learner, Memory, Track
from bot.core.library import Item, Lesson, Library

TWICE = 2
"""Right answers, to different items of a technique, that place a learner beyond its lesson."""

HELP = "hlp"
"""The topic that is never skipped: whom to turn to.  Source: content.md, 9.3."""

YOUNG = frozenset({Track.CHILD, Track.TEEN})
"""Tracks that are shown nothing but their own lessons.  Source: content.md, 5.5."""

COURSES = 512
"""Courses kept: tracks times languages, for this library and the one before a reload."""


def orders(
    lessons: Mapping[str, Lesson], paths: Mapping[Track, Sequence[str]]
) -> Mapping[Track, tuple[str, ...]]:
    """Return for each track all its lessons: the starter path, then the rest.

    The rest keeps the order of *lessons*, each after its prerequisites; a prerequisite outside
    the track counts as met.  The path is curated and overrides prerequisites.
    """
    return {track: _order(track, lessons, paths.get(track, ())) for track in Track}


def _order(track: Track, lessons: Mapping[str, Lesson], path: Sequence[str]) -> tuple[str, ...]:
    placed = dict.fromkeys(lesson for lesson in path if lesson in lessons)
    rest = [key for key, found in lessons.items() if track in found.tracks and key not in placed]
    while rest:
        ready = next(
            (key for key in rest if not set(lessons[key].prerequisites).intersection(rest)),
            rest[0],
        )
        placed[ready] = None
        rest.remove(ready)
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Course:
    """What one track is taught in one language, in order.

    ``items`` by lesson, in the language in which the lesson is given; a lesson without any is
    not among ``lessons``.  ``places``: lesson id to its place, counted from 1.
    """

    lessons: tuple[Lesson, ...]
    places: Mapping[str, int]
    items: Mapping[str, tuple[Item, ...]]
    techniques: Mapping[str, tuple[Item, ...]]
    """Technique to the items that can bring it back; care lessons have none."""


@lru_cache(maxsize=COURSES)
def _course(library: Library, track: Track, locale: str) -> Course:
    items = {
        key: _items(library, lesson, fallback(library, key, locale) or locale)
        for key, lesson in library.lessons.items()
    }
    own = tuple(library.lessons[key] for key in library.paths.get(track, ()) if items[key])
    places = {lesson.id: place for place, lesson in enumerate(own, start=1)}
    return Course(own, places, items, _techniques(own, items))


def _techniques(
    own: Sequence[Lesson], items: Mapping[str, tuple[Item, ...]]
) -> Mapping[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for lesson in own:
        for item in () if lesson.care else items[lesson.id]:
            found[item.technique] = (*found.get(item.technique, ()), item)
    return found


def _items(library: Library, lesson: Lesson, tongue: str) -> tuple[Item, ...]:
    found = (library.items[key] for key in lesson.items if key in library.items)
    return tuple(
        item
        for item in found
        if not item.anchor
        and item.language in ("", tongue)
        and tongue in library.served.get(item.id, frozenset())
    )


def fallback(library: Library, content: str, locale: str) -> str:
    """Return the language in which *content* must be said instead of *locale*, empty for none.

    *content* is the id of a lesson or an item.
    """
    whole = locale in library.served.get(content, frozenset())
    return "" if whole else library.source_language


def spoken(library: Library, item: Item, locale: str) -> str:
    """Return the fallback language of *item*: its lesson's first, for both fall back together."""
    return fallback(library, item.lesson, locale) or fallback(library, item.id, locale)


def remarks(library: Library, lesson: Lesson, locale: str) -> tuple[Para[Text], ...]:
    """Return what must be said of a lesson as a whole: not in this language, or a draft."""
    said = []
    if fallback(library, lesson.id, locale):
        said.append("lesson.not_translated")
    if lesson.draft:
        said.append("lesson.draft")
    return tuple(Para(Text(key)) for key in said)


def course(learner: Learner, library: Library) -> Course:
    """Return what this learner is taught."""
    return _course(library, learner.track, learner.locale)


def elders(learner: Learner, library: Library, name: str) -> bool:
    """Return whether *name*, of a lesson or an item, is of one that is not for this young learner.

    Whoever is grown up may open any lesson that a place or somebody else leads them to.
    """
    if learner.track not in YOUNG:
        return False
    item = library.items.get(name)
    lesson = library.lessons.get(item.lesson if item else name)
    return lesson is not None and learner.track not in lesson.tracks


def answered(learner: Learner, lesson: str) -> int:
    """Return how many items of *lesson* the learner has answered, repeats included."""
    return dict(learner.progress).get(lesson, 0)


def met(learner: Learner, lesson: str, more: int = 0) -> tuple[tuple[str, int], ...]:
    """Return the progress of a learner who met *lesson*, with *more* of its items answered."""
    if lesson not in dict(learner.progress):
        return (*learner.progress, (lesson, more))
    if not more:
        return learner.progress
    return tuple((key, n + more if key == lesson else n) for key, n in learner.progress)


def next_lesson(learner: Learner, library: Library, *, new: bool = True) -> Lesson | None:
    """Return the next lesson to teach; without *new* one that was met, as far as there is any.

    That is one whose cards were not read yet, else the first new one, those shown to be known
    in a placement behind all others; those of which all was right twice wait until then.
    After all of them the one practised least, a mastered one last.  None only where the
    library has nothing for this learner.
    """
    own = course(learner, library).lessons
    counts = dict(learner.progress)
    twice = _twice(learner)
    fresh = (
        lesson
        for lesson in own
        if (lesson.id not in counts or lesson.id == learner.unread) and not _placed(lesson, twice)
    )
    known = [] if new else [lesson for lesson in own if lesson.id in counts]
    first = None if known else next(fresh, None)
    if first is not None:
        if first.id not in learner.shown:
            return first
        return next((lesson for lesson in fresh if lesson.id not in learner.shown), first)
    memories = {memory.technique: memory for memory in learner.reviews}
    return min(
        known or own,
        key=lambda lesson: (_mastered(lesson, memories), counts.get(lesson.id, 0)),
        default=None,
    )


def _twice(learner: Learner) -> frozenset[str]:
    """Return the techniques of which two different items were answered right."""
    return frozenset(
        memory.technique
        for memory in learner.reviews
        if sum(day > 0 for _, day in memory.seen) >= TWICE
    )


def shown(learner: Learner, lesson: str) -> tuple[str, ...]:
    """Return the lessons shown to be known in a placement, *lesson* among them.

    The topic of help is never asked about there, and so never waits.
    """
    return (*(key for key in learner.shown if key != lesson), lesson)


def _placed(lesson: Lesson, twice: frozenset[str]) -> bool:
    """Return whether the learner may skip *lesson*: all it teaches was right twice."""
    return bool(twice) and lesson.topic != HELP and twice.issuperset(lesson.techniques)


def mastered(learner: Learner, lesson: Lesson) -> bool:
    """Return whether all techniques of *lesson* are known, and one was held for weeks."""
    return _mastered(lesson, {memory.technique: memory for memory in learner.reviews})


def _mastered(lesson: Lesson, memories: Mapping[str, Memory]) -> bool:
    found = [memories.get(technique) for technique in lesson.techniques]
    known = bool(found) and all(memory is not None and memory.known for memory in found)
    return known and any(memory is not None and memory.held for memory in found)


def newest(learner: Learner) -> str:
    """Return the item answered last, empty for none: it never comes twice running."""
    last = max(learner.reviews, key=lambda memory: memory.last, default=None)
    return last.seen[-1][0] if last is not None and last.seen else ""


def next_item(learner: Learner, library: Library, lesson: Lesson) -> Item | None:
    """Return the next item of *lesson*: in order, and from the start again after the last.

    The one answered last of all is passed over, where there is another.
    """
    own = course(learner, library).items[lesson.id]
    if not own:
        return None
    place = answered(learner, lesson.id)
    found = own[place % len(own)]
    return found if found.id != newest(learner) else own[(place + 1) % len(own)]


def finished(learner: Learner, library: Library, lesson: Lesson) -> bool:
    """Return whether every item of *lesson* was answered."""
    return answered(learner, lesson.id) >= len(course(learner, library).items[lesson.id])
