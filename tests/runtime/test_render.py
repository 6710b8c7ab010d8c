"""Rendering: once a language, right-to-left by itself, and nothing staged can become a link."""

from bot.core.card import (
    Action,
    Ask,
    Bullets,
    Button,
    Card,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
)
from bot.core.message import Rich, Span, words
from bot.runtime.render import RLM, renderer

CARD = Card(
    title=Text("t"),
    body=(
        Para(Text("p")),
        Bullets((Text("b"),)),
        Specimen("sms", Text("label"), (Text("https://pay.example/x"),), Text("s")),
        Progress(1, 2),
        Progress(1, 2, Text("l")),
        Marked(((frozenset({"right"}), Text("o")),)),
    ),
    choices=(Choice(Text("c"), Action("a")),),
    many=Button(Text("m"), Action("s")),
    buttons=(Button(Text("x"), "https://wary.example/", "good"),),
    footer=Text("f"),
    tone="warn",
)


def say(_: str, text: Text) -> Rich:
    return (Span(text.key, url="https://live.example" if text.key == "s" else None),)


def test_a_card_is_rendered_once_a_language() -> None:
    calls: list[str] = []

    def counted(locale: str, text: Text) -> Rich:
        calls.append(text.key)
        return say(locale, text)

    render = renderer(counted, lambda _: False)
    first = render(CARD, "en")
    count = len(calls)
    assert render(CARD, "en") is first
    assert len(calls) == count
    assert render(CARD, "fr").lang == "fr"


def test_the_fallback_language_rules_the_whole_card() -> None:
    render = renderer(say, lambda tag: tag == "ar")
    assert render(CARD, "ar").rtl
    fallen = render(Card(body=CARD.body, lang="en"), "ar")
    assert (fallen.lang, fallen.rtl) == ("en", False)


def test_every_line_of_a_right_to_left_card_begins_with_its_mark() -> None:
    message = renderer(say, lambda _: True)(CARD, "ar")
    for line in (message.title, message.footer, message.choices[0].label):
        assert line is not None
        assert words(line).startswith(RLM)
    assert message.marks == ("quiz.mark_right", "quiz.mark_yours")


def test_a_staged_message_holds_no_link() -> None:
    message = renderer(say, lambda _: False)(CARD, "en")
    specimen = next(block for block in message.body if isinstance(block, Specimen))
    assert words(specimen.parts[0]) == "hxxps://pay[.]example/x"
    assert specimen.sender is not None
    assert specimen.sender[0].url is None


def test_a_question_for_words_keeps_its_hint() -> None:
    ask = Ask(Action("a"), Text("p"), Text("b"), Text("h"), 20)
    message = renderer(say, lambda _: False)(Card(ask=ask), "en")
    assert message.ask is not None
    assert message.ask.hint == (Span("h"),)
    bare = Card(ask=Ask(Action("a"), Text("p"), Text("b")))
    assert "p" in renderer(say, lambda _: False)(bare, "en").plain()
