"""The tables of the loader as JSON Schema, so that an editor helps whoever writes a lesson.

Rule 1: everything here follows from ``schema.py`` and ``tables.py``; no field is named twice.
Rule 2: it never refuses what the loader takes.  Lengths are told and not counted, since only the
check knows how a text is shown.
"""

from collections.abc import Mapping
from typing import Any

from bot.content.schema import (
    ByType,
    Day,
    Field,
    Group,
    Kind,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Whole,
    Word,
    Words,
)
from bot.content.tables import FILES

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors of YAML know.  Source: yaml-language-server, README."""

TEXT = ["string", "number", "boolean"]
"""What an editor may take a text for: ``2024`` and ``no`` are texts to our loader."""


def schemas() -> Mapping[str, dict[str, Any]]:
    """Return the JSON Schema of each kind of file, by its name in ``schema:``."""
    return {name: _whole(name, group) for name, group in FILES.items()}


def _whole(name: str, group: Group) -> dict[str, Any]:
    head = {"$schema": DIALECT, "title": f"Wary: {name}.yaml, version 1"}
    return {**head, **_of(group)}


def _of(kind: Kind) -> dict[str, Any]:
    """Return the schema of one value."""
    match kind:
        case Words(limit, zh):
            chinese = f", {zh} in Chinese" if zh else ""
            return {"type": TEXT, "description": f"At most {limit} characters{chinese}."}
        case Word(pattern, like):
            return {"type": "string", "pattern": f"^({pattern})$", "examples": [like]}
        case OneOf(values):
            return {"enum": [form for value in values for form in _forms(value)]}
        case Whole(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case Number():
            return {"type": "number"}
        case Day():
            day = r"^\d{4}-\d{2}-\d{2}$"
            return {"type": "string", "pattern": day, "examples": ["2027-11-21"]}
        case _:
            return _many(kind)


def _many(kind: ListOf | MapOf | Group | ByType) -> dict[str, Any]:
    match kind:
        case ListOf(of, least, most):
            return {"type": "array", "items": _of(of), "minItems": least, "maxItems": most}
        case MapOf(of, keys, _, least, most):
            entries = {"patternProperties": {f"^({keys})$": _of(of)}}
            counts = {"minProperties": least, "maxProperties": most}
            return {"type": "object", **entries, "additionalProperties": False, **counts}
        case Group(fields):
            return _group(fields)
        case ByType(field, groups):
            # One after another, so that an editor tells what is wrong in the type that is meant.
            rules = [
                {"if": {"properties": {field: {"const": name}}}, "then": _group(group.fields)}
                for name, group in groups.items()
            ]
            head = {"properties": {field: {"enum": list(groups)}}, "required": [field]}
            return {"type": "object", **head, "allOf": rules}


def _group(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _field(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _field(field: Field) -> dict[str, Any]:
    made = _of(field.kind)
    if field.remedy:
        made["description"] = " ".join(
            part for part in (f"{field.remedy.capitalize()}.", made.get("description")) if part
        )
    return made


def _forms(value: str) -> list[Any]:
    """Return *value* as we read it, and as editors may: there ``true`` and ``13`` are no texts."""
    match value:
        case "true" | "false":
            return [value, value == "true"]
        case _ if value.isdecimal():
            return [value, int(value)]
        case _:
            return [value]
