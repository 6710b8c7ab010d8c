"""The ten lessons of a citizen's starter path alone, for tests that are about the engine.

What they judge must not change whenever a lesson is written, and they need no more to judge it.
Source: the transcripts of chat.md, 9, which speak of ten lessons.
"""

from dataclasses import replace
from functools import cache

from bot import settings, teaching
from bot.core.learner import Track


@cache
def starter() -> teaching.Taught:
    """Return all that is taught, of the lessons only those of that path."""
    config = settings.read({})
    made = teaching.taught(config)
    path = made.content.paths[Track.CITIZEN]
    lessons = {key: made.content.lessons[key] for key in path}
    items = {key: one for key, one in made.content.items.items() if one.lesson in lessons}
    content = replace(made.content, lessons=lessons, items=items, paths={Track.CITIZEN: path})
    atlas = (made.library.countries, made.library.zones)
    library = teaching._library(config, content, made.catalogues, made.library.offers, atlas)
    return replace(made, content=content, library=library)
