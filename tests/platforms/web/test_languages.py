"""The language of a page, from what a browser asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import fitting
from bot.platforms.web.languages import best

OURS = ("en", "ar", "zh-Hans", "fr", "pt-BR")


def fit(tag: str) -> str | None:
    return fitting(tag, OURS)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca,en;q=0.5", "fr"),
        ("en;q=0.3, ar;q=0.9", "ar"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("pt", "pt-BR"),
        ("fr;q=0, ar;q=0.1", "ar"),
        ("fr;q=x", "en"),
        ("de, *;q=0.5", "en"),
        ("ar-TN;q=1.0;level=2", "en"),
        (",;,;q=", "en"),
    ],
)
def test_the_best_language_is_the_one_the_browser_likes_most(accept: str, language: str) -> None:
    assert (best(accept, fit) or OURS[0]) == language


@given(st.text())
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert best(accept, fit) in {*OURS, None}
