"""The English of the bot's own words, read from ``locales/interface.yaml``.

Rule 1: a key is a text, or a mapping of ``text`` or plural forms, perhaps a note and a limit.
"""

import re
from pathlib import Path
from typing import Any

from bot.content.document import Document, quoted
from bot.content.files import load
from bot.content.schema import (
    INTERFACE_COUNT,
    INTERFACE_KEY,
    INTERFACE_TEXT,
    PLURALS,
    Words,
)
from bot.content.shape import WORD_CHARACTERS, Shaper
from bot.content.strict import Fields, Node, Scalar, parse
from bot.content.texts import Worded
from bot.core.source import Fault, Source

_TEXT = Words(4000)
"""A whole message: the plain form of a card must fit into it."""


def read_interface(path: Path) -> tuple[dict[str, Source], dict[str, Worded], list[Fault]]:
    """Return the texts of the file at *path* by key, the same for the lint, and the faults."""
    shown = "/".join(path.parts[-2:])
    data = load(path)
    if data is None:
        fault = Fault(shown, 1, "", "cannot be opened", "write the file, or mend its rights")
        return {}, {}, [fault]
    return understand_interface(data, shown)


def understand_interface(
    data: bytes, shown: str
) -> tuple[dict[str, Source], dict[str, Worded], list[Fault]]:
    """Return what the bytes of an interface file say; *shown* is its path for people."""
    tree, faults = parse(data, shown)
    if tree is None:
        return {}, {}, list(faults)
    shaper = Shaper(shown)
    values = {key: _value(shaper, key, node, tree) for key, node in tree.entries.items()}
    document = Document(shown, "", "interface", 0, tree, values)
    sources: dict[str, Source] = {}
    worded: dict[str, Worded] = {}
    for key, value in values.items():
        if value is not None:
            sources[key] = _source(document, key, value)
            worded[key] = _worded(document, key, value)
    return sources, worded, shaper.faults


def _value(shaper: Shaper, key: str, node: Node, tree: Fields) -> Any:
    if len(key) > WORD_CHARACTERS or not re.fullmatch(INTERFACE_KEY, key):
        wrong = f"{quoted(key)} is not a key"
        remedy = "use a-z, 0-9, '_' and single dots"
        shaper.refuse(tree.lines[key], (key[:WORD_CHARACTERS],), wrong, remedy)
        return None
    if isinstance(node, Scalar):
        text = shaper.shape(node, _TEXT, (key,))
        return None if text is None else {"text": text}
    counts = isinstance(node, Fields) and any(form in node.entries for form in PLURALS)
    value = shaper.shape(node, INTERFACE_COUNT if counts else INTERFACE_TEXT, (key,))
    whole = value is not None and ("text" in value or "other" in value)
    return value if whole else None


def _source(document: Document, key: str, value: dict[str, Any]) -> Source:
    plural = {form: value[form] for form in PLURALS if form in value}
    return Source(
        key=key,
        text=value.get("text") or value["other"],
        path=document.path,
        line=document.line(key),
        note=value.get("note", ""),
        limit=value.get("limit", 0),
        catalogue="interface",
        plural=plural,
    )


def _worded(document: Document, key: str, value: dict[str, Any]) -> Worded:
    text = value.get("text") or value["other"]
    words = Words(value.get("limit", _TEXT.limit))
    return Worded(document, key, (key,), "interface", text, words, value.get("note", ""))
