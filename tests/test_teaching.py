"""Packs and catalogues crossed: what further packs add, say and may not say."""

import shutil
from pathlib import Path

import pytest

from bot import teaching
from bot.__main__ import main
from bot.core.card import Text
from bot.core.message import words
from bot.i18n.pofile import Entry, PoFile
from bot.i18n.write import Line
from bot.i18n.write import written as written_po
from bot.settings import Settings, SettingsError, read
from tests.content.packs import changed, further, printed, written


def having(*folders: Path) -> Settings:
    return read({"WARY_PACKS": ",".join(map(str, folders)), "WARY_LOCALE": "fr"})


def translated(folder: Path, tag: str = "fr") -> None:
    """Write catalogues in which each text of the pack in *folder* says itself, as foreign."""
    [(_, sources)] = teaching.texts(having(folder))[1:]
    for catalogue in ("lessons", "quizzes"):
        lines = [
            Line(Entry(one.key, (one.text,), (f"{one.text} \u00e0",)), one)
            for one in sources.values()
            if one.catalogue == catalogue
        ]
        path = folder / "locales" / tag / "LC_MESSAGES" / f"{catalogue}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written_po(tag, PoFile(""), lines, ()), encoding="utf-8")


def test_a_pack_of_the_settings_is_taught(tmp_path: Path) -> None:
    made = teaching.taught(having(written(tmp_path / "second", further())))
    assert [fault for fault in made.faults if not fault.warning] == []
    assert "net-01" in made.library.lessons
    assert "acc-06" in made.library.lessons
    assert words(made.catalogues.translate("en", Text("net-01.title"))) == "Two steps beat one"


def test_packs_are_named_with_commas_or_as_in_path(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert read({"WARY_PACKS": f"{one}, {two}"}).packs == (str(one), str(two))
    assert read({"WARY_PACKS": f"{one}:{two}:{one}"}).packs == (str(one), str(two))
    assert read({}).packs == ()
    with pytest.raises(SettingsError) as told:
        read({"WARY_PACKS": f"{one}:{tmp_path / 'three'}"})
    wrong, remedy = "is no folder", "name one that holds lessons, quizzes and locales"
    assert told.value.faults == (f"WARY_PACKS: '{tmp_path / 'three'}' {wrong}; {remedy}",)


def test_our_own_pack_named_again_is_read_once() -> None:
    made = teaching.taught(read({"WARY_PACKS": str(teaching.data())}))
    assert [fault for fault in made.faults if not fault.warning] == []


def test_check_covers_the_packs_of_the_settings(tmp_path: Path) -> None:
    texts = changed(
        further(),
        "lessons/net/net-01.yaml",
        ("theirs-first", "theirs-furst"),
        ("recap:", "recup:"),
    )
    root = written(tmp_path / "second", texts)
    said = printed(teaching.checked(having(root), ()))
    assert "second/lessons/net/net-01.yaml:19 recup: unknown field; did you mean 'recap'?" in said
    assert printed(teaching.checked(read({}), [root])) == said


def test_a_further_pack_may_not_change_the_bots_own_words(tmp_path: Path) -> None:
    root = written(tmp_path / "second", further())
    path = root / "locales" / "ar" / "LC_MESSAGES" / "interface.po"
    path.parent.mkdir(parents=True)
    shutil.copy2(teaching.data() / "locales" / "ar" / "LC_MESSAGES" / "interface.po", path)
    refused = printed(teaching.taught(having(root)).faults)
    assert f"{path}:1: the bot's own words are not a pack's to say; take the file out" in refused


def test_a_pack_brings_its_own_translations(tmp_path: Path) -> None:
    root = written(tmp_path / "second", further())
    translated(root)
    made = teaching.taught(having(root))
    assert [fault for fault in made.faults if not fault.warning] == []
    assert "fr" in made.library.served["net-01"]


def test_a_lesson_that_is_replaced_keeps_none_of_its_old_translations(tmp_path: Path) -> None:
    texts = changed(
        further("acc-05"), "lessons/pack.yaml", ("licence:", "replaces: [acc-05]\nlicence:")
    )
    root = written(tmp_path / "second", texts)
    made = teaching.taught(having(root))
    assert [fault for fault in made.faults if not fault.warning] == []
    ours = teaching.taught(read({}))
    assert "ar" in ours.library.served["acc-05"]
    assert "ar" not in made.library.served["acc-05"]
    assert made.library.served["acc-06"] >= ours.library.served["acc-06"]


def test_templates_hold_every_text_of_their_own_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tmp_path / "ours"
    for name in ("lessons", "quizzes", "locales"):
        shutil.copytree(teaching.data() / name, ours / name)
    root = written(tmp_path / "second", further())
    monkeypatch.setattr(teaching, "data", lambda: ours)
    monkeypatch.setenv("WARY_PACKS", str(root))
    assert main(["i18n", "extract"]) == 0
    told = capsys.readouterr().out
    assert f"{root / 'locales' / 'lessons.pot'}: 6 texts" in told
    made = teaching.taught(read({}))
    for catalogue in ("interface", "lessons", "quizzes"):
        pot = (ours / "locales" / f"{catalogue}.pot").read_text(encoding="utf-8")
        wanted = [one for one in made.content.sources.values() if one.catalogue == catalogue]
        assert pot.count("\nmsgctxt ") == len(wanted)
        assert "net-01" not in pot
        assert f'\nmsgctxt "{wanted[0].key}"\n' in pot
    first = {path: path.read_bytes() for path in ours.glob("locales/*.pot")}
    assert main(["i18n", "extract"]) == 0
    assert {path: path.read_bytes() for path in ours.glob("locales/*.pot")} == first


def test_no_template_is_made_of_a_pack_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {**further(), "lessons/net/net-01.yaml": "- a\n"}
    monkeypatch.setenv("WARY_PACKS", str(written(tmp_path / "second", texts)))
    assert main(["i18n", "update"]) == 1
    assert "second/lessons/net/net-01.yaml:1: no fields" in capsys.readouterr().err
