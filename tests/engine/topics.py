"""A topic of as many lessons as a test needs, each with a technique of its own."""

from dataclasses import replace

from bot.core.learner import Track
from bot.core.library import Item, Library, Option, Staged
from tests.engine.school import LESSONS, LIBRARY

MESSAGE = Staged("mail")


def taught(topic: str, lessons: int, fakes: int = 0, genuine: int = 0) -> Library:
    """Return a topic of *lessons*, the first with so many staged messages."""
    first, extra = f"{topic}-1", f"{topic}-care"
    staged = {
        f"{topic}-{number}-message": Item(
            f"{topic}-{number}-message",
            first,
            "spot",
            f"{topic}-1",
            1,
            (Option("s1", right=number < fakes), Option("s2")),
            staged=MESSAGE,
        )
        for number in range(fakes + genuine)
    }
    plain = {
        f"{key}-q": Item(f"{key}-q", key, "tf", key, 1, (Option("true", right=True),))
        for key in (extra, *(f"{topic}-{number}" for number in range(1, lessons + 1)))
    }
    made = {
        key: replace(
            LESSONS["phi-01"],
            id=key,
            topic=topic,
            items=(f"{key}-q", *(staged if key == first else ())),
            techniques=(key,),
            care=key == extra,
        )
        for key in (extra, *(f"{topic}-{number}" for number in range(1, lessons + 1)))
    }
    items = {**plain, **staged}
    return replace(
        LIBRARY,
        lessons=made,
        items=items,
        paths=dict.fromkeys(Track, tuple(made)),
        served=dict.fromkeys((*made, *items), frozenset({"en"})),
    )
