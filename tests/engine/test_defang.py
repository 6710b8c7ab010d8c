import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.engine.defang import defang

TABLE = {
    "HTTPS://a.b.co/x": "hxxps://a[.]b[.]co/x",
    "https://post-delivery.example/pay?id=88": "hxxps://post-delivery[.]example/pay?id=88",
    "pay at post-delivery.example now": "pay at post-delivery[.]example now",
    "site.рф": "site[.]рф",
    "http://203.0.113.7/x": "hxxp://203[.]0[.]113[.]7/x",
    "tg://resolve?domain=x": "tg[:]//resolve?domain=x",
    "mailto:a@b.example": "mailto[:]a[at]b[.]example",
    "post。example": "post[.]example",
    "a@b.example": "a[at]b[.]example",
    "@WaryBot": "[at]WaryBot",
    "/pay now": "[/]pay now",
    "and/or": "and/or",
    "#win $COIN": "[#]win [$]COIN",
    "Pay 1.99 by 12.30": "Pay 1.99 by 12.30",
    "+44 20 7946 0958": "+44 20 •••• ••••",
    "0800-123-4567": "0800-•••-••••",
    "你好。请付款": "你好。请付款",
    "Order 88, code 123456": "Order 88, code 123456",
}
"""Source: chat.md, 7.3: every row."""

MORE = {
    "": "",
    "(see /pay)": "(see [/]pay)",
    "24/7 or 1/2": "24/7 or 1/2",
    "<@!12> <#34> </pay:56>": "<[at]!12> <[#]34> <[/]pay:56>",
    "#1 of 5, C#minor": "#1 of 5, C#minor",
    "costs $100, US$5": "costs $100, US$5",
    "2026-11-21 and 21.11.2026": "2026-11-21 and 21.11.2026",
    "(0800) 123 45 67": "(0800) ••• •• ••",
    "+442079460958": "+4420••••••••",
    "tel:112": "tel[:]112",
    "data: none, e.g": "data: none, e[.]g",
    "post．example": "post[.]example",
    "例子.中国": "例子[.]中国",
    "付款。Now": "付款[.]Now",
    "１．９９": "１．９９",
    "[x](http://b.example)": "[x](hxxp://b[.]example)",
    "xhttp://b.example": "xhttp[:]//b[.]example",
    "hxxps://a[.]b[.]co/x": "hxxps://a[.]b[.]co/x",
    "उदाहरण.भारत": "उदाहरण[.]भारत",
}

PIECES = st.sampled_from(
    [
        *TABLE,
        *MORE,
        *"./:@#$+-() 1234567890•[]h。x",
        "http",
        "hxxp",
        "s://",
        "mailto:",
        "1234567",
        " 12 ",
        "203.0.113.7",
    ]
)


@pytest.mark.parametrize(("text", "harmless"), (TABLE | MORE).items())
def test_what_a_client_would_link_is_broken_and_the_rest_stays(text: str, harmless: str) -> None:
    assert defang(text) == harmless


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
@example("0000000+0000.00.00")
@example("•1234567")
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = defang(text)
    assert defang(once) == once


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
@example("•1234567")
def test_no_scheme_mention_or_mail_address_is_left(text: str) -> None:
    harmless = defang(text)
    assert not re.search(r"(?i)(?<![a-z])https?://", harmless)
    assert not re.search(r"@\S", harmless)
    assert not re.search(r"(?<!\w)\d{7}", harmless)


@pytest.mark.parametrize(
    "piece", ["a", "1", "1.", "1 ", "#", "#1", "/", "@", "://", "http", "a.", "-", "+", "(1", "。"]
)
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    begun = time.process_time()
    defang(text)
    assert time.process_time() - begun < 2
