"""Every answer is one outcome; gates are deadlines; nothing that is secret is shown."""

from datetime import timedelta

import pytest

from bot.platforms.discord import connect
from bot.platforms.discord.outcomes import BAN_SECONDS, OPENING_SECONDS, Declined, Told, failure
from bot.platforms.discord.pace import INVALID, OPENINGS, RATE, Pace
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.tickets import LIFE, TICKETS, Tickets
from bot.ports import Barred, Gone, Refused, Throttled, Unknown, Unreachable
from tests.platforms.discord.payloads import TOKEN
from tests.platforms.discord.talking import Watch
from tests.platforms.scripted import NOW, tools


@pytest.mark.parametrize(
    ("row", "told", "outcome"),
    [
        ("C4", Told(401), Barred),
        ("C7", Told(403, 50007), Gone),
        ("C7", Told(403, 50278), Gone),
        ("C7", Told(404, 10013), Gone),
        ("C8", Told(403, 40003), Throttled),
        ("C9", Told(429, retry_after=1, scope="user"), Throttled),
        ("C10", Told(429, signed=False), Throttled),
        ("C11", Told(500), Unknown),
        ("C11", Told(502), Unknown),
        ("C11", Told(503), Unknown),
        ("C11", Told(524), Unknown),
        ("C11", Told(408), Unknown),
        ("C12", Told(404, 10062), Declined),
        ("C13", Told(400, 40060), Declined),
        ("C14", Told(404, 10003), Refused),
        ("C14", Told(403, 50001), Refused),
        ("C14", Told(403, 50013), Refused),
        ("C14", Told(400, 50035), Refused),
        ("C14", Told(413), Refused),
    ],
)
def test_every_answer_is_one_outcome(row: str, told: Told, outcome: type[Exception]) -> None:
    assert isinstance(failure(told), outcome), row


@pytest.mark.parametrize(
    ("told", "seconds", "everyone"),
    [
        (Told(429, retry_after=1.5, scope="user"), 1.5, False),
        (Told(429, retry_after=2, scope="shared"), 2, False),
        (Told(429, retry_after=3, scope="global"), 3, True),
        (Told(429, signed=False), BAN_SECONDS, True),
        (Told(403, 40003), OPENING_SECONDS, False),
    ],
)
def test_c9_whom_a_pause_concerns_and_for_how_long(
    told: Told, seconds: float, *, everyone: bool
) -> None:
    found = failure(told)
    assert isinstance(found, Throttled)
    assert (found.retry_after, found.everyone) == (seconds, everyone)


def test_a_dead_token_of_an_interaction_is_not_the_bots_own() -> None:
    assert isinstance(failure(Told(401, 50027), ours=False), Declined)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 418, 429, 500, 599])
@pytest.mark.parametrize("code", [0, 1, 10003, 50007, 40003, 20026])
def test_an_unknown_answer_has_an_outcome_too(status: int, code: int) -> None:
    found = failure(Told(status, code))
    assert isinstance(found, Barred | Throttled | Unknown | Gone | Refused)


async def test_no_second_holds_more_than_the_rate() -> None:
    watch = Watch()
    begun = watch.now
    pace = Pace(lambda: watch.now, watch.pause)
    for _ in range(101):
        await pace.permit("a", ours=True)
    assert (watch.now - begun).total_seconds() == pytest.approx(100 / RATE)


async def test_those_who_wait_leave_in_pairs_and_none_before_its_place() -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    pace = Pace(lambda: NOW, pause)
    for _ in range(6):
        await pace.permit("a", ours=True)
    assert paused == pytest.approx([2 / RATE, 2 / RATE, 4 / RATE, 4 / RATE, 6 / RATE])


async def test_answers_to_interactions_do_not_wait() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause)
    for _ in range(200):
        await pace.permit("a", ours=False)
    assert watch.paused == []


async def test_c10_a_thousand_refusals_open_the_breaker_and_shared_ones_do_not() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause)
    for _ in range(INVALID - 1):
        assert not pace.count(Told(403, 50007))
        assert not pace.count(Told(429, retry_after=1, scope="shared"))
    await pace.permit("a", ours=False)
    assert pace.count(Told(429, retry_after=1, scope="user"))
    watch.now += timedelta(seconds=BAN_SECONDS - 1)
    with pytest.raises(Throttled):
        await pace.permit("a", ours=False)
    watch.now += timedelta(seconds=1)
    await pace.permit("a", ours=False)


def test_c10_refusals_of_an_hour_do_not_add_up() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause)
    for _ in range(INVALID * 2):
        watch.now += timedelta(seconds=1)
        assert not pace.count(Told(403, 50007))


async def test_c9_a_spent_bucket_holds_its_own_route_alone() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause)
    pace.hold("a", 2.0)
    with pytest.raises(Throttled) as held:
        await pace.permit("a", ours=True)
    assert (held.value.retry_after, held.value.everyone) == (2.0, False)
    await pace.permit("b", ours=True)


def test_c8_few_direct_messages_are_opened_in_a_minute() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause)
    for _ in range(OPENINGS):
        pace.open()
    with pytest.raises(Throttled) as held:
        pace.open()
    assert held.value.retry_after == 60
    watch.now += timedelta(seconds=60)
    pace.open()


def test_few_people_are_written_to_for_the_first_time_in_an_hour() -> None:
    watch = Watch()
    pace = Pace(lambda: watch.now, watch.pause, 2)
    pace.begin()
    watch.now += timedelta(minutes=50)
    pace.begin()
    with pytest.raises(Throttled) as held:
        pace.begin()
    assert (held.value.retry_after, held.value.everyone) == (600, False)
    watch.now += timedelta(minutes=10)
    pace.begin()
    with pytest.raises(Throttled):
        pace.begin()


def test_who_may_write_to_nobody_first_waits_an_hour_for_ever() -> None:
    watch = Watch()
    with pytest.raises(Throttled) as held:
        Pace(lambda: watch.now, watch.pause, 0).begin()
    assert held.value.retry_after == 3600


def test_a_token_of_an_interaction_counts_for_a_quarter_of_an_hour() -> None:
    watch = Watch()
    tickets = Tickets(lambda: watch.now)
    assert tickets.add("e", "hush", "press", "1-2", private=True)
    assert not tickets.add("e", "hush", "press", "1-2", private=True)
    assert tickets.of("e") is not None
    assert "hush" not in repr(tickets.of("e"))
    watch.now += LIFE
    assert tickets.of("e") is None


def test_tokens_are_bounded() -> None:
    watch = Watch()
    tickets = Tickets(lambda: watch.now)
    for number in range(TICKETS + 1):
        tickets.add(f"e{number}", "hush", "press", "", private=True)
    assert tickets.of("e0") is None
    assert tickets.of("e1") is not None


def test_a_missing_token_is_named() -> None:
    with pytest.raises(ValueError, match="WARY_DISCORD_TOKEN"):
        connect({}, tools())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_url", "rest.example"),
        ("api_url", "ftp://discord.com"),
        ("api_url", "http://[1"),
        ("api_url", "https://discord.com/api?x=1"),
        ("firsts", "-1"),
        ("firsts", "many"),
        ("firsts", "1001"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"WARY_DISCORD_{name.upper()}") as told:
        connect({"token": TOKEN, name: value}, tools())
    assert value not in str(told.value).replace("0 to 1000", "")


def test_the_token_is_in_no_repr() -> None:
    made = connect({"token": TOKEN}, tools())
    assert TOKEN not in repr(made)
    assert TOKEN not in repr(made._rest)


async def test_nothing_leaves_before_anybody_listens() -> None:
    watch = Watch()
    rest = Rest(TOKEN, "http://127.0.0.1:9", Pace(lambda: watch.now, watch.pause), watch.pause)
    with pytest.raises(Unreachable):
        await rest.call("GET", "/x")
    rest.open()
    try:
        with pytest.raises(Unreachable) as closed:
            await rest.call("GET", "/x")
    finally:
        await rest.close()
    assert TOKEN not in repr(closed.value)
