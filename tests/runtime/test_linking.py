"""Two addresses, one learner: never two lessons a day, whatever comes in which order."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.effects import Lane
from bot.core.events import Address, Began, Commanded, Event, Incoming, Left, Pressed, Said
from bot.runtime.turn import apart
from bot.store.codec import pack_card
from tests.runtime.rooms import House, house

ONE, TWO = Address("fake", "1"), Address("fake", "2")
PARIS = ZoneInfo("Europe/Paris")


def press(token: str) -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, "m1")


JOINING = [
    press(token)
    for token in (
        "track:en:citizen",
        "answer:acc-01-q1:b",
        "set:often:daily",
        "set:hour:18.00",
        "set:country:fr",
    )
]

ACTS = st.sampled_from(
    [
        Began(),
        Left("blocked"),
        Said("a"),
        Commanded("lesson"),
        press("more"),
        press("link:here"),
        press("set:hour:07.30"),
        press("set:hour:18.00"),
        press("set:often:tip"),
    ]
)
EVENTS = st.tuples(st.sampled_from([ONE, TWO]), ACTS)
STEPS = st.lists(
    st.one_of(
        st.lists(EVENTS, min_size=1, max_size=4).map(lambda events: ("act", events)),
        st.integers(1, 30).map(lambda hours: ("wait", hours)),
        st.sampled_from([("fire", None), ("claim", None), ("late", None), ("mixed", None)]),
    ),
    max_size=14,
)


async def told(home: House, address: Address, *events: Event) -> None:
    for what in events:
        await home.turns.take([home.event(what, address=address)])


async def linked(home: House, *, known: bool) -> None:
    """Let TWO join ONE, who perhaps had a lesson of their own on the same morning."""
    await told(home, ONE, *JOINING)
    if known:
        await told(home, TWO, *JOINING, press("set:hour:07.30"))
        home.wait(hours=20)
        await home.turns.take(await home.base.claim_due(home.now, 10))
    await told(home, ONE, Commanded("link"))
    await home.send_all()
    code = await shown(home)
    await told(home, TWO, Commanded("link", code))


async def shown(home: House) -> str:
    """Return the code that was shown."""
    cards = " ".join(pack_card(post.card) for post, _ in home.platform.shown)
    [code] = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", cards)
    return str(code)


class Days:
    """Counts by local date what was sent as a lesson."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.sent: Counter[date] = Counter()
        self.before = 0
        self.claimed: list[Incoming] = []

    async def step(self, kind: str, what: object) -> None:
        home = self.home
        due: Sequence[Incoming] = ()
        events = [home.event(act, address=who) for who, act in what] if kind == "act" else []  # type: ignore[attr-defined]  # a list of pairs there
        if kind == "wait":
            home.wait(hours=what)  # type: ignore[arg-type]  # a number there
        if kind in ("fire", "claim", "mixed"):
            due = await home.base.claim_due(home.now, 10)
        if kind == "claim":
            # Claimed by a process that dies, or that is slow.
            self.claimed += due
            due = ()
        if kind == "late":
            due, self.claimed = self.claimed, []
        if kind == "mixed":
            first, second = (home.event(Began(), address=who) for who in (ONE, TWO))
            due = [first, *due, second]
        if events or due:
            await home.turns.take([*events, *due])
        await self.count()

    async def count(self) -> None:
        await self.home.send_all()
        shown = self.home.platform.shown
        for post, _ in shown[self.before :]:
            if post.lane is Lane.LESSON:
                self.sent[self.home.now.astimezone(PARIS).date()] += 1
        self.before = len(shown)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.booleans())
def test_no_order_of_events_brings_two_lessons_in_a_day(
    steps: list[tuple[str, object]],
    known: bool,  # noqa: FBT001  hypothesis fills by place
) -> None:
    async def play() -> Counter[date]:
        async with house() as home:
            await linked(home, known=known)
            days = Days(home)
            await days.count()
            for kind, what in steps:
                await days.step(kind, what)
            # And never silence: whoever comes back hears within two days.
            await days.step("act", [(TWO, Began())])
            before = days.sent.total()
            for _ in range(48):
                await days.step("wait", 1)
                await days.step("fire", None)
            assert days.sent.total() > before
            return days.sent

    sent = asyncio.run(play())
    assert max(sent.values()) == 1, sent


async def test_each_is_answered_where_they_acted_in_one_batch() -> None:
    async with house() as home:
        await linked(home, known=False)
        await home.send_all()
        before = len(home.platform.shown)
        events = [
            home.event(Commanded("settings"), address=ONE),
            home.event(Left("blocked"), address=ONE),
            home.event(Commanded("lesson"), address=TWO),
        ]
        await home.turns.take(events)
        await home.send_all()
        assert [post.address for post, _ in home.platform.shown[before:]] == [ONE, TWO]
        one, two = await home.base.known(ONE), await home.base.known(TWO)
        assert one is not None
        assert two is not None
        assert one.learner.key == two.learner.key
        assert (one.learner.gone, two.learner.gone) == (True, False)


async def test_whoever_leaves_one_address_is_still_taught_at_the_other() -> None:
    async with house() as home:
        await linked(home, known=False)
        await told(home, TWO, press("link:here"))
        await home.send_all()
        home.wait(hours=5, minutes=6)
        due = await home.base.claim_due(home.now, 10)
        assert [one.address for one in due] == [TWO]
        await home.turns.take([home.event(Left("blocked"), address=ONE), *due])
        await home.send_all()
        post, _ = home.platform.shown[-1]
        assert (post.address, post.lane) == (TWO, Lane.LESSON)


async def test_one_address_that_closes_as_the_other_opens_leaves_no_silence() -> None:
    async with house() as home:
        await linked(home, known=False)
        await told(home, TWO, Left("blocked"))
        events = [home.event(Left("blocked"), address=ONE), home.event(Began(), address=TWO)]
        await home.turns.take(events)
        home.wait(hours=5, minutes=6)
        assert [one.address for one in await home.base.claim_due(home.now, 10)] == [TWO]


async def test_a_letter_presses_what_is_shown_at_its_own_address() -> None:
    async with house() as home:
        await linked(home, known=False)
        events = [
            home.event(Commanded("settings"), address=ONE),
            home.event(Said("1"), address=TWO),
        ]
        await home.turns.take(events)
        await home.send_all()
        # "1" on the settings would open the languages; at TWO the newest card is the welcome.
        [*_, title] = [
            message.plain() for post, message in home.platform.shown if post.address == TWO
        ]
        assert title.startswith("en:link.state")


async def test_an_event_that_concerns_two_learners_is_a_batch_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        sizes: list[int] = []
        take = home.turns.take

        async def counted(events: Sequence[Incoming]) -> object:
            sizes.append(len(events))
            return await take(events)

        monkeypatch.setattr(home.turns, "take", counted)
        work = asyncio.create_task(home.turns.run())
        whats: list[tuple[Address, Event]] = [
            (ONE, Began()),
            (ONE, Commanded("link", "K4TZ-9XBM")),
            (TWO, Said("k4tz-9xbm")),
            (TWO, Began()),
            (ONE, Began()),
        ]
        events = [home.event(what, address=who) for who, what in whats]
        receipts = await home.turns.receive(events)
        work.cancel()
        assert sum(sizes) == len(receipts) == 5
        assert sizes.count(1) >= 2
        assert list(apart([])) == []


async def test_a_code_linked_in_the_room_of_others_is_one_learner() -> None:
    async with house() as home:
        await told(home, ONE, *JOINING)
        await told(home, ONE, Commanded("link"))
        await home.send_all()
        code = await shown(home)
        work = asyncio.create_task(home.turns.run())
        whats: list[tuple[Address, Event]] = [
            (ONE, Commanded("lesson")),
            (TWO, Commanded("link", code)),
            (TWO, Commanded("settings")),
        ]
        await home.turns.receive([home.event(what, address=who) for who, what in whats])
        work.cancel()
        one, two = await home.base.known(ONE), await home.base.known(TWO)
        assert one is not None
        assert two is not None
        assert one.learner.key == two.learner.key
        assert one.learner.hour == "18:00"
