"""The gate: even spacing, and a pause that nothing but time ends."""

from bot.core.events import Address
from bot.ports import Limit
from bot.runtime.throttle import Chats, Gate


class Time:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.at = 100.0

    def read(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


async def test_no_second_holds_more_than_the_rate() -> None:
    time = Time()
    gate = Gate(30, time.read, time.sleep)
    left = []
    for _ in range(300):
        await gate.permit()
        left.append(time.at)
    for start in left:
        assert sum(start <= at < start + 0.999 for at in left) <= 30
    assert left[-1] - left[0] < 10.1


async def test_a_pause_is_a_deadline_and_the_longest_counts() -> None:
    time = Time()
    gate = Gate(1000, time.read, time.sleep)
    gate.close(7)
    gate.close(2)
    assert gate.pause() == 7
    assert not await gate.permit()
    time.at = 107.0
    assert await gate.permit()


async def test_a_pause_that_begins_meanwhile_sends_away_who_waits() -> None:
    time = Time()

    async def closed_meanwhile(seconds: float) -> None:
        time.at += seconds
        gate.close(60)

    gate = Gate(1, time.read, closed_meanwhile)
    assert await gate.permit()
    assert not await gate.permit()


async def test_a_loop_that_is_always_late_still_reaches_the_rate_and_no_second_is_overfull() -> (
    None
):
    time = Time()
    gate = Gate(1000, time.read, time.sleep)
    left = []
    for number in range(5000):
        await gate.permit()
        left.append(time.at)
        # Every tenth post the loop does something else for 8 ms.
        time.at += 0.008 if number % 10 == 0 else 0
    assert 5000 / (left[-1] - left[0]) > 990
    for first, last in zip(left, left[1000:], strict=False):
        assert last - first >= 1


async def test_after_a_rest_nothing_is_caught_up_beyond_the_slack() -> None:
    time = Time()
    gate = Gate(1000, time.read, time.sleep)
    await gate.permit()
    time.at += 60
    begun = time.at
    for _ in range(40):
        await gate.permit()
    assert time.at - begun > 0.018


async def test_lessons_leave_room_for_whoever_asks() -> None:
    time = Time()
    gate = Gate(30, time.read, time.sleep)
    begun = time.at
    for _ in range(250):
        await gate.permit(bulk=True)
    assert 9.9 < time.at - begun < 10.2
    # A reply that comes now need not wait for the next lesson's permit.
    assert gate.wait() < gate.wait(bulk=True)


def chats(time: Time, *limits: tuple[int, float]) -> Chats:
    def of(address: Address) -> list[Limit]:
        return [Limit(posts, seconds, address.id) for posts, seconds in limits]

    return Gate(30, time.read, time.sleep).chats(of)


def one(number: int) -> Address:
    return Address("fake", f"{number}")


def test_no_minute_of_a_group_holds_more_than_20_and_others_do_not_wait() -> None:
    time = Time()
    group = chats(time, (5, 5.0), (20, 60.0))
    left: list[float] = []
    while len(left) < 100:
        time.at += group.wait(one(1))
        group.take(one(1))
        left.append(time.at)
        assert group.wait(one(2)) == 0
    for span, most in ((5.0, 5), (60.0, 20)):
        for first, last in zip(left, left[most:], strict=False):
            assert last - first >= span


def test_where_there_is_no_limit_nobody_is_remembered() -> None:
    time = Time()
    free = chats(time)
    free.take(one(1))
    assert free.wait(one(1)) == 0
    assert free._left == {}


def test_who_was_not_written_to_for_long_is_forgotten() -> None:
    time = Time()
    many = chats(time, (5, 5.0))
    for number in range(100):
        many.take(one(number))
        time.at += 1
    assert len(many._left[5.0]) <= 7
