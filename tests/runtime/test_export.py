"""The files of my data, made while their card is sent: whole, readable, and never twice."""

import json
import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import i18n, settings, teaching
from bot.core.card import Action
from bot.core.events import Commanded, Pressed
from bot.core.message import File
from bot.ports import Kept, StoreDown, Unknown, Unreachable
from bot.runtime.export import PARTS, files
from bot.runtime.render import RLM, renderer
from tests.runtime.rooms import ME, House, house, raising


def press(token: str) -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, "m1")


async def _asks(home: House) -> tuple[File, ...]:
    await home.hear(press("track:en:citizen"))
    await home.hear(press("answer:acc-01-q1:b"))
    await home.send_all()
    await home.hear(Commanded("mydata"))
    await home.send_all()
    return home.platform.shown[-1][1].carried


class Page(HTMLParser):
    """The tags of a page, what they ask for, and whether each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_both_files_tell_what_is_kept_and_the_card_how_much() -> None:
    async with house() as home:
        dumped, page = await _asks(home)
        kept = await home.base.export(ME)
        card = home.platform.shown[-1][1].plain()
    assert (dumped.name, dumped.kind) == ("wary-mydata.json", "application/json")
    assert (page.name, page.kind) == ("wary-mydata.html", "text/html")
    assert kept is not None
    told = json.loads(dumped.content)
    assert {**told, "outbox": []} == {**kept, "outbox": []}
    assert told["addresses"][0]["address"] == ME.id
    assert "mydata.counts answers=1" in card
    assert "apps=1" in card
    assert "acc-01-q1" in page.content.decode()


async def test_the_page_shows_every_part_and_asks_nobody_for_anything() -> None:
    async with house() as home:
        _, file = await _asks(home)
    page = file.content.decode()
    read = Page(page)
    assert read.open == []
    assert not read.tags & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert not read.names & {"src", "href", "onclick", "onload", "style"}
    assert "url(" not in page
    assert "@import" not in page
    for part in PARTS:
        assert f"mydata.part_{part}" in page


KEPT: Kept = {
    **{part: [] for part in PARTS},
    "learners": [{"locale": "ar", "stage": {"": "Idle"}, "region": None, "settings": {}}],
    "notes": [{"kind": "<script>alert('1')</script>&"}],
}


@pytest.mark.parametrize(("tag", "way"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_speaks_the_reader_s_language_and_nothing_in_it_runs(tag: str, way: str) -> None:
    made = teaching.taught(settings.read({}))
    _, file = files(KEPT, renderer(made.catalogues.translate, i18n.rtl), tag)
    page = file.content.decode()
    assert page.startswith(f'<!doctype html><html lang="{tag}" dir="{way}">')
    assert Page(page).open == []
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;" in page
    assert RLM not in page
    assert not re.search(r"mydata\.", page)


def _state(tmp_path: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(tmp_path / "wary.db")) as base:
        found: tuple[str, str] = base.execute(
            "SELECT state, guarantee FROM outbox ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return found


async def test_files_that_may_have_arrived_are_never_sent_twice(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/wary.db") as home:
        await _asks(home)
        before = len(home.platform.shown)
        home.platform.fail = raising(Unknown())
        await home.hear(Commanded("mydata"))
        await home.send_all()
        home.platform.fail = lambda _: None
        home.wait(hours=1)
        await home.send_all()
        assert len(home.platform.shown) == before
        assert _state(tmp_path) == ("unknown", "at_most_once")


async def test_after_a_kill_in_the_middle_they_are_not_sent_blindly(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/wary.db") as home:
        await _asks(home)
        await home.hear(Commanded("mydata"))
        post = home.outbox._queue._lanes.next(())
        assert post
        home.outbox._queue._lanes.take(post)
        await home.base.mark([post])
        await home.base.release(home.now)
        home.wait(hours=1)
        assert await home.send_all() == 0
        assert _state(tmp_path) == ("unknown", "at_most_once")


async def test_what_never_left_is_sent_later(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/wary.db") as home:
        await _asks(home)
        before = len(home.platform.shown)
        home.platform.fail = raising(Unreachable())
        await home.hear(Commanded("mydata"))
        await home.send_all()
        home.platform.fail = lambda _: None
        home.wait(hours=1)
        await home.send_all()
        assert [len(m.carried) for _, m in home.platform.shown[before:]] == [2]


async def test_while_the_database_cannot_be_read_the_card_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        await _asks(home)
        before = len(home.platform.shown)

        async def down(_: object) -> None:
            raise StoreDown

        await home.hear(Commanded("mydata"))
        with monkeypatch.context() as broken:
            broken.setattr(home.base, "export", down)
            await home.send_all()
        assert len(home.platform.shown) == before
        home.wait(hours=1)
        await home.send_all()
        assert [len(m.carried) for _, m in home.platform.shown[before:]] == [2]


async def test_whoever_was_forgotten_in_between_is_told_that_nothing_is_known() -> None:
    async with house() as home:
        await _asks(home)
        await home.turns.take([home.event(Commanded("mydata")), home.event(press("forget:now"))])
        await home.send_all()
        card = home.platform.shown[-2][1]
        assert (card.plain(), card.carried) == ("en:mydata.nothing", ())
