"""Country files: what keeps one from being read, its entries, its texts, and their age.

Rule 1: no entry without the address at which somebody read it in its issuer's own text, and the
day: a wrong helpline is worse than none.
Rule 2: what a file says is shown as it stands, so nothing is taken that a reader could not see.

Source: content.md, section 6.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any

from bot.content.atlas import atlas
from bot.content.document import Document, Way, quoted
from bot.content.pack import Documents
from bot.content.tables import SAID
from bot.content.texts import Worded, remark
from bot.core.library import FRESH, SHOWN, Entry, Hours, Weekday
from bot.core.source import Fault

FOLDER = "countries"

FILE_ID = "cc-"
"""How an id begins that stands for a country file: in catalogue keys and under ``replaces``."""

LINE = 200
"""Most characters of a helpline's name, phone, chat and hours together: it is one line."""

_GROUPS = ("helpline", "report", "regulator", "law")
_DAYS: Mapping[str, Weekday] = {
    "Mo": "mo",
    "Tu": "tu",
    "We": "we",
    "Th": "th",
    "Fr": "fr",
    "Sa": "sa",
    "Su": "su",
}
_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#]\S*)?")
_JOINERS = "\u200c\u200d"
"""Marks without which some alphabets cannot be written; others that nobody sees are refused."""


def entries(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries of a country file by the names of their placeholders."""
    if "emergency" in value:
        yield "emergency", value["emergency"]
    for group in _GROUPS:
        for name, said in value.get(group, {}).items():
            yield f"{group}.{name}", said


def entry(value: Mapping[str, Any], name: str) -> Entry:
    """Return the entry *name* of a country file."""
    said = dict(entries(value))[name]
    return Entry(
        checked=said["checked_on"],
        value=said.get("value", ""),
        name=said.get("name", ""),
        phone=said.get("phone", ""),
        chat=said.get("chat", ""),
        hours=_hours(said.get("hours", "")),
        law=law_key(value, name) if "text" in said else "",
    )


def _hours(text: str) -> tuple[Hours, ...]:
    """Return what is written as ``24/7`` or ``Mo-Fr 09:00-17:00, Sa 10:00-12:00``."""
    if text == "24/7":
        return (Hours(time(), time()),)
    return tuple(_open(part) for part in text.split(", ") if part)


def _open(text: str) -> Hours:
    days, _, clock = text.rpartition(" ")
    opens, closes = clock.split("-")
    first, _, last = days.partition("-")
    return Hours(
        time.fromisoformat(opens),
        time.fromisoformat("00:00" if closes == "24:00" else closes),
        _DAYS.get(first, ""),
        _DAYS.get(last or first, ""),
    )


def law_key(value: Mapping[str, Any], name: str) -> str:
    """Return the catalogue key of the text *name*: ``cc-tn.law.images``."""
    return f"{FILE_ID}{value['country']}.{name}"


def country_texts(taken: Mapping[str, Document]) -> Iterator[Worded]:
    """Yield the texts of a country that are translated, those of its laws; *taken* by entry."""
    for name, document in taken.items():
        said = dict(entries(document.value))[name]
        if "text" in said:
            key = law_key(document.value, name)
            note = remark(f"law of the country '{document.value['country']}'", SAID, said["text"])
            way = (*name.split("."), "text")
            yield Worded(document, key, way, "law", said["text"], SAID, note, key)


def country_fits(document: Document) -> Iterator[Fault]:
    """Yield what keeps a country file from being read."""
    value = document.value
    if value["country"] not in atlas()[0]:
        wrong = f"{quoted(value['country'])} is no country"
        remedy = "write the two letters of ISO 3166-1, in lower case"
        yield document.fault(("country",), wrong, remedy)
    elif value["country"] != document.stem:
        wrong = f"{quoted(value['country'])} is not the name of the file"
        yield document.fault(("country",), wrong, f"name the file {value['country']}.yaml")
    found = False
    for name, said in entries(value):
        found = True
        yield from _entry_fits(document, tuple(name.split(".")), said)
    if not found:
        yield document.fault((), "no entry", "write one that you have read, or take the file out")


def _entry_fits(document: Document, way: Way, said: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("value", "name", "phone", "chat", "text", "source"):
        if field in said:
            for wrong, remedy in _misfits(field, said[field]):
                yield document.fault((*way, field), wrong, remedy)
    if "name" not in said:
        return
    if "phone" not in said and "chat" not in said:
        yield document.fault(way, "neither phone nor chat", "write how to reach it")
    line = sum(len(said.get(part, "")) for part in ("name", "phone", "chat", "hours"))
    if line > LINE:
        wrong = f"{line} characters in one line, limit {LINE}"
        yield document.fault(way, wrong, f"cut {line - LINE}, of the name first")


def _misfits(field: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one text of an entry, and the remedy."""
    long = len(text)
    if field != "source" and long > SAID.limit:
        yield f"{long} characters, limit {SAID.limit}", f"cut {long - SAID.limit}"
    hidden = [char for char in text if not (char.isprintable() or char in _JOINERS)]
    if hidden:
        yield f"holds U+{ord(hidden[0]):04X}", "delete it, or write a plain space"
    elif field == "source" and not _ADDRESS.fullmatch(text):
        yield f"{quoted(text)} is no address", "write the address at which you read it"
    elif field == "chat" and not (text.startswith("https://") and _ADDRESS.fullmatch(text)):
        yield f"{quoted(text)} is no address", "write it like 'https://chat.example'"
    elif field == "phone" and not any(char.isdecimal() for char in text):
        yield f"{quoted(text)} is no number", "write the number as its issuer does"


def lint_countries(documents: Documents, today: date) -> Iterator[Fault]:
    """Yield the entries whose day has not come yet, and those that are due to be read again."""
    for taken in documents.countries.values():
        for name, document in taken.items():
            way = (*name.split("."), "checked_on")
            checked = dict(entries(document.value))[name]["checked_on"]
            remedy = "open the source again, and write the day if it still says so"
            if checked > today:
                yield document.fault(way, f"{checked} lies ahead", "write the day you read it")
            elif today - checked > SHOWN:
                wrong = f"{checked} is more than {SHOWN.days} days ago, it is not shown any more"
                yield document.warning(way, wrong, remedy)
            elif today - checked > FRESH:
                wrong = f"{checked} is more than {FRESH.days} days ago"
                yield document.warning(way, wrong, remedy)


def due(
    countries: Mapping[str, Mapping[str, Entry]], today: date, within: timedelta
) -> tuple[str, ...]:
    """Return the country of each entry that is to be read again within that time, or is late."""
    known = ((code, one) for code, told in countries.items() for one in told.values())
    return tuple(code for code, one in known if today + within - one.checked > FRESH)
