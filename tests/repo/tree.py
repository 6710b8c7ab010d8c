"""This file is how the house rules see the checkout: files, trees of Python, settings of tools."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The top of the checkout."""

WRITTEN = ("bot", "tests", "bench")
"""Folders of Python that people write."""

MADE = {
    "__pycache__",
    ".git",
    ".venv",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".import_linter_cache",
    "build",
    "dist",
    "out",
}
"""Folders that tools make."""


@cache
def files() -> tuple[Path, ...]:
    """Return every file that people write, as paths from the top."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in MADE or path.name.endswith((".egg-info", ".pyc")):
            continue
        if path.is_dir():
            yield from _walk(path)
        elif not path.name.startswith((".coverage", ".pins")):
            yield path.relative_to(ROOT)


@cache
def python(*folders: str) -> tuple[Path, ...]:
    """Return the files of Python in *folders*, or in all that people write."""
    starts = folders or WRITTEN
    return tuple(
        path
        for path in files()
        if path.suffix == ".py" and any(path.is_relative_to(start) for start in starts)
    )


@cache
def text(path: Path) -> str:
    """Return what the file at *path*, from the top, says."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of the file at *path*, from the top."""
    return ast.parse(text(path), filename=str(path))


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml, read."""
    return tomllib.loads(text(Path("pyproject.toml")))


def contracts() -> list[dict[str, Any]]:
    """Return the contracts of import-linter, as they stand in pyproject.toml."""
    found: list[dict[str, Any]] = project()["tool"]["importlinter"]["contracts"]
    return found


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of every module that the file imports, at any depth."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            before = path.with_suffix("").parts[: -node.level] if node.level else ()
            yield node.lineno, ".".join([*before, *filter(None, [node.module])])


def requirements(name: str) -> dict[str, str]:
    """Return the pins of the requirements file *name*: package in lower case -> version."""
    lines = (line.split(";")[0].strip(" \\") for line in text(Path(name)).splitlines())
    pins = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {package.split("[")[0].lower(): version.strip() for package, version in pins}
