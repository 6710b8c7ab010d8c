"""The crowd: nobody waits for a flood, nobody's wish to end something is lost in their own."""

from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.events import (
    Address,
    AidDue,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    LessonDue,
    Pressed,
    Said,
    Where,
)
from bot.runtime import crowd
from bot.runtime.crowd import Crowd, Pace, Rounds
from tests.runtime.rooms import NOON

PRANK = Address("fake", "666")


@dataclass
class Street:
    """A crowd on a hand-held clock; an event's name is its own ticket."""

    room: int = crowd.ROOM
    seconds: float = 0.0
    count: int = 0
    aside: list[str] = field(default_factory=list)
    told: int = 0

    def __post_init__(self) -> None:
        self.crowd: Crowd[str] = Crowd(lambda: self.seconds, self.room)
        self.crowd.pace("fake", Pace(3, 1.0), Pace(10, 0.1))

    def event(self, what: Event, who: Address = PRANK, where: Address | None = None) -> Incoming:
        self.count += 1
        place = Where(where) if where else None
        return Incoming(f"fake:{self.count}", who, NOON, what, where=place)

    def come(self, what: Event, who: Address = PRANK, where: Address | None = None) -> str:
        incoming = self.event(what, who, where)
        came = self.crowd.come(incoming, incoming.id)
        self.aside += came.aside
        self.told += came.tell
        return incoming.id

    def take(self, most: int = 500) -> list[str]:
        return [one.ticket for one in self.crowd.take(most)]


def press(*words: str) -> Pressed:
    return Pressed(Action(words[0], words[1:]))


def someone(number: int) -> Address:
    return Address("fake", str(number))


def test_one_of_each_comes_before_the_second_of_anybody() -> None:
    street = Street()
    flood = [street.come(Said("x")) for _ in range(3)]
    others = [street.come(Said("y"), someone(n)) for n in range(2)]
    assert street.take(4) == [flood[0], *others, flood[1]]
    assert street.take(4) == [flood[2]]
    assert len(street.crowd) == 0


def test_who_is_too_fast_is_put_aside_and_told_once_a_minute() -> None:
    street = Street()
    taken = [street.come(Said("x")) for _ in range(3)]
    late = [street.come(Said("x")) for _ in range(97)]
    assert street.take() == taken
    assert street.aside == late
    assert street.told == 1
    street.seconds = crowd.TOLD_SECONDS + 1
    for _ in range(10):
        street.come(Said("x"))
    assert street.told == 2


def test_a_person_gets_their_pace_back_second_by_second() -> None:
    street = Street()
    for second in range(20):
        street.seconds = float(second)
        street.come(Said("x"))
        street.come(Said("x"))
    assert len(street.take()) == 3 + 19


def test_who_sits_out_a_day_has_no_more_than_a_burst() -> None:
    street = Street()
    street.come(Said("x"))
    street.seconds = 86_400.0
    for _ in range(9):
        street.come(Said("x"))
    assert len(street.take()) == 1 + 3


def test_a_thousand_presses_in_ten_seconds_are_a_few() -> None:
    street = Street()
    street.crowd.pace("fake")
    for number in range(1000):
        street.seconds = number / 100
        street.come(press("answer", "acc-01-q1", "b"))
    assert len(street.take(1000)) == crowd.PERSON.burst + 9


def test_a_place_has_a_pace_of_its_own_and_a_flood_in_it_takes_nothing_from_the_others() -> None:
    street = Street()
    hall = Address("fake", "-5")
    for _ in range(100):
        street.come(Said("x"), PRANK, hall)
    assert len(street.take()) == 3
    for number in range(8):
        street.come(Said("y"), someone(number), hall)
    assert len(street.take()) == 7
    street.seconds = 0.1
    street.come(Said("y"), someone(9), hall)
    assert len(street.take()) == 1


def test_who_acts_for_a_place_is_answerable_themselves() -> None:
    street = Street()
    hall = Address("fake", "-5")
    for _ in range(5):
        incoming = replace(street.event(press("here", "go"), hall, hall), by=PRANK)
        street.crowd.come(incoming, incoming.id)
    assert len(street.take()) == 3
    street.come(Said("y"), hall)
    assert len(street.take()) == 1


@pytest.mark.parametrize(
    "wish",
    [
        Left("blocked"),
        Began(),
        Commanded("stop"),
        Commanded("forget"),
        press("set", "pause", "open"),
        press("set", "often", "never"),
        press("go", "resume"),
        press("here", "stop"),
    ],
)
def test_a_wish_to_end_or_begin_is_heard_in_ones_own_flood(wish: Event) -> None:
    street = Street()
    for _ in range(100):
        street.come(Said("x"))
    name = street.come(wish)
    for _ in range(100):
        street.come(Said("x"))
    assert name in street.take()
    assert name not in street.aside


def test_of_many_such_wishes_the_last_word_counts_and_the_rest_gives_way() -> None:
    street = Street()
    names = [
        street.come(press("set", "often", ("daily", "never")[number % 2]))
        for number in range(1000)
    ]
    assert street.take() == names[-3:]
    assert street.aside == names[:-3]


def test_a_wish_that_has_been_heard_already_is_not_heard_again() -> None:
    street = Street()
    taken = []
    for _ in range(1000):
        street.come(Commanded("stop"))
        street.come(Said("x"))
        taken += [one.incoming.event for one in street.crowd.take(500)]
    assert taken == [Commanded("stop"), Said("x"), Commanded("stop")]


def test_tokens_that_nobody_gave_are_of_few_kinds() -> None:
    street = Street()
    for number in range(1000):
        street.come(press("set", "pause", f"{number}"))
    assert len(street.take()) == 3


def test_what_the_clock_raises_is_always_taken() -> None:
    street = Street(room=2)
    day = date(2026, 11, 21)
    due = [street.event(what(day)) for what in (LessonDue, AidDue) for _ in range(250)]
    assert not street.crowd.full(due)
    for one in due:
        assert street.crowd.come(one, one.id).aside == ()
    assert len(street.take(1000)) == 500


def test_beyond_its_room_everything_is_refused_but_who_leaves() -> None:
    street = Street(room=10)
    for number in range(9):
        street.come(Said("x"), someone(number))
    two = [street.event(Said("y"), someone(50)), street.event(Said("y"), someone(51))]
    assert street.crowd.full(two)
    assert not street.crowd.full(two[:1])
    assert not street.crowd.full([street.event(Left("blocked"))])
    street.take()
    assert not street.crowd.full(two)


def test_what_could_not_be_kept_costs_nothing() -> None:
    street = Street()
    hall = Address("fake", "-5")
    for _ in range(50):
        for _ in range(3):
            street.come(Said("x"), PRANK, hall)
        group = street.crowd.take(500)
        street.crowd.repay([one.incoming for one in group])
    assert street.aside == []


def test_a_platform_without_a_pace_holds_nobody_back() -> None:
    street = Street()
    me = Address("terminal", "me")
    for _ in range(500):
        street.come(Said("x"), me)
    assert len(street.take()) == 500
    assert street.aside == []
    street.crowd.repay([street.event(Said("x"), me)])


def test_how_many_were_put_aside_is_told_now_and_then() -> None:
    street = Street()
    for _ in range(10):
        street.come(Said("x"))
    assert street.crowd.overlooked() == 7
    street.come(Said("x"))
    assert street.crowd.overlooked() == 0
    assert street.crowd.overlooked(now=True) == 1
    assert street.crowd.overlooked(now=True) == 0


def test_only_so_many_senders_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "KNOWN", 5)
    street = Street()
    for number in range(50):
        street.come(Said("x"), someone(number))
    assert len(street.crowd._people) == 5


def test_one_of_each_is_taken_and_then_the_second_of_each() -> None:
    rounds: Rounds[str, int] = Rounds()
    for number in range(4):
        rounds.add("a", number)
    rounds.add("b", 9)
    assert rounds.take(3) == [0, 9, 1]
    assert rounds.take(10) == [2, 3]
    assert len(rounds) == 0


HISTORY = st.lists(
    st.tuples(st.integers(0, 5), st.floats(0, 2), st.sampled_from(["x", "/stop", "set"])),
    max_size=60,
)


@given(HISTORY, st.integers(1, 40))
def test_nobody_else_waits_for_a_flood(history: list[tuple[int, float, str]], flood: int) -> None:
    """The first event of anybody else is later by one at most, the second by two, and so on."""
    places = []
    for each in (0, flood):
        street = Street()
        for number, wait, what in history:
            street.seconds += wait
            for _ in range(each):
                street.come(Said("x"), Address("without a pace", "666"))
            street.come(_said(what), someone(number))
        places.append(_places(street))
    calm, wild = places
    assert calm.keys() == wild.keys()
    assert all(wild[who, nth] - at <= nth for (who, nth), at in calm.items())


def _places(street: Street) -> dict[tuple[Address, int], int]:
    """Return at which place in line each of the others' events is: (who, which of theirs)."""
    found: dict[tuple[Address, int], int] = {}
    for at, one in enumerate(street.crowd.take(10_000)):
        who = one.incoming.address
        if who.platform == "fake":
            nth = 1 + sum(known == who for known, _ in found)
            found[who, nth] = at
    return found


def _said(what: str) -> Event:
    said: dict[str, Event] = {"/stop": Commanded("stop"), "set": press("set", "often", "never")}
    return said.get(what, Said(what))


@given(HISTORY)
def test_the_events_of_one_sender_keep_their_order(history: list[tuple[int, float, str]]) -> None:
    street = Street()
    for number, wait, what in history:
        street.seconds += wait
        street.come(_said(what), someone(number))
    taken = [one.incoming for one in street.crowd.take(10_000)]
    for number in range(6):
        mine = [int(one.id[5:]) for one in taken if one.address == someone(number)]
        assert mine == sorted(mine)
