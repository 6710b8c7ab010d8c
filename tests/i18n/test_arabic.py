"""Arabic as it is served: real catalogues, every card, every platform; plurals, days, hours."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot import i18n, settings, teaching
from bot.core.card import Fixed, Instant, Text, Value
from bot.core.events import Address
from bot.core.learner import Learner, Often
from bot.core.message import Message, Rich, words
from bot.engine import screens
from bot.i18n.isolate import FSI, LRI, PDI, RLI
from bot.platforms.discord import encode as discord
from bot.platforms.telegram import encode as telegram
from bot.platforms.terminal import encode as terminal
from bot.ports import Translate
from bot.runtime.render import RLM, renderer
from tests.platforms.discord.limits import texts
from tests.platforms.everything import all_cards

LOCALES = Path(__file__).parents[2] / "locales"
COUNTS = (0, 1, 2, 3, 11, 100)
"""One of each form of Arabic: none, one, two, few, many, other.  Source: CLDR, plural rules."""

AT = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)
VALUE = "Ab 12/x"
FIXED = (
    Fixed("name", VALUE),
    Fixed("command", VALUE),
    Fixed("code", VALUE),
    Fixed("url", VALUE),
    Fixed("phone", VALUE),
    Fixed("quote", VALUE),
)

HEAD = re.compile(r"^[\u200f]?(?:> )?(?:\d+\\?\) |\d+\\?\. |\[[\d?]+\] |[A-Z?]\\?\) )?")
"""What a platform writes before a line: it stands at the line's beginning in any direction."""

BAR = re.compile(r"[▰▱]+ \d+/\d+")
"""A bar and its figures, which bidi keeps together: a common separator between two numbers."""

MOMENT = re.compile(r"<t:\d+:F>")
FOREIGN = re.compile("[0-9A-Za-z\u00c0-\u024f]")

DRAWN: dict[str, Callable[[Message], str]] = {
    "plain": Message.plain,
    "terminal": terminal.lines,
    "telegram": lambda message: telegram.drawn(message).text,
    # A moment is written by the client itself, in its own language.
    "discord": lambda message: MOMENT.sub("", "\n".join(texts(discord.message(message)))),
}


@cache
def made() -> teaching.Taught:
    return teaching.taught(settings.read({}))


def said(key: str, **values: Value) -> str:
    return words(made().catalogues.translate("ar", Text(key, tuple(values.items()))))


def outside(line: str) -> str | None:
    """Return what of *line* stands in no isolate, or None where isolates are not in pairs."""
    kept, depth = "", 0
    for char in line:
        depth += (char in (LRI, RLI, FSI)) - (char == PDI)
        if depth < 0:
            return None
        kept += char if depth == 0 and char != PDI else ""
    return kept if depth == 0 else None


def faults(text: str) -> Iterator[str]:
    """Yield each line in which a run of the other direction may fall apart, or drag others."""
    for line in text.split("\n"):
        bare = outside(line)
        if bare is None or FOREIGN.search(BAR.sub("", HEAD.sub("", bare))):
            yield line


def cards(translate: Translate) -> Iterator[Message]:
    """Yield every card of ours in Arabic, as *translate* says it."""
    render = renderer(translate, i18n.rtl)
    for card in all_cards(made().library, "ar", "telegram"):
        message = render(card, "ar")
        # Some states there are invented, of options that no question has and no text names.
        if message.lang == "ar" and "⟦" not in message.plain():
            yield message


@pytest.mark.parametrize("line", [f"مرحباً {LRI}18:00{PDI}", "مرحباً", f"3. {RLM}مرحباً", "▰▱ 1/2"])
def test_a_line_that_keeps_together_is_no_fault(line: str) -> None:
    assert list(faults(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "الساعة 18:00",
        "اكتب /aid",
        f"اكتب {LRI}/aid",
        f"اكتب /aid{PDI}",
        f"{PDI}اكتب{LRI}",
        f"اكتب {LRI}/aid\nثم{PDI}",
        f"اكتب {LRI}{FSI}/aid{PDI}",
    ],
)
def test_an_isolate_that_is_missing_or_has_no_end_is_a_fault(line: str) -> None:
    assert list(faults(line))


@pytest.mark.parametrize("platform", DRAWN)
def test_on_every_card_all_that_runs_the_other_way_is_isolated(platform: str) -> None:
    messages = list(cards(made().catalogues.translate))
    assert len(messages) > 900
    draw = DRAWN[platform]
    assert [line for message in messages for line in faults(draw(message))] == []


@pytest.mark.parametrize("mark", [LRI, PDI])
def test_without_one_kind_of_mark_the_same_cards_fail(mark: str) -> None:
    def translate(locale: str, text: Text) -> Rich:
        rich = made().catalogues.translate(locale, text)
        return tuple(replace(span, text=span.text.replace(mark, "")) for span in rich)

    found = [line for message in cards(translate) for line in faults(message.plain())]
    assert len(found) > 100


def counted() -> list[str]:
    """Return the keys of all that is counted."""
    found = []
    for name in ("interface", "lessons", "quizzes"):
        with (LOCALES / "ar" / "LC_MESSAGES" / f"{name}.po").open("rb") as file:
            entries = read_po(file, locale="ar")
        found += [str(one.context) for one in entries if one.id and one.pluralizable]
    return found


def test_something_is_counted() -> None:
    assert "review.due" in counted()


@pytest.mark.parametrize("key", counted())
def test_each_of_six_counts_has_words_of_its_own(key: str) -> None:
    forms = [said(key, count=count) for count in COUNTS]
    assert len({_without_digits(form) for form in forms}) == len(COUNTS)
    assert "{" not in "".join(forms)
    for count, form in list(zip(COUNTS, forms, strict=True))[3:]:
        assert f"{LRI}{count}{PDI}" in form


@pytest.mark.parametrize(
    ("count", "like"),
    [(101, 100), (102, 100), (103, 3), (110, 10), (111, 11), (199, 99), (1000, 100)],
)
def test_large_counts_take_the_form_of_their_last_two_digits(count: int, like: int) -> None:
    large, small = (said("review.due", count=number) for number in (count, like))
    assert _without_digits(large) == _without_digits(small)


def _without_digits(text: str) -> str:
    return re.sub(r"[\d٬,]+", "", text)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("review.next_day", date(2026, 11, 26), f"المراجعة القادمة: {FSI}الخميس، 26 نوفمبر{PDI}"),
        (
            "ready.first",
            Instant(AT, "Africa/Cairo"),
            f"الأولى: {FSI}الخميس، 26 نوفمبر، 16:05 (القاهرة){PDI}",
        ),
        (
            "pause.quiet_until",
            Instant(AT),
            f"هدوء حتى {FSI}الخميس، 26 نوفمبر، 14:05 UTC{PDI}.",
        ),
    ],
)
def test_days_and_moments_are_said_in_arabic_and_in_one_piece(
    key: str, value: Value, shown: str
) -> None:
    name = {"review.next_day": "day"}.get(key, "when")
    assert said(key, **{name: value}) == shown


def test_the_settings_tell_hours_and_a_moment_by_the_clock_of_cairo() -> None:
    address = Address("telegram", "1")
    me = Learner("0" * 32, address, "ar", country="eg", zone="Africa/Cairo", hour="18:00")
    me = replace(me, often=Often.DAILY)
    card = screens.settings(me, made().library, AT)
    shown = renderer(made().catalogues.translate, i18n.rtl)(card, "ar").plain()
    assert f"{RLM}الموعد: {LRI}18:00{PDI} (الوقت عندك الآن {LRI}16:05{PDI})" in shown
    assert f"{RLM}ساعات الهدوء: من {LRI}21:00{PDI} إلى {LRI}07:00{PDI}" in shown
    assert re.search(f"{FSI}الخميس، 26 نوفمبر، 18:0[0-4] \\(القاهرة\\){PDI}", shown)


def taking() -> list[tuple[str, str]]:
    """Return each text of ours that takes a value, with the value's name."""
    found = []
    for key, source in sorted(made().content.sources.items()):
        told = source.text if not source.plural else source.plural["other"]
        found += [(key, name) for name in re.findall(r"\{([a-z_.]+)\}", told) if name != "count"]
    return found


def test_whatever_our_texts_are_given_stands_in_an_isolate_of_its_own() -> None:
    assert len(taking()) > 50
    for key, name in taking():
        for fixed in FIXED:
            rich = made().catalogues.translate("ar", Text(key, ((name, fixed),)))
            others = re.sub(r"\{[a-z_.]+\}", "", words(rich))
            assert list(faults(others)) == [], key
            assert _isolated(rich), key


def _isolated(rich: Rich) -> bool:
    """Return whether the value is alone between its isolates, whatever its look."""
    return bool(re.search(f"[{LRI}{FSI}]{VALUE}{PDI}", "".join(span.text for span in rich)))
