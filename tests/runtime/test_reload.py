"""Learning anew: whole or not at all, when files rest, and never under a turn that has begun."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import i18n, store, teaching, wiring
from bot.core.card import Card, Para, Text
from bot.core.effects import Decision
from bot.core.events import Address, Began, Incoming
from bot.core.learner import Learner
from bot.core.library import Library
from bot.core.source import Fault
from bot.engine.decide import decide
from bot.ports import Batch, Receipt
from bot.runtime import clock, turn
from bot.runtime.reload import TOLD, Reload
from bot.settings import Settings, read
from tests.content.packs import changed, further, written
from tests.starter import few_lessons, few_root

__all__ = ["few_lessons", "few_root"]

LESSON = "lessons/lan/lan-01.yaml"


class Files:
    """Files as a mark, and what a build of them gives."""

    def __init__(self) -> None:
        self.mark = 0
        self.wrong: Sequence[Fault] = ()
        self.taken: list[int] = []

    def build(self) -> tuple[int | None, Sequence[Fault]]:
        return (None, self.wrong) if self.wrong else (self.mark, ())

    def reload(self) -> Reload[int]:
        return Reload(lambda: self.mark, self.build, self.taken.append, known=0)


async def test_nothing_is_learned_while_nothing_changes() -> None:
    files = Files()
    reload = files.reload()
    for _ in range(4):
        await reload.look()
    assert files.taken == []


async def test_a_change_is_learned_once_when_it_rests() -> None:
    files = Files()
    reload = files.reload()
    await reload.look()
    for files.mark in (1, 2, 3, 3, 3, 3):
        await reload.look()
    assert files.taken == [3]


async def test_what_is_refused_is_not_taken_and_every_fault_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = Files()
    files.wrong = [Fault("a.yaml", n, "key", "wrong", "mend it") for n in (1, 2)]
    assert not await files.reload().learn()
    assert files.taken == []
    logged = [(one.getMessage(), getattr(one, "fault", "")) for one in caplog.records]
    assert logged == [
        ("content_refused", "a.yaml:1 key: wrong; mend it"),
        ("content_refused", "a.yaml:2 key: wrong; mend it"),
        ("content_kept", ""),
    ]
    files.wrong = ()
    assert await files.reload().learn()
    assert files.taken == [0]


def having(root: Path) -> Settings:
    return read({"WARY_DATABASE_URL": "sqlite://", "WARY_PACKS": str(root)})


async def running(config: Settings) -> tuple[wiring.Wary, store.Database]:
    base = await store.connect("sqlite://")
    return wiring.Wary(config, teaching.taught(config), base), base


def title(bot: wiring.Wary, key: str = "lan-01.title", locale: str = "en") -> str:
    return bot._render(Card(body=(Para(Text(key)),)), locale).plain()


async def test_a_good_change_is_taught_and_a_bad_one_keeps_the_old_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    assert "Two steps beat one" in title(bot)
    library = bot._turns._library
    broken = changed(further(), LESSON, ("title: Two steps", "titel: Three steps"))
    written(root, broken)
    assert not await bot.reload.learn()
    assert bot._turns._library is library
    assert "Two steps beat one" in title(bot)
    faults = [getattr(one, "fault", "") for one in caplog.records]
    assert f"second/{LESSON}:11 titel: unknown field; did you mean 'title'?" in faults
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    assert await bot.reload.learn()
    assert bot._turns._library is not library
    assert "Three steps beat one" in title(bot)
    await base.close()


async def test_a_card_that_waits_is_said_after_its_lesson_is_gone(tmp_path: Path) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    for path in ("lessons/lan", "quizzes/lan"):
        (root / path / "lan-01.yaml").unlink()
    assert await bot.reload.learn()
    assert "lan-01" not in bot._turns._library.lessons
    assert "Two steps beat one" in title(bot)
    assert await bot.reload.learn()
    assert "lan-01" in title(bot)
    await base.close()


async def test_a_turn_that_has_begun_ends_with_the_library_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    bot, base = await running(having(root))
    asked: list[Library] = []
    old = bot._turns._library

    def noted(learner: Learner, incoming: Incoming, library: Library) -> Decision:
        asked.append(library)
        return decide(learner, incoming, library)

    monkeypatch.setattr(turn, "decide", noted)
    batch = base.batch
    waits, goes = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow(events: Sequence[Incoming]) -> AsyncIterator[Batch]:
        waits.set()
        await goes.wait()
        async with batch(events) as inner:
            yield inner

    monkeypatch.setattr(base, "batch", slow)

    def began(name: str) -> Incoming:
        return Incoming(name, Address("web", name), clock.now(), Began())

    first = asyncio.create_task(bot._turns.take([began("1")]))
    await waits.wait()
    assert await bot.reload.learn()
    goes.set()
    receipts: Sequence[Receipt] = await first
    assert receipts[0].fresh
    await bot._turns.take([began("2")])
    assert asked[0] is old
    assert asked[1] is bot._turns._library is not old
    await base.close()


async def test_a_fault_of_the_program_keeps_the_old_and_is_told_once() -> None:
    def bug() -> tuple[int | None, Sequence[Fault]]:
        raise KeyError("lan-01")

    taken: list[int] = []
    reload = Reload(lambda: 1, bug, taken.append, known=0)
    await reload.look()
    with pytest.raises(KeyError):
        await reload.look()
    await reload.look()
    assert taken == []


async def test_of_a_million_faults_some_are_told_and_all_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = Files()
    files.wrong = [Fault("a.yaml", n, "key", "wrong", "mend it") for n in range(100)]
    assert not await files.reload().learn()
    assert len(caplog.records) == TOLD + 1
    assert getattr(caplog.records[-1], "faults", 0) == 100


async def test_a_tick_sees_a_changed_file_and_midnight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    config = having(root)
    before = teaching.mark(config)
    assert teaching.mark(config) == before
    written(root, changed(further(), LESSON, ("title: Two steps", "title: Three steps")))
    after = teaching.mark(config)
    assert after != before
    (root / LESSON).chmod(0o600)
    before, after = after, teaching.mark(config)
    assert after != before
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now.replace(year=now.year + 1))
    assert teaching.mark(config) != after


async def test_a_catalogue_that_is_gone_keeps_the_old_content(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    config = read({"WARY_DATABASE_URL": "sqlite://", "WARY_LOCALE": "ar"})
    assert teaching.relearned(config)[1] == ()
    monkeypatch.setattr(teaching, "kept", lambda _files, _wanted, make: make())
    monkeypatch.setattr(i18n, "read", _failing)
    made, faults = teaching.relearned(config)
    assert made is None
    assert "no such disk" in str(faults[0])


def _failing(*_: object) -> object:
    message = "no such disk"
    raise OSError(message)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal on this system")
def test_a_serving_wary_learns_anew_at_a_signal_and_keeps_the_old_of_a_bad_pack(
    tmp_path: Path,
) -> None:
    root = written(tmp_path / "second", further())
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WARY_")}
    given = {"WARY_PACKS": str(root), "WARY_PORT": "0", "WARY_DATABASE_URL": "sqlite://"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=Path(__file__).parents[2],
        env={**clean, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        try:
            serving.stdout.readline()
            written(root, changed(further(), LESSON, ("title: ", "titel: ")))
            serving.send_signal(signal.SIGHUP)
            assert f"second/{LESSON}:11 titel: unknown" in serving.stderr.readline()
            while "content_kept" not in serving.stderr.readline():
                pass
            written(root, further())
            serving.send_signal(signal.SIGHUP)
            assert '"event": "content_reloaded"' in serving.stderr.readline()
        finally:
            serving.terminate()
            serving.communicate()
