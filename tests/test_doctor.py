"""The doctor: one line a thing, with a remedy where it is not well, and it changes nothing."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import doctor, store
from bot.__main__ import main
from bot.core.finding import Finding
from bot.runtime import clock
from bot.settings import read
from tests.content.packs import further, written
from tests.platforms.discord import payloads
from tests.platforms.discord import server as discord
from tests.platforms.telegram import server as telegram


async def found(*, offline: bool = True, **given: str) -> dict[str, Finding]:
    settings = read({f"WARY_{name}": value for name, value in given.items()})
    return {each.about: each async for each in doctor.examine(settings, offline=offline)}


def state(all_: dict[str, Finding]) -> dict[str, str]:
    return {name: each.state for name, each in all_.items()}


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'wary.db'}"

    async def make() -> None:
        await (await store.connect(url)).close()

    asyncio.run(make())
    return url


async def test_a_sound_installation_is_well(url: str) -> None:
    told = await found(DATABASE_URL=url)
    told.pop("disk")
    told.pop("countries")  # they are due again some day
    assert state(told) == dict.fromkeys(
        ["clock", "zone data", "content", "key file", "database", "web"], "ok"
    )
    assert str(told["database"]) == "ok    database: answers, and is of this version"


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    told = await found(DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert told["database"].state == "warn"
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - a test may wait


def unlocked(folder: Path) -> None:
    (folder / "wary.db.key").chmod(0o644)


def lost(folder: Path) -> None:
    (folder / "wary.db.key").unlink()


def garbled(folder: Path) -> None:
    (folder / "wary.db").write_bytes(b"no database" * 1000)


@pytest.mark.parametrize(
    ("harm", "about", "remedy"),
    [
        (unlocked, "key file", "chmod 600"),
        (lost, "key file", "put it back"),
        (garbled, "database", "WARY_DATABASE_URL"),
    ],
)
async def test_what_is_wrong_with_database_and_key_is_told_with_a_remedy(
    url: str, tmp_path: Path, harm: Callable[[Path], None], about: str, remedy: str
) -> None:
    harm(tmp_path)
    finding = (await found(DATABASE_URL=url))[about]
    assert finding.state == "fail"
    assert remedy in str(finding)


async def test_a_clock_before_the_program_and_a_missing_zone_fail(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    told = await found(DATABASE_URL=url, ZONE="Mars/Base")
    assert state(told)["clock"] == state(told)["zone data"] == "fail"


async def test_a_full_disk_is_a_warning_and_a_missing_one_a_failure(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "FREE", 1.1)
    assert (await found(DATABASE_URL=url))["disk"].state == "warn"
    assert (await found(DATABASE_URL="sqlite:////no/such/place/w.db"))["disk"].state == "fail"


async def test_faults_of_the_content_are_told_with_place_and_remedy(
    url: str, tmp_path: Path
) -> None:
    texts = {**further(), **{f"lessons/net/net-1{n}.yaml": "- a\n" for n in range(9)}}
    root = written(tmp_path / "second", texts)
    settings = read({"WARY_DATABASE_URL": url, "WARY_PACKS": str(root)})
    told = [str(each) async for each in doctor.examine(settings, offline=True)]
    faults = [line for line in told if line.startswith("fail  content")]
    assert "second/lessons/net/net-10.yaml:1  no fields; write 'key: value' lines" in faults[0]
    assert faults[-1] == "fail  content: 4 more faults; wary check tells all of them"


async def test_a_platform_without_token_or_name_fails(url: str) -> None:
    told = await found(DATABASE_URL=url, PLATFORMS="telegram,discord,xmpp,a-b", offline=False)
    assert {told[name].state for name in ("telegram", "discord", "xmpp", "a-b")} == {"fail"}
    assert "WARY_DISCORD_TOKEN: empty; write the token of your bot" in str(told["discord"])
    asked = await found(DATABASE_URL=url, PLATFORMS="telegram", TELEGRAM_TOKEN=telegram.TOKEN)
    assert asked["telegram"].said == "not asked"


async def test_the_bot_of_telegram_is_asked(url: str) -> None:
    async with telegram.serving() as api:
        given = {"TELEGRAM_TOKEN": telegram.TOKEN, "TELEGRAM_API_URL": api.url}
        told = await found(DATABASE_URL=url, PLATFORMS="telegram", offline=False, **given)
        assert told["telegram webhook"].said.startswith("long polling")
        assert state(told)["telegram token"] == state(told)["telegram rights"] == "ok"
        for right, said in (
            ({"can_join_groups": False}, "/setjoingroups"),
            ({"can_read_all_group_messages": True}, "/setprivacy"),
        ):
            api.own = {**telegram.OWN, **right}
            told = await found(DATABASE_URL=url, PLATFORMS="telegram", offline=False, **given)
            assert (told["telegram token"].state, told["telegram rights"].state) == ("ok", "warn")
            assert said in str(told["telegram rights"])
        given["TELEGRAM_TOKEN"] = "1:wrong" + "x" * 30
        told = await found(DATABASE_URL=url, PLATFORMS="telegram", offline=False, **given)
        assert told["telegram token"].state == "fail"
    told = await found(DATABASE_URL=url, PLATFORMS="telegram", offline=False, **given)
    assert told["telegram token"].said == "Telegram does not answer"


async def test_the_bot_of_discord_is_asked(url: str) -> None:
    async with discord.serving() as api:
        given = {"DISCORD_TOKEN": payloads.TOKEN, "DISCORD_API_URL": api.root}
        told = await found(DATABASE_URL=url, PLATFORMS="discord", offline=False, **given)
        assert [told[f"discord {what}"].state for what in ("token", "intents", "starts")] == [
            "ok",
            "ok",
            "ok",
        ]
        api.starts_left = 3
        api.flags = 1 << 19 | 1 << 14 | 1 << 23
        told = await found(DATABASE_URL=url, PLATFORMS="discord", offline=False, **given)
        assert told["discord starts"].state == told["discord intents"].state == "warn"
        assert told["discord intents"].said.startswith("server members, message content are let")


def test_the_command_tells_by_its_exit_code(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WARY_DATABASE_URL", url)
    assert main(["doctor", "--offline"]) == 0
    assert "ok    clock: " in capsys.readouterr().out
    monkeypatch.setenv("WARY_PLATFORMS", "xmpp")
    assert main(["doctor", "--offline"]) == 1
    assert "fail  xmpp: no such platform; look at WARY_PLATFORMS" in capsys.readouterr().out
