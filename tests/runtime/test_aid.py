"""First aid while nothing can be written: words of distress are answered too."""

from datetime import UTC, datetime

from bot.core.events import Address, Incoming, Said
from bot.core.library import Library, Wording
from bot.runtime import aid
from bot.runtime.hear import Ear
from bot.runtime.render import renderer
from tests.runtime.rooms import said

HEARD = Library({}, {}, {}, {}, distress={"en": Wording(("want to die",))})


def test_words_of_distress_are_answered_and_other_words_are_not() -> None:
    render = renderer(said, lambda _: False)
    answer = aid.offline(lambda: HEARD, lambda tag: tag, render, Ear(HEARD, render))
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def heard(text: str) -> object:
        return answer(Incoming("test:1", Address("test", "7"), at, Said(text)))

    assert "distress.heard" in repr(heard("i want to die"))
    assert heard("hello") is None
