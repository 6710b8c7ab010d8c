"""What is known for good: a lesson, and a topic by its lessons and its genuine messages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Bullets, Text
from bot.core.learner import Learner, Memory
from bot.core.library import Library
from bot.engine import mastery, overview
from tests.engine.school import ME, NOON
from tests.engine.topics import taught


def knowing(library: Library, known: int, seen: dict[str, bool] | None = None) -> Learner:
    """Return who knows the first *known* lessons, and was right or not with what was *seen*."""
    own = [lesson for lesson in library.lessons.values() if not lesson.care]
    told = tuple((key, 700_000 if right else 0) for key, right in (seen or {}).items())
    memories = [
        Memory(
            lesson.id,
            9.0,
            5.0,
            NOON,
            NOON,
            told if not place else (),
            known=place < known,
            held=place < known,
        )
        for place, lesson in enumerate(own)
    ]
    return Learner("ab" * 16, ME, reviews=tuple(memories))


@given(st.integers(1, 12), st.integers(0, 12))
def test_four_fifths_of_its_lessons_make_a_topic(lessons: int, known: int) -> None:
    library = taught("phi", lessons)
    known = min(known, lessons)
    found = mastery.topics(knowing(library, known), library)
    assert found == (("phi",) if known / lessons >= 0.8 else ())


@given(st.integers(6, 9), st.integers(4, 9), st.data())
def test_with_a_set_of_messages_fakes_are_found_and_genuine_ones_left_alone(
    fakes: int, genuine: int, data: st.DataObject
) -> None:
    library = taught("phi", 1, fakes, genuine)
    keys = [key for key in library.items if key.endswith("message")]
    seen = {
        key: right
        for key in keys
        if (right := data.draw(st.sampled_from([True, True, True, False, None]))) is not None
    }
    found = [right for key, right in seen.items() if keys.index(key) < fakes]
    left = [right for key, right in seen.items() if keys.index(key) >= fakes]
    enough = len(found) >= 6 and len(left) >= 4
    sees = enough and sum(found) / len(found) >= 5 / 6 and left.count(False) / len(left) <= 1 / 4
    learner = knowing(library, 1, seen)
    assert mastery.topics(learner, library) == (("phi",) if sees else ())


@pytest.mark.parametrize(
    ("missed", "alarms", "knows"), [(0, 0, True), (1, 1, True), (2, 0, False), (0, 2, False)]
)
def test_five_of_six_fakes_and_one_false_alarm_at_most(
    missed: int, alarms: int, *, knows: bool
) -> None:
    library = taught("phi", 1, 6, 4)
    keys = [key for key in library.items if key.endswith("message")]
    wrong = {*keys[:missed], *keys[6 : 6 + alarms]}
    learner = knowing(library, 1, {key: key not in wrong for key in keys})
    assert bool(mastery.topics(learner, library)) is knows


@pytest.mark.parametrize(("fakes", "genuine"), [(5, 9), (9, 3), (0, 0)])
def test_without_a_whole_set_the_lessons_decide_alone(fakes: int, genuine: int) -> None:
    library = taught("phi", 1, fakes, genuine)
    assert mastery.topics(knowing(library, 1), library) == ("phi",)


def bullets(learner: Learner, library: Library) -> tuple[Text, ...]:
    card = overview.card(learner, library, NOON.date())
    return next((block.items for block in card.body if isinstance(block, Bullets)), ())


def test_a_known_topic_is_named_and_before_that_its_lessons() -> None:
    library = taught("phi", 10)
    assert bullets(knowing(library, 0), library) == ()
    assert bullets(knowing(library, 2), library) == (Text("phi-1.title"), Text("phi-2.title"))
    assert bullets(knowing(library, 7), library) == tuple(
        Text(f"phi-{number}.title") for number in range(3, 8)
    )
    assert bullets(knowing(library, 8), library) == (Text("topic.phi"),)


def test_a_topic_without_a_name_is_told_by_its_lessons_and_in_their_language() -> None:
    library = taught("zzz", 2)
    learner = replace(knowing(library, 2), locale="ar")
    assert bullets(learner, library) == (Text("zzz-1.title"), Text("zzz-2.title"))
    assert overview.card(learner, library, NOON.date()).lang == "en"
