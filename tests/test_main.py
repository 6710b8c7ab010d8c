"""The command line as its user types it: scripts, refusals, and what a newcomer reads."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot import __version__, wiring
from bot.__main__ import main
from bot.core.library import Library
from bot.settings import SettingsError, read
from bot.wiring import Busy, ContentFault, listening, taught, weighed

ROOT = Path(__file__).parents[1]
SCRIPT = "/start\n1\n1\n1\n1\n1\nA\n"


def wary(*arguments: str, given: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run ``wary`` in a process of its own."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WARY_")}
    environment = {**clean, "PYTHONUTF8": "1", **{f"WARY_{k}": v for k, v in settings.items()}}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("locale", "right", "title", "ready"),
    [
        ("en", "your answer", "Your email is the master key", "✅ Ready"),
        ("ar", "إجابتك", "بريدك الإلكتروني هو المفتاح الرئيسي", "كل شيء جاهز"),
    ],
)
def test_a_script_reaches_a_judged_question_and_goes_on_where_it_stopped(
    tmp_path: Path, locale: str, right: str, title: str, ready: str
) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    first = wary("chat", given=SCRIPT, DATABASE_URL=url, LOCALE=locale)
    assert first.returncode == 0, first.stderr
    assert title in first.stdout
    assert right in first.stdout
    assert ready in first.stdout
    assert first.stderr == ""
    again = wary("chat", given=SCRIPT, DATABASE_URL=url, LOCALE=locale)
    assert again.returncode == 0, again.stderr
    assert "العربية" not in again.stdout, "the language was asked again"
    with sqlite3.connect(tmp_path / "w.db") as base:
        (count,) = base.execute("SELECT count(*) FROM learners").fetchone()
    assert count == 1


def test_a_script_that_stops_in_the_middle_is_taken_up_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    wary("chat", given="/start\n1\n1\n1\n1\n", DATABASE_URL=url)
    again = wary("chat", given="/start\n", DATABASE_URL=url)
    assert "When may I write?" in again.stdout


def test_hostile_lines_get_a_kind_answer_and_never_a_traceback(tmp_path: Path) -> None:
    lines = ["/start", "1", "1", "x" * 100_000, "\u202eevil\u2066", "/dance", "\x00\x07", "9", "?"]
    told = wary(
        "chat", given="\n".join(lines) + "\n", DATABASE_URL=f"sqlite:///{tmp_path / 'w.db'}"
    )
    assert told.returncode == 0
    assert told.stdout.count("I did not understand that") >= 2
    assert "Traceback" not in told.stdout + told.stderr
    assert "\u202e" not in told.stdout


def test_the_version_is_told() -> None:
    assert wary("--version").stdout == f"wary {__version__}\n"


def test_our_own_content_has_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "0 to mend" in capsys.readouterr().out


def test_a_bad_pack_is_told_with_place_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lessons" / "acc").mkdir(parents=True)
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "lessons" / "pack.yaml").write_text("schema: pack/1\nid: [\n")
    (tmp_path / "lessons" / "acc" / "acc-90.yaml").write_text("schema: lesson/1\nid: acc-91\n")
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "pack.yaml:" in told
    assert "acc-90.yaml:" in told
    assert "0 to mend" not in told


def test_wrong_settings_are_told_all_at_once() -> None:
    told = wary("serve", PLATFORMS="web,fax", ZONE="Mars/Base", LOCALE="xx", COUNTRY="zz")
    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        "WARY_PLATFORMS: 'fax' is unknown; choose from terminal, web",
        "WARY_ZONE: 'Mars/Base' is no zone; write one such as Africa/Tunis",
        "WARY_LOCALE: 'xx' is not offered; choose from en, ar",
        "WARY_COUNTRY: 'zz' is no country; write two letters",
    ]


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    url = f"sqlite:///{file}"
    wary("chat", given="/start\n", DATABASE_URL=url)
    with sqlite3.connect(file) as base:
        base.execute("UPDATE alembic_version SET version_num = '9999'")
    told = wary("chat", given="/start\n", DATABASE_URL=url)
    assert told.returncode == 1
    assert told.stderr == (
        "WARY_DATABASE_URL: the database is of a newer Wary (revision 9999); install that Wary\n"
    )


def test_a_second_process_on_the_same_database_is_refused_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    environment = {**os.environ, "WARY_DATABASE_URL": url, "WARY_PORT": "0"}
    command = [sys.executable, "-m", "bot", "serve"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline().startswith("http://127.0.0.1:")
        second = wary("chat", given="/start\n", DATABASE_URL=url)
        first.terminate()
        assert first.wait(10) == 0
    assert second.returncode == 1
    assert "another Wary process uses this database" in second.stderr


def test_a_port_that_is_taken_is_told_or_stepped_over() -> None:
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Busy, match="set WARY_PORT"):
            listening("127.0.0.1", port)
        with listening("127.0.0.1", port, further=20) as other:
            assert other.getsockname()[1] != port


def test_an_upgrade_of_a_current_database_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    wary("chat", given="/start\n", DATABASE_URL=url)
    told = wary("db", "upgrade", DATABASE_URL=url)
    assert told.returncode == 0
    assert told.stdout == "The database is up to date.\n"


def test_the_key_of_a_new_database_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "wary.key"
    assert wary("db", "key").stderr == "WARY_KEY_FILE: empty; name the file to be made\n"
    assert wary("db", "key", KEY_FILE=str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    again = wary("db", "key", KEY_FILE=str(file))
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_translations_are_counted() -> None:
    told = wary("i18n", "coverage", "ar")
    assert told.returncode == 0
    assert "ar interface" in told.stdout


def test_a_library_without_lessons_is_refused() -> None:
    made = taught(read({}))
    bare = Library(lessons={}, items={}, paths={}, served={})
    empty = wiring.Taught(made.content, bare, made.catalogues, ())
    with pytest.raises(ContentFault):
        weighed(read({}), empty)
    with pytest.raises(SettingsError):
        weighed(read({"WARY_ZONE": "Nowhere"}), made)
