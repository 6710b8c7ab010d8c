"""Words of distress are read as strictly as all else, and a further pack may add some."""

from pathlib import Path

import pytest

from bot.content.files import gather
from bot.content.read import read
from bot.core.library import Wording
from tests.content.packs import GOOD, content, findings

PATH = "locales/fr/distress.yaml"
LIST = "schema: distress/1\nphrases:\n  - veux mourir\n  - en .. finir/fini\nharmless: [de rire]\n"


def test_the_words_of_all_packs_are_heard_together() -> None:
    assert content({**GOOD, PATH: LIST}).distress == {
        "fr": Wording(("veux mourir", "en .. finir/fini"), ("de rire",))
    }
    assert content().distress == {}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("veux mourir", "..", ":3 phrases.0: '..' begins or ends with a gap; drop the '..' there"),
        (
            "veux",
            "veux/!",
            ":3 phrases.0: 'veux/! mourir' has a part without a letter; write a word",
        ),
        ("veux mourir", "kk", ":3 phrases.0: 'kk' is too short to stand alone; add a word"),
        ("en .. finir/fini", "Veux, mourir", ":4 phrases.1: 'Veux, mourir' stands here twice"),
        ("veux", "veux " * 120, "is longer than 600 characters; keep the words that matter"),
        ("harmless", "harmles", ":5 harmles: unknown field; did you mean 'harmless'?"),
    ],
)
def test_a_fault_has_its_place_and_remedy(old: str, new: str, fault: str) -> None:
    [found] = findings({**GOOD, PATH: LIST.replace(old, new)})
    assert found.startswith(PATH)
    assert fault in found


def test_a_further_pack_adds_its_own_read_apart(tmp_path: Path) -> None:
    for pack, text in (("ours", LIST), ("theirs", "schema: distress/1\nphrases: [crever ici]\n")):
        (tmp_path / pack / "lessons").mkdir(parents=True)
        (tmp_path / pack / "quizzes").mkdir()
        (tmp_path / pack / "locales" / "fr").mkdir(parents=True)
        (tmp_path / pack / PATH).write_text(text, encoding="utf-8")
    found = read([tmp_path / "ours", tmp_path / "theirs"], None)
    assert found.distress["fr"].phrases == ("veux mourir", "en .. finir/fini", "crever ici")
    assert not [fault for fault in found.faults if "distress" in fault.path]


def test_a_folder_that_is_no_language_is_named(tmp_path: Path) -> None:
    for folder in ("lessons", "quizzes", "locales/Fr_fr"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "locales/Fr_fr/distress.yaml").write_text(LIST, encoding="utf-8")
    files, [fault] = gather([tmp_path])
    assert not files
    assert str(fault) == (
        "locales/Fr_fr:1: an unknown folder; name it by its language, as in zh-Hans"
    )
