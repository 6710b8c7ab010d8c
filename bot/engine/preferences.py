"""What a learner may change: language, how often, hour, country, clock, alerts, text only, pause.

Rule 1: a change is complete with its press: there is no Save.
Rule 2: a country names the zone; only where it has several does the clock decide.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.altered import altered
from bot.core.card import Card, Para, Text
from bot.core.effects import Decision, Effect, Notice, Say
from bot.core.events import Incoming, Pressed
from bot.core.learner import Choosing, Idle, Learner, Often, Stranger, Track
from bot.core.library import Library
from bot.engine import aftercare, calendar, onboarding, schedule, screens, zones
from bot.engine.replies import pressed_on, show

PAUSES = {"week": timedelta(days=7), "month": timedelta(days=30)}
"""Lengths of a pause; the third, ``open``, ends when the learner comes back."""


def _language(learner: Learner, value: str, library: Library, _: datetime) -> Learner | None:
    return altered(learner, locale=value) if value in library.languages else None


def _track(learner: Learner, value: str, _: Library, __: datetime) -> Learner | None:
    return altered(learner, track=Track(value)) if value in screens.TRACKS else None


def _often(learner: Learner, value: str, _: Library, __: datetime) -> Learner | None:
    known = value in (screens.POSTED if learner.place else screens.WRITTEN)
    return altered(learner, often=Often(value)) if known else None


def _hour(learner: Learner, value: str, _: Library, __: datetime) -> Learner | None:
    hour = calendar.parse_hour(value.replace(".", ":"))
    return altered(learner, hour=hour) if hour else None


def _country(learner: Learner, value: str, library: Library, at: datetime) -> Learner | None:
    if value == "none":
        return altered(learner, country="", zone="")
    country = library.countries.get(value)
    if country is None:
        return None
    clocks = zones.clocks(country.zones, at)
    one = len(clocks) == 1 and len(zones.cities(country.zones, clocks[0].offset, at)) == 1
    return altered(learner, country=value, zone=country.zones[0] if one else "")


def _clock(learner: Learner, value: str, library: Library, at: datetime) -> Learner | None:
    if not value.removeprefix("-").isdecimal():
        return None
    offset = int(value[:6])
    found = zones.cities(screens.places_of(learner, library), offset, at)
    if not found:
        return None
    return altered(learner, zone=found[0] if len(found) == 1 else "")


def _city(learner: Learner, value: str, library: Library, _: datetime) -> Learner | None:
    zone = screens.unpacked(value)
    return altered(learner, zone=zone) if zone in screens.places_of(learner, library) else None


def _alerts(learner: Learner, value: str, _: Library, __: datetime) -> Learner | None:
    match value:
        case "urgent" | "none":
            return altered(learner, alerts=value)
        case _:
            return None


def _typed(learner: Learner, value: str, _: Library, __: datetime) -> Learner | None:
    return altered(learner, typed_only=value == "on") if value in ("on", "off") else None


def _pause(learner: Learner, value: str, _: Library, at: datetime) -> Learner | None:
    if value == "open":
        return altered(learner, paused=True, paused_until=None)
    length = PAUSES.get(value)
    return altered(learner, paused=True, paused_until=at + length) if length else None


Change = Callable[[Learner, str, Library, datetime], Learner | None]

CHANGES: dict[str, Change] = {
    "language": _language,
    "track": _track,
    "often": _often,
    "hour": _hour,
    "country": _country,
    "clock": _clock,
    "city": _city,
    "alerts": _alerts,
    "urgent": _alerts,
    "typed": _typed,
    "pause": _pause,
}
"""What a choice on each screen changes; None: the value is none of the screen's."""


def choose(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Take a choice on a screen; None where it is none of ours."""
    what, value = (*event.action.args, "", "")[:2]
    return changed(learner, incoming, library, what, value)


def changed(
    learner: Learner, incoming: Incoming, library: Library, what: str, value: str
) -> Decision | None:
    """Set *what* to *value* and show what follows; None where either is unknown."""
    change = CHANGES.get(what)
    after = change(learner, value, library, incoming.at) if change else None
    if after is None or isinstance(learner.stage, Stranger):
        return None
    plan = schedule.changed(learner, after, library, incoming.at)
    after, asked_later = aftercare.followed(learner, after, library, incoming.at)
    plan = (*plan, *asked_later)
    # Whoever wants to be written to after all is asked what was never asked: when, and where.
    joining = _joining(learner, what) or (what == "often" and onboarding.missing(after) != "")
    asked = _asked_next(after, incoming, library, what, value)
    if asked is not None:
        stage = replace(asked, joining=joining)
        after = altered(after, stage=stage)
        card = screens.card(after, library, stage, incoming.at)
        return Decision(after, (*plan, show(incoming.event, card)))
    if joining:
        return onboarding.go_on(after, incoming, library, plan)
    if what == "urgent":
        after = altered(after, stage=Idle())
        card = Card(body=(Para(Text("pause.good")),), tone="good")
        return Decision(after, (*plan, show(incoming.event, card)))
    return _saved(after, incoming, library, plan)


def _joining(learner: Learner, what: str) -> bool:
    """Return whether this change is a step of the first conversation."""
    stage = learner.stage
    if isinstance(stage, Choosing):
        return stage.joining
    return what == onboarding.missing(learner)


def _asked_next(
    learner: Learner, incoming: Incoming, library: Library, what: str, value: str
) -> Choosing | None:
    """Return the screen that the change itself leads to, or None."""
    if what == "pause":
        return Choosing("urgent")
    if what == "country" and not learner.zone:
        return Choosing("clock")
    if what == "clock" and not learner.zone:
        return Choosing("city", offset=int(value[:6]))
    return None


def _saved(
    learner: Learner, incoming: Incoming, library: Library, plan: tuple[Effect, ...]
) -> Decision:
    """Show the settings as they are now; a press is told that it was kept."""
    stage = Choosing("settings")
    after = altered(learner, stage=stage)
    card = screens.card(after, library, stage, incoming.at)
    effects: tuple[Effect, ...] = (show(incoming.event, card),)
    if pressed_on(incoming.event):
        effects = (Notice(Text("settings.saved")), *effects)
    return Decision(after, (*plan, *effects))


def go(learner: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision | None:
    """Open a screen; ``resume`` ends a pause; None where there is no such screen."""
    what = event.action.args[0] if event.action.args else ""
    if what == "resume":
        awake = altered(learner, paused=False, paused_until=None)
        plan = schedule.changed(learner, awake, library, incoming.at)
        return _saved(awake, incoming, library, plan)
    return opened(learner, incoming, library, what)


def opened(learner: Learner, incoming: Incoming, library: Library, what: str) -> Decision | None:
    """Open the screen *what*, or the settings themselves; None where there is no such screen."""
    if what != "settings" and what not in screens.SCREENS:
        return None
    stage = Choosing(what)
    after = altered(learner, stage=stage)
    card = screens.card(after, library, stage, incoming.at)
    return Decision(after, (show(incoming.event, card),))


def page(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Turn a page of a long list; None where there is no such page."""
    what, number = (*event.action.args, "", "")[:2]
    if what not in screens.SCREENS or not number.isdecimal():
        return None
    joining = _joining(learner, what)
    offset = learner.stage.offset if isinstance(learner.stage, Choosing) else None
    stage = Choosing(what, joining, min(int(number[:3]), 99), offset)
    after = altered(learner, stage=stage)
    card = screens.card(after, library, stage, incoming.at)
    return Decision(after, (show(event, card),)) if card.choices else None


def typed_hour(
    learner: Learner, incoming: Incoming, text: str, library: Library
) -> Decision | None:
    """Take a typed time where an hour is asked for; None where it is none."""
    stage = learner.stage
    if not isinstance(stage, Choosing) or stage.what != "hour":
        return None
    hour = calendar.parse_hour(text)
    if hour is None:
        return Decision(learner, (Say(Card(body=(Para(Text("hour.how")),))),))
    return changed(learner, incoming, library, "hour", hour)
