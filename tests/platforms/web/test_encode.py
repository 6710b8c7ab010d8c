"""Cards as HTML: what is drawn, what is never drawn, and that a press comes back as it left."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action, Choice, Para
from bot.core.events import Pressed, Said
from bot.core.message import Message, Span
from bot.platforms.web import decode, encode
from tests.platforms import cards
from tests.platforms.cards import CARDS

SEAL = encode.Seal("token", "key")
VOID = {"input", "br", "img", "meta", "link"}


@dataclass
class Form:
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Seen(HTMLParser):
    """Tags, forms and text of a piece of HTML, and whether its tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[Form] = []
        self.text = ""
        self.feed(str(html))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif tag == "button":
            self.forms[-1].buttons.append((name, value))
        elif given.get("type") == "checkbox":
            self.forms[-1].checks.append(value)
        elif tag == "input":
            self.forms[-1].fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (given for name, given in self.tags if name == tag)


def draw(message: Message) -> Seen:
    return Seen(encode.article(message, "m-1", 1, SEAL))


def sent(form: Form, *more: tuple[str, str]) -> decode.Fields:
    filled = {name for name, _ in more}
    kept = [(name, value) for name, value in form.fields if name not in filled]
    return decode.fields(urlencode([*kept, *more]).encode())


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_is_one_article_with_language_and_direction(card: Message) -> None:
    (article,) = draw(card).of("article")
    assert (article["lang"], article["dir"]) == (card.lang, "rtl" if card.rtl else "ltr")


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_says_all_its_words(card: Message) -> None:
    said = _squeezed(draw(card).text)
    assert [span for span in _spans(card) if _squeezed(span) not in said] == []


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _spans(part: object) -> Iterator[str]:
    if isinstance(part, Span):
        yield part.text
    elif isinstance(part, tuple):
        for one in part:
            yield from _spans(one)
    elif is_dataclass(part):
        for name in fields(part):
            yield from _spans(getattr(part, name.name))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_press_comes_back_as_it_left(card: Message) -> None:
    seen = draw(card)
    pressed = [
        decode.press(sent(form, button))
        for form in seen.forms
        if form.action == "/press"
        for button in form.buttons
    ]
    wanted = [
        *(one.does for one in (card.many,) if one),
        *(one.action for one in card.choices if not card.many or one.letter == "?"),
        *(one.does for one in card.buttons),
    ]
    actions = [one for one in wanted if isinstance(one, Action) and not card.typed_only]
    assert pressed == [Pressed(action, "m-1") for action in actions]


def test_several_picks_come_back_together_in_the_order_shown() -> None:
    form = draw(cards.MANY).forms[0]
    picks = [("picked", form.checks[0]), ("picked", form.checks[2])]
    assert decode.press(sent(form, *picks, form.buttons[0])) == Pressed(
        Action("send", ("phi-05-q2",)), "m-1", ("a", "c")
    )


def test_what_was_picked_already_is_checked() -> None:
    checks = [given for given in draw(cards.MANY).of("input") if given.get("type") == "checkbox"]
    assert ["checked" in given for given in checks] == [False, True, False]


def test_dont_know_is_a_press_of_its_own_among_checkboxes() -> None:
    form = draw(cards.MANY).forms[0]
    assert form.buttons[1] == ("action", "answer:phi-05-q2:unknown")


def test_a_question_for_words_tells_what_it_asked() -> None:
    form = draw(cards.ASK).forms[0]
    assert form.action == "/say"
    asked = Action("answer", ("phi-05-q3",))
    assert decode.said(sent(form, ("text", "12"))) == Said("12", asked)


def test_two_short_answers_stand_in_a_row_and_long_ones_alone() -> None:
    classes = [next(draw(card).of("form"))["class"] for card in (cards.HELLO, cards.LESSON)]
    assert classes == ["two", "one"]


def test_answers_of_a_right_to_left_card_stand_alone() -> None:
    assert next(draw(replace(cards.HELLO, rtl=True)).of("form"))["class"] == "one"


def test_words_alone_have_letters_and_no_forms() -> None:
    seen = draw(cards.TYPED)
    assert seen.forms == []
    assert "?) Don't know" in seen.text
    assert "[4] Settings" in seen.text


def test_nothing_of_a_text_becomes_html() -> None:
    seen = draw(cards.HOSTILE)
    assert {tag for tag, _ in seen.tags} & {"script", "img", "a", "b"} == set()
    assert "<script>alert(1)</script>" in seen.text


def test_no_style_and_no_script_stand_in_a_page() -> None:
    html = encode.page(page_of(*CARDS.values()))
    seen = Seen(html.removeprefix("<!doctype html>"))
    loaded = list(seen.of("script"))
    assert [given for _, given in seen.tags if "style" in given] == []
    assert [name for _, given in seen.tags for name in given if name.startswith("on")] == []
    assert [given.get("src") for given in loaded] == ["/app.js"]
    assert len(list(seen.of("h1"))) == 1


def page_of(*shown: Message) -> encode.Page:
    drawn = (encode.article(card, f"m-{n}", n, SEAL) for n, card in enumerate(shown))
    words = dict.fromkeys(
        (
            "web.title",
            "web.demo",
            "web.bot",
            "web.skip",
            "web.chat",
            "web.language",
            "web.message",
            "web.send",
            "web.help",
            "web.lost",
            "web.panels",
            "web.back",
        ),
        "words",
    )
    assets = {"app.css": "/app.css", "app.js": "/app.js"}
    return encode.Page("en", False, 1, SEAL, words, cards=tuple(drawn), assets=assets)


def test_the_sign_of_a_tone_stands_once() -> None:
    assert draw(cards.ANSWERED).text.count("❌ Not quite") == 1
    titled = replace(cards.ANSWERED, title=(Span("❌ Not quite"),), body=())
    assert draw(titled).text.count("❌") == 1


def test_marks_stand_in_words_beside_their_signs() -> None:
    said = " ".join(draw(cards.ANSWERED).text.split())
    assert "❌ The small amount · your answer" in said
    assert "✅ The link is not the post's own · right" in said


def test_an_address_in_a_specimen_is_kept_together() -> None:
    spans = [given for given in draw(cards.LESSON).of("span") if given.get("class") == "address"]
    assert spans == [{"class": "address", "dir": "ltr"}]


def test_an_instant_is_a_time_element() -> None:
    when = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    card = Message(body=(Para((Span("18:00", when=when),)),), lang="en")
    assert list(draw(card).of("time")) == [{"datetime": "2026-11-21T17:00:00+00:00"}]


@given(st.text(), st.text(min_size=1))
def test_no_text_escapes(title: str, label: str) -> None:
    card = Message(
        title=(Span(title, bold=True, code=True, url=f"https://x.example/{label}"),),
        choices=(Choice((Span(label),), Action("a")),),
        lang="en",
    )
    allowed = {"article", "div", "h2", "a", "b", "code", "form", "input", "button", "span"}
    assert {tag for tag, _ in draw(card).tags} <= allowed
