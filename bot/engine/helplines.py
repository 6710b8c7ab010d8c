"""What a text leaves to the country: helplines and report channels, or a neutral sentence.

Rule 1: no number and no address stands in code or in a lesson; they come from country files.
Rule 2: cards are made with the neutral sentences; at the engine's door the learner's country takes
their place, so that no card can be forgotten and where no learner is known the sentences stand.
Rule 3: what nobody read in its issuer's text within a year is not shown.
"""

from dataclasses import replace
from datetime import date, time, timedelta
from functools import reduce
from typing import NamedTuple

from bot.core.card import Block, Bullets, Card, Fixed, Para, Text, Value
from bot.core.effects import Decision, Edit, Effect, Notice, Say
from bot.core.library import FRESH, SHOWN, Country, Entry, Hours, Library

NEUTRAL = "neutral."
"""How the keys of the neutral sentences begin; the name of a placeholder follows."""

AHEAD = timedelta(days=1)
"""How far ahead of ours the day of a reader may be: theirs is that of where they live."""


def filled(text: Text, library: Library) -> Text:
    """Return *text* with the neutral sentence for each country placeholder that its words hold."""
    names = library.placeholders.get(text.key, ())
    neutral = tuple((name, Text(f"{NEUTRAL}{name}")) for name in names)
    return Text(text.key, (*text.values, *neutral)) if names else text


def known(library: Library) -> bool:
    """Return whether there is a country file at all."""
    return any(country.entries for country in library.countries.values())


def at_home(decision: Decision, library: Library, today: date) -> Decision:
    """Return *decision* with what the learner's country says in place of neutral sentences.

    Most cards hold none and stay the same object: each lesson comes through here.
    """
    country = library.countries.get(decision.learner.country)
    if country is None or not country.entries:
        return decision
    at = _At(country, library, decision.learner.locale, today)
    effects = tuple(_effect(effect, at) for effect in decision.effects)
    return decision if _same(effects, decision.effects) else replace(decision, effects=effects)


class _At(NamedTuple):
    """Where and when somebody reads, and in which language."""

    country: Country
    library: Library
    locale: str
    today: date


def _same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _effect(effect: Effect, at: _At) -> Effect:
    match effect:
        case Say(card) | Edit(_, card):
            filled_card = _card(card, at._replace(locale=card.lang) if card.lang else at)
            return effect if filled_card is card else replace(effect, card=filled_card)
        case Notice(text):
            said = _at_home(text, at)
            return effect if said is text else replace(effect, text=said)
        case _:
            return effect


def _card(card: Card, at: _At) -> Card:
    body = tuple(_block(block, at) for block in card.body)
    why = _at_home(card.why, at) if card.why else None
    if why is card.why and _same(body, card.body):
        return card
    return replace(card, body=body, why=why)


def _block(block: Block[Text], at: _At) -> Block[Text]:
    """Return *block* filled where it can hold a placeholder: a staged message never does."""
    match block:
        case Para(text):
            said = _at_home(text, at)
            return block if said is text else Para(said)
        case Bullets(items, ordered):
            lines = tuple(_at_home(item, at) for item in items)
            return block if _same(lines, items) else Bullets(lines, ordered)
        case _:
            return block


def _at_home(text: Text, at: _At) -> Text:
    if not text.values:
        return text
    values = tuple((name, _value(value, at)) for name, value in text.values)
    same = all(new is old for (_, new), (_, old) in zip(values, text.values, strict=True))
    return text if same else Text(text.key, values)


def _value(value: Value, at: _At) -> Value:
    if not isinstance(value, Text):
        return value
    if not value.key.startswith(NEUTRAL):
        return _at_home(value, at)
    entry = at.country.entries.get(value.key.removeprefix(NEUTRAL))
    if entry is None or not -AHEAD <= at.today - entry.checked <= SHOWN:
        return value
    if entry.law and at.locale not in at.library.served.get(entry.law, frozenset()):
        return value
    said = Text(entry.law) if entry.law else _said(entry)
    old = at.today - entry.checked > FRESH
    return Text("contact.check", (("contact", said),)) if old else said


def _said(entry: Entry) -> Value:
    """Return an entry in one line: its value, or name, phone, chat and hours of a helpline."""
    if not entry.name:
        return _fixed(entry.value)
    ways = [_fixed(way) for way in (entry.phone, entry.chat) if way]
    said = Text(
        "contact.both" if len(ways) > 1 else "contact.one",
        (("name", Fixed("name", entry.name)), *zip(("way", "other"), ways, strict=False)),
    )
    if not entry.hours:
        return said
    return Text("contact.open", (("contact", said), ("hours", _hours(entry.hours))))


def _fixed(text: str) -> Fixed:
    """Return a number, an address or a name so that it stays in one piece in any direction."""
    if text.startswith(("https://", "http://")):
        return Fixed("url", text)
    worded = any(char.isalpha() for char in text)
    return Fixed("name" if worded else "phone", text)


def _hours(hours: tuple[Hours, ...]) -> Text:
    parts = [_open(one) for one in hours]
    return reduce(lambda one, two: Text("hours.and", (("one", one), ("two", two))), parts)


def _open(hours: Hours) -> Text:
    if hours.opens == hours.closes and not hours.first:
        return Text("hours.always")
    clock = (("opens", hours.opens), ("closes", _closing(hours.closes)))
    if not hours.first:
        return Text("hours.daily", clock)
    first = ("first", Text(f"weekday.{hours.first}"))
    if hours.first == hours.last:
        return Text("hours.day", (first, *clock))
    return Text("hours.days", (first, ("last", Text(f"weekday.{hours.last}")), *clock))


def _closing(closes: time) -> Value:
    """Return the hour at which a service closes: at the end of a day not as at its beginning."""
    return closes if closes != time() else Fixed("phone", "24:00")
