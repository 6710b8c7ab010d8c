import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Fixed, Instant, Text, Value
from bot.core.message import Rich, Span, words
from bot.i18n import rtl
from bot.i18n.isolate import FSI, LRI, PDI, RLI
from bot.i18n.tags import locale_of
from bot.i18n.values import Diction, spoken
from tests.i18n.words import LANGUAGES, SOURCES, catalogues

BOOK = catalogues()
BOOK_IN_ENGLISH = partial(BOOK.translate, "en")
OPENERS = (FSI, LRI, RLI)
LINES = re.compile(r"[\n\r\x1c-\x1e\x85\u2029]")
"""What ends a paragraph, and every isolate in it.  Source: UAX 9, class B."""


def said(locale: str, key: str, **values: Value) -> str:
    return words(BOOK.translate(locale, Text(key, tuple(values.items()))))


def test_a_number_below_zero_takes_the_form_of_its_size() -> None:
    assert said("fr", "answers", count=-5).endswith("réponses")


def bare(rich: Rich) -> str:
    return words(rich).translate({ord(mark): None for mark in (FSI, LRI, RLI, PDI)})


@pytest.mark.parametrize(
    ("locale", "count", "words_"),
    [
        ("en", 0, "0 answers"),
        ("en", 1, "1 answer"),
        ("en", 1234, "1,234 answers"),
        ("fr", 0, "0 réponse"),
        ("fr", 2, "2 réponses"),
        ("fr", 12345, "12\u202f345 réponses"),
        ("ru", 1, "1 ответ"),
        ("ru", 22, "22 ответа"),
        ("ru", 11, "11 ответов"),
        ("zh-Hans", 5, "5 个回答"),
        ("ar", 0, "لا إجابات"),
        ("ar", 1, "إجابة واحدة"),
        ("ar", 2, "إجابتان"),
        ("ar", 3, "\u20663\u2069 إجابات"),
        ("ar", 100, "\u2066100\u2069 إجابة"),
        ("ar", 11, "\u206611\u2069 إجابةً"),
    ],
)
def test_a_count_picks_the_form_of_the_language(locale: str, count: int, words_: str) -> None:
    assert said(locale, "answers", count=count) == words_


def test_without_a_count_the_last_form_is_said() -> None:
    assert said("ru", "answers") == "{count} ответов"
    assert said("en", "answers", count="many") == "many answers"


def test_marks_become_looks() -> None:
    assert BOOK.translate("en", Text("marks")) == (
        Span("Look", bold=True),
        Span(" at "),
        Span("this", italic=True),
        Span(" and "),
        Span("/settings", code=True),
    )


def test_a_value_takes_the_look_around_it_and_is_never_read() -> None:
    name = Fixed("name", "**{way}** `x`")
    rich = BOOK.translate("en", Text("bold", (("name", name), ("way", "*{name}* {way}"))))
    assert rich == (
        Span(f"{FSI}**{{way}}** `x`{PDI}", bold=True),
        Span(" said: *{name}* {way}"),
    )


def test_values_go_where_the_translation_puts_them() -> None:
    assert said("fr", "greet", name="Zoé", way="ici") == "ici : bonjour Zoé"


def test_a_value_nobody_gave_shows_its_placeholder() -> None:
    assert said("en", "greet", name="Zoé", other="x") == "Hello Zoé, see {way}"


def test_a_name_with_dots_is_a_placeholder() -> None:
    text = Text("report", (("report.sms", Fixed("phone", "7726")),))
    assert words(BOOK.translate("en", text)) == f"Report it: {LRI}7726{PDI}"


def test_a_text_may_hold_a_text() -> None:
    inner = Text("marks")
    rich = BOOK.translate("en", Text("bold", (("name", inner), ("way", Text("hello")))))
    assert rich[:2] == (Span("Look at ", bold=True), Span("this", bold=True, italic=True))
    assert words(rich) == "Look at this and /settings said: Hello"


@pytest.mark.parametrize(
    ("value", "spans"),
    [
        (Fixed("name", "Bob"), (Span(f"{FSI}Bob{PDI}"),)),
        (Fixed("phone", "+44 20"), (Span(f"{LRI}+44 20{PDI}"),)),
        (Fixed("command", "/aid"), (Span(LRI), Span("/aid", code=True), Span(PDI))),
        (Fixed("code", "K4TZ9"), (Span(LRI), Span("K4TZ9", code=True), Span(PDI))),
        (
            Fixed("url", "https://a.example"),
            (Span(LRI), Span("https://a.example", url="https://a.example"), Span(PDI)),
        ),
        (Fixed("url", "javascript:x"), (Span(f"{LRI}javascript:x{PDI}"),)),
        (Fixed("quote", "go to a.example"), (Span(f"{LRI}go to a[.]example{PDI}", code=True),)),
        (Fixed("quote", "a\nb"), (Span(f"{LRI}a{PDI}\n{LRI}b{PDI}", code=True),)),
        (Fixed("name", f"{PDI}\u202eBob{LRI}"), (Span(f"{FSI}Bob{PDI}"),)),
        (Fixed("command", "/aid\nnow"), (Span(LRI), Span("/aid now", code=True), Span(PDI))),
        (Fixed("name", ""), ()),
    ],
)
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_every_fixed_value_stands_between_isolates(locale: str, value: Fixed, spans: Rich) -> None:
    rich = BOOK.translate(locale, Text("greet", (("name", ""), ("way", value))))
    assert bare(rich).endswith(bare(spans))
    whole = "".join(span.text for span in spans)
    assert "".join(span.text for span in rich).endswith(whole)
    looks = {(span.code, span.url) for span in rich if bare((span,))}
    assert looks >= {(span.code, span.url) for span in spans if bare((span,))}


@pytest.mark.parametrize(
    ("locale", "value", "shown"),
    [
        ("en", date(2026, 11, 26), "Thursday, November 26"),
        ("fr", date(2026, 11, 26), "jeudi 26 novembre"),
        ("ru", date(2026, 11, 26), "четверг, 26 ноября"),
        ("zh-Hans", date(2026, 11, 26), "11月26日星期四"),
        ("ar", date(2026, 11, 26), f"{FSI}الخميس، 26 نوفمبر{PDI}"),
        ("en", time(7, 5), f"{LRI}07:05{PDI}"),
        ("ar", time(18, 0, tzinfo=UTC), f"{LRI}18:00{PDI}"),
        ("ar", 12, f"{LRI}12{PDI}"),
        ("fr", 10**30, "1\u202f000\u202f000\u202f000\u202f000\u202f000\u202f000"),
        ("en", -3, "-3"),
    ],
)
def test_days_hours_and_numbers_are_written_as_the_language_does(
    locale: str, value: Value, shown: str
) -> None:
    assert words(spoken(value, Diction(locale_of(locale), rtl(locale), BOOK_IN_ENGLISH))) == shown


def test_an_instant_says_that_it_is_utc_and_keeps_its_moment() -> None:
    at = datetime(2026, 11, 26, 16, 5, tzinfo=timezone(timedelta(hours=2)))
    rich = BOOK.translate("en", Text("bold", (("name", "x"), ("way", at))))
    assert rich[-1] == Span(f"{FSI}Thursday, November 26, 14:05 UTC{PDI}", when=at)


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        ("en", "Europe/Paris", "Thursday, November 26, 15:05 (Paris)"),
        ("en", "Asia/Tokyo", "Thursday, November 26, 23:05 (Tokyo)"),
        ("fr", "Africa/Algiers", "jeudi 26 novembre, 15:05 (Alger)"),
        ("ar", "Africa/Cairo", "الخميس، 26 نوفمبر، 16:05 (القاهرة)"),
        ("en", "", "Thursday, November 26, 14:05 UTC"),
        ("en", "No/Where", "Thursday, November 26, 14:05 UTC"),
    ],
)
def test_a_moment_is_told_by_the_readers_zone_which_is_named(
    locale: str, zone: str, shown: str
) -> None:
    at = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)
    diction = Diction(locale_of(locale), rtl(locale), BOOK_IN_ENGLISH)
    [span] = spoken(Instant(at, zone), diction)
    assert span == Span(f"{FSI}{shown}{PDI}", when=at)


@given(st.datetimes(), st.sampled_from(["Europe/Paris", "Asia/Tokyo", "America/New_York"]))
def test_every_moment_there_is_can_be_told_in_every_zone(at: datetime, zone: str) -> None:
    diction = Diction(locale_of("en"), rtl("en"), BOOK_IN_ENGLISH)
    [span] = spoken(Instant(at.replace(tzinfo=UTC), zone), diction)
    assert span.text


def test_the_first_instant_there_is_can_be_said() -> None:
    at = datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))
    assert "January 1" in said("en", "greet", name=at)


def test_latin_runs_in_a_right_to_left_text_are_isolated() -> None:
    shown = said("ar", "address")
    assert shown == f"المالك هو {LRI}settle-now.example{PDI}. اختر {LRI}PIN 2{PDI}."
    marked = BOOK.translate("ar", Text("marks"))
    assert marked[-3:] == (Span(f" و {LRI}"), Span("/settings", code=True), Span(PDI))


def test_english_in_a_right_to_left_language_is_one_run() -> None:
    rich = BOOK.translate("ar", Text("only.english", (("way", "x"),)))
    assert rich == (Span(f"{LRI}Press "), Span("Go", italic=True), Span(f" or send x{PDI}"))


def test_what_a_language_lacks_is_said_in_english_string_by_string() -> None:
    assert said("ru", "hello") == "Hello"
    assert said("fr", "hello") == "Bonjour"


def test_a_stale_translation_is_not_said() -> None:
    assert said("fr", "acc-06.title") == "Le code est une clé"
    assert said("fr", "acc-06.recap") == "Nobody honest needs it."


def test_an_unknown_key_is_shown_in_brackets() -> None:
    assert said("ar", "no.such") == "⟦no.such⟧"


def test_a_locale_nobody_offers_speaks_the_one_that_fits() -> None:
    assert said("fr-CA", "hello") == "Bonjour"
    assert said("tlh", "hello") == "Hello"


def test_a_text_without_values_is_made_once() -> None:
    assert BOOK.translate("fr", Text("hello")) is BOOK.translate("fr", Text("hello"))


@pytest.mark.parametrize(
    ("locale", "key", "name"),
    [
        ("en", "language.ar", f"{FSI}العربية{PDI}"),
        ("ar", "language.ar", "العربية"),
        ("ar", "language.fr", f"{FSI}Français{PDI}"),
        ("fr", "language.zh-Hans", "简体中文"),
        ("en", "language.pt-BR", "Português (Brasil)"),
        ("en", "language.qqq", "qqq"),
        ("fr", "country.de", "Allemagne"),
        ("en", "country.zz", "Unknown Region"),
        ("en", "country.q9", "Q9"),
        ("ru", "city.Europe/Kyiv", "Киев"),
        ("en", "city.Asia/Kolkata", "Kolkata"),
        ("ar", "city.Europe/Berlin", "برلين"),
        ("en", "city.America/New_York", "New York"),
        ("en", "city.America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("ar", "city.Etc/UTC", f"{LRI}UTC{PDI}"),
        ("en", "city.", "⟦city.⟧"),
    ],
)
def test_languages_countries_and_cities_are_named_by_cldr(
    locale: str, key: str, name: str
) -> None:
    assert said(locale, key) == name


KINDS = st.sampled_from(("name", "command", "code", "url", "phone", "quote"))
PLAIN = st.one_of(
    st.integers(),
    st.booleans(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.one_of(st.none(), st.timezones())),
    st.builds(Fixed, KINDS, st.text()),
)
KEYS = st.one_of(st.sampled_from(sorted(SOURCES)), st.text())
NAMES = st.sampled_from(("name", "way", "count", "report.sms", "x"))


def texts(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Text]:
    pairs = st.lists(st.tuples(NAMES, values), max_size=4).map(tuple)
    return st.builds(Text, KEYS, pairs)


@settings(deadline=None)
@given(st.one_of(st.sampled_from(LANGUAGES), st.text()), texts(st.one_of(PLAIN, st.text())))
def test_no_value_no_key_and_no_locale_raises(locale: str, text: Text) -> None:
    BOOK.translate(locale, text)


@settings(deadline=None)
@given(st.sampled_from(BOOK.languages), texts(st.one_of(PLAIN, texts(PLAIN))))
def test_isolates_are_balanced_on_every_line(locale: str, text: Text) -> None:
    for line in LINES.split("".join(span.text for span in BOOK.translate(locale, text))):
        if "⟦" in line:
            return
        depth = 0
        for char in line:
            depth += (char in OPENERS) - (char == PDI)
            assert depth >= 0
        assert depth == 0


@settings(deadline=None)
@given(st.builds(Fixed, KINDS, st.text(alphabet="ab1.*{}`/\u2068\u2069ا", min_size=1)))
def test_a_fixed_value_is_one_piece_in_a_right_to_left_text(value: Fixed) -> None:
    shown = "".join(span.text for span in BOOK.translate("ar", Text("greet", (("way", value),))))
    if bare((Span(value.text),)):
        assert shown.endswith(PDI)


def test_the_demo_languages_know_their_direction() -> None:
    assert [tag for tag in (*LANGUAGES, "he", "fa", "??") if rtl(tag)] == ["ar", "he", "fa"]
