"""This file holds the fault matrix to the suite: each row of a chat platform has a test.

Rule 1: the ids are counted here, so that they hold without the design beside the checkout.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.repo.tree import ROOT, python, tree

ROWS = {"T": 18, "C": 15, "U": 8}
"""Rows of trust.md, 7, by their letter: Telegram, Discord, and what comes in."""

MATRIX = ROOT.parent / "shared" / "design" / "trust.md"
"""Beside the checkout where there is one; a stranger has only the project."""

ROW = re.compile(r"^\| ([TCU]\d+) \|", re.MULTILINE)


def _ids() -> list[str]:
    return [f"{letter}{at}" for letter, count in ROWS.items() for at in range(1, count + 1)]


def _named() -> Iterator[str]:
    """Yield the ids that stand in names of tests: ``test_c13_and_c15_...`` names two."""
    for path in python("tests"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first, *words = node.name.split("_")
                yield from (word.upper() for word in words if first == "test")


def test_each_row_of_the_chat_platforms_has_a_test_of_its_name() -> None:
    named = set(_named())
    assert [one for one in _ids() if one not in named] == []


def test_no_test_is_named_after_a_row_that_there_is_not() -> None:
    known = set(_ids())
    rows = {one for one in _named() if re.fullmatch(r"[TCU]\d+", one)}
    assert rows - known == set()


def test_the_rows_are_those_of_the_design() -> None:
    if not MATRIX.exists():
        pytest.skip("the design is not beside this checkout")
    assert ROW.findall(MATRIX.read_text(encoding="utf-8")) == _ids()
