import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import plural_forms
from bot.i18n.tags import fitting, locale_of
from tests.i18n.words import catalogues

OFFERED = ("en", "ar", "zh-Hans", "fr", "pt-BR", "sr-Latn")


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR_ca", "fr"),
        ("fr-x-private", "fr"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_SG", "zh-Hans"),
        ("zh-hans-hk", "zh-Hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("sr", None),
        ("sr-Latn-RS", "sr-Latn"),
        ("ar-EG", "ar"),
        ("tlh", None),
        ("", None),
        ("-", None),
        ("not a tag", None),
    ],
)
def test_a_clients_tag_finds_the_language_it_can_read(tag: str, fits: str | None) -> None:
    assert fitting(tag, OFFERED) == fits


def test_an_unknown_tag_gets_the_source_language() -> None:
    assert catalogues().match("tlh") == "en"
    assert catalogues().match("zh-CN") == "zh-Hans"


@settings(deadline=None)
@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_no_tag_is_an_error(tag: str, offered: list[str]) -> None:
    assert fitting(tag, offered) in {*offered, None}


@pytest.mark.parametrize(
    ("tag", "forms"),
    [("ar", 6), ("ru", 3), ("en", 2), ("fr", 2), ("es", 2), ("zh-Hans", 1), ("pt-BR", 2)],
)
def test_each_language_has_its_number_of_plural_forms(tag: str, forms: int) -> None:
    assert plural_forms(tag)[0] == forms


@pytest.mark.parametrize("tag", ["zh_CN", "", "xx", "en-"])
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match=r"locale|tag|letters|CLDR|identifier"):
        locale_of(tag)
