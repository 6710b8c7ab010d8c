"""The official description of the Bot API as a judge of requests, and the limits of its prose.

Rule 1: where the description is absent, the limits still hold.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "telegram-bot-api.json"
"""Beside the checkout where there is one; a stranger has only the project."""

TEXT, ENTITIES, DATA, PER_ROW, BUTTONS, NOTICE, PLACEHOLDER = 4096, 100, 64, 8, 100, 200, 64

PLAIN: dict[str, set[type]] = {
    "Integer": {int},
    "String": {str},
    "Boolean": {bool},
    "True": {bool},
    "Float": {int, float},
}


@cache
def description() -> dict[str, Any] | None:
    if not SPEC.exists():
        return None
    read: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))
    return read


@cache
def methods() -> Mapping[str, str]:
    """Names of methods by their lower case."""
    spec = description()
    return {name.lower(): name for name in spec["methods"]} if spec else {}


def complaints(method: str, given: Mapping[str, Any]) -> list[str]:
    """Return everything in a request that the service would not take."""
    return [*_fields(method, given), *_limits(method, given)]


def _fields(method: str, given: Mapping[str, Any]) -> Iterator[str]:
    spec = description()
    if spec is None:
        return
    if method not in spec["methods"]:
        yield f"{method}: no such method"
        return
    yield from _object(method, spec["methods"][method].get("fields", []), given)


def _object(where: str, fields: list[dict[str, Any]], given: Mapping[str, Any]) -> Iterator[str]:
    known = {field["name"]: field for field in fields}
    yield from (f"{where}.{name}: unknown" for name in given if name not in known)
    for name, field in known.items():
        if name not in given:
            if field["required"]:
                yield f"{where}.{name}: missing"
            continue
        found = [list(_typed(f"{where}.{name}", kind, given[name])) for kind in field["types"]]
        if all(found):
            yield from min(found, key=len)


def _typed(where: str, kind: str, value: object) -> Iterator[str]:
    if kind in PLAIN:
        if type(value) not in PLAIN[kind]:
            yield f"{where}: {value!r} is no {kind}"
        return
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where}: no array"
            return
        for at, one in enumerate(value):
            yield from _typed(f"{where}[{at}]", kind.removeprefix("Array of "), one)
        return
    spec = description() or {}
    if not isinstance(value, dict):
        yield f"{where}: no {kind}"
        return
    kinds = spec["types"][kind].get("subtypes", [kind])
    found = [list(_object(where, spec["types"][one].get("fields", []), value)) for one in kinds]
    if all(found):
        yield from min(found, key=len)


def _limits(method: str, given: Mapping[str, Any]) -> Iterator[str]:
    if "parse_mode" in given:
        yield "a parse mode"
    if method in {"sendMessage", "editMessageText"}:
        yield from text_limits(given.get("text", ""), given.get("entities", []))
        if given.get("link_preview_options") != {"is_disabled": True}:
            yield "a link preview"
        yield from key_limits(given.get("reply_markup") or {})
    if method == "answerGuestQuery":
        content = given["result"].get("input_message_content", {})
        yield from text_limits(content.get("message_text", ""), content.get("entities", []))
        if content.get("link_preview_options") != {"is_disabled": True}:
            yield "a link preview"
    if method == "answerCallbackQuery" and len(given.get("text", "")) > NOTICE:
        yield "a notice that is too long"


def text_limits(text: str, entities: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with a text and its entities on the wire."""
    wire = text.encode("utf-16-le")
    if not 1 <= len(wire) // 2 <= TEXT:
        yield f"{len(wire) // 2} units of text"
    if not text.strip():
        yield "a blank text"
    if len(entities) > ENTITIES:
        yield f"{len(entities)} entities"
    for one in entities:
        start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
        if not 0 <= start < end <= len(wire):
            yield f"an entity outside the text: {one}"
            continue
        try:
            wire[start:end].decode("utf-16-le")
        except UnicodeDecodeError:
            yield f"an entity that tears a character: {one}"


def key_limits(markup: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the buttons of a message."""
    rows = markup.get("inline_keyboard", [])
    if any(not 1 <= len(row) <= PER_ROW for row in rows):
        yield "an empty or too wide row"
    if sum(map(len, rows)) > BUTTONS:
        yield "too many buttons"
    for key in (key for row in rows for key in row):
        yield from _button(key)
    if markup.get("force_reply"):
        hint = markup.get("input_field_placeholder", "x")
        if not 1 <= len(hint) <= PLACEHOLDER:
            yield "a placeholder that is empty or too long"


def _button(key: Mapping[str, Any]) -> Iterator[str]:
    if not key.get("text", "").strip():
        yield "a button without words"
    if ("callback_data" in key) == ("url" in key):
        yield f"a button that does not do one thing: {key}"
    if not 1 <= len(key.get("callback_data", "x").encode()) <= DATA:
        yield "a token that is too long"
    if key.get("style", "primary") not in {"primary", "success", "danger"}:
        yield f"a style: {key['style']}"
