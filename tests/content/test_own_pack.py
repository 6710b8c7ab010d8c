"""The pack of this repository, checked as ``python -m bot check`` checks it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.content import read
from bot.content.lint import lint
from bot.core.source import Fault

ROOT = Path(__file__).resolve().parents[2]
INTERFACE = ROOT / "locales" / "interface.yaml"


def refusals() -> list[Fault]:
    given = read([ROOT], INTERFACE)
    written = max(one.value["review"]["last"] for one in given.documents.lessons.values())
    day = max(written, datetime.now(UTC).date() - timedelta(days=1))
    found = {*given.faults, *lint(given, day)}
    return sorted(fault for fault in found if not fault.warning)


def test_our_own_pack_has_no_refusal() -> None:
    assert [str(fault) for fault in refusals()] == []


def test_every_lesson_of_our_own_pack_is_taught_with_items() -> None:
    given = read([ROOT], None)
    assert given.lessons
    assert [id_ for id_, lesson in given.lessons.items() if len(lesson.items) < 1] == []
