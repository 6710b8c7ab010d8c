from pathlib import Path

import pytest

from bot.content import Content, read
from bot.content.lint import lint
from tests.content.packs import FOLDER, TODAY, printed, written


def interface(tmp_path: Path, text: str) -> Content:
    path = written(tmp_path, {"locales/interface.yaml": text}) / "locales" / "interface.yaml"
    return read([FOLDER], path)


def test_the_interface_gives_texts_plurals_notes_and_limits(tmp_path: Path) -> None:
    given = interface(
        tmp_path,
        "quiz.right: Right\n"
        "quiz.left:\n  one: One question left.\n  other: '{count} questions left.'\n  note: a n\n"
        "quiz.send: {text: Send, limit: '32', note: a button}\n"
        "neutral.report.sms: Ask at https://inhope.org or {report.cirt}\n",
    )
    assert printed({*given.faults, *lint(given, TODAY)}) == []
    left = given.sources["quiz.left"]
    assert (left.text, left.plural, left.line, left.note) == (
        "{count} questions left.",
        {"one": "One question left.", "other": "{count} questions left."},
        2,
        "a n",
    )
    send = given.sources["quiz.send"]
    assert (send.text, send.limit, send.note, send.catalogue, send.path) == (
        "Send",
        32,
        "a button",
        "interface",
        "locales/interface.yaml",
    )
    assert given.placeholders["neutral.report.sms"] == ("report.cirt",)
    assert "quiz.send" not in given.needs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A B: x\n", "1 A B: 'A B' is not a key; use a-z, 0-9, '_' and single dots"),
        ("a: {text: b, limits: '3'}\n", "1 a.limits: unknown field; did you mean 'limit'?"),
        ("a: {one: b}\n", "1 a.other: missing; write at most 4000 characters"),
        ("a: [b]\n", "1 a: not a mapping; write the fields text, note, limit"),
        ("a: {text: abcd, limit: '3'}\n", "1 a: 4 characters, limit 3; cut 1"),
        ("a: '{Name}'\n", "1 a: {Name} is unknown; use a-z, 0-9 and '_'"),
        ("a: '{report.sm}'\n", "1 a: {report.sm} is unknown; did you mean {report.sms}?"),
        ("a: 'x {'\n", "1 a: a single '{'; close or delete it"),
        ("a: You fell for it\n", "1 a: 'fell for' blames the person; write 'they were tricked'"),
        ("a: 'x **b'\n", "1 a: a '**' is left open; close or delete it"),
        ('a: "x\\u200b"\n', "1 a: U+200B on column 2; delete it"),
    ],
)  # fmt: skip
def test_a_fault_in_the_interface_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    given = interface(tmp_path, text)
    assert printed({*given.faults, *lint(given, TODAY)}) == [f"locales/interface.yaml:{expected}"]


def test_a_missing_interface_is_a_fault(tmp_path: Path) -> None:
    given = read([FOLDER], tmp_path / "locales" / "interface.yaml")
    assert printed(given.faults) == [
        "locales/interface.yaml:1: cannot be opened; write the file, or mend its rights"
    ]
