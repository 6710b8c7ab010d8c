"""Every table by the name in a file's ``schema:``, and the one of country files.

Rule 1: as in ``schema``: a field exists because it stands here.

Source: content.md, section 6.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.content.schema import (
    FIRST_AID,
    LANGUAGE,
    LESSON,
    MISCONCEPTIONS,
    PACK,
    QUIZ,
    SOURCES,
    TECHNIQUES,
    Day,
    Field,
    Group,
    ListOf,
    OneOf,
    Word,
    Words,
    group,
    maybe,
)

COUNTRY_CODE = Word(r"[a-z]{2}", "tn")
SAID = Words(120)
"""A number, an address or a name of a country file.  Source: content.md, section 2."""
_DAY_READ = Field(Day(), remedy="write the day you opened the source")
_READ_AT = Field(Words(300), remedy="write the address at which you read it")
_CHANNEL = group(value=SAID, source=_READ_AT, checked_on=_DAY_READ)
_LAW_NOTE = group(text=SAID, source=_READ_AT, checked_on=_DAY_READ)
_WEEKDAY = "(Mo|Tu|We|Th|Fr|Sa|Su)"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_OPEN = rf"({_WEEKDAY}(-{_WEEKDAY})? )?{_CLOCK}-({_CLOCK}|24:00)"
_HELPLINE = group(
    name=SAID,
    phone=maybe(SAID),
    chat=maybe(SAID),
    hours=maybe(Word(rf"24/7|{_OPEN}(, {_OPEN})*", "Mo-Fr 09:00-17:00")),
    languages=maybe(ListOf(LANGUAGE)),
    source=_READ_AT,
    checked_on=_DAY_READ,
)


def _maybe(kind: Group, *names: str) -> Field:
    """Return a group of which each field may be absent, and so may it itself."""
    return maybe(group(**{name: maybe(kind) for name in names}))


COUNTRY = group(
    schema=OneOf(("country/1",)),
    country=COUNTRY_CODE,
    languages=ListOf(LANGUAGE, least=1),
    emergency=maybe(_CHANNEL),
    helpline=_maybe(_HELPLINE, "child", "crisis"),
    report=_maybe(_CHANNEL, "phishing", "sms", "fraud", "cirt", "dpa", "hotline_csam"),
    regulator=_maybe(_CHANNEL, "finance"),
    law=_maybe(_LAW_NOTE, "images", "computer"),
)

DISTRESS = group(
    schema=OneOf(("distress/1",)),
    phrases=ListOf(Words(600), least=1, most=500),
    harmless=maybe(ListOf(Words(600), most=500)),
)

FILES: Mapping[str, Group] = MappingProxyType(
    {
        "lesson": LESSON,
        "quiz": QUIZ,
        "pack": PACK,
        "sources": SOURCES,
        "techniques": TECHNIQUES,
        "misconceptions": MISCONCEPTIONS,
        "first_aid": FIRST_AID,
        "country": COUNTRY,
        "distress": DISTRESS,
    }
)
"""The tables by the name in the file's ``schema:``, without its version."""
