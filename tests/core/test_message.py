"""The plain form, and typing as its inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import (
    Action,
    Ask,
    Bullets,
    Button,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
)
from bot.core.message import Message, Rich, Span, Typed, bar, words


def rich(text: str) -> Rich:
    return (Span(text),)


def choice(label: str, option: str, letter: str = "") -> Choice[Rich]:
    return Choice(rich(label), Action("answer", ("q", option)), letter=letter)


QUESTION = Message(
    lang="en",
    title=rich("A parcel"),
    body=(
        Para((Span("Look at "), Span("this", bold=True))),
        Specimen("sms", rich("EXAMPLE"), (rich("Pay\nnow"),), rich("POST")),
        Bullets((rich("one"), rich("two")), ordered=True),
        Bullets((rich("three"),)),
        Progress(1, 3),
        Progress(2, 20, rich("All")),
        Progress(0, 0),
        Marked(
            (
                (frozenset({"right", "yours"}), rich("Yes")),
                (frozenset({"yours"}), rich("No")),
                (frozenset(), rich("Perhaps")),
            )
        ),
    ),
    marks=("right", "your answer"),
    choices=(choice("Amount", "a"), choice("Link", "b"), choice("Don't know", "dk", "?")),
    buttons=(
        Button(rich("More"), Action("more")),
        Button(rich("Page"), "https://wary.example/"),
    ),
    footer=rich("2 minutes"),
)

PLAIN = """\
A parcel

Look at this

EXAMPLE
> POST
> Pay
> now

1. one
2. two

- three

▰▱▱ 1/3

All ▰▱▱▱▱▱▱▱▱▱ 2/20

 0/0

✅ Yes · right · your answer
❌ No · your answer
▫️ Perhaps

A) Amount
B) Link
?) Don't know

[4] More
[5] Page: https://wary.example/

2 minutes"""


def test_the_plain_form_says_everything() -> None:
    assert QUESTION.plain() == PLAIN


def test_a_tone_is_a_sign_before_the_title() -> None:
    told = Message(lang="en", title=rich("Not quite"), tone="bad")
    assert told.plain() == "❌ Not quite"
    assert Message(lang="en", tone="good").heading() == ""


def test_a_link_keeps_its_address_in_words() -> None:
    assert words((Span("here", url="https://a.example"),)) == "here: https://a.example"
    assert words((Span("https://a.example", url="https://a.example"),)) == "https://a.example"


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("a", "a"),
        ("B)", "b"),
        (" [b] ", "b"),
        ("2", "b"),
        ("２", "b"),
        ("٢", "b"),
        ("LINK", "b"),
        ("\u2068link\u2069", "b"),
        ("?", "dk"),
        ("3", "dk"),
        ("don't know", "dk"),
    ],
)
def test_a_typed_letter_number_or_label_is_the_press(typed: str, option: str) -> None:
    assert QUESTION.typed(typed) == Typed(Action("answer", ("q", option)))


@pytest.mark.parametrize("talk", ["", "ab", "9", "0", "hello", "a b", "a" * 100_000, "5", "٩٩"])
def test_plain_talk_presses_nothing(talk: str) -> None:
    assert QUESTION.typed(talk) is None


def test_a_button_is_typed_by_number_or_label() -> None:
    assert QUESTION.typed("4") == Typed(Action("more"))
    assert QUESTION.typed("more") == Typed(Action("more"))


MANY = Message(
    lang="en",
    choices=(
        Choice(rich("One"), Action("answer", ("q", "a")), picked=True),
        choice("Two", "b"),
        choice("Three", "c"),
        choice("Don't know", "dk", "?"),
    ),
    many=Button(rich("Send"), Action("send", ("q",))),
)


def test_several_letters_answer_a_question_with_several_answers() -> None:
    assert MANY.typed("a c") == Typed(Action("send", ("q",)), ("a", "c"))
    assert MANY.typed("3, 1, 1") == Typed(Action("send", ("q",)), ("c", "a"))
    assert MANY.typed("b") == Typed(Action("send", ("q",)), ("b",))
    assert MANY.typed("?") == Typed(Action("answer", ("q", "dk")))
    assert MANY.typed("5") == Typed(Action("send", ("q",)))
    assert MANY.typed("a z") is None
    assert MANY.typed("a 5") is None
    assert "A) ☑ One" in MANY.plain()
    assert "[5] Send" in MANY.plain()


def test_letters_in_a_row_give_an_order() -> None:
    steps = Message(lang="en", choices=(choice("x", "a"), choice("y", "b")), sequence=True)
    assert steps.typed("b a") == Typed(Action("answer", ("q", "b")), ("b", "a"))
    assert steps.typed("b") == Typed(Action("answer", ("q", "b")))


NUMBER = Message(
    lang="en",
    ask=Ask(Action("answer", ("q",)), rich("How many?"), rich("Answer")),
    buttons=(Button(rich("Don't know"), Action("answer", ("q", "dk"))),),
)


def test_where_a_number_is_asked_a_number_presses_nothing() -> None:
    assert NUMBER.typed("1") is None
    assert NUMBER.typed("?") == Typed(Action("answer", ("q", "dk")))
    assert NUMBER.typed("don't know") == Typed(Action("answer", ("q", "dk")))
    assert NUMBER.plain() == "How many?\n\n[?] Don't know"
    assert Message(lang="en", ask=NUMBER.ask).typed("?") is None


def test_a_card_with_a_closing_page_takes_single_answers() -> None:
    page = Message(lang="en", choices=MANY.choices, many=Button(rich("Go"), "https://a.example"))
    assert page.typed("a b") is None


@given(st.text(max_size=60))
def test_typing_anything_never_raises(text: str) -> None:
    for message in (QUESTION, MANY, NUMBER):
        message.typed(text)


@given(st.integers(0, 2))
def test_typing_presses_the_same_as_pressing(place: int) -> None:
    shown = QUESTION.choices[place]
    assert QUESTION.typed(QUESTION.letters()[place]) == Typed(shown.action)
    assert QUESTION.typed(words(shown.label)) == Typed(shown.action)
    assert QUESTION.typed(str(place + 1)) == Typed(shown.action)


def test_a_numbered_specimen_without_sender_numbers_its_parts() -> None:
    parts = (rich("From: Road"), rich("Pay\nnow"))
    message = Message(lang="en", body=(Specimen("mail", rich("EXAMPLE"), parts, numbered=True),))
    assert message.plain() == "EXAMPLE\n> 1) From: Road\n> 2) Pay\n> now"


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [(1, 3, "▰▱▱ 1/3"), (5, 3, "▰▰▰ 5/3"), (40, 20, f"{'▰' * 10} 40/20"), (0, 0, " 0/0")],
)
def test_a_bar_is_as_long_as_it_is_and_no_longer(done: int, total: int, drawn: str) -> None:
    assert bar(done, total) == drawn
