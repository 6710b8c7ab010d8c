"""How names and addresses are written."""

import pytest

from bot.core.naming import LONGEST, LONGEST_ADDRESS, address, label


def test_an_address_is_compared_without_case_and_space() -> None:
    assert address(" Ana.B+x@Example.ORG ") == "ana.b+x@example.org"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "a b@example.org",
        "ana@example.org\nBcc: all@example.org",
        "ana\u0000@example.org",
        "\ud800@example.org",
        "x" * LONGEST_ADDRESS + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no e-mail address"):
        address(wrong)


def test_a_name_is_one_line_of_what_can_be_seen() -> None:
    assert label(" Ana\r\n\u202eBen\u0000  \ud800 ") == "Ana Ben"
    assert label("مدرسة صفاقس") == "مدرسة صفاقس"
    assert len(label("x" * 200)) == LONGEST
