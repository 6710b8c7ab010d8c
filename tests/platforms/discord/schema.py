"""The official description of Discord's interface as a judge of what came over the wire.

Rule 1: where the description is absent nothing is judged here, and ``limits`` still holds.
Rule 2: a field that the description does not know is a fault at any depth.
"""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OFFICIAL = Path(__file__).parents[4] / "shared" / "specs" / "discord-openapi.json"
"""Beside the checkout where there is one; a stranger has only the project."""

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}

BOUNDS: tuple[tuple[str, str, type], ...] = (
    ("minLength", "maxLength", str),
    ("minItems", "maxItems", list),
    ("minProperties", "maxProperties", dict),
    ("minimum", "maximum", int),
    ("minimum", "maximum", float),
)

Schema = dict[str, Any]


@functools.cache
def official() -> Schema:
    loaded: Schema = json.loads(OFFICIAL.read_text()) if OFFICIAL.exists() else {}
    return loaded


@functools.cache
def _paths() -> tuple[tuple[re.Pattern[str], Schema], ...]:
    return tuple(
        (re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template))), calls)
        for template, calls in official().get("paths", {}).items()
    )


def complaints(method: str, path: str, body: object) -> list[str]:
    """What the official description does not know or allow: the call, or a part of its body."""
    if not official():
        return []
    for pattern, calls in _paths():
        if method.lower() in calls and pattern.fullmatch(path):
            return [*_asked(calls[method.lower()], body)]
    return [f"no such call: {method} {path}"]


def _asked(call: Schema, body: object) -> Iterator[str]:
    wanted = call.get("requestBody")
    if wanted is None or body is None:
        if (wanted or {}).get("required") or body:
            yield f"a body {'is missing' if body is None else 'that nobody asked for'}"
        return
    yield from wrong("body", wanted["content"]["application/json"]["schema"], body)


def in_message(body: object) -> list[str]:
    """What the official description does not allow in a new message."""
    if not official():
        return []
    return [*wrong("body", {"$ref": "#/components/schemas/MessageCreateRequest"}, body)]


def wrong(where: str, schema: Schema, value: object) -> Iterator[str]:
    """Yield where *value*, as JSON, is not what *schema* describes."""
    if "$ref" in schema:
        yield from wrong(where, _named(schema), value)
        return
    yield from _of_type(where, schema, value)
    for one in schema.get("allOf", ()):
        yield from wrong(where, one, value)
    kinds = schema.get("oneOf") or schema.get("anyOf")
    if kinds:
        yield from _one_of(where, kinds, value)
    if isinstance(value, dict) and not kinds:
        yield from _object(where, schema, value)
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from wrong(f"{where}[{at}]", schema.get("items", {}), one)
        if schema.get("uniqueItems") and len({json.dumps(one) for one in value}) < len(value):
            yield f"{where}: the same twice"


def _named(schema: Schema) -> Schema:
    found: Schema = official()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _of_type(where: str, schema: Schema, value: object) -> Iterator[str]:
    named = schema.get("type", [])
    kinds = [named] if isinstance(named, str) else named
    told = tuple(kind for name in kinds for kind in TYPES[name])
    if told and (not isinstance(value, told) or (isinstance(value, bool) and bool not in told)):
        yield f"{where}: {value!r} is no {named}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{where}: {value!r} is not of its form"
    yield from _bounded(where, schema, value)


def _bounded(where: str, schema: Schema, value: object) -> Iterator[str]:
    for least, most, kind in BOUNDS:
        if isinstance(value, kind) and not isinstance(value, bool):
            size: Any = len(value) if isinstance(value, str | list | dict) else value
            if not schema.get(least, size) <= size <= schema.get(most, size):
                yield f"{where}: {size} is out of bounds"


def _one_of(where: str, kinds: list[Schema], value: object) -> Iterator[str]:
    """Yield what is wrong with *value* as that of *kinds* which it is nearest to."""
    likely = [kind for kind in kinds if _may_be(kind, value)] or kinds
    found = [list(wrong(where, kind, value)) for kind in likely]
    yield from min(found, key=len)


def _may_be(kind: Schema, value: object) -> bool:
    """Return whether the ``type`` of a component, option or answer is that of *kind*."""
    schema = _named(kind) if "$ref" in kind else kind
    wanted = schema.get("properties", {}).get("type", {}).get("enum")
    return not (isinstance(value, dict) and wanted) or value.get("type") in wanted


def _object(where: str, schema: Schema, value: dict[str, Any]) -> Iterator[str]:
    known, others = schema.get("properties"), schema.get("additionalProperties")
    yield from (
        f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value
    )
    for name, held in value.items():
        if known and name in known:
            yield from wrong(f"{where}.{name}", known[name], held)
        elif isinstance(others, dict):
            yield from wrong(f"{where}.{name}", others, held)
        elif known is not None and not others:
            yield f"no such field: {where}.{name}"
