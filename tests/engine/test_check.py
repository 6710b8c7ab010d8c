"""A message that somebody shows is answered honestly, at once, and goes nowhere."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.effects import Edit, Say
from bot.core.events import Address, By, Commanded, Incoming, Pressed, Said, Shown, Where
from bot.core.learner import Answering, Choosing, Idle, Stranger
from bot.engine import check
from bot.engine.decide import decide
from tests.engine.school import LIBRARY, ME, NOON, Talk, joined

CANARY = "Your parcel is held: pay 1.99 at https://post-delivery.example/pay, Amina-4711"
PLACE = Address("test", "-100")
ADVICE = {"check.title", "check.cannot", "check.sender", "check.wait", "check.done"}
NUMBER = Answering("scm-01-q1", "s", "daily")
VERDICT = re.compile(r"\b(safe|harmless|trusted|scam|fraud|fake)\b", re.IGNORECASE)
ENGLISH = Path(__file__).parents[2] / "locales" / "interface.yaml"


def said(talk: Talk) -> Say:
    [effect] = talk.effects
    assert isinstance(effect, Say)
    return effect


@pytest.mark.parametrize("by", ["forward", "reply", "context"])
def test_a_shown_message_gets_advice_as_a_reply_to_it(by: By) -> None:
    talk = joined()
    talk.hear(Shown(CANARY, "41", by))
    assert talk.keys >= ADVICE
    assert (said(talk).reply_to, said(talk).to) == ("41", None)
    assert talk.card.tone == "warn"
    assert talk.on_card("menu")


def test_whoever_was_never_greeted_is_advised_too_and_stays_a_stranger() -> None:
    for event in (Shown(CANARY), Said(CANARY), Commanded("check", "x"), Commanded("check")):
        talk = Talk(locale="ar")
        talk.hear(event)
        assert "check.how" in talk.keys or talk.keys >= ADVICE
        assert talk.learner == Talk().learner
    talk.press("menu")
    assert talk.on_card("lang:ar")
    assert isinstance(talk.learner.stage, Stranger)


def test_the_menu_of_somebody_known_is_what_there_is() -> None:
    talk = joined()
    talk.hear(Shown(CANARY))
    talk.press("menu")
    assert isinstance(talk.effects[0], Edit)
    assert "menu.help" in talk.keys
    assert talk.on_card("check")


def test_words_behind_the_command_are_the_message_and_without_them_it_is_asked_for() -> None:
    talk = joined()
    talk.hear(Commanded("check", "Hi mum, new number"))
    assert talk.keys >= ADVICE
    for event in (Commanded("check"), Pressed(Action("check"), "m1")):
        talk.hear(event)
        assert talk.card.ask is not None
        assert talk.card.ask.action == Action("check")
    talk.hear(Said("Hi mum", asked=Action("check")))
    assert talk.keys >= ADVICE
    talk.hear(Said("", asked=Action("check")))
    assert talk.card.ask is not None


@pytest.mark.parametrize(
    ("text", "is_message"),
    [
        (CANARY, True),
        ("a" * check.PASTED_BYTES, True),
        ("http://a.example", True),
        ("请点击下面的链接领取您的包裹否则将被退回并且产生额外费用", True),
        ("لديك طرد محتجز، ادفع الرسوم الآن وإلا أعيد إلى المرسل", True),
        ("x" * 100_000, True),
        ("hello", False),
        ("what can you do?", False),
        ("", False),
    ],
)
def test_long_words_are_a_message_where_no_question_is_open(
    text: str, *, is_message: bool
) -> None:
    talk = joined(stage=Idle())
    talk.hear(Said(text))
    assert ("check.title" in talk.keys) is is_message
    assert ("check.not_meant" in talk.keys) is is_message
    assert ("menu.unknown" in talk.keys) is not is_message


def test_what_answers_an_open_question_is_no_message() -> None:
    for stage, key in ((NUMBER, "quiz.number_please"), (Choosing("hour"), "hour.how")):
        talk = joined(stage=stage)
        talk.hear(Said(CANARY))
        assert key in talk.keys
    talk = joined(stage=NUMBER)
    talk.hear(Said("95"))
    assert "quiz.right" in talk.keys


def test_an_open_question_stays_open_beside_a_shown_message() -> None:
    talk = joined(stage=NUMBER)
    talk.hear(Shown(CANARY))
    talk.hear(Said("a message", asked=Action("check")))
    assert "check.title" in talk.keys
    assert talk.learner.stage == NUMBER


def test_of_a_picture_is_asked_what_it_wants() -> None:
    talk = joined()
    talk.hear(Shown("", "41", "file"))
    assert "check.picture" in talk.keys
    for want in check.WANTS:
        talk.hear(Shown("", "41", "file"))
        talk.press(f"check:{want}")
        assert {f"check.{want}", "check.sender", "check.title"} <= talk.keys
    talk.press("check:love")
    assert talk.notice == "press.before"


def test_a_picture_with_words_is_a_message_whose_picture_is_not_read() -> None:
    talk = joined()
    talk.hear(Shown(CANARY, "41", "file"))
    assert {"check.no_pictures", *ADVICE} <= talk.keys


def shown_to_all(talk: Talk, event: Shown) -> Say:
    incoming = Incoming("e:1", ME, NOON, event, "en", Where(PLACE))
    [effect] = decide(talk.learner, incoming, LIBRARY).effects
    assert isinstance(effect, Say)
    return effect


@pytest.mark.parametrize("by", ["reply", "file"])
def test_where_all_read_along_the_advice_is_the_same_for_everybody(by: By) -> None:
    event = Shown("", "41", by, public=True)
    answers = {shown_to_all(talk, event) for talk in (Talk(), joined(), joined(stage=NUMBER))}
    [say] = answers
    assert (say.to, say.reply_to) == (PLACE, "41")
    card = say.card
    assert (card.buttons, card.choices, card.ask, card.footer) == ((), (), None, None)


def test_nowhere_to_answer_all_means_answering_who_asked() -> None:
    talk = joined()
    talk.hear(Shown(CANARY, "41", public=True))
    assert said(talk).to is None


@given(st.text(min_size=1, max_size=300), st.sampled_from(["forward", "reply", "file"]))
def test_no_text_changes_the_answer_or_goes_into_it(text: str, by: By) -> None:
    one, other = joined(), joined()
    one.hear(Shown(text, "41", by))
    other.hear(Shown("another", "41", by))
    assert (one.effects, one.learner) == (other.effects, other.learner)


def test_nothing_of_it_is_in_a_card_an_effect_or_the_learner() -> None:
    for event in (Shown(CANARY), Said(CANARY), Commanded("check", CANARY)):
        for talk in (Talk(), joined(), joined(stage=NUMBER)):
            decision = talk.hear(event)
            assert "Amina" not in repr(decision)
            assert "post-delivery" not in repr(decision)


def test_no_word_of_ours_is_a_verdict() -> None:
    texts = yaml.safe_load(ENGLISH.read_text())
    ours = {key: text for key, text in texts.items() if key.startswith("check.")}
    assert set(ours) >= {"check.title", "check.sender", "check.picture"}
    for key, text in ours.items():
        words = text["text"] if isinstance(text, dict) else text
        assert not VERDICT.search(words), key
    assert texts["check.title"]["text"] == "I cannot tell"
    assert "a way you already know" in texts["check.sender"]


def test_every_word_of_the_cards_is_written_down() -> None:
    texts = yaml.safe_load(ENGLISH.read_text())
    talk = joined()
    for event in (Shown(CANARY), Shown(by="file"), Shown(CANARY, by="file"), Said(CANARY)):
        talk.hear(event)
        assert talk.keys <= set(texts)
    for token in ("check", *(f"check:{want}" for want in check.WANTS)):
        talk.press(token)
        assert talk.keys <= set(texts)


def test_whoever_was_gone_and_shows_something_is_back() -> None:
    talk = joined(gone=True, last_day=date(2026, 11, 20))
    talk.hear(Shown(CANARY))
    assert not talk.learner.gone
    assert talk.plan is not None


def test_the_answer_is_plain_for_whoever_wants_words_alone() -> None:
    talk = joined(typed_only=True)
    talk.hear(Shown(CANARY))
    assert talk.card.typed_only


def test_a_card_of_advice_is_short_enough_to_be_read_in_a_fright() -> None:
    texts = yaml.safe_load(ENGLISH.read_text())
    talk = joined()
    talk.hear(Shown(CANARY))
    said = [texts[key] for key in talk.keys]
    plain = [one["text"] if isinstance(one, dict) else one for one in said]
    assert sum(len(one.split()) for one in plain) <= 112
