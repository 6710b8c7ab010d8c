"""The command line as its user types it: scripts, refusals, and what a newcomer reads."""

import asyncio
import dataclasses
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from bot import __version__, store, teaching, wiring
from bot.__main__ import main
from bot.console import health
from bot.core.events import Address, Began, Incoming
from bot.core.library import Library
from bot.ports import Receipt
from bot.runtime import clock
from bot.settings import SettingsError, read
from bot.teaching import ContentFault, taught
from bot.wiring import Busy, listening, weighed

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


def test_what_only_reads_files_loads_no_database_and_no_server() -> None:
    told = "import bot.__main__, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"bot", "yaml"} <= set(loaded.stdout.split())
    assert not {"sqlalchemy", "alembic", "uvicorn", "starlette"} & set(loaded.stdout.split())


def in_shell(line: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run ``wary`` as a shell does, which can close streams and end pipes."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash here")
    return subprocess.run(
        [shell, "-c", f"{shlex.quote(sys.executable)} -m bot {line}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", "WARY_DATABASE_URL": f"sqlite:///{folder / 'w.db'}"},
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
    with closing(sqlite3.connect(tmp_path / "w.db")) as base, base:
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


def test_our_own_content_has_nothing_to_mend_and_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "bank.html"
    assert main(["check", "--report", str(place)]) == 0
    told = capsys.readouterr().out
    assert "0 to mend" in told
    counted = re.search(
        r"^\d+ lessons \(\d+ published\), \d+ items \(\d+ published\)$", told, re.MULTILINE
    )
    assert counted
    assert counted[0] in place.read_text(encoding="utf-8")


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
    platforms, *others = told.stderr.splitlines()
    assert platforms.startswith("WARY_PLATFORMS: 'fax' is unknown; choose from ")
    assert platforms.endswith("terminal, web")
    assert others == [
        "WARY_ZONE: 'Mars/Base' is no zone; write one such as Africa/Tunis",
        "WARY_LOCALE: 'xx' is not offered; choose from en, ar, zh-Hans, fr, ru, es",
        "WARY_COUNTRY: 'zz' is no country; write two letters",
    ]


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    url = f"sqlite:///{file}"
    wary("chat", given="/start\n", DATABASE_URL=url)
    with closing(sqlite3.connect(file)) as base, base:
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
    empty = teaching.Taught(made.content, bare, made.catalogues, (), made.mark)
    with pytest.raises(ContentFault):
        weighed(read({}), empty)
    with pytest.raises(SettingsError):
        weighed(read({"WARY_ZONE": "Nowhere"}), made)


@pytest.mark.parametrize("streams", ["<&-", "<&- >&-", "</dev/null | true"])
def test_a_chat_whose_streams_are_closed_ends_quietly(tmp_path: Path, streams: str) -> None:
    told = in_shell(f"chat {streams}", tmp_path)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("command", ["check", "chat"])
def test_a_reader_who_leaves_early_sees_no_traceback(tmp_path: Path, command: str) -> None:
    (tmp_path / "script").write_text("/start\n" * 400)
    told = in_shell(f"{command} <'{tmp_path / 'script'}' | head -c 1", tmp_path)
    assert told.stderr == ""


def test_a_port_that_is_none_is_refused() -> None:
    told = wary("demo", "--port", "99999")
    assert told.returncode == 2
    assert "'99999' is no port; write a number from 0 to 65535" in told.stderr
    with listening("127.0.0.1", 0) as taken, pytest.raises(Busy):
        listening("127.0.0.1", taken.getsockname()[1], further=0)
    with pytest.raises(Busy):
        listening("192.0.2.1", 65530, further=20)


@pytest.mark.parametrize(("arguments", "setting"), [(("i18n", "coverage", "zz"), "en")])
def test_what_is_wrong_elsewhere_is_not_blamed_on_the_database(
    arguments: tuple[str, ...], setting: str
) -> None:
    told = wary(*arguments, LOCALE=setting)
    assert told.returncode == 1
    assert "WARY_DATABASE_URL" not in told.stderr
    assert "Traceback" not in told.stderr


def test_the_questions_of_a_lesson_that_has_ended_go_with_it() -> None:
    made = taught(read({}))
    content = dataclasses.replace(made.content, stops={"acc-01": date(2000, 1, 1)})
    library = teaching._library(read({}), content, made.catalogues, {}, ({}, ()))
    assert "acc-01" not in library.lessons
    assert {item.lesson for item in library.items.values()} <= set(library.lessons)


async def test_a_stop_lets_what_was_taken_end_and_its_card_go_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = read({"WARY_DATABASE_URL": "sqlite://"})
    base = await store.connect("sqlite://")
    running = wiring.Wary(config, taught(config), base)
    running.join("web")
    take = running._turns.take

    async def slowly(events: Sequence[Incoming]) -> Sequence[Receipt]:
        for _ in range(50):
            await asyncio.sleep(0)
        return await take(events)

    monkeypatch.setattr(running._turns, "take", slowly)
    hello = Incoming("web:1", Address("web", "v"), clock.now(), Began())
    try:
        async with asyncio.timeout(7):
            waiting = asyncio.create_task(running._turns.receive([hello]))
            running.stop()
            await running.run()
            assert (await waiting)[0].posts == 1
        assert await base.release(clock.now()) == 0, "a card was taken and not sent"
    finally:
        await base.close()


def test_a_silent_line_of_http_is_hung_up_by_whoever_calls_and_not_by_us() -> None:
    """Telegram keeps one for 60 seconds; a call on a line that we close would come late."""

    async def ready() -> bool:
        return True

    server = wiring._server(health.front(ready, {}, health.Troubles()))
    assert server.config.timeout_keep_alive > 60
