"""Several packs: what a further one adds, what it may replace, and what it may never take."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.content import Content, read
from bot.content.files import named
from bot.content.lint import lint
from tests.content.packs import FOLDER, TODAY, changed, further, printed, written

Texts = Mapping[str, str | bytes]


def both(folder: Path, texts: Texts, name: str = "second") -> Content:
    return read([FOLDER, written(folder / name, texts)], None)


def wrong(given: Content, *, warnings: bool = False) -> list[str]:
    return printed(sorted({*given.faults, *lint(given, TODAY)}), warnings=warnings)


def taking(*replaces: str) -> dict[str, str | bytes]:
    """Return a pack that has a lesson of the good pack's id, and says what it replaces."""
    head = f"replaces: [{', '.join(replaces)}]\nlicence:" if replaces else "licence:"
    return changed(further("acc-05"), "lessons/pack.yaml", ("licence:", head))


def test_a_further_pack_adds_its_lessons(tmp_path: Path) -> None:
    given = both(tmp_path, further())
    assert wrong(given) == []
    assert set(given.lessons) == {"acc-05", "acc-06", "kid-08", "lan-01"}
    assert given.worded["lan-01.title"].document.pack == 1
    assert given.past == frozenset()


def test_an_id_that_exists_already_is_refused_with_both_files(tmp_path: Path) -> None:
    remedy = "take another id, or list it under replaces in lessons/pack.yaml"
    given = both(tmp_path, taking())
    assert printed(given.faults) == [
        (
            "second/lessons/acc/acc-05.yaml:2 id: 'acc-05' is taken by lessons/acc/acc-05.yaml;"
            f" {remedy}"
        ),
        (
            "second/quizzes/acc/acc-05.yaml:2 lesson: 'acc-05' is taken by"
            f" quizzes/acc/acc-05.yaml; {remedy}"
        ),
    ]
    assert given.lessons["acc-05"].techniques == ("code-never-shared",)


def test_a_pack_that_says_so_replaces_a_lesson_and_its_questions(tmp_path: Path) -> None:
    given = both(tmp_path, taking("acc-05"))
    assert wrong(given) == []
    assert given.lessons["acc-05"].techniques == ("theirs-first",)
    assert given.items["acc-05-q1"].technique == "theirs-first"
    assert {pack for pack, _ in given.past} == {0}
    assert {"acc-05.title", "acc-05-q1.stem"} <= {key for _, key in given.past}


def test_what_is_said_to_be_replaced_and_is_not_is_named(tmp_path: Path) -> None:
    given = both(tmp_path, taking("acc-05", "acc-06", "theirs-first"))
    assert wrong(given) == [
        (
            "second/lessons/pack.yaml:5 replaces.1: 'acc-06' is not in this pack;"
            " write its file, or drop it here"
        )
    ]
    assert (
        "second/lessons/pack.yaml:5 replaces.2: warning: 'theirs-first' is in no earlier pack;"
        " drop it here"
    ) in wrong(given, warnings=True)


def test_a_slug_is_replaced_like_a_lesson(tmp_path: Path) -> None:
    slug = ("theirs-first: Does what they teach.", "code-never-shared: Says it otherwise.")
    texts = changed(further(), "quizzes/techniques.yaml", slug)
    texts = changed(texts, "lessons/lan/lan-01.yaml", ("theirs-first", "code-never-shared"))
    item = ("technique: theirs-first", "technique: code-never-shared")
    texts = changed(texts, "quizzes/lan/lan-01.yaml", item, item)
    head = ("licence:", "replaces: [code-never-shared]\nlicence:")
    given = both(tmp_path, changed(texts, "lessons/pack.yaml", head))
    assert wrong(given) == []
    assert given.sources["technique.code-never-shared"].text == "Says it otherwise."
    assert given.past == {(0, "technique.code-never-shared")}


def test_a_third_pack_may_replace_what_the_second_replaced(tmp_path: Path) -> None:
    second, third = tmp_path / "second", tmp_path / "third"
    written(second, taking("acc-05"))
    theirs = {
        path: text
        for path, text in taking("acc-05").items()
        if "acc-05" in path or path.endswith("pack.yaml")
    }
    written(third, changed(theirs, "lessons/pack.yaml", ("id: second", "id: third")))
    given = read([FOLDER, second, third], None)
    assert wrong(given) == []
    assert given.worded["acc-05.title"].document.pack == 2
    assert {(0, "acc-05.title"), (1, "acc-05.title")} <= given.past


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("id: second", "id: wary"),
            (
                "second/lessons/pack.yaml:2 id: 'wary' is taken by lessons/pack.yaml;"
                " take another id"
            ),
        ),
        (
            ("languages:", "source_language: fr\nlanguages:"),
            (
                "second/lessons/pack.yaml:4 source_language: 'fr', but the packs here are written"
                " in 'en'; write the texts in 'en' and 'fr' as a translation"
            ),
        ),
    ],
    ids=["id", "language"],
)
def test_a_pack_of_the_same_name_or_of_another_language_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert wrong(both(tmp_path, changed(further(), "lessons/pack.yaml", change))) == [said]


def test_a_further_pack_without_a_head_is_refused(tmp_path: Path) -> None:
    texts = {path: text for path, text in further().items() if not path.endswith("pack.yaml")}
    assert wrong(both(tmp_path, texts)) == [
        "second/lessons/pack.yaml:1: missing; begin it with 'schema: pack/1'"
    ]


def test_packs_whose_folders_have_one_name_are_told_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "pack", tmp_path / "b" / "pack"
    assert named([FOLDER, one, two]) == ["", f"{one}/", f"{two}/"]
    assert named([FOLDER, one]) == ["", "pack/"]
