"""Phrases are found however they are spelled, and not where they only seem to stand."""

import sys
from collections.abc import Callable
from time import perf_counter

import pytest

from bot.core.library import Wording
from bot.engine import phrases

EN = Wording(
    ("want to die", "kill myself", "want .. end it/everything", "suicid*", "dont .. live"),
    ("kill myself laughing", "dying to"),
)
AR = Wording(("أريد أن أموت", "انتح*"))
ZH = Wording(("想死", "不想 .. 活"), ("想死你了",))


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "i WANT... to, die!!",
        "i waaaant tooo dieeee",
        "\u200bi wa\u0301nt to d\u200bie",
        "𝐈 𝐰𝐚𝐧𝐭 𝐭𝐨 𝐝𝐢𝐞",
        "ｋｉｌｌ ｍｙｓｅｌｆ",
        "i want to just end everything",
        "want it, i want to end it",
        "suicidal",
        "I DON’T want to live",
        "kill myself laughing? no: kill myself",
    ],
)
def test_a_phrase_is_found_however_it_is_spelled(text: str) -> None:
    assert phrases.found(text, [EN])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!! 🙂",
        "I'm dying to see it",
        "this quiz kills me",
        "i could kill myself laughing",
        "I want today to diet",
        "want, and what i really do mean to end it",
        "want everything",
        "end it",
        "to die want",
        "pesticide",
    ],
)
def test_what_is_harmless_is_not(text: str) -> None:
    assert not phrases.found(text, [EN])


def test_arabic_is_found_with_marks_variants_and_what_is_written_together() -> None:
    for text in ("اريد ان اموت", "أُرِيدُ أَنْ أَمُوتَ", "واريد أن امـــوت", "الآن وانتحر", "انتحار"):
        assert phrases.found(text, [AR]), text
    for text in ("و", "أريد أن أنام", "والانتظار"):
        assert not phrases.found(text, [AR]), text


def test_chinese_is_found_inside_what_has_no_spaces() -> None:
    for text in ("我真的好想死", "我不想再活了", "不 想 活"):
        assert phrases.found(text, [ZH]), text
    for text in ("想死你了", "我想知道什么是死机", "不想去那么远的地方活"):
        assert not phrases.found(text, [ZH]), text


def test_nothing_harmless_is_needed() -> None:
    assert phrases.found("suicide", [Wording(("suicide",))])
    assert not phrases.found("suicides", [Wording(("suicide",))])


HOSTILE = {
    "one letter": "a",
    "one word": "want ",
    "a beginning": "want to end ",
    "a stem": "suicid suici ",
    "gaps": "want a a a ",
    "harmless": "kill myself laughing ",
    "marks": "á\u0301\u0301",
    "ligatures": "\ufdfa",
    "han": "不想",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_no_longer_than_folding_it_a_few_times(name: str) -> None:
    text = (HOSTILE[name] * 100_000)[:100_000] + "é"
    wordings = (ZH, EN)
    phrases.found("x", wordings)  # made once, at the first text

    def took(what: Callable[[], object]) -> float:
        best = 9.0
        for _ in range(5):
            began = perf_counter()
            what()
            best = min(best, perf_counter() - began)
        return best

    # Whoever counts branches watches each line of ours, and none of what is written in C.
    most = 50 if sys.gettrace() is None else 500
    assert took(lambda: phrases.found(text, wordings)) < most * took(text.casefold)
