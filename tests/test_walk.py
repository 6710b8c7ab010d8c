"""The walk: an operator tells what a real client shows, and the record names nobody."""

import io
import sys
from datetime import date
from pathlib import Path

import pytest

from bot import walk
from bot.__main__ import main
from tests.dialogues import script

TELEGRAM = [step for step in walk.STEPS if "telegram" in step.apps]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("WARY_PLATFORMS", "WARY_SETTINGS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def given(typed: pytest.MonkeyPatch, text: str, platforms: str = "web,telegram") -> None:
    typed.setenv("WARY_PLATFORMS", platforms)
    typed.setattr(sys, "stdin", io.StringIO(text))


def test_every_step_is_of_an_app_and_has_a_name_of_its_own_there() -> None:
    for app in walk.APPS:
        keys = [step.key for step in walk.STEPS if app in step.apps]
        assert len(keys) == len(set(keys)) > 10
    assert {app for step in walk.STEPS for app in step.apps} == set(walk.APPS)


def test_the_whole_walk_is_well_and_is_written_down_without_anything_personal(
    typed: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "ios\n" + "y\n" * len(TELEGRAM))
    assert main(["doctor", "--walk", "--record", "walk.txt"]) == 0
    out = capsys.readouterr().out
    for step in TELEGRAM:
        assert step.do in out
        assert step.see in out
    assert out.endswith(f"{len(TELEGRAM)} as they should be, 0 not, 0 not looked at\n")
    wary, day, app, nothing, *table = (tmp_path / "walk.txt").read_text().splitlines()
    assert (wary.split()[0], app, nothing) == ("wary", "telegram on ios", "")
    assert day == f"day {date.fromisoformat(day.removeprefix('day '))}"
    assert [line.split() for line in table[:-1]] == [
        ["ok", "telegram", step.key, "yes"] for step in TELEGRAM
    ]


def test_one_no_is_told_and_fails(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "android\n" + "yes\n" * (len(TELEGRAM) - 2) + "NO\nskip\n")
    assert main(["doctor", "--walk"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[-3].split() == ["fail", "telegram", "reply", "no"]
    assert out[-2].split() == ["warn", "telegram", "silent", "skip"]


def test_nonsense_is_asked_again_and_stands_in_no_record(
    typed: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "Amal's phone\ndesktop\n\nperhaps +44 20\n  Yes \n")
    assert main(["doctor", "--walk", "--record", "walk.txt"]) == 0
    out = capsys.readouterr().out
    assert out.count("I did not understand that.") == 3
    told = (tmp_path / "walk.txt").read_text()
    assert "telegram on desktop" in told
    assert not any(word in told for word in ("Amal", "44", "perhaps"))
    assert f"1 as they should be, 0 not, {len(TELEGRAM) - 1} not looked at" in told


def test_when_the_input_ends_nothing_more_is_asked_and_nothing_was_seen(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "", "discord,telegram")
    assert main(["doctor", "--walk"]) == 1
    out = capsys.readouterr().out
    assert "Do:" not in out
    assert f"0 as they should be, 0 not, {len(_all())} not looked at" in out


def test_a_record_that_cannot_be_written_is_told_before_the_walk(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "ios\ny\n")
    assert main(["doctor", "--walk", "--record", "no/such/walk.txt"]) == 1
    told = capsys.readouterr()
    assert "no/such/walk.txt" in told.err
    assert told.out == ""


def test_what_has_no_walk_is_refused_with_a_remedy(
    typed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(typed, "", "web")
    assert main(["doctor", "--walk"]) == 1
    assert "a walk for telegram and discord only" in capsys.readouterr().err
    assert main(["doctor", "--record", "x"]) == 1
    assert "--walk" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "dialogue", "words"),
    [
        ("width", "9.1-other-country", ("British Indian Ocean Territory", "Brunei")),
        ("edited", "9.4-settings", ("Hour", "Back")),
        ("moment", "9.4-settings", ("Next",)),
        ("colours", "9.4-forget-me", ("Forget me", "Keep")),
        ("reply", "9.7-i-cannot-tell", ("I cannot tell",)),
    ],
)
def test_a_step_names_what_a_dialogue_shows(
    key: str, dialogue: str, words: tuple[str, ...]
) -> None:
    step = next(one for one in TELEGRAM if one.key == key)
    shown = "\n".join(str(seen) for one in script.read(dialogue).steps for seen in one.brings)
    for word in words:
        assert word in f"{step.do} {step.see}"
        assert word in shown


def _all() -> list[tuple[str, str]]:
    return [(app, step.key) for step in walk.STEPS for app in step.apps]
