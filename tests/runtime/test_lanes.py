"""The lanes: who leaves next."""

from bot.core.card import Card
from bot.core.effects import Lane
from bot.core.events import Address
from bot.ports import Post
from bot.runtime.lanes import Lanes


def at(number: int, to: str, lane: Lane = Lane.LESSON) -> Post:
    return Post(number, Address("fake", to), Card(), lane, "en")


def filled(*posts: Post) -> Lanes:
    lanes = Lanes()
    for post in posts:
        lanes.add(post)
    return lanes


def order(lanes: Lanes) -> list[int]:
    """Take all, one after the other."""
    taken = []
    while post := lanes.next(()):
        lanes.take(post)
        taken.append(post.id)
    return taken


def test_a_better_lane_goes_first() -> None:
    lanes = filled(
        at(1, "a", Lane.CAMPAIGN), at(2, "a"), at(3, "b", Lane.ALERT), at(4, "c", Lane.REPLY)
    )
    assert order(lanes) == [4, 3, 2, 1]
    assert len(lanes) == 0


def test_within_a_lane_one_of_each_and_then_the_second_of_each() -> None:
    assert order(filled(at(1, "a"), at(2, "a"), at(3, "a"), at(4, "b"), at(5, "b"))) == [
        *(1, 4),
        *(2, 5),
        3,
    ]


def test_who_is_busy_is_passed_over() -> None:
    lanes = filled(at(1, "a", Lane.ALERT), at(2, "b"))
    post = lanes.next({Address("fake", "a")})
    assert post
    assert post.id == 2
    assert lanes.next({Address("fake", "a"), Address("fake", "b")}) is None


def test_what_waits_already_is_not_doubled() -> None:
    assert order(filled(at(1, "a"), at(1, "a"))) == [1]


def test_what_goes_back_comes_first() -> None:
    lanes = filled(at(1, "a"), at(2, "b"), at(3, "a"))
    first = lanes.next(())
    assert first
    lanes.take(first)
    lanes.back(first)
    assert order(lanes) == [1, 2, 3]


def test_all_of_an_address_can_be_taken_out() -> None:
    lanes = filled(at(1, "a"), at(2, "b"), at(3, "a", Lane.REPLY))
    assert [post.id for post in lanes.drop(Address("fake", "a"))] == [3, 1]
    assert (len(lanes), lanes.replies) == (1, 0)


def test_replies_stay_when_the_others_are_taken_out() -> None:
    lanes = filled(at(1, "a"), at(2, "b", Lane.ALERT), at(3, "a", Lane.REPLY))
    assert sorted(post.id for post in lanes.clear()) == [1, 2]
    assert order(lanes) == [3]
