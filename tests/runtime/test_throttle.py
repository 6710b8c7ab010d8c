"""The gate: even spacing, and a pause that nothing but time ends."""

from bot.runtime.throttle import Gate


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
