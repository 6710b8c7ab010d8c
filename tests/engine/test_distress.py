"""Words of distress bring who is there to talk to, at once; nothing else happens."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.card import Action
from bot.core.effects import Edit, Say
from bot.core.events import Address, Commanded, Incoming, Said, Shown, Where
from bot.core.learner import Answering, Learner, Stranger
from bot.core.library import Country, Entry, Library, Wording
from bot.engine import distress
from bot.engine.decide import decide
from tests.engine.school import LIBRARY, ME, NOON, Talk, joined, keys

WORDS = "i want to die"
CARD = {"distress.heard", "aid.child", "aid.crisis", "aid.danger", "distress.go_on"}
KNOWN = {
    **LIBRARY.countries,
    "fr": Country(
        "fr",
        ("Europe/Paris",),
        {"helpline.child": Entry(date(2026, 11, 1), name="Ligne", phone="000 1")},
    ),
}
HEARD = replace(
    LIBRARY,
    distress={"en": Wording(("want to die",)), "ar": Wording(("اريد ان اموت",))},
    placeholders={
        **LIBRARY.placeholders,
        "aid.child": ("helpline.child",),
        "aid.crisis": ("helpline.crisis",),
        "aid.danger": ("emergency",),
    },
    countries=KNOWN,
)
QUESTION = Answering("acc-01-q1", "s", "daily", ("a",))


def talk(library: Library = HEARD, **changes: object) -> Talk:
    known = joined(**changes)
    known.library = library
    return known


def test_words_of_distress_bring_the_numbers_of_the_country_and_nothing_is_kept() -> None:
    one = talk()
    before = one.learner
    one.hear(Said(WORDS))
    [effect] = one.effects
    assert isinstance(effect, Say)
    assert one.keys >= CARD
    assert "000 1" in repr(one.card)
    assert (effect.to, one.card.lang, one.on_card("go:country")) == (None, "en", False)
    assert one.learner == before
    assert WORDS not in repr(one.effects)


def test_the_question_waits_with_what_was_picked_and_goes_on_by_one_button() -> None:
    one = talk(stage=QUESTION)
    before = one.learner
    one.hear(Said(WORDS, Action("answer", ("scm-01-q1",))))
    assert one.keys >= CARD
    assert one.learner == before
    assert one.on_card("distress")
    one.press("distress")
    assert one.learner == before
    assert isinstance(one.effects[0], Edit)
    assert "acc-01-q1.stem" in one.keys


def test_a_number_that_was_asked_for_is_not_asked_for_again_first() -> None:
    one = talk(stage=Answering("scm-01-q1", "s", "daily"))
    one.hear(Said(f"95 {WORDS}"))
    assert one.keys >= CARD
    assert one.learner.stage == Answering("scm-01-q1", "s", "daily")


def test_english_is_heard_in_every_language_and_ones_own_beside_it() -> None:
    for locale, text, heard in (
        ("ar", WORDS, True),
        ("ar", "أريدُ أن أموت", True),
        ("en", "أريدُ أن أموت", False),
        ("xx", WORDS, True),
    ):
        one = talk(locale=locale)
        one.hear(Said(text))
        assert ("distress.heard" in one.keys) is heard, (locale, text)


def test_a_long_message_is_no_message_to_be_checked() -> None:
    one = talk()
    one.hear(Said("Nobody here would even notice, they all look away every day. " + WORDS))
    assert one.keys >= CARD


@pytest.mark.parametrize(
    "event",
    [
        Said(WORDS, Action("check")),
        Shown(WORDS),
        Commanded("check", WORDS),
        Said("I'm dying to see it"),
    ],
)
def test_what_somebody_shows_and_what_is_harmless_is_answered_as_ever(event: Said) -> None:
    heard, deaf = talk(), talk(LIBRARY)
    heard.hear(event)
    deaf.hear(event)
    assert keys(heard.card) == keys(deaf.card)
    assert "distress.heard" not in heard.keys


def test_a_stranger_is_heard_stays_one_and_is_greeted_afterwards() -> None:
    one = Talk(library=HEARD, locale="ar")
    before = one.learner
    one.hear(Said(WORDS))
    assert one.keys >= CARD
    assert (one.card.lang, one.on_card("go:country")) == ("ar", False)
    one.press("distress")
    assert "hello.all" in one.keys
    assert one.learner == before
    assert isinstance(one.learner.stage, Stranger)


def test_whoever_chose_no_country_can_where_any_has_numbers() -> None:
    one = talk(country="")
    one.hear(Said(WORDS))
    assert one.on_card("go:country")
    assert "neutral.helpline.child" in one.keys
    bare = talk(replace(HEARD, countries=LIBRARY.countries), country="")
    bare.hear(Said(WORDS))
    assert bare.keys >= CARD
    assert not bare.on_card("go:country")


def test_where_all_read_along_nothing_is_said_and_beside_it_one_person_reads() -> None:
    group = Where(Address("test", "-5"))
    one = talk()
    assert not one.hear(Said(WORDS), group).effects
    one.hear(Said(WORDS), replace(group, public=False))
    assert one.keys >= CARD


def test_a_place_has_no_despair() -> None:
    place = Learner("cd" * 16, Address("test", "-5"), place="group")
    incoming = Incoming("test:1", place.address, NOON, Said(WORDS))
    assert not decide(place, incoming, HEARD).effects


def test_without_a_database_the_card_follows_from_the_words_alone() -> None:
    incoming = Incoming("test:1", ME, NOON, Said(WORDS))
    card = distress.helpline(incoming, HEARD, "ar")
    assert card is not None
    assert keys(card) >= CARD
    assert distress.helpline(incoming, LIBRARY, "ar") is None
