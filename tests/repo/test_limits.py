"""This file holds the limits of the house: sizes, names, and what no file may say.

Rule 1: raising a limit is a commit of its own that says why.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TypeVar

import pytest

from tests.repo.tree import ROOT, files, python, text, tree

FILE_LINES = 400
MEDIAN_LINES = 150
FUNCTION_LINES = 40
CLASS_LINES = 150
PUBLIC_METHODS = 8

CODE = {".py", ".html", ".css", ".js", ".toml", ".mako", ".sql", ".sh"}
"""Endings of files that people write; data, pins and licences are as long as they are."""

NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
PLATFORM_FILES = {"__init__.py", "adapter.py", "decode.py", "encode.py"}

HOSTS = (
    "pypi." + "org",
    "pythonhosted." + "org",
    "npmjs." + "org",
    "index-" + "url",
    "find-" + "links",
)
"""Where packages come from is the business of each machine, not of this repository."""

Node = TypeVar("Node", bound=ast.AST)


def _written() -> list[Path]:
    named = {"Makefile", "Dockerfile", "compose.yaml", "run"}
    return [path for path in files() if path.suffix in CODE or path.name in named]


def _of(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    for path in python("bot", "bench"):
        for node in ast.walk(tree(path)):
            if isinstance(node, kind):
                yield f"{path}:{getattr(node, 'lineno', 0)}", node


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_the_limit() -> None:
    long = {str(path): count for path in _written() if (count := _count(path)) > FILE_LINES}
    assert long == {}


def test_the_files_of_the_program_are_short_in_the_middle() -> None:
    assert median(_count(path) for path in python("bot")) <= MEDIAN_LINES


def _count(path: Path) -> int:
    return len(text(path).splitlines())


def test_no_function_is_longer_than_the_limit() -> None:
    functions: list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]
    functions = [*_of(ast.FunctionDef), *_of(ast.AsyncFunctionDef)]
    long = {
        f"{place} {node.name}": _lines(node)
        for place, node in functions
        if _lines(node) > FUNCTION_LINES
    }
    assert long == {}


def test_no_class_is_longer_than_the_limit() -> None:
    long = {
        f"{place} {node.name}": _lines(node)
        for place, node in _of(ast.ClassDef)
        if _lines(node) > CLASS_LINES
    }
    assert long == {}


def test_no_class_has_more_public_methods_than_the_limit() -> None:
    wide = {
        f"{place} {node.name}": names
        for place, node in _of(ast.ClassDef)
        if len(names := _public(node)) > PUBLIC_METHODS
    }
    assert wide == {}


def _public(node: ast.ClassDef) -> list[str]:
    methods = (m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef))
    return [m.name for m in methods if not m.name.startswith("_")]


def test_no_module_is_named_after_nothing() -> None:
    vague = [
        str(path)
        for path in python()
        if NO_NAMES & {part.removesuffix(".py").strip("_") for part in path.parts}
    ]
    assert vague == []


def test_every_platform_has_the_same_four_files() -> None:
    lacking = {
        folder.name: sorted(missing)
        for folder in sorted((ROOT / "bot" / "platforms").iterdir())
        if folder.is_dir() and folder.name != "__pycache__"
        if (missing := PLATFORM_FILES - {path.name for path in folder.iterdir()})
    }
    assert lacking == {}


def test_everything_is_caught_in_one_place_at_most_the_worker_loop() -> None:
    places = [
        place
        for place, node in _of(ast.ExceptHandler)
        if node.type is None or _names(node.type) & {"Exception", "BaseException"}
        if not _lets_go(node)
    ]
    assert [place for place in places if not place.startswith("bot/runtime/")] == []
    assert len(places) <= 1, places


def _lets_go(node: ast.ExceptHandler) -> bool:
    """Return whether the handler only tidies up, and raises what it was given again."""
    match node.body[-1]:
        case ast.Raise(exc=None):
            return True
        case _:
            return False


def _names(node: ast.expr) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_where_packages_come_from(host: str) -> None:
    naming = [str(path) for path in files() if host.encode() in (ROOT / path).read_bytes()]
    assert [path for path in naming if path != "Makefile"] == []  # it asks uv to leave them out


def test_nothing_is_left_for_later_in_the_program() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    left = [str(path) for path in python("bot") if any(mark in text(path) for mark in marks)]
    assert left == []
