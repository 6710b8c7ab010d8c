"""``wary send`` and ``wary audit``, as they are typed."""

import asyncio
import csv
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot import store
from bot.__main__ import main
from bot.ports import Outcome, State
from bot.runtime import clock
from bot.sending import bar
from tests.store.crowds import crowd, person
from tests.store.people import change

T = TypeVar("T")
TOKEN = "123456:Planted-Secret_Token"  # noqa: S105  nobody's
MANY = 40


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a database of ``MANY`` people, a quarter of whom read Arabic."""
    monkeypatch.setenv("WARY_DATABASE_URL", f"sqlite:///{tmp_path}/wary.db")
    monkeypatch.setenv("WARY_TELEGRAM_TOKEN", TOKEN)
    people = [person(n, locale="en" if n % 4 else "ar") for n in range(MANY)]
    on(tmp_path, lambda base: crowd(base, people))
    for tag, words in (("en", "Careful\n\nA new trick.\n\nLook twice."), ("ar", "انتبه\n\nحيلة.")):
        (tmp_path / f"{tag}.txt").write_text(words, encoding="utf-8")
    return tmp_path


def on(home: Path, work: Callable[[store.Database], Awaitable[T]]) -> T:
    """Return what *work* returns, over the database in *home*."""

    async def whole() -> T:
        base = await store.connect(f"sqlite:///{home}/wary.db")
        try:
            return await work(base)
        finally:
            await base.close()

    return asyncio.run(whole())


def spring(home: Path, *more: str) -> list[str]:
    return [
        "send",
        "plan",
        "spring",
        *(f"--text={tag}={home}/{tag}.txt" for tag in ("en", "ar")),
        *more,
    ]


def leave(home: Path, count: int, state: State = "sent") -> None:
    """Let *count* posts leave and end in *state*."""

    async def work(base: store.Database) -> None:
        posts = await base.claim_posts("telegram", clock.now(), count)
        assert len(posts) == count
        await base.mark(posts)
        ended = [Outcome(post.id, state, f"m{post.id}") for post in posts]
        await base.settle(ended, clock.now())

    on(home, work)


def test_a_send_from_the_plan_to_the_proof(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(spring(home)) == 0
    told = capsys.readouterr().out
    assert "40 people just now" in told
    assert "30  telegram, en" in told
    assert "10  telegram, ar" in told
    assert "The last would leave at" in told
    assert main(["send", "start", "1"]) == 0
    told = capsys.readouterr().out
    assert told == f"Send 1 running [{'.' * 30}] 0 % 0 of 40\n"
    leave(home, 25)
    leave(home, 5, "refused")
    assert main(["send", "status", "1"]) == 0
    told = capsys.readouterr().out
    assert f"[{'#' * 22}{'.' * 8}] 75 % 30 of 40: 25 sent, 5 refused" in told
    assert "30 within the last minute" in told
    leave(home, 10, "gone")
    assert main(["audit", "1", "--csv", str(home / "rows.csv")]) == 0
    told = capsys.readouterr().out
    sums = "25 sent + 5 refused + 10 gone + 0 unknown + 0 expired + 0 skipped + 0 erased = 40"
    assert sums in told
    assert "Everybody is accounted for." in told
    with (home / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["address"] for row in rows}) == MANY
    assert [row["state"] for row in rows].count("sent") == 25
    assert main(["send", "retry", "1"]) == 0
    leave(home, 5)
    assert main(["send", "status", "1", "--watch"]) == 0
    assert f"finished [{'#' * 30}] 100 % 40 of 40: 30 sent, 10 gone" in capsys.readouterr().out


def test_a_preview_says_what_is_sent_to_whom_and_when(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(spring(home, "--from=2031-01-01T09:00", "--until=2031-01-01T13:00")) == 0
    assert main(["send", "preview", "1"]) == 0
    told = capsys.readouterr().out
    assert "--- telegram, ar, 10 people" in told
    assert "Look twice." in told
    assert "حيلة" in told
    assert "and 20 more; --all names them" in told
    assert main(["send", "preview", "1", "--all"]) == 0
    named = re.findall(
        r"^([0-9a-f]{16})  telegram  (\w+)  2031-01-01 (\d\d):",
        capsys.readouterr().out,
        re.MULTILINE,
    )
    assert len({address for address, _, _ in named}) == MANY
    assert {hour for _, _, hour in named} <= {"09", "10", "11", "12"}
    assert main(["send", "start", "1"]) == 0

    async def rows(base: store.Database) -> set[tuple[str, str]]:
        return {(f"{one.address:016x}", one.locale) async for one in base.audits.rows(1)}

    assert on(home, rows) == {(address, locale) for address, locale, _ in named}


def test_a_lesson_of_the_pack_is_told_of(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["send", "plan", "week 1", "--lesson=acc-01", "--kind=lesson_day", "--sample=7"]) == 0
    )
    assert "7 people just now" in capsys.readouterr().out
    assert main(["send", "preview", "1"]) == 0
    told = capsys.readouterr().out
    assert "[Take today's lesson]" in told
    assert "⟦" not in told
    assert main(["send", "start", "1"]) == 0
    leave(home, 7)
    assert main(["audit", "1"]) == 0


def test_a_send_is_paused_resumed_and_stopped(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(spring(home)) == 0
    for verb, state in (("start", "running"), ("pause", "paused"), ("resume", "running")):
        assert main(["send", verb, "1"]) == 0
        assert f"Send 1 {state} " in capsys.readouterr().out
    leave(home, 2)
    assert main(["send", "stop", "1"]) == 0
    assert "Send 1 stopped" in capsys.readouterr().out
    assert main(["send", "resume", "1"]) == 1
    assert "send 1 is stopped: nothing to resume" in capsys.readouterr().err
    assert main(["audit", "1"]) == 0
    assert "2 sent + 0 refused" in capsys.readouterr().out


def test_whoever_is_not_accounted_for_is_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(spring(home)) == 0
    assert main(["send", "start", "1"]) == 0
    leave(home, MANY)

    async def damage(base: store.Database) -> None:
        first, second = [one.row async for one in base.audits.rows(1)][:2]
        await change(base, "DELETE FROM outbox WHERE id = :row", row=first)
        await change(base, "UPDATE outbox SET state = 'refused' WHERE id = :row", row=second)

    on(home, damage)
    assert main(["audit", "1"]) == 1
    told = capsys.readouterr().out
    assert "refused: 0 were counted, 1 rows say so" in told
    assert "sent: 40 were counted, 38 rows say so" in told


def test_while_a_send_goes_on_whoever_waits_is_accounted_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(spring(home)) == 0
    assert main(["send", "start", "1"]) == 0
    assert main(["audit", "1"]) == 0
    assert "+ 40 waiting = 40" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["send", "plan", "x"], "--lesson ID, or --text LANGUAGE=FILE"),
        (["send", "plan", "x", "--lesson=no-01"], "'no-01' is no lesson"),
        (["send", "plan", "x", "--text=tlh=a.txt"], "write LANGUAGE=FILE"),
        (["send", "plan", "x", "--lesson=acc-01", "--until=2031-13-01"], "2031-13-01"),
        (["send", "plan", "x", "--lesson=acc-01", "--until=2001-01-01"], "ends after it begins"),
        (["send", "plan", "x", "--lesson=acc-01", "--expires=2001-01-01"], "is over already"),
        (["send", "start", "7"], "there is no send 7"),
        (["send", "preview", "7"], "there is no send 7"),
        (["audit", "7"], "there is no send 7"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_meant_is_refused_with_a_remedy(
    typed: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 1
    assert told in capsys.readouterr().err


def test_an_end_that_cannot_be_kept_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    more = (
        "--from=2031-01-01T09:00",
        "--until=2031-01-01T09:00:00.5",
        "--expires=2031-01-01T09:00:01",
    )
    assert main(spring(home, *more)) == 0
    told = capsys.readouterr().out
    assert "which is after the window, but the send expires before" in told
    monkeypatch.delenv("WARY_TELEGRAM_TOKEN")
    assert main(["send", "preview", "1"]) == 0
    assert "telegram is not set up here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("done", "total", "told"),
    [
        (0, 0, f"[{'#' * 30}] 100 %"),
        (999, 1000, f"[{'#' * 29}.] 99 %"),
        (500, 1000, f"[{'#' * 15}{'.' * 15}] 50 %"),
    ],
)
def test_a_bar_is_full_only_when_all_is_done(done: int, total: int, told: str) -> None:
    assert bar(done, total) == told
