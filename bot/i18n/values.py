"""Values put into words: numbers, days and hours as a language writes them, each one isolated.

Rule 1: a value is shown, never read: its stars and braces are letters.
Rule 2: isolates of commands, codes and links stand outside the span: what is copied is clean.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import assert_never

from babel.core import Locale
from babel.dates import DateTimePattern, parse_pattern
from babel.numbers import format_decimal

from bot.core.card import Fixed, Instant, Text, Value
from bot.core.message import Rich, Span
from bot.engine import calendar
from bot.engine.defang import defang
from bot.i18n import names
from bot.i18n.isolate import FSI, LRI, PDI, bare, in_one_line, isolated

LARGEST = 10**18
"""Numbers beyond are shown as this one: Babel's decimals are not much wider."""

_WIDTHS = (("E", "E{1,3}", "EEEE"), ("c", "c{1,3}", "cccc"), ("M", "M{3,4}", "MMMM"))
"""How the short names of a skeleton become long.  Source: UTS 35, dates, matching skeletons."""

_DAYS = ("MMMMEEEEd", "MMMMEd", "MMMEd")
"""Skeletons of weekday, day and month without year, the best first; CLDR has one in every root."""


@dataclass(frozen=True, slots=True)
class Diction:
    """How values are said: in which language, in which direction, and who says a nested text."""

    locale: Locale
    rtl: bool
    nested: Callable[[Text], Rich]


def spoken(value: Value, diction: Diction) -> Rich:
    """Return *value* in words.

    Names stand between FSI and PDI, as do instants; commands, codes, addresses, phone numbers,
    quotes and hours between LRI and PDI.  Numbers and days are isolated in right-to-left text
    only.  A plain ``str`` is ours already and stays as it is.
    """
    match value:
        case str():
            return (Span(value),)
        case int():
            return (Span(_number(value, diction)),)
        case datetime() | Instant():
            moment = value if isinstance(value, Instant) else Instant(value)
            return (Span(isolated(_instant(moment, diction.locale), FSI), when=moment.at),)
        case date():
            day = _day(value, diction.locale)
            return (Span(isolated(day, FSI) if diction.rtl else day),)
        case time():
            return (Span(isolated(_hour(value, diction.locale), LRI)),)
        case Fixed():
            return _fixed(value)
        case Text():
            return diction.nested(value)
        case _:
            assert_never(value)


def _fixed(value: Fixed) -> Rich:
    text = in_one_line(value.text)
    match value.kind:
        case "name":
            return (Span(isolated(text, FSI)),)
        case "phone":
            return (Span(isolated(text, LRI)),)
        case "command" | "code":
            return _between(Span(text, code=True))
        case "quote":
            return (Span(isolated(defang(bare(value.text)), LRI), code=True),)
        case "url":
            opens = text.startswith(("https://", "http://"))
            return _between(Span(text, url=text if opens else None))
        case _:
            assert_never(value.kind)


def _between(span: Span) -> Rich:
    return (Span(LRI), span, Span(PDI))


def _number(value: int, diction: Diction) -> str:
    kept = max(-LARGEST, min(int(value), LARGEST))
    text = _decimal(kept, diction.locale)
    return f"{LRI}{text}{PDI}" if diction.rtl else text


@lru_cache(maxsize=4096)
def _decimal(value: int, locale: Locale) -> str:
    return str(format_decimal(value, locale=locale))


def _day(value: date, locale: Locale) -> str:
    """Return weekday, day and month: ``Thursday, November 26``."""
    return _day_pattern(locale).apply(value, locale)


def _hour(value: time, locale: Locale) -> str:
    """Return the hour as a clock of 24 hours shows it: ``07:05``."""
    return _hour_pattern(locale).apply(value.replace(tzinfo=None), locale)


def _instant(moment: Instant, locale: Locale) -> str:
    """Return day and hour by the clock of the zone, which is named; without one in UTC."""
    known = calendar.is_zone(moment.zone)
    aware = moment.at.replace(tzinfo=UTC) if moment.at.tzinfo is None else moment.at
    at = _in(aware, calendar.table(moment.zone) if known else UTC)
    glue = str(locale.datetime_formats["medium"])
    name = f"({names.city(locale, moment.zone)})" if known else "UTC"
    hour = f"{_hour(at.time(), locale)} {name}"
    return glue.replace("'", "").replace("{1}", _day(at, locale)).replace("{0}", hour)


def _in(value: datetime, zone: tzinfo) -> datetime:
    try:
        return value.astimezone(zone)
    except OverflowError:  # within a day of the first or the last year there is
        return value


@lru_cache(maxsize=256)
def _day_pattern(locale: Locale) -> DateTimePattern:
    skeletons = locale.datetime_skeletons
    text = next((skeletons[name].pattern for name in _DAYS if name in skeletons), "EEEE, d MMMM")
    fields, *quoted = text.split("'")
    return parse_pattern("'".join((_long(fields), *_every_other(quoted))))


def _every_other(parts: list[str]) -> list[str]:
    """Return *parts* of a pattern, cut at its quotes, with the fields outside quotes made long."""
    return [_long(part) if at % 2 else part for at, part in enumerate(parts)]


def _long(fields: str) -> str:
    for field, short, long in _WIDTHS:
        fields = re.sub(rf"(?<!{field}){short}(?!{field})", long, fields)
    return fields


@lru_cache(maxsize=256)
def _hour_pattern(locale: Locale) -> DateTimePattern:
    found = locale.datetime_skeletons.get("Hm")
    return parse_pattern(found.pattern if found else "HH:mm")
