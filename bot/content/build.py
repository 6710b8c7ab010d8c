"""Values of files made into the words of the core: lessons, items, sources."""

from collections.abc import Mapping
from typing import Any

from bot.content.document import Document
from bot.content.texts import Worded
from bot.core.card import Channel
from bot.core.learner import Track
from bot.core.library import Item, Lesson, Option, Staged
from bot.core.source import Source

_CHANNELS: Mapping[str, Channel] = {
    "sms": "sms",
    "email": "mail",
    "chat": "chat",
    "web": "web",
    "call": "call",
}
"""The words of the files to those of the core."""


def lesson(document: Document, items: tuple[str, ...], known: frozenset[str]) -> Lesson:
    """Return the lesson of *document* with the ids of its *items*.

    Prerequisites outside *known*, the lessons that may be shown, are left out.
    """
    value = document.value
    variants = value.get("variants", {})
    return Lesson(
        id=value["id"],
        topic=value["topic"],
        tracks=tuple(Track(track) for track in value["tracks"]),
        cards=tuple(value["cards"]),
        items=items,
        techniques=tuple(value["techniques"]),
        variants={Track(track): tuple(cards) for track, cards in variants.items()},
        prerequisites=tuple(id_ for id_ in value["prerequisites"] if id_ in known),
        min_age=int(value["min_age"]),
        care=value["sensitivity"] == "care",
        draft=value["status"] == "review",
        difficulty=value["difficulty"],
        action="action" in value,
    )


def item(id_: str, lesson_id: str, value: Mapping[str, Any]) -> Item:
    """Return the item *id_* of the lesson *lesson_id*."""
    accept = value.get("accept", {"min": 0.0, "max": 0.0})
    judged = value.get("pass", {"min_hits": 0, "max_false_alarms": 0})
    return Item(
        id=id_,
        lesson=lesson_id,
        type=value["type"],
        technique=value["technique"],
        difficulty=value["difficulty"],
        options=_options(value),
        sequence=tuple(value["right"]) if value["type"] == "order" else (),
        accept=(accept["min"], accept["max"]),
        min_hits=judged["min_hits"],
        max_false_alarms=judged["max_false_alarms"],
        staged=_staged(value),
        misconception=value.get("misconception", ""),
        anchor=value.get("anchor") == "true",
        language=value.get("language", ""),
    )


def _options(value: Mapping[str, Any]) -> tuple[Option, ...]:
    """Return options, segments or steps in the order of the file; for tf: true, false."""
    match value["type"]:
        case "tf":
            return tuple(Option(id_, value["answer"] == id_) for id_ in ("true", "false"))
        case "spot":
            parts = value["segments"].items()
            return tuple(Option(id_, part.get("flag") == "true") for id_, part in parts)
        case "order":
            return tuple(Option(id_) for id_ in value["steps"])
        case _:
            return tuple(
                Option(id_, part.get("right") == "true", part.get("misconception", ""))
                for id_, part in value.get("options", {}).items()
            )


def _staged(value: Mapping[str, Any]) -> Staged | None:
    if value["type"] == "spot":
        return Staged(_CHANNELS[value["channel"]])
    if "specimen" in value:
        return Staged(_CHANNELS[value["specimen"]["channel"]], "sender" in value["specimen"])
    return None


def source(worded: Worded, catalogue: str) -> Source:
    """Return *worded* as translators and the extractor see it."""
    return Source(
        key=worded.key,
        text=worded.text,
        path=worded.document.path,
        line=worded.line,
        note=worded.note,
        limit=worded.words.limit,
        catalogue=catalogue,
    )
