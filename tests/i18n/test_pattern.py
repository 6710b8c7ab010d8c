import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.message import Span
from bot.i18n.isolate import LRI, PDI, RLI, runs
from bot.i18n.pattern import Hole, Part, balanced, for_strangers, holes, parsed, spans


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain", (Span("plain"),)),
        ("**a** *b*", (Span("a", bold=True), Span(" "), Span("b", italic=True))),
        (
            "**a *b* c**",
            (Span("a ", bold=True), Span("b", bold=True, italic=True), Span(" c", bold=True)),
        ),
        ("`a *b* {c}`", (Span("a *b* ", code=True), Hole("c", code=True))),
        ("**{a}**{b.c}", (Hole("a", bold=True), Hole("b.c"))),
        ("3 * 4 * 5", (Span("3 * 4 * 5"),)),
        ("**open", (Span("**open"),)),
        ("open`", (Span("open`"),)),
        ("a ** b**", (Span("a ** b**"),)),
        ("****", (Span("****"),)),
        ("*a **b* c**", (Span("a **b", italic=True), Span(" c**"))),
        ("{} {1} { a} {a", (Span("{} {1} { a} {a"),)),
        ("{a}\n{a}", (Hole("a"), Span("\n"), Hole("a"))),
    ],
)
def test_marks_become_looks_and_what_has_no_partner_stays(
    text: str, parts: tuple[Part, ...]
) -> None:
    assert parsed(text) == parts


@pytest.mark.parametrize("text", ["**a** *b* `c`", "3 * 4", "", "`*`", "a\n* b"])
def test_pairs_and_lonely_stars_are_balanced(text: str) -> None:
    assert balanced(text)


@pytest.mark.parametrize("text", ["**a", "a*", "`a", "**a*", "*a\nb`"])
def test_a_mark_without_a_partner_is_not(text: str) -> None:
    assert not balanced(text)


def test_placeholders_are_found_by_name() -> None:
    assert holes("{a} {b.c} `{d}` {e f}") == {"a", "b.c", "d"}


@settings(deadline=None)
@given(st.text(alphabet="*`{}a. \n"))
def test_no_letter_is_lost_but_marks(text: str) -> None:
    shown = "".join(span.text for span in spans(parsed(text)))
    assert shown.replace("*", "").replace("`", "") == text.replace("*", "").replace("`", "")


@pytest.mark.parametrize("piece", ["*", "`", "{", "a ", "a*", "**a", "{a", "a.", "`a", "+"])
def test_the_time_of_reading_a_form_is_bounded(piece: str) -> None:
    text = piece * 2_000
    begun = time.process_time()
    parsed(text)
    runs(text)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("اختر PIN 2.", f"اختر {LRI}PIN 2{PDI}."),
        ("/settings أو a@b.example", f"{LRI}/settings{PDI} أو {LRI}a@b.example{PDI}"),
        ("من 38% الآن", f"من {LRI}38%{PDI} الآن"),
        ("(PIN)", f"({LRI}PIN{PDI})"),
        ("مرحبا", "مرحبا"),
        ("٢٥", "٢٥"),
    ],
)
def test_a_run_goes_from_its_first_to_its_last_letter(text: str, marked: str) -> None:
    assert runs(text) == marked


def test_each_line_of_a_strange_string_has_its_own_isolate() -> None:
    parts = for_strangers(parsed("**a**\n\nb {c}"), RLI)
    assert spans(parts) == (
        Span(RLI),
        Span("a", bold=True),
        Span(f"{PDI}\n\n{RLI}b {{c}}{PDI}"),
    )
