"""Every type of question: asked, toggled, judged, explained, and pressed a second time."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.card import Marked, Para, Specimen
from bot.core.effects import Note
from bot.core.events import Said
from bot.core.learner import Answered, Answering, Idle, Why
from bot.engine import quiz
from tests.engine.school import BOTH, ITEMS, LIBRARY, Talk, joined


def asking(item: str, why: Why = "daily") -> Talk:
    return joined(stage=Answering(item, "seed", why), points=0)


def verdict(talk: Talk) -> str:
    assert isinstance(talk.learner.stage, Answered)
    return talk.learner.stage.verdict


def test_a_question_is_put_in_the_language_of_its_lesson_never_mixed() -> None:
    talk = joined(locale="ar", stage=Idle())
    talk.library = replace(LIBRARY, served={**LIBRARY.served, "scm-01-q2": BOTH})
    talk.learner = replace(talk.learner, progress=(("scm-01", 1),))
    talk.press("quiz:scm-01")
    assert "lesson.not_translated" in talk.keys
    assert talk.card.lang == "en"
    talk.press("answer:scm-01-q2:a")
    assert talk.card.lang == "en"


@pytest.mark.parametrize(
    ("token", "result", "points"),
    [("b", "right", 10), ("a", "wrong", 0), ("c", "wrong", 0), ("dk", "unknown", 0)],
)
def test_a_single_choice_is_judged_at_once(token: str, result: str, points: int) -> None:
    talk = asking("acc-01-q1")
    talk.press(f"answer:acc-01-q1:{token}")
    assert verdict(talk) == result
    assert talk.learner.points == points
    note = next(effect for effect in talk.effects if isinstance(effect, Note))
    assert (note.points, note.once) == (points, "acc-01-q1:seed")


def test_the_feedback_shows_the_chosen_options_reason_and_the_key() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:acc-01-q1:a")
    assert {"acc-01-q1.options.a.feedback", "acc-01-q1.explain", "quiz.not_quite"} <= talk.keys
    marked = next(block for block in talk.card.body if isinstance(block, Marked))
    marks = {text.key.split(".")[2]: set(mark) for mark, text in marked.options}
    assert marks == {"a": {"yours"}, "b": {"right"}, "c": set()}


def test_dont_know_gets_the_explanation_without_the_word_wrong() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:acc-01-q1:dk")
    assert talk.card.tone == "info"
    assert "quiz.not_quite" not in talk.keys
    assert not any(key.endswith("feedback") for key in talk.keys)


def test_options_are_shuffled_by_the_event_and_stay_so() -> None:
    orders = {
        tuple(o.id for o in quiz.shown(ITEMS["acc-01-q1"], quiz.seed(f"e{n}"))) for n in range(60)
    }
    assert len(orders) == 6
    tf = ITEMS["acc-01-q3"]
    assert quiz.shown(tf, "x") == tf.options


def test_several_answers_are_toggled_and_then_sent() -> None:
    talk = asking("acc-01-q2")
    talk.press("answer:acc-01-q2:a")
    talk.press("answer:acc-01-q2:c")
    talk.press("answer:acc-01-q2:c")
    assert talk.learner.stage == Answering("acc-01-q2", "seed", "daily", ("a",))
    assert [c.picked for c in talk.card.choices if c.action.args[-1] == "a"] == [True]
    talk.press("send:acc-01-q2")
    assert verdict(talk) == "wrong"
    assert "acc-01-q2.options.b.feedback" in talk.keys


def test_several_answers_at_once_replace_the_toggles() -> None:
    talk = asking("acc-01-q2")
    talk.press("answer:acc-01-q2:c")
    talk.press("send:acc-01-q2", picked=("a", "b"))
    assert verdict(talk) == "right"


def test_sending_nothing_asks_for_one() -> None:
    talk = asking("acc-01-q2")
    talk.press("send:acc-01-q2")
    assert talk.notice == "quiz.pick_one"
    talk.press("send:acc-01-q2", on="")
    assert "quiz.pick_one" in talk.keys
    talk.press("send:acc-01-q2", picked=("dk",))
    assert verdict(talk) == "unknown"


@pytest.mark.parametrize(("said", "result"), [("true", "right"), ("false", "wrong")])
def test_true_or_false(said: str, result: str) -> None:
    talk = asking("acc-01-q3")
    talk.press(f"answer:acc-01-q3:{said}")
    assert verdict(talk) == result
    assert f"acc-01-q3.feedback.{result}" in talk.keys
    assert {"quiz.true", "quiz.false"} <= talk.keys


@pytest.mark.parametrize(
    ("picked", "result"),
    [
        (("s2", "s3"), "right"),
        (("s2", "s3", "s1"), "right"),
        (("s2",), "wrong"),
        (("s2", "s3", "s1", "s4"), "wrong"),
    ],
)
def test_spotting_needs_hits_and_forgives_one_false_alarm(
    picked: Sequence[str], result: str
) -> None:
    talk = asking("phi-01-q1")
    for part in picked:
        talk.press(f"answer:phi-01-q1:{part}")
    talk.press("send:phi-01-q1")
    assert verdict(talk) == result


def test_nothing_is_the_right_answer_to_a_genuine_message() -> None:
    talk = asking("phi-01-q2")
    talk.press("send:phi-01-q2")
    assert verdict(talk) == "right"


def test_a_staged_message_stays_labelled_and_numbered() -> None:
    talk = asking("phi-01-q1")
    talk.press("answer:phi-01-q1:s1")
    specimen = next(block for block in talk.card.body if isinstance(block, Specimen))
    assert specimen.numbered
    assert specimen.label.key == "specimen.label"
    assert [choice.letter for choice in talk.card.choices] == ["1", "2", "3", "4", "?"]


@pytest.mark.parametrize(
    ("order", "result"), [("bac", "right"), ("abc", "near"), ("bca", "near"), ("cab", "wrong")]
)
def test_steps_are_put_in_order_press_by_press(order: str, result: str) -> None:
    talk = asking("phi-01-q3")
    for step in order:
        talk.press(f"answer:phi-01-q3:{step}")
    assert verdict(talk) == result
    assert f"phi-01-q3.feedback.{result}" in talk.keys


def test_the_order_so_far_is_shown_and_a_second_press_takes_a_step_back() -> None:
    talk = asking("phi-01-q3")
    talk.press("answer:phi-01-q3:b")
    assert talk.card.sequence
    assert len(talk.card.body) == 2
    talk.press("answer:phi-01-q3:b")
    assert len(talk.card.body) == 1


def test_letters_typed_in_a_row_are_an_order() -> None:
    talk = asking("phi-01-q3")
    talk.press("answer:phi-01-q3:b", on="", picked=("b", "a"))
    assert "quiz.order_all" in talk.keys
    talk.press("answer:phi-01-q3:b", on="", picked=("b", "a", "c"))
    assert verdict(talk) == "right"


def test_several_letters_for_a_single_choice_take_the_first() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:acc-01-q1:b", picked=("b", "a"))
    assert verdict(talk) == "right"
    talk = asking("acc-01-q2")
    talk.press("answer:acc-01-q2:a", picked=("a", "b"))
    assert verdict(talk) == "right"


@pytest.mark.parametrize(
    ("said", "result", "side"),
    [
        ("95", "right", ""),
        ("٩٥", "right", ""),
        ("９５ %", "right", ""),
        ("95,5", "right", ""),
        ("٩٥٫٥", "right", ""),
        ("12", "wrong", "low"),
        ("1,000", "wrong", "high"),
        ("-5", "wrong", "low"),
    ],
)
def test_a_number_is_read_in_the_digits_of_any_script(said: str, result: str, side: str) -> None:
    talk = asking("scm-01-q1")
    talk.hear(Said(said))
    assert verdict(talk) == result
    assert isinstance(talk.learner.stage, Answered)
    assert talk.learner.stage.detail == side
    field = side or result
    assert f"scm-01-q1.feedback.{field}" in talk.keys


def test_words_where_a_number_is_asked_get_a_hint() -> None:
    talk = asking("scm-01-q1")
    talk.hear(Said("many"))
    assert "quiz.number_please" in talk.keys
    talk.press("answer:scm-01-q1:dk")
    assert verdict(talk) == "unknown"


def test_a_number_question_asks_for_words_and_offers_dont_know() -> None:
    talk = asking("scm-01-q1")
    card = quiz.question(talk.learner, talk.library, Answering("scm-01-q1", "s", "first"))
    assert card.ask is not None
    assert card.choices == ()
    assert card.buttons[0].label.key == "quiz.unknown"


def test_a_country_placeholder_has_a_neutral_sentence() -> None:
    talk = asking("scm-01-q2")
    talk.press("answer:scm-01-q2:a")
    assert "neutral.report.phishing" in talk.keys


def test_a_second_press_is_told_the_answer_and_changes_nothing() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:acc-01-q1:b")
    before = talk.learner
    talk.press("answer:acc-01-q1:a")
    assert talk.notice == "quiz.answered"
    assert talk.learner == before
    talk.press("send:acc-01-q1")
    assert talk.notice == "quiz.answered"


def test_a_second_press_after_dont_know_or_on_parts() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:acc-01-q1:dk")
    talk.press("answer:acc-01-q1:b")
    assert talk.notice == "quiz.was_answered"
    talk = asking("phi-01-q1")
    talk.press("send:phi-01-q1", picked=("s2", "s3"))
    talk.press("answer:phi-01-q1:s1")
    (text,) = [e.text for e in talk.effects if hasattr(e, "text")]
    assert text.values == (("letters", "2 3"),)


@pytest.mark.parametrize(
    "token", ["answer:acc-01-q1:zz", "answer", "answer:nope:a", "send:nope", "send"]
)
def test_a_forged_answer_changes_no_score(token: str) -> None:
    talk = asking("acc-01-q1")
    before = talk.learner
    talk.press(token)
    assert talk.notice == "press.before"
    assert talk.learner == before


def test_a_press_on_a_card_from_before_brings_the_newest() -> None:
    talk = asking("acc-01-q1")
    talk.press("answer:phi-01-q1:s1")
    assert talk.notice == "press.before"
    assert "acc-01-q1.stem" in talk.keys
    assert any(isinstance(block, Para) for block in talk.card.body)


def test_after_a_first_answer_that_was_already_followed_up_the_offers_are_the_usual() -> None:
    talk = joined(stage=Answering("acc-01-q1", "s", "first"))
    talk.press("answer:acc-01-q1:b")
    assert talk.on_card("more")
    assert not talk.on_card("set:often:daily")


def test_typed_numbers_mean_nothing_when_no_number_is_asked() -> None:
    talk = joined()
    talk.hear(Said("12"))
    assert "menu.unknown" in talk.keys
