"""One spoiled pack a refusal: the exact lines that are printed, and nothing else refused.

The packs stand in ``hostile.yaml``.  Under ``form`` the file is not read, and what leaned on it
may be refused as well; under ``lint`` it is read, and the lines are all there are; under ``heads``
it is a file that all lessons of the pack lean on.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.content.packs import GOOD, content, findings, spoiled

HOSTILE: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("hostile.yaml").read_text(encoding="utf-8")
)


def pack(case: dict[str, Any]) -> dict[str, str | bytes]:
    return spoiled(case["file"], *(tuple(change) for change in case["changes"]))


@pytest.mark.parametrize("name", HOSTILE["form"])
def test_a_file_of_the_wrong_form_is_refused_and_left_out(name: str) -> None:
    case = HOSTILE["form"][name]
    texts = pack(case)
    about = [line for line in findings(texts) if line.startswith(f"{case['file']}:")]
    assert about == case["refused"]
    stem = Path(case["file"]).stem
    read = content(texts)
    assert (stem in read.lessons) == case["file"].startswith("quizzes")
    assert not any(item.lesson == stem for item in read.items.values())


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group in ("lint", "heads") for name in HOSTILE[group]]
)
def test_a_file_that_breaks_a_rule_is_refused(group: str, name: str) -> None:
    case = HOSTILE[group][name]
    assert findings(pack(case)) == case["refused"]


@pytest.mark.parametrize("group", HOSTILE)
def test_every_hostile_pack_is_refused_for_something(group: str) -> None:
    assert [name for name, case in HOSTILE[group].items() if not case["refused"]] == []


def test_the_good_pack_has_no_refusal() -> None:
    assert findings(GOOD) == []
