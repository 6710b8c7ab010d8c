"""This file holds what import-linter cannot see: clocks that are methods, homeless vendors."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repo.tree import contracts, imports, python, tree

PURE = {
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "itertools",
    "math",
    "re",
    "typing",
    "unicodedata",
    "zoneinfo",
}
"""What core and engine may import of the standard library.  Source: house.md, section 4."""

CLOCKS = {"now", "utcnow", "today"}

VENDORS = {"bot/engine/review.py": "fsrs"}
"""The one vendor of the engine, and its one file.  Source: house.md, section 3."""

ANY_ALLOWED = ("bot/content/", "decode.py", "codec.py")
"""Where data of foreign shape is read, and ``Any`` may stand."""


def _calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name):
                    yield node.lineno, f".{name}"
                case ast.Name(id=name):
                    yield node.lineno, name


def _impure_calls(path: Path) -> list[str]:
    forbidden = {f".{clock}" for clock in CLOCKS} | {"open", "print", "input", "eval", "exec"}
    return [f"{path}:{line} {name}" for line, name in _calls(path) if name in forbidden]


@pytest.mark.parametrize("path", python("bot/core", "bot/engine"), ids=str)
def test_core_and_engine_read_no_clock_and_open_nothing(path: Path) -> None:
    assert _impure_calls(path) == []


@pytest.mark.parametrize("path", python("bot/core", "bot/engine"), ids=str)
def test_core_and_engine_import_from_the_list_only(path: Path) -> None:
    ours = ("bot.core", "bot.engine")
    foreign = [
        f"{path}:{line} {name}"
        for line, name in imports(path)
        if name not in PURE and name != "bot" and not name.startswith(ours)
        if name != VENDORS.get(path.as_posix())
    ]
    assert foreign == []


def test_only_the_clock_of_runtime_reads_the_clock() -> None:
    elsewhere = [
        f"{path}:{line} {name}"
        for path in python("bot")
        if path.parts[1] != "runtime" and path.name not in {"wiring.py", "__main__.py"}
        for line, name in _clock_reads(path)
    ]
    assert elsewhere == []


def _clock_reads(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the reads of the machine's clock; one that was handed over may be asked anywhere."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date" as owner), attr=name):
                if name in CLOCKS:
                    yield node.lineno, f"{owner}.{name}"
            case ast.Attribute(value=ast.Name(id="time"), attr="time" | "time_ns" as name):
                yield node.lineno, f"time.{name}"


def test_every_vendor_stands_in_exactly_one_protected_contract() -> None:
    protected = Counter(
        module.split(".")[0]
        for contract in contracts()
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    )
    imported = {name.split(".")[0] for path in python("bot") for _, name in imports(path)}
    vendors = imported - sys.stdlib_module_names - {"bot"}
    assert {vendor: protected[vendor] for vendor in sorted(vendors)} == dict.fromkeys(
        sorted(vendors), 1
    )


def test_any_stands_only_where_foreign_data_is_read() -> None:
    loose = [
        str(path)
        for path in python("bot")
        if any(isinstance(n, ast.Name) and n.id == "Any" for n in ast.walk(tree(path)))
        if not any(place in str(path) for place in ANY_ALLOWED)
    ]
    assert loose == []


def test_a_clock_in_the_engine_is_found(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("x = datetime.now(UTC)\ny = date.today()\nz = open('f')\n")
    assert _impure_calls(sample) == [f"{sample}:1 .now", f"{sample}:2 .today", f"{sample}:3 open"]
