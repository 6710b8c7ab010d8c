"""What Discord refuses in a body, written down once: its documented limits.

Rule 1: a body is looked at as it came over the wire, never as our code meant it.
"""

import re
from collections.abc import Iterator
from typing import Any

TEXT, COMPONENTS, LABEL, CUSTOM_ID, PER_ROW, OPTIONS = 4000, 40, 80, 100, 5, 25
TITLE, HINT = 45, 100
V2 = 1 << 15
NO_PREVIEW = 1 << 2


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def walk(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield part
        yield from walk(part.get("components", []))


def texts(body: dict[str, Any]) -> list[str]:
    return [part["content"] for part in walk(body.get("components", [])) if part["type"] == 10]


def faults(body: dict[str, Any]) -> list[str]:
    """Everything that Discord would refuse in a message."""
    parts = list(walk(body.get("components", [])))
    found = [] if body.get("allowed_mentions") == {"parse": []} else ["it may ping"]
    if not body.get("flags", 0) & NO_PREVIEW:
        found.append("an address in it may be previewed")
    if body.get("flags", 0) & V2 and body.get("content"):
        found.append("content beside components")
    if sum(units(text) for text in texts(body)) > TEXT:
        found.append("text too long")
    if len(parts) > COMPONENTS or not parts:
        found.append(f"{len(parts)} components")
    names = [part["custom_id"] for part in parts if "custom_id" in part]
    if len(names) != len(set(names)):
        found.append("a custom id twice")
    if len(str(body.get("nonce", ""))) > 25:
        found.append("nonce too long")
    return found + [fault for part in parts for fault in _part(part)]


def _part(part: dict[str, Any]) -> list[str]:
    match part["type"]:
        case 1:
            inner = part["components"]
            menu = any(one["type"] == 3 for one in inner)
            good = 1 <= len(inner) <= (1 if menu else PER_ROW)
            return [] if good else [f"{len(inner)} in a row"]
        case 2:
            return _button(part)
        case 3:
            return _menu(part)
        case 10:
            return [] if part["content"] else ["empty text"]
        case 13:
            shown = part["file"]["url"].startswith("attachment://")
            return [] if shown else ["a file from elsewhere"]
        case 17:
            return [] if part["components"] else ["empty container"]
        case other:
            return [f"type {other}"]


def unattached(body: Any, files: dict[str, bytes]) -> list[str]:  # noqa: ANN401 - as it came
    """What does not fit together of a body, the files it names and shows, and those it came with.

    Source: Discord, Uploading Files.
    """
    held: dict[str, Any] = body if isinstance(body, dict) else {}
    named = [one["filename"] for one in held.get("attachments", [])]
    parts = walk(held.get("components", []))
    shown = [part["file"]["url"].partition("//")[2] for part in parts if part["type"] == 13]
    return [] if named == shown == list(files) else [f"files {named}, {shown}, {list(files)}"]


def _button(part: dict[str, Any]) -> list[str]:
    found = [] if 1 <= units(part["label"]) <= LABEL else [f"label {part['label']!r}"]
    if part["style"] == 5:
        good = re.match("https?://", part["url"]) and len(part["url"]) <= 512
        return found + ([] if good and "custom_id" not in part else ["bad link"])
    return found + ([] if 1 <= len(part["custom_id"]) <= CUSTOM_ID else ["custom id"])


def _menu(part: dict[str, Any]) -> list[str]:
    options = part["options"]
    found = [] if 1 <= len(options) <= OPTIONS else [f"{len(options)} options"]
    if len({one["value"] for one in options}) != len(options):
        found.append("a value twice")
    least, most = part["min_values"], part["max_values"]
    if not 0 <= least <= most <= len(options):
        found.append("more to choose than there is")
    if sum(one["default"] for one in options) > most:
        found.append("too many chosen")
    found += [
        f"option {one}"
        for one in options
        if not 1 <= units(one["label"]) <= 100 or not 1 <= len(one["value"]) <= 100
    ]
    return found + ([] if len(part.get("placeholder", "")) <= 150 else ["placeholder"])


def form_faults(form: dict[str, Any]) -> Iterator[str]:
    """Everything that Discord would refuse in a form."""
    if not 1 <= units(form["title"]) <= TITLE or not 1 <= len(form["custom_id"]) <= CUSTOM_ID:
        yield f"a form {form['custom_id']!r} called {form['title']!r}"
    if not 1 <= len(form["components"]) <= PER_ROW:
        yield f"{len(form['components'])} fields"
    for held in form["components"]:
        field = held["component"]
        if held["type"] != 18 or field["type"] != 4:
            yield f"a field of type {field['type']}"
        if not 1 <= units(held["label"]) <= TITLE:
            yield f"a field called {held['label']!r}"
        if not 1 <= field["max_length"] <= TEXT or len(field.get("placeholder", "")) > HINT:
            yield f"a field {field}"
