"""What a country says in place of neutral sentences: how old it may be, and nothing of our own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action, Bullets, Card, Fixed, Para, Progress, Text
from bot.core.effects import Decision, Edit, Notice, Plan, Say, Unplan
from bot.core.events import Address, Commanded, Incoming, Pressed, Where
from bot.core.learner import Answering
from bot.core.library import PLACEHOLDERS, Country, Entry, Hours, Library
from bot.engine import first_aid, helplines
from bot.engine.decide import decide
from tests.engine.school import BOTH, LIBRARY, ME, NOON, Talk, joined
from tests.engine.test_first_aid import AID

TODAY = NOON.date()
LAWS = {name for name in PLACEHOLDERS if name.startswith("law.")}
LINES = {name for name in PLACEHOLDERS if name.startswith("helpline.")}
WEEKDAYS = (Hours(time(9), time(17), "mo", "fr"),)
CHAT = "https://chat.example/young"


def entry(name: str, age: int = 0) -> Entry:
    """Return an invented entry, read *age* days ago."""
    day = TODAY - timedelta(age)
    if name in LAWS:
        return Entry(day, law=f"cc-fr.{name}")
    if name in LINES:
        return Entry(day, name=f"Line of {name}", phone="000 1", chat=CHAT, hours=WEEKDAYS)
    return Entry(day, value=f"{name}@report.example")


def fresh(name: str) -> Fixed | Text:
    """Return how an invented entry is said."""
    if name in LAWS:
        return Text(f"cc-fr.{name}")
    if name not in LINES:
        return Fixed("name", f"{name}@report.example")
    ways = (("way", Fixed("phone", "000 1")), ("other", Fixed("url", CHAT)))
    said = Text("contact.both", (("name", Fixed("name", f"Line of {name}")), *ways))
    days = (("first", Text("weekday.mo")), ("last", Text("weekday.fr")))
    hours = Text("hours.days", (*days, ("opens", time(9)), ("closes", time(17))))
    return Text("contact.open", (("contact", said), ("hours", hours)))


def country(entries: Mapping[str, Entry], library: Library = AID) -> Library:
    """Return *library* with what France says."""
    served = {**library.served, **{f"cc-fr.{law}": BOTH for law in LAWS}}
    french = Country("fr", ("Europe/Paris",), entries)
    return replace(library, served=served, countries={**library.countries, "fr": french})


def said(text: Text, library: Library, day: date = TODAY, lang: str = "") -> Text:
    """Return *text* as the engine says it to a learner in France, on a card."""
    learner = joined().learner
    card = Card(body=(Para(text),), lang=lang)
    found = helplines.at_home(Decision(learner, (Say(card),)), library, day).effects[0]
    assert isinstance(found, Say)
    block = found.card.body[0]
    assert isinstance(block, Para)
    return block.text


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
@pytest.mark.parametrize("age", [0, 179, 180, 181, 365, 366, 4000, -1, -2])
def test_an_entry_is_shown_for_half_a_year_then_doubted_then_gone(name: str, age: int) -> None:
    library = replace(country({name: entry(name, age)}), placeholders={"some.text": (name,)})
    neutral = Text(f"neutral.{name}")
    expected: Fixed | Text = neutral
    if -1 <= age <= 180:
        expected = fresh(name)
    elif 181 <= age <= 365:
        expected = Text("contact.check", (("contact", fresh(name)),))
    text = helplines.filled(Text("some.text"), library)
    assert text == Text("some.text", ((name, neutral),))
    assert said(text, library) == Text("some.text", ((name, expected),))


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_the_day_that_counts_is_that_of_the_event_and_not_of_the_loading(name: str) -> None:
    library = country({name: entry(name)})
    text = Text("some.text", ((name, Text(f"neutral.{name}")),))
    assert said(text, library, TODAY + timedelta(180)) != text
    doubted = said(text, library, TODAY + timedelta(365)).values[0][1]
    assert isinstance(doubted, Text)
    assert doubted.key == "contact.check"
    assert said(text, library, TODAY + timedelta(366)) == text


def test_where_the_country_says_nothing_of_it_the_neutral_sentence_stands() -> None:
    text = Text("some.text", (("report.sms", Text("neutral.report.sms")),))
    assert said(text, country({"emergency": entry("emergency")})) == text
    assert said(text, AID) == text
    assert helplines.known(country({"emergency": entry("emergency")}))
    assert not helplines.known(AID)


def test_a_law_is_told_only_in_a_language_in_which_it_is_whole() -> None:
    library = country({"law.images": entry("law.images")})
    part = replace(library, served={**library.served, "cc-fr.law.images": frozenset({"en"})})
    text = Text("some.text", (("law.images", Text("neutral.law.images")),))
    assert said(text, part) != text
    assert said(text, part, lang="ar") == text
    assert said(text, replace(part, served={})) == text


def test_what_holds_no_placeholder_is_the_same_object_afterwards() -> None:
    counted = Text("aid.step", (("n", 1), ("title", Text("x"))))
    body = (Para(counted), Bullets((Text("x"), counted)))
    effects = (Say(Card(body=body, why=counted)), Notice(counted))
    decision = Decision(joined().learner, effects)
    assert (
        helplines.at_home(decision, country({"emergency": entry("emergency")}), TODAY) is decision
    )


HOURS = {
    "hours.always": (Hours(time(), time()),),
    "hours.daily": (Hours(time(8), time(22)),),
    "hours.day": (Hours(time(8), time(22), "sa", "sa"),),
    "hours.days": (Hours(time(), time(), "mo", "su"),),
    "hours.and": (*WEEKDAYS, Hours(time(9), time(12), "sa", "sa"), Hours(time(9), time(10))),
}


@pytest.mark.parametrize("key", HOURS)
def test_hours_are_one_short_line(key: str) -> None:
    line = Entry(TODAY, name="Night line", phone="000 3", hours=HOURS[key])
    text = Text("some.text", (("helpline.crisis", Text("neutral.helpline.crisis")),))
    open_ = said(text, country({"helpline.crisis": line})).values[0][1]
    assert isinstance(open_, Text)
    contact, hours = (value for _, value in open_.values)
    ways = (("name", Fixed("name", "Night line")), ("way", Fixed("phone", "000 3")))
    assert contact == Text("contact.one", ways)
    assert isinstance(hours, Text)
    assert hours.key == key
    if key == "hours.days":
        assert hours.values[2:] == (("opens", time()), ("closes", Fixed("phone", "24:00")))


def test_a_line_may_have_a_chat_alone_and_no_hours() -> None:
    line = Entry(TODAY, name="Chat", chat=CHAT)
    text = Text("some.text", (("helpline.child", Text("neutral.helpline.child")),))
    ways = (("name", Fixed("name", "Chat")), ("way", Fixed("url", CHAT)))
    assert said(text, country({"helpline.child": line})).values[0][1] == Text("contact.one", ways)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("112", "phone"),
        ("+00 (0) 1-23*4#", "phone"),
        ("https://report.example/sms", "url"),
        ("http://report.example", "url"),
        ("report@report.example", "name"),
        ("أبلغ 112", "name"),
    ],
)
def test_what_it_is_keeps_a_value_in_one_piece(value: str, kind: str) -> None:
    text = Text("some.text", (("emergency", Text("neutral.emergency")),))
    found = said(text, country({"emergency": Entry(TODAY, value)})).values[0][1]
    assert isinstance(found, Fixed)
    assert (found.kind, found.text) == (kind, value)


def test_every_place_on_a_card_that_can_hold_one_is_filled_and_nothing_else_changes() -> None:
    neutral = Text("aid.danger", (("emergency", Text("neutral.emergency")),))
    held = Text("vote.right", (("why", neutral), ("n", 1)))
    bar: Progress[Text] = Progress(1, 2)
    card = Card(body=(bar, Bullets((neutral, Text("x")), ordered=True)), why=held)
    plain, unplan = Notice(Text("settings.saved")), Unplan("lesson")
    plan = Plan("lesson", NOON, TODAY)
    effects = (Say(card), Edit("m1", card), Notice(held, loud=True), plain, unplan, plan)
    library = country({"emergency": Entry(TODAY, "112")})
    found = helplines.at_home(Decision(joined().learner, effects), library, TODAY)
    full = Text("aid.danger", (("emergency", Fixed("phone", "112")),))
    why = Text("vote.right", (("why", full), ("n", 1)))
    there = replace(card, body=(bar, Bullets((full, Text("x")), ordered=True)), why=why)
    told = (Say(there), Edit("m1", there), Notice(why, loud=True), plain, unplan, plan)
    assert found.effects == told


ALL = {name: entry(name) for name in PLACEHOLDERS}
TALK_LINES = {
    "aid.danger": ("emergency",),
    "aid.child": ("helpline.child",),
    "aid.crisis": ("helpline.crisis",),
    "aid.fraud": ("report.fraud",),
}
LIVING = country(ALL, replace(AID, placeholders={**AID.placeholders, **TALK_LINES}))


def held(value: object) -> Iterator[object]:
    """Yield every text and fixed value in *value*."""
    if isinstance(value, Text | Fixed):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from held(part)
    for name in getattr(type(value), "__dataclass_fields__", ()):
        yield from held(getattr(value, name))


def test_first_aid_of_whoever_chose_a_country_tells_its_numbers() -> None:
    talk = joined()
    talk.library = LIVING
    talk.hear(Commanded("aid"))
    assert fresh("emergency") in held(talk.card)
    assert not talk.on_card("go:country")
    talk.press("aid:talk")
    for name in ("emergency", "helpline.child", "helpline.crisis", "report.fraud"):
        assert fresh(name) in held(talk.card), name
    talk.press("aid:aid-clicked:looked")
    assert fresh("report.fraud") in held(talk.card)


def test_where_nothing_is_known_of_whoever_asks_the_neutral_sentences_stand() -> None:
    asked = Incoming("test:1", ME, NOON, Commanded("aid"), "en")
    card = first_aid.aid(asked, LIVING, "en")
    assert Text("neutral.emergency") in held(card)
    stranger = Talk(library=LIVING)
    stranger.hear(Commanded("aid"))
    assert stranger.card == card


def test_feedback_and_a_vote_tell_them_too() -> None:
    library = country(ALL, replace(LIBRARY, placeholders={"scm-01-q2.explain": ("report.sms",)}))
    talk = joined(stage=Answering("scm-01-q2", "seed", "more"))
    talk.library = library
    talk.press("answer:scm-01-q2:a")
    assert fresh("report.sms") in held(talk.card)
    asked = replace(library, placeholders={"acc-01-q1.options.a.feedback": ("report.sms",)})
    place = Where(Address("test", "-5"))
    action = Pressed(Action("vote", ("acc-01-q1", "a")), "m1")
    found = decide(talk.learner, Incoming("test:9", ME, NOON, action, "en", place), asked)
    assert fresh("report.sms") in held(found.effects)


def test_a_lesson_tells_them_on_its_cards() -> None:
    told = {"phi-01.cards.c1": ("report.phishing",)}
    talk = joined()
    talk.library = country(ALL, replace(LIBRARY, placeholders=told))
    talk.press("take:phi-01")
    assert fresh("report.phishing") in held(talk.card)


def test_whoever_chose_none_is_offered_to_on_the_first_card_alone() -> None:
    talk = joined(country="")
    talk.library = LIVING
    talk.hear(Commanded("aid"))
    assert talk.on_card("go:country")
    assert Text("neutral.emergency") in held(talk.card)
    decision = talk.press("aid", on="m7")
    assert decision.effects == (Edit("m7", talk.card),)
    assert talk.on_card("go:country")
    talk.press("aid:list")
    assert not talk.on_card("go:country")
    talk.press("go:country")
    talk.press("set:country:fr")
    talk.hear(Commanded("aid"))
    assert fresh("emergency") in held(talk.card)


def test_it_is_not_offered_without_a_file_nor_to_a_stranger_nor_where_all_read_along() -> None:
    talk = joined(country="")
    talk.library = AID
    talk.hear(Commanded("aid"))
    assert not talk.on_card("go:country")
    stranger = Talk(library=LIVING)
    stranger.hear(Commanded("aid"))
    assert not stranger.on_card("go:country")
    talk.library = LIVING
    talk.hear(Commanded("aid"), Where(Address("test", "-5")))
    assert not talk.on_card("go:country")


PRESSES = ("aid", "aid:talk", "aid:list", "aid:aid-clicked:looked", "aid:aid-clicked", "lesson")


@given(
    st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), st.integers(-400, 800)),
    st.lists(st.sampled_from(PRESSES), min_size=1, max_size=4),
    st.sampled_from(["fr", "dz", ""]),
)
def test_no_number_is_ever_shown_that_is_in_no_country_file(
    ages: Mapping[str, int], presses: list[str], lives: str
) -> None:
    entries = {name: entry(name, age) for name, age in ages.items()}
    talk = joined(country=lives)
    talk.library = country(entries, LIVING)
    allowed = {
        text
        for one in (entries.values() if lives == "fr" else ())
        if TODAY - timedelta(365) <= one.checked <= TODAY + timedelta(1)
        for text in (one.value, one.name, one.phone, one.chat)
    }
    for press in presses:
        talk.press(press)
        shown = {
            value.text
            for value in held(talk.effects)
            if isinstance(value, Fixed) and value.kind in ("phone", "url", "name")
        }
        assert shown <= allowed
