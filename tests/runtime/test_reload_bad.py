"""Learning anew of what is bad: the old stays whole, and the operator is told once, in full."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from bot import teaching
from bot.content import child, signing
from bot.core.source import Fault
from bot.runtime import clock
from bot.settings import Settings, read
from tests.content.packs import changed, further, written
from tests.runtime.test_reload import LESSON, having, running, title
from tests.starter import few_lessons, few_root
from tests.test_teaching import translated

__all__ = ["few_lessons", "few_root"]

QUIZ = "quizzes/lan/lan-01.yaml"
WAIT = "wait until all is copied, then read it again"


def cut(root: Path) -> None:
    path = root / LESSON
    path.write_bytes(path.read_bytes()[:300])


def broken(root: Path) -> None:
    (root / LESSON).write_text("title: 'Two\n", encoding="utf-8")


def half(root: Path) -> None:
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    written(root, changed(further(), QUIZ, ("technique: theirs-first", "technique: nobodys")))


def folder(root: Path) -> None:
    shutil.rmtree(root / "lessons")


def every(root: Path) -> None:
    shutil.rmtree(root)


def untranslated(root: Path) -> None:
    (root / "locales" / "fr" / "LC_MESSAGES" / "quizzes.po").unlink()


def silent(root: Path) -> None:
    shutil.rmtree(root / "locales")


def half_translated(root: Path) -> None:
    path = root / "locales" / "fr" / "LC_MESSAGES" / "lessons.po"
    path.write_bytes(path.read_bytes()[:-20])


def locked(root: Path) -> None:
    # A folder in place of a file cannot be opened, whoever asks: also not by root.
    (root / LESSON).unlink()
    (root / LESSON).mkdir()


HARMS: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "a half-written file": (cut, f"second/{LESSON}:13 cards: 1 entries, 2 to 3 allowed; add 1"),
    "bad YAML": (broken, f"second/{LESSON}:2 title: cannot be read as YAML from here; check the"),
    "a good lesson and a bad quiz": (
        half,
        f"second/{QUIZ}:6 items.lan-01-q1.technique: 'nobodys' is not in quizzes/techniques.yaml",
    ),
    "a folder that is gone": (folder, "second/lessons:1: cannot be opened; make the folder, or"),
    "a pack that is gone": (every, "second/quizzes:1: cannot be opened; make the folder, or mend"),
    "a file that cannot be opened": (locked, f"second/{LESSON}:1: an unknown folder; use lessons"),
    "a catalogue that is gone": (
        untranslated,
        "quizzes.po:1: is gone; put it back; to do wi",
    ),
    "a language that is gone": (
        silent,
        "lessons.po:1: is gone; put it back; to do wi",
    ),
    "a half-written catalogue": (
        half_translated,
        "lan-01.action: not a PO file: ",
    ),
}


def told_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what was logged of learning anew: events, and faults where they name one."""
    ours = [one for one in caplog.records if one.name == "bot.runtime.reload"]
    return [(one.getMessage(), getattr(one, "fault", "")) for one in ours]


@pytest.mark.parametrize("harm", HARMS)
async def test_whatever_is_bad_keeps_the_old_whole_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    spoil, told = HARMS[harm]
    root = written(tmp_path / "second", further())
    translated(root)
    shutil.copytree(root, tmp_path / "good")
    bot, base = await running(having(root))
    library, french = bot._turns._library, title(bot, locale="fr")
    assert french == "Two steps beat one \u00e0"
    spoil(root)
    for _ in range(2):
        await bot.reload.look()
    *refused, kept = told_of(caplog)
    assert [fault for _, fault in refused if told in fault], refused[:9]
    assert all("; " in fault for _, fault in refused)
    assert kept == ("content_kept", "")
    for _ in range(3):
        await bot.reload.look()
    assert told_of(caplog) == [*refused, kept]
    assert bot._turns._library is library
    assert title(bot, locale="fr") == french
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(tmp_path / "good", root)
    for _ in range(2):
        await bot.reload.look()
    assert told_of(caplog)[-1] == ("content_reloaded", "")
    assert bot._turns._library is not library
    assert title(bot, locale="fr") == french
    await base.close()


async def test_two_bad_changes_keep_the_old_and_a_good_one_is_taught(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    library = bot._turns._library
    for spoil in (broken, half):
        spoil(root)
        for _ in range(3):
            await bot.reload.look()
        assert bot._turns._library is library
        assert "Two steps beat one" in title(bot)
    assert told_of(caplog).count(("content_kept", "")) == 2
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    for _ in range(2):
        await bot.reload.look()
    assert "Three steps beat one" in title(bot)
    await base.close()


async def test_what_changed_before_the_first_look_is_learned_too(tmp_path: Path) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    for _ in range(2):
        await bot.reload.look()
    assert "Three steps beat one" in title(bot)
    await base.close()


async def test_a_signed_pack_that_is_edited_is_refused_until_it_is_signed_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = written(tmp_path / "second", further())
    public = signing.make_key(tmp_path / "key")
    signing.sign(root, tmp_path / "key")
    given = {"WARY_DATABASE_URL": "sqlite://", "WARY_PACKS": str(root), "WARY_PACK_KEYS": public}
    bot, base = await running(read(given))
    library = bot._turns._library
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    assert not await bot.reload.learn()
    assert bot._turns._library is library
    faults = [fault for _, fault in told_of(caplog)]
    assert any(f"second/{LESSON}:1: " in fault and "sign" in fault for fault in faults), faults
    signing.sign(root, tmp_path / "key")
    assert await bot.reload.learn()
    assert "Three steps beat one" in title(bot)
    await base.close()


DEATHS = {
    "memory": "x = bytearray(300_000_000)",
    "time": "\nwhile True: pass",
    "killed": "import signal; signal.raise_signal(signal.SIGKILL)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind there")
@pytest.mark.parametrize("program", ["_PROGRAM", "_CATALOGUES"])
@pytest.mark.parametrize("death", DEATHS)
async def test_a_child_that_dies_while_learning_anew_keeps_the_old(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    death: str,
    program: str,
) -> None:
    root = written(tmp_path / "second", further())
    translated(root)
    bot, base = await running(having(root))
    library = bot._turns._library
    head = "import json; from bot.content.child import limit; limit();"
    begun = f"{head} print(json.dumps(['begun', 'second/x']), flush=True); {DEATHS[death]}"
    with monkeypatch.context() as patch:
        patch.setattr(child if program == "_PROGRAM" else teaching, program, begun)
        written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
        assert not await bot.reload.learn()
    assert bot._turns._library is library
    assert title(bot, locale="fr") == "Two steps beat one \u00e0"
    told = " ".join(fault for _, fault in told_of(caplog))
    assert "second/x:1: cannot be read within " in told
    assert "it ended with code " in told
    assert "; split or shorten it, or take the pack out" in told
    assert await bot.reload.learn()
    assert "Three steps beat one" in title(bot)
    await base.close()


async def test_lessons_end_on_their_day_also_while_something_is_to_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    broken(root)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now.replace(year=now.year + 2))
    assert not await bot.reload.learn()
    assert "lan-01" in bot._made.content.lessons
    assert "lan-01" not in bot._turns._library.lessons
    library = bot._turns._library
    assert not await bot.reload.learn()
    assert bot._turns._library is library
    await base.close()


def test_what_changes_while_it_is_read_is_not_taught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    trusted = teaching._trusted

    def restless(roots: Sequence[Path], settings: Settings) -> tuple[list[Path], list[Fault]]:
        (root / LESSON).chmod(0o600)
        return trusted(roots, settings)

    assert teaching.relearned(having(root))[1] == ()
    monkeypatch.setattr(teaching, "_trusted", restless)
    made, faults = teaching.relearned(having(root))
    assert made is None
    assert [str(fault) for fault in faults] == [
        f"{root / LESSON}:1: changed while it was read; {WAIT}"
    ]
