"""A talk that ``wary chat --record`` wrote down is a dialogue, and can be played."""

import re
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot import settings, teaching
from bot.platforms.terminal import record
from tests.dialogues import script
from tests.dialogues.playing import housed, play, sitting, taken
from tests.dialogues.seats import AtTerminal
from tests.platforms.scripted import NOW
from tests.starter import starter
from tests.test_main import wary

TYPED = ("/start", "1", "1", "?", "3", "/lesson", "1", "c", "1", "a b c", "/settings", "3", "hm")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("talk")
    database = folder / "wary.db"
    told = wary(
        "chat",
        "--record",
        str(folder / "talk.txt"),
        given="\n".join(TYPED) + "\n",
        DATABASE_URL=f"sqlite:///{database}",
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert not database.exists()
    return (folder / "talk.txt").read_text(encoding="utf-8")


def test_what_was_pressed_stands_there_by_its_words_and_a_card_as_changed(recorded: str) -> None:
    said = [lines[0] for mark, lines in script.entries(recorded) if mark == record.PERSON]
    assert said[:5] == ["/start", "English", "Just me", "Don't know", "Only when I come"]
    assert said[9].count(record.SEVERAL) == 2
    assert said[-1] == "hm"
    marks = [mark for mark, _ in script.entries(recorded)]
    assert marks[:5] == [record.CLOCK, record.PERSON, record.NEW, record.PERSON, record.CHANGED]
    assert not re.search("[\u200e\u200f\u2066-\u2069]", recorded)


@pytest.mark.parametrize("platform", ["terminal", "telegram", "discord"])
async def test_it_can_be_played_again(platform: str, recorded: str) -> None:
    made = teaching.taught(settings.read({}))
    await play(platform, made, script.parsed(recorded))


async def test_a_minute_that_ends_before_the_answer_does_not_part_the_two() -> None:
    made = starter()
    talk = script.read("9.2-daily-lesson")
    minutes = count(1)

    def later() -> datetime:
        return NOW + timedelta(minutes=next(minutes))

    async with sitting("terminal", made, talk, later) as seat, housed(seat, made) as house:
        assert isinstance(seat, AtTerminal)
        for step in talk.steps:
            await taken(seat, house, step)
        marks = "".join(mark for mark, _ in script.entries(seat.out.getvalue()))
    assert re.fullmatch("(@>[+⟲]⌁?|@[+])+", marks)
    assert marks.count("@+") == 2


def test_the_environment_can_ask_for_a_record_as_well(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    assert wary("chat", given="/start\n", TERMINAL_RECORD=str(file)).returncode == 0
    assert "> /start\n+ Hello" in file.read_text(encoding="utf-8")


def test_a_record_that_cannot_be_written_is_refused() -> None:
    told = wary("chat", "--record", "/no/such/place/talk.txt", given="/start\n")
    assert told.returncode == 1
    assert "/no/such/place/talk.txt" in told.stderr
