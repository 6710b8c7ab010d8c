"""How far a learner has come, and which lesson and question are next.

Rule 1: a lesson or item is given in a language whole or not at all, or else in the source
language as a whole; this file decides which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.card import Para, Text
from bot.core.learner import Learner, Track
from bot.core.library import Item, Lesson, Library


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


def language(learner: Learner, library: Library, content: str) -> str:
    """Return the fallback language in which *content* must be said, empty for the learner's own.

    *content* is the id of a lesson or an item.
    """
    whole = learner.locale in library.served.get(content, frozenset())
    return "" if whole else library.source_language


def remarks(learner: Learner, library: Library, lesson: Lesson) -> tuple[Para[Text], ...]:
    """Return what must be said of a lesson as a whole: not in this language, or a draft."""
    said = []
    if language(learner, library, lesson.id):
        said.append("lesson.not_translated")
    if lesson.draft:
        said.append("lesson.draft")
    return tuple(Para(Text(key)) for key in said)


def items(learner: Learner, library: Library, lesson: Lesson) -> tuple[Item, ...]:
    """Return the items of *lesson* in the language in which this learner gets the lesson."""
    tongue = language(learner, library, lesson.id) or learner.locale
    found = (library.items[key] for key in lesson.items if key in library.items)
    return tuple(
        item
        for item in found
        if not item.anchor
        and item.language in ("", tongue)
        and tongue in library.served.get(item.id, frozenset())
    )


def lessons(learner: Learner, library: Library) -> tuple[Lesson, ...]:
    """Return the learner's lessons in order, without those that have no question for them."""
    found = (library.lessons[key] for key in library.paths.get(learner.track, ()))
    return tuple(lesson for lesson in found if items(learner, library, lesson))


def answered(learner: Learner, lesson: str) -> int:
    """Return how many items of *lesson* the learner has answered, repeats included."""
    return dict(learner.progress).get(lesson, 0)


def met(learner: Learner, lesson: str, more: int = 0) -> Learner:
    """Return the learner having met *lesson*, with *more* of its items answered."""
    if lesson not in dict(learner.progress):
        return replace(learner, progress=(*learner.progress, (lesson, more)))
    counted = tuple((key, n + more if key == lesson else n) for key, n in learner.progress)
    return replace(learner, progress=counted)


def next_lesson(learner: Learner, library: Library) -> Lesson | None:
    """Return the next lesson to teach.

    That is one whose cards were not read yet, else the first new one, else the one practised
    least.  None only where the library has nothing for this learner.
    """
    own = lessons(learner, library)
    counts = dict(learner.progress)
    fresh = next(
        (lesson for lesson in own if lesson.id not in counts or lesson.id == learner.unread), None
    )
    return fresh or min(own, key=lambda lesson: counts[lesson.id], default=None)


def next_item(learner: Learner, library: Library, lesson: Lesson) -> Item | None:
    """Return the next item of *lesson*: in order, and from the start again after the last."""
    own = items(learner, library, lesson)
    return own[answered(learner, lesson.id) % len(own)] if own else None


def finished(learner: Learner, library: Library, lesson: Lesson) -> bool:
    """Return whether every item of *lesson* was answered."""
    return answered(learner, lesson.id) >= len(items(learner, library, lesson))
