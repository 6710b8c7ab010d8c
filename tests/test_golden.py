"""Ten lessons, chosen by seed, as each chat platform is sent them in every language.

What was looked at once, drawn as pictures, is kept here as text: whoever changes a card, a
translation or a platform's drawing sees in the difference what readers will see.
"""

import os
import random
from pathlib import Path

import pytest

from bot import teaching
from bot.preview import RULE, preview
from bot.settings import read

GOLDEN = Path(__file__).parent / "golden"
WRITE = "WARY_WRITE_GOLDEN"
"""Environment variable: 1 writes the files anew; then read their difference."""

SEED, LESSONS = 20261128, 10
MADE = teaching.taught(read({}))
CHOSEN = sorted(random.Random(SEED).sample(sorted(MADE.library.lessons), LESSONS))  # noqa: S311


def drawn(name: str, platform: str) -> str:
    """Return the lesson *name* as *platform* shows it, in every language that is offered."""
    said = [
        f"{'#' * 20} {locale}\n\n{preview(MADE, name, platform, locale)}"
        for locale in MADE.catalogues.languages
    ]
    return f"\n{RULE}\n".join(said).strip() + "\n"


@pytest.mark.parametrize("platform", ["telegram", "discord"])
@pytest.mark.parametrize("name", CHOSEN)
def test_a_lesson_is_sent_as_it_was_when_it_was_looked_at(name: str, platform: str) -> None:
    path = GOLDEN / platform / f"{name}.txt"
    said = drawn(name, platform)
    if os.environ.get(WRITE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said, "utf-8")
    known = path.read_text("utf-8") if path.exists() else ""
    assert said == known, f"look at it, then {WRITE}=1 pytest tests/test_golden.py keeps it"


def test_no_other_lesson_is_kept() -> None:
    kept = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*.txt")}
    assert kept == {f"{on}/{name}.txt" for on in ("telegram", "discord") for name in CHOSEN}
