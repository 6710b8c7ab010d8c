"""Packs and catalogues crossed: what further packs add, say and may not say."""

import re
import shutil
from pathlib import Path

import pytest

from bot import checking, teaching
from bot.__main__ import main
from bot.core.card import Text
from bot.core.message import words
from bot.core.source import Fault
from bot.i18n import pofile
from bot.i18n.pofile import Entry, PoFile
from bot.i18n.write import Line
from bot.i18n.write import written as written_po
from bot.settings import Settings, SettingsError, read
from tests.content.packs import changed, further, printed, written
from tests.starter import few_lessons, few_root

__all__ = ["few_lessons", "few_root"]

LESSON = "lessons/lan/lan-01.yaml"


def having(*folders: Path) -> Settings:
    return read({"WARY_PACKS": ",".join(map(str, folders)), "WARY_LOCALE": "fr"})


def translated(folder: Path, tag: str = "fr") -> None:
    """Write catalogues in which each text of the pack in *folder* says itself, as foreign."""
    [(_, sources)] = checking.texts(having(folder))[1:]
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
    assert "lan-01" in made.library.lessons
    assert "acc-06" in made.library.lessons
    assert words(made.catalogues.translate("en", Text("lan-01.title"))) == "Two steps beat one"


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
        "lessons/lan/lan-01.yaml",
        ("theirs-first", "theirs-furst"),
        ("recap:", "recup:"),
    )
    root = written(tmp_path / "second", texts)
    said = printed(checking.checked(having(root), ()))
    assert "second/lessons/lan/lan-01.yaml:19 recup: unknown field; did you mean 'recap'?" in said
    assert printed(checking.checked(read({}), [root])) == said


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
    assert "fr" in made.library.served["lan-01"]


def test_a_lesson_that_is_replaced_keeps_none_of_its_old_translations(tmp_path: Path) -> None:
    texts = changed(
        further("scm-01"), "lessons/pack.yaml", ("licence:", "replaces: [scm-01]\nlicence:")
    )
    root = written(tmp_path / "second", texts)
    made = teaching.taught(having(root))
    assert [fault for fault in made.faults if not fault.warning] == []
    ours = teaching.taught(read({}))
    assert "ar" in ours.library.served["scm-01"]
    assert "ar" not in made.library.served["scm-01"]
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
        assert "lan-01" not in pot
        assert f'\nmsgctxt "{wanted[0].key}"\n' in pot
    first = {path: path.read_bytes() for path in ours.glob("locales/*.pot")}
    assert main(["i18n", "extract"]) == 0
    assert {path: path.read_bytes() for path in ours.glob("locales/*.pot")} == first


def test_a_translation_that_is_behind_falls_back_and_is_refused_by_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _ours(tmp_path, monkeypatch)
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    made = teaching.taught(read({"WARY_PACKS": str(root)}))
    teaching.servable(made)
    assert "fr" not in made.library.served["lan-01"]
    path = root / "locales" / "fr" / "LC_MESSAGES" / "lessons.po"
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    behind = "lan-01.title: msgid differs from the YAML; run wary i18n update"
    assert re.search(rf"^{re.escape(str(path))}:\d+ {behind}$", said, re.MULTILINE)
    assert main(["i18n", "update", "fr"]) == 0
    assert main(["check"]) == 0


def test_a_release_refuses_a_language_in_which_first_aid_has_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _ours(tmp_path, monkeypatch)
    assert main(["check", "--release"]) == 0
    home = tmp_path / "ours" / "locales" / "fr" / "LC_MESSAGES"
    spoken = (home / "lessons.po").read_text(encoding="utf-8")
    cut = re.sub(r'(msgctxt "aid-paid.title"\n.*\n)msgstr ".*"', r'\1msgstr ""', spoken)
    (home / "lessons.po").write_text(cut, encoding="utf-8")
    pack = root / "lessons" / "pack.yaml"
    pack.write_text(pack.read_text().replace("[en, fr]", "[en, fr, pt]"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check"]) == 0
    assert main(["check", "--release"]) == 1
    told = [line for line in capsys.readouterr().out.split("\n") if " complete; finish " in line]
    where = "locales/{}/LC_MESSAGES/{}.po:# {}: # of # {} complete; finish {} or leave {} out of "
    assert [re.sub(r"\d+", "#", line) for line in told] == [
        f"{where.format(*gap)}the release"
        for gap in (
            ("fr", "lessons", "first_aid", "trees", "aid-paid", "fr"),
            ("pt", "interface", "interface", "texts", "hello.all", "pt"),
            ("pt", "lessons", "first_aid", "trees", "aid-clicked", "pt"),
        )
    ]


def _ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a further pack of the settings, where no file of our own lies in the way."""
    root = written(tmp_path / "second", further())
    translated(root)
    monkeypatch.setenv("WARY_PACKS", str(root))
    ours = tmp_path / "ours"
    for name in ("lessons", "quizzes", "locales"):
        shutil.copytree(teaching.data() / name, ours / name)
    monkeypatch.setattr(teaching, "data", lambda: ours)
    return root


def test_translations_of_a_further_pack_are_counted_and_merged_in_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _ours(tmp_path, monkeypatch)
    here: list[str] = []
    read_here = pofile.understood

    def noted(text: str, path: str, tag: str) -> PoFile | Fault:
        here.append(path)
        return read_here(text, path, tag)

    monkeypatch.setattr(pofile, "understood", noted)
    lessons = root / "locales" / "fr" / "LC_MESSAGES" / "lessons.po"
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    for what in ("coverage", "update"):
        assert main(["i18n", what, "fr"]) == 0
        assert f"{root}: fr lessons: 5 complete, 1 stale, 0 empty" in capsys.readouterr().out
    assert here
    assert not [path for path in here if path.startswith(root.as_posix())]
    kept = '#| msgid "Two steps beat one"\nmsgctxt "lan-01.title"\nmsgid "Three steps beat one"\n'
    assert f'{kept}msgstr "Two steps beat one \u00e0"' in lessons.read_text(encoding="utf-8")


def test_what_kills_the_child_is_told_and_no_file_of_its_folder_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _ours(tmp_path, monkeypatch)
    killed = 'from bot.content.child import limit; limit(); print(\'["begun", "x.po"]\')'
    monkeypatch.setattr(teaching, "_CATALOGUES", killed)
    home = root / "locales" / "fr" / "LC_MESSAGES"
    (home / "quizzes.po").unlink()
    spoken = (home / "lessons.po").read_bytes()
    for what in ("coverage", "update"):
        assert main(["i18n", what, "fr"]) == 1
        told = capsys.readouterr()
        assert told.err == (
            "x.po:1: cannot be read within its limits: it ended early; "
            "split or shorten it, or take the pack out\n"
        )
        assert "fr interface: " in told.out
    assert [path.name for path in home.iterdir()] == ["lessons.po"]
    assert (home / "lessons.po").read_bytes() == spoken


@pytest.mark.parametrize("link", ["locales", "locales/fr", "locales/fr/LC_MESSAGES"])
def test_nothing_is_read_or_written_through_a_link_of_a_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    root = _ours(tmp_path, monkeypatch)
    (root / link).rename(tmp_path / "elsewhere")
    (root / link).symlink_to(tmp_path / "elsewhere")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "elsewhere").rglob("*")}
    assert main(["i18n", "update", "fr"]) == 1
    said = f"{root / link}:1: a symbolic link; put the folder itself here\n"
    assert said in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in before} == before
    made = teaching.taught(read({"WARY_PACKS": str(root)}))
    assert [str(fault) for fault in made.faults if not fault.warning] == [said.strip()]


def test_a_draft_that_came_with_a_pack_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _ours(tmp_path, monkeypatch)
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    home = root / "locales" / "fr" / "LC_MESSAGES"
    (home / "lessons.po.new").symlink_to(precious)
    assert main(["i18n", "update", "fr"]) == 0
    assert precious.read_text(encoding="utf-8") == "mine"
    assert not (home / "lessons.po").is_symlink()


def test_no_template_is_made_of_a_pack_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {**further(), "lessons/lan/lan-01.yaml": "- a\n"}
    monkeypatch.setenv("WARY_PACKS", str(written(tmp_path / "second", texts)))
    assert main(["i18n", "update"]) == 1
    assert "second/lessons/lan/lan-01.yaml:1: no fields" in capsys.readouterr().err
