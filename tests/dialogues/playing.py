"""The player: one dialogue, through a real adapter and the runtime over a real store."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import unified_diff
from itertools import count

import pytest

from bot import i18n, store
from bot.content.files import File
from bot.content.read import understand
from bot.core.card import Instant, Text
from bot.core.events import Incoming
from bot.core.message import words
from bot.platforms.terminal.record import NOTICE
from bot.ports import Now, Receipt, StoreDown, Tools
from bot.runtime.clock import Clock
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from bot.teaching import Taught
from tests.dialogues import seats
from tests.dialogues.script import HERE, Dialogue, Seen, Step
from tests.dialogues.seats import Seat
from tests.platforms.scripted import NOW

STATES = {"(nothing can be saved)": True, "(all can be saved again)": False}
"""What happens to the store, told in a dialogue as if somebody did it."""


@dataclass
class House:
    """The middle of the house around one seat, with a clock in the hand."""

    turns: Turns
    outbox: Dispatcher
    clock: Clock
    time: list[datetime]
    took: asyncio.Event = field(default_factory=asyncio.Event)
    down: bool = False

    async def receive(self, events: Sequence[Incoming]) -> Sequence[Receipt]:
        at = self.time[0]
        if self.down:
            self.took.set()
            raise StoreDown
        told = await self.turns.take([replace(one, at=at, acted=None) for one in events])
        self.took.set()
        return told

    async def deliver(self) -> None:
        while await self.outbox.once(self.receive):
            pass


def sitting(
    platform: str, made: Taught, talk: Dialogue, now: Now = lambda: NOW
) -> AbstractAsyncContextManager[Seat]:
    """Open a seat on *platform*; moments are told there by the clock of the talk.

    *now* is what a terminal's record reads.
    """
    translate = made.catalogues.translate

    def moment(second: int) -> str:
        when = Instant(datetime.fromtimestamp(second, UTC), talk.zone)
        said = words(translate("en", Text("settings.next", (("when", when),))))
        return said.removeprefix("Next: ")

    tools = Tools(
        now=lambda: NOW,
        translate=translate,
        fit=lambda tag: i18n.fitting(tag, made.library.languages),
        rtl=i18n.rtl,
        languages=made.library.languages,
    )
    match platform:
        case "telegram":
            return seats.on_telegram(tools)
        case "discord":
            return seats.on_discord(tools, moment)
        case _:
            return seats.at_terminal(tools, now)


@asynccontextmanager
async def housed(seat: Seat, made: Taught) -> AsyncIterator[House]:
    """Run the middle of the house around *seat* and let its platform listen."""
    base = await store.connect("sqlite://")
    time, library = [NOW], made.library
    render = renderer(made.catalogues.translate, i18n.rtl)
    # People take their time: each look of the gate is a second later.
    gate = Gate(1_000_000.0, count().__next__)
    outbox = Dispatcher(seat.platform, base, render, gate, lambda: time[0])
    tools = Tools(
        now=lambda: time[0],
        translate=made.catalogues.translate,
        fit=lambda tag: i18n.fitting(tag, library.languages),
        rtl=i18n.rtl,
    )
    turns = Turns(base, library, tools, Ear(library, render), outbox.offer)
    house = House(turns, outbox, Clock(base, turns.take, lambda: time[0]), time)
    listening = asyncio.create_task(seat.platform.listen(house.receive))
    try:
        yield house
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await base.close()


def told(made: Taught, code: str) -> Taught:
    """Return *made* with what the invented file of the country *code* says; empty: as it is."""
    if not code:
        return made
    parts = ("lessons", "countries", f"{code}.yaml")
    data = (HERE / "countries" / parts[-1]).read_bytes()
    entries = understand([File("/".join(parts), parts, data, 0)]).countries[code]
    known = made.library.countries
    countries = {**known, code: replace(known[code], entries=entries)}
    return replace(made, library=replace(made.library, countries=countries))


async def play(platform: str, made: Taught, talk: Dialogue) -> None:
    """Play *talk* on *platform*: after each step stands there what the file says, and no more."""
    made = told(made, talk.says)
    async with sitting(platform, made, talk) as seat, housed(seat, made) as house:
        for step in talk.steps:
            await taken(seat, house, step)
        assert seat.news() == []


async def taken(seat: Seat, house: House, step: Step) -> None:
    """Take one step, and compare what it brings with what the file says."""
    if step.clock:
        house.time[0] = step.clock
        await house.clock.fire()
    if step.words in STATES:
        house.down = STATES[step.words]
        return
    for tap in seat.taps(step.words) if step.words else ():
        seat.read()
        house.took.clear()
        await seat.act(tap)
        async with asyncio.timeout(5):
            await house.took.wait()
        await house.deliver()
    await house.deliver()
    with suppress(TimeoutError, AssertionError):
        await seat.until(lambda: len(seat.news()) >= len(step.brings))
    told, wanted = (_text(step, all_) for all_ in (seat.news(), step.brings))
    if told != wanted:
        pytest.fail("\n".join(unified_diff(wanted, told, "the file", "here", n=99, lineterm="")))
    seat.read()


def _text(step: Step, brought: Sequence[Seen]) -> list[str]:
    """Return what was brought as lines to compare, the notices last."""
    after = sorted(brought, key=lambda one: one.mark == NOTICE)
    return [f"> {step.words}", *(line for one in after for line in str(one).split("\n"))]
