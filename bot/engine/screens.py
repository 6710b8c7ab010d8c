"""The settings screens: what can be chosen on each, and how it is put.

Rule 1: a screen is drawn from the learner and their stage alone, so that it can be drawn again.
Rule 2: what a press on a screen changes stands in preferences.py.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time

from bot.core.card import Action, Block, Bullets, Button, Card, Choice, Para, Text, Value
from bot.core.learner import Choosing, Learner, Often, Track
from bot.core.library import Library
from bot.engine import placement, schedule, zones

TRACKS = (
    Track.CITIZEN,
    Track.PARENT,
    Track.EDUCATOR,
    Track.BUSINESS,
    Track.TEEN,
    Track.SENIOR,
)
"""Tracks that a person may choose; ``child`` is reached only through a class or an adult."""

HOURS = ("07:30", "12:30", "18:00")
"""Hours offered first.  Source: chat.md, 9.1."""

MORE_HOURS = tuple(f"{hour:02}:00" for hour in range(6, 23))
"""Hours offered behind Other; any other can be typed."""

COUNTRIES = 5
"""Countries offered first, beside Other and Rather not say."""

PAGE = 18
"""Entries on one page of a long list; with its buttons it stays below 25."""

WRITTEN = (Often.DAILY, Often.TIP, Often.WEEKLY, Often.NEVER)
"""How often a person may be written to; the first conversation leaves the week out."""

POSTED = (Often.DAILY, Often.QUESTION, Often.WEEKLY, Often.NEVER)
"""What may be posted in a place, and how often."""

HERE = "here"
"""The verb under which a place's own buttons go out: ``here:set:hour:18.00``."""

QUIET = "quiet"
"""The one setting that is shown and has no button yet."""

NAMES = ("language", "often", "hour", QUIET, "track", "country", "alerts", "typed")
"""The settings of a person, in the order shown."""

PLACE_NAMES = ("language", "often", "hour", "track", "country", "alerts")
"""The settings of a place, in the order shown."""

Entry = tuple[Text, str]


def choice(what: str, text: Text, value: str) -> Choice[Text]:
    """Return the choice that sets *what* to *value*."""
    return Choice(text, Action("set", (what, value)))


def packed(zone: str) -> str:
    """Return the name of a zone as a button's token can carry it."""
    return zone.replace("/", ".")


def unpacked(token: str) -> str:
    """Return the name of the zone that *token* carries."""
    return token.replace(".", "/")


def hour_text(hour: str) -> Text:
    """Return the text of an hour written ``HH:MM``."""
    return Text("value.time", (("time", time.fromisoformat(hour)),))


def often(learner: Learner) -> Iterator[Entry]:
    """Yield how often one may be written to, or what may be posted in a place."""
    for name in POSTED if learner.place else WRITTEN:
        if name is Often.WEEKLY and learner.often is Often.UNASKED and not learner.place:
            continue
        yield often_text(learner, name), name


def often_text(learner: Learner, name: str) -> Text:
    """Return the text of one way of being written to."""
    return Text(f"place.{name}" if learner.place else f"often.{name}")


def _language(_: Learner, library: Library, __: Choosing, ___: datetime) -> Iterator[Entry]:
    for tag in library.languages:
        yield Text(f"language.{tag}"), tag


def _track(*_: object) -> Iterator[Entry]:
    for track in TRACKS:
        yield Text(f"track.{track}"), track


def _often(learner: Learner, *_: object) -> Iterator[Entry]:
    yield from often(learner)


def _hour(_: Learner, __: Library, stage: Choosing, ___: datetime) -> Iterator[Entry]:
    for hour in MORE_HOURS if stage.page else HOURS:
        yield hour_text(hour), hour.replace(":", ".")


def _country(learner: Learner, library: Library, stage: Choosing, _: datetime) -> Iterator[Entry]:
    if stage.page:
        codes = library.alphabet.get(learner.locale, tuple(sorted(library.countries)))
        first = (stage.page - 1) * PAGE
        codes = codes[first : first + PAGE]
    else:
        home = (library.home_country,) if library.home_country else ()
        offered = (*home, *library.offers.get(learner.locale, ()))
        codes = tuple(dict.fromkeys(offered))[:COUNTRIES]
    for code in codes:
        yield Text(f"country.{code}"), code
    if not stage.page:
        yield Text("countries.unsaid"), "none"


def places_of(learner: Learner, library: Library) -> tuple[str, ...]:
    """Return the zones among which the clock decides: the country's, or the world's."""
    country = library.countries.get(learner.country)
    return country.zones if country else library.zones


def _clock(learner: Learner, library: Library, stage: Choosing, at: datetime) -> Iterator[Entry]:
    found = zones.clocks(places_of(learner, library), at)
    first = stage.page * PAGE
    for clock in found[first : first + PAGE]:
        values: tuple[tuple[str, Value], ...] = (
            ("time", zones.wall(clock.offset, at)),
            ("city", Text(f"city.{clock.zones[0]}")),
        )
        yield Text("clock.choice", values), str(clock.offset)


def _city(learner: Learner, library: Library, stage: Choosing, at: datetime) -> Iterator[Entry]:
    open_zones = zones.cities(places_of(learner, library), stage.offset or 0, at)
    first = stage.page * PAGE
    for zone in open_zones[first : first + PAGE]:
        yield Text(f"city.{zone}"), packed(zone)


def _alerts(*_: object) -> Iterator[Entry]:
    yield Text("alerts.urgent"), "urgent"
    yield Text("alerts.none"), "none"


def _urgent(*_: object) -> Iterator[Entry]:
    yield Text("urgent.send"), "urgent"
    yield Text("urgent.not"), "none"


def _typed(*_: object) -> Iterator[Entry]:
    yield Text("typed.on"), "on"
    yield Text("typed.off"), "off"


def _pause(*_: object) -> Iterator[Entry]:
    for length in ("week", "month", "open"):
        yield Text(f"pause.{length}"), length


Entries = Callable[[Learner, Library, Choosing, datetime], Iterator[Entry]]

SCREENS: dict[str, Entries] = {
    "language": _language,
    "track": _track,
    "often": _often,
    "hour": _hour,
    "country": _country,
    "clock": _clock,
    "city": _city,
    "alerts": _alerts,
    "typed": _typed,
    "pause": _pause,
    "urgent": _urgent,
}
"""The screens by the name that actions carry."""


def more_pages(learner: Learner, library: Library, stage: Choosing, at: datetime) -> bool:
    """Return whether a further page of this screen exists."""
    match stage.what:
        case "hour":
            return stage.page == 0
        case "country":
            return stage.page * PAGE < len(library.countries)
        case "clock":
            total = len(zones.clocks(places_of(learner, library), at))
            return (stage.page + 1) * PAGE < total
        case "city":
            total = len(zones.cities(places_of(learner, library), stage.offset or 0, at))
            return (stage.page + 1) * PAGE < total
        case _:
            return False


def card(learner: Learner, library: Library, stage: Choosing, at: datetime) -> Card:
    """Return the card of the screen *stage* names, or the settings themselves."""
    entries = SCREENS.get(stage.what)
    if entries is None:
        return settings(learner, library, at)
    choices = tuple(
        choice(stage.what, text, value) for text, value in entries(learner, library, stage, at)
    )
    buttons = []
    if more_pages(learner, library, stage, at):
        turn = Action("page", (stage.what, str(stage.page + 1)))
        buttons.append(Button(Text("list.other"), turn))
    if stage.page:
        back = Action("page", (stage.what, str(stage.page - 1)))
        buttons.append(Button(Text("list.before"), back))
    if not stage.joining and stage.what != "urgent":
        buttons.append(Button(Text("list.back"), Action("go", ("settings",))))
    return Card(
        body=(*_said(learner, library, stage), Para(_asked(learner, stage))),
        choices=choices,
        buttons=tuple(buttons),
    )


def _asked(learner: Learner, stage: Choosing) -> Text:
    other = learner.place and stage.what in ("often", "hour", "country", "track")
    return Text(f"place.{stage.what}_ask" if other else f"{stage.what}.ask")


def _said(learner: Learner, library: Library, stage: Choosing) -> Iterator[Block[Text]]:
    """Yield what a screen says before it asks."""
    if stage.what != "urgent":
        return
    if learner.paused_until is not None:
        when = schedule.told(learner, learner.paused_until)
        yield Para(Text("pause.quiet_until", (("when", when),)))
    else:
        yield Para(Text("pause.until_back"))


def settings(learner: Learner, library: Library, at: datetime) -> Card:
    """Return the list of all settings of a person or a place, each with its button."""
    names = PLACE_NAMES if learner.place else NAMES
    rows = tuple(row for name in names for row in _rows(learner, library, at, name))
    buttons = [
        Button(_set_text(learner, name), Action("go", (name,))) for name in names if name != QUIET
    ]
    if not learner.place:
        buttons += placement.offers(learner, library)
    pause = "resume" if learner.paused else "pause"
    buttons.append(Button(Text(f"settings.{pause}"), Action("go", (pause,))))
    if not learner.place:
        buttons.append(Button(Text("settings.set_link"), Action("link")))
        buttons.append(Button(Text("settings.mydata"), Action("mydata")))
        buttons.append(Button(Text("forget.me"), Action("forget"), style="danger"))
    if learner.place:
        buttons.append(Button(Text("place.stop"), Action(HERE, ("stop",)), style="danger"))
    title = Text("place.settings" if learner.place else "settings.title")
    return Card(title=title, body=(Bullets(rows),), buttons=tuple(buttons))


def _set_text(learner: Learner, name: str) -> Text:
    other = learner.place and name == "often"
    return Text("place.set_often" if other else f"settings.set_{name}")


def _rows(learner: Learner, library: Library, at: datetime, name: str) -> Iterator[Text]:
    """Yield what the settings say of *name*."""
    match name:
        case "hour":
            yield _hour_row(learner, library, at)
            upcoming = schedule.upcoming(learner, library, at)
            if upcoming:
                yield Text("settings.next", (("when", upcoming),))
        case "quiet":
            quiet_from, quiet_to = (time.fromisoformat(edge) for edge in learner.quiet)
            yield Text("settings.quiet", (("from", quiet_from), ("to", quiet_to)))
        case "often":
            key = "place.row_often" if learner.place else "settings.often"
            yield Text(key, (("often", _value(learner, name)),))
        case _:
            yield Text(f"settings.{name}", ((name, _value(learner, name)),))


def _value(learner: Learner, name: str) -> Text:
    match name:
        case "often" if learner.often:
            return often_text(learner, learner.often)
        case "country" if learner.country:
            return Text(f"country.{learner.country}")
        case "often" | "country":
            return Text("settings.unchosen")
        case "typed":
            return Text("typed.on" if learner.typed_only else "typed.off")
        case _:
            said = {"language": learner.locale, "track": learner.track, "alerts": learner.alerts}
            return Text(f"{name}.{said[name]}")


def _hour_row(learner: Learner, library: Library, at: datetime) -> Text:
    if not learner.hour:
        return Text("settings.no_hour")
    hour = time.fromisoformat(learner.hour)
    if not learner.zone:
        # Nobody's clock is told to somebody who has not said where theirs stands.
        return Text("settings.hour_alone", (("hour", hour),))
    values: tuple[tuple[str, Value], ...] = (
        ("hour", hour),
        ("clock", schedule.clock(learner, library, at)),
    )
    return Text("settings.hour", values)
