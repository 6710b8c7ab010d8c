"""The JSON Schema of the content: what is published is what the loader's tables say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from bot.content.editors import schemas
from tests.content.packs import GOOD, further
from tests.content.test_hostile import HOSTILE, pack

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "schema"
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@pytest.fixture(autouse=True)
def _one_set_of_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program leave the zones of this process alone, which other tests have read."""
    monkeypatch.setattr("zoneinfo.reset_tzpath", lambda to: to)


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as the language server of editors does: a date, yes and no are texts."""


Editor.yaml_implicit_resolvers = {
    first: [
        rule
        for rule in rules
        if "timestamp" not in rule[0] and ("bool" not in rule[0] or first in "tTfF")
    ]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def wrong(value: object, schema: dict[str, Any], way: str = "") -> Iterator[str]:
    """Yield where *value* breaks *schema*: the part of draft 7 that ours use."""
    said = schema.get("type", [])
    kinds = [said] if isinstance(said, str) else said
    allowed = [each for kind in kinds for each in TYPES[kind]]
    fits = type(value) in allowed or not allowed
    if (
        not fits
        or ("enum" in schema and value not in schema["enum"])
        or ("const" in schema and value != schema["const"])
        or (isinstance(value, str) and not re.search(schema.get("pattern", ""), value))
    ):
        yield way
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield way
    elif isinstance(value, list):
        if not schema["minItems"] <= len(value) <= schema["maxItems"]:
            yield way
        for place, item in enumerate(value):
            yield from wrong(item, schema["items"], f"{way}.{place}")
    elif isinstance(value, dict):
        yield from _wrong_fields(value, schema, way)


def _wrong_fields(value: dict[str, Any], schema: dict[str, Any], way: str) -> Iterator[str]:
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 9999):
        yield way
    yield from (f"{way}.{name}" for name in schema.get("required", ()) if name not in value)
    for name, field in value.items():
        known = [schema["properties"][name]] if name in schema.get("properties", {}) else []
        patterns = schema.get("patternProperties", {})
        known += [inner for pattern, inner in patterns.items() if re.search(pattern, name)]
        if not known and schema.get("additionalProperties") is False:
            yield f"{way}.{name}"
        for inner in known:
            yield from wrong(field, inner, f"{way}.{name}")
    for rule in schema.get("allOf", ()):
        if not any(wrong(value, rule["if"])):
            yield from wrong(value, rule["then"], way)


def judged(text: str) -> list[str]:
    value = yaml.load(text, Editor)  # noqa: S506 - a safe loader that leaves dates alone
    return list(wrong(value, schemas()[value["schema"].partition("/")[0]]))


OURS = sorted(path for part in ("lessons", "quizzes") for path in (ROOT / part).rglob("*.yaml"))


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.stem))
def test_every_file_of_ours_fits_its_schema(path: Path) -> None:
    assert judged(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [*GOOD, *further()])
def test_every_file_of_a_good_pack_fits_its_schema(path: str) -> None:
    text = {**GOOD, **further()}[path]
    assert isinstance(text, str)
    assert judged(text) == []


SEEN = [
    "unknown field",
    "field like no other",
    "missing",
    "not one of",
    "not a number",
    "not a list",
    "not a mapping",
]


@pytest.mark.parametrize("name", SEEN)
def test_what_the_loader_refuses_for_its_form_the_schema_refuses(name: str) -> None:
    case = HOSTILE["form"][name]
    text = pack(case)[case["file"]]
    assert isinstance(text, str)
    assert judged(text) != []


def test_the_published_schemas_are_those_of_the_loader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "--into", str(tmp_path)]) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    published = {path.name: path.read_bytes() for path in PUBLISHED.iterdir()}
    assert published == made, "run: wary schema --into docs/schema"
    assert main(["schema", "lesson"]) == 0
    assert json.loads(capsys.readouterr().out) == schemas()["lesson"]
