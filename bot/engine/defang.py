"""What makes a staged message harmless: after this no client turns any of it into a link.

Rule 1: only what a client would link is changed; a price, a date or a code stays as it was.
Rule 2: a second pass changes nothing, and the time grows with the length alone.
"""

import re

PHONE_DIGITS = 7
"""Fewest digits that are taken for a phone number; one-time codes of six stay readable.

Source: the shortest local numbers that chat clients link.
"""

SHOWN_DIGITS = 4
"""How many digits of a phone number stay: enough to see a country, too few to call."""

_HTTP = re.compile(r"(?<![a-z])http(?=s?://)", re.IGNORECASE)
_SECURE = re.compile(r"(?<=hxxp)S(?=://)")
_SCHEME = re.compile(r"(?<!hxxp)(?<!hxxps)://")
_BARE = re.compile(
    r"(?<!\w)(mailto|tel|sms|smsto|sip|xmpp|skype|facetime|geo|magnet|bitcoin|intent|javascript"
    r"|data):(?=\S)",
    re.IGNORECASE,
)
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3,}(?!\w)", re.ASCII)
_PHONE = re.compile(
    r"(?<!\w)(?:(?<!•)\+)?\(?\d"
    rf"(?:[ \u00a0\u202f().\u2010-\u2013-]{{0,2}}\d){{{PHONE_DIGITS - 1},}}"
)
_DATE = re.compile(r"(?:\d{4}([-.])\d\d\1\d\d|\d\d?([-.])\d\d?\2\d{4})(?: \d\d?)?")
_PUNCTUATION = r"\s\x00-\x2c\x2e\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f"
_DOT = re.compile(rf"(?<=[^{_PUNCTUATION}])[.\uff0e\u3002\uff61](?=[^{_PUNCTUATION}-])")
_STOPS = "\u3002\uff61"
_MENTION = re.compile(r"[@\uff20](?=\S)")
_COMMAND = re.compile(r"(?<![\w/])/(?=\w)")
_TAG = re.compile(r"(?<!\w)[#\uff03](?=\d*[^\W\d])|(?<=<)#")
_CASHTAG = re.compile(r"(?<!\w)\$(?=[^\W\d_])")
_CHINESE = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
"""Scripts that write without spaces and end a sentence with an ideographic full stop."""


def defang(text: str) -> str:
    """Return *text* with nothing left that Telegram, Discord or a browser would make a link.

    Addresses, mail addresses, mentions, commands, tags and phone numbers are broken visibly:
    ``hxxps://a[.]b``, ``a[at]b[.]c``, ``[/]pay``, ``[#]win``, ``+44 20 ****``.  Idempotent;
    linear in the length of *text*.

    Source: chat.md, 7.3.
    """
    text = _HTTP.sub("hxxp", text)
    text = _SECURE.sub("s", text)
    text = _SCHEME.sub("[:]//", text)
    text = _IP.sub(lambda found: found[0].replace(".", "[.]"), text)
    text = _PHONE.sub(_masked, text)  # before all that asks what stands before: • is no letter
    text = _BARE.sub(r"\1[:]", text)
    text = _DOT.sub(_dot, text)
    text = _MENTION.sub("[at]", text)
    text = _COMMAND.sub("[/]", text)
    text = _TAG.sub("[#]", text)
    return _CASHTAG.sub("[$]", text)


def _masked(found: re.Match[str]) -> str:
    """Return a phone number of which only the first digits are left; a date stays."""
    number = found[0]
    if _DATE.fullmatch(number):
        return number
    seen = 0
    shown = []
    for char in number:
        digit = char.isdecimal()
        seen += digit
        shown.append("•" if digit and seen > SHOWN_DIGITS else char)
    return "".join(shown)


def _dot(found: re.Match[str]) -> str:
    """Return the dot, broken unless it stands in a number or ends a Chinese sentence."""
    text, at = found.string, found.start()
    sides = text[at - 1], text[at + 1]
    if all(side.isdecimal() for side in sides):
        return found[0]
    if found[0] in _STOPS and not any(
        side.isalpha() and not _CHINESE.match(side) for side in sides
    ):
        return found[0]
    return "[.]"
