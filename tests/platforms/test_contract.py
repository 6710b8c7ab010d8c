"""What every folder under bot/platforms promises, whatever service it speaks to."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import bot.platforms
from bot.core.can import Can
from bot.core.card import ACTION_BYTES
from bot.core.events import Address
from bot.core.message import Message
from bot.ports import Hosted, Platform
from tests.platforms.cards import CARDS
from tests.platforms.scripted import post, tools

FOLDERS = sorted(
    path.name
    for path in Path(bot.platforms.__path__[0]).iterdir()
    if (path / "adapter.py").exists()
)
SETTINGS = {"telegram": {"token": "1:invented"}, "discord": {"token": "invented"}}
LOCAL = {"web", "terminal"}
"""Platforms that send without a network; the others do it against a loopback server of theirs."""


@pytest.fixture(params=FOLDERS)
def platform(request: pytest.FixtureRequest) -> Platform:
    name: str = request.param
    connect = import_module(f"bot.platforms.{name}").connect
    made: Platform = connect(SETTINGS.get(name, {}), tools())
    return made


def test_there_are_platforms() -> None:
    assert set(FOLDERS) >= LOCAL


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_has_the_four_files(folder: str) -> None:
    here = Path(bot.platforms.__path__[0]) / folder
    named = ("__init__.py", "adapter.py", "decode.py", "encode.py")
    assert [name for name in named if not (here / name).is_file()] == []


def test_a_platform_has_the_name_of_its_folder(platform: Platform) -> None:
    assert type(platform).__module__ == f"bot.platforms.{platform.name}.adapter"


def test_a_name_can_stand_before_settings_and_addresses(platform: Platform) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*", platform.name)


def test_a_platform_says_what_it_can(platform: Platform) -> None:
    assert isinstance(platform.can, Can)
    assert platform.can.text >= 4000
    assert platform.can.action >= ACTION_BYTES
    assert platform.can.buttons >= 25


def test_a_platform_says_how_fast_it_takes_posts(platform: Platform) -> None:
    assert platform.limits.rate > 0


def test_a_hosted_platform_has_an_application(platform: Platform) -> None:
    assert not isinstance(platform, Hosted) or callable(platform.app)


@pytest.mark.parametrize("platform", sorted(LOCAL), indirect=True)
@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
async def test_every_card_can_be_sent_and_changed(
    platform: Platform, card: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    address = Address(platform.name, "0" * 32)
    sent = await platform.send(post(address), card)
    changed = await platform.send(post(address, 2, on=sent), card)
    assert sent
    assert changed == sent
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_sample_has_its_isolates_in_pairs(card: Message) -> None:
    plain = card.plain()
    opened = sum(plain.count(mark) for mark in "\u2066\u2067\u2068")
    assert opened == plain.count("\u2069")
