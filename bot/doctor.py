"""The doctor: is an operator's own installation able to serve, line by line, with remedies.

Rule 1: it looks and changes nothing: no table, no key and no webhook is made by it.
Rule 2: what needs a network is asked last, of each platform's own ``doctor``, and can be left out.
"""

import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot import content, store
from bot.content.countries import due
from bot.content.sourcing import SOON
from bot.core.finding import Finding
from bot.core.library import Entry
from bot.engine import calendar
from bot.ports import StoreDown
from bot.runtime import clock
from bot.settings import Settings
from bot.teaching import relearned

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier day than that of this program."""

FREE = 0.10
"""Least share of the disk that is free.  Source: trust.md, 11.3."""

SHOWN = 5
"""Faults of the content that are told one by one."""


async def examine(settings: Settings, *, offline: bool = False) -> AsyncIterator[Finding]:
    """Yield a finding for each thing that a serving Wary needs."""
    yield _clock()
    yield _zones(settings)
    for finding in _catalogue(settings):
        yield finding
    yield _disk(_file(settings) or Path())
    async for finding in _database(settings):
        yield finding
    for name in settings.platforms:
        async for finding in _platform(settings, name, offline=offline):
            yield finding


def _clock() -> Finding:
    now = clock.now()
    said = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < RELEASED:
        remedy = "set the clock, by NTP if you can: lessons leave at people's hours"
        return Finding("clock", "fail", f"{said}, before this program was made", remedy)
    return Finding("clock", "ok", said)


def _zones(settings: Settings) -> Finding:
    countries, zones = content.atlas()
    if not countries or not calendar.is_zone(settings.zone):
        remedy = "install the tzdata package again, and look at WARY_ZONE"
        return Finding("zone data", "fail", f"{settings.zone} cannot be loaded", remedy)
    try:
        tables = version("tzdata")
    except PackageNotFoundError:
        tables = "of the machine"
    return Finding("zone data", "ok", f"tzdata {tables}, {len(zones)} ways for a clock to go")


def _catalogue(settings: Settings) -> Iterator[Finding]:
    made, faults = relearned(settings)
    if made is None:
        for fault in faults[:SHOWN]:
            said = f"{fault.path}:{fault.line} {fault.key} {fault.wrong}"
            yield Finding("content", "fail", said, fault.remedy)
        if faults[SHOWN:]:
            said = f"{len(faults) - SHOWN} more faults"
            yield Finding("content", "fail", said, "wary check tells all of them")
        return
    languages = ", ".join(made.library.languages)
    yield Finding("content", "ok", f"{len(made.library.lessons)} lessons in {languages}")
    yield _countries(made.content.countries)


def _countries(told: Mapping[str, Mapping[str, Entry]]) -> Finding:
    """Tell how many countries have helplines of their own, and whose are to be read again soon."""
    if not told:
        said = "none has a file: the international directories stand in their place"
        return Finding("countries", "ok", said)
    entries = sum(len(one) for one in told.values())
    late = due(told, clock.now().date(), SOON)
    said = f"{len(told)} served, {entries} entries, {len(late)} due within {SOON.days} days"
    if late:
        remedy = f"open the sources of {', '.join(sorted(set(late)))} again; see docs/countries.md"
        return Finding("countries", "warn", said, remedy)
    return Finding("countries", "ok", said)


def _disk(path: Path) -> Finding:
    folder = path if path.is_dir() else path.absolute().parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        remedy = "make the folder, or mend WARY_DATABASE_URL"
        return Finding("disk", "fail", f"{folder} cannot be looked at", remedy)
    said = f"{usage.free / 1e9:.1f} GB free, {usage.free / usage.total:.0%}"
    if usage.free < FREE * usage.total:
        return Finding("disk", "warn", said, f"free at least {FREE:.0%}")
    return Finding("disk", "ok", said)


def _file(settings: Settings) -> Path | None:
    """Return the file of the database, or None where it is in no file."""
    kind, _, place = settings.database_url.partition("://")
    name = place.removeprefix("/").partition("?")[0]
    return Path(name) if kind.startswith("sqlite") and name not in {"", ":memory:"} else None


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    file = _file(settings)
    if file is not None and not file.exists():
        said, remedy = f"{file} is not there yet", "the first wary serve makes it, and its key"
        yield Finding("database", "warn", said, remedy)
        return
    key = Path(settings.key_file) if settings.key_file else None
    beside = key or (file.with_name(f"{file.name}.key") if file else None)
    if beside is not None and not beside.exists():
        said = f"{beside} is missing"
        remedy = "put it back: without it nobody in the database can be written to"
        yield Finding("key file", "fail", said, remedy)
        return
    try:
        base = await store.connect(settings.database_url, key=key)
    except store.KeyFault as error:
        yield _faulty("key file", str(error))
    except store.SchemaMismatch as error:
        yield _faulty("database", str(error))
    except StoreDown as error:
        yield _faulty("database", f"{error}; look at WARY_DATABASE_URL and its server")
    else:
        await base.close()
        yield Finding("key file", "ok", "opens what is stored, and is its owner's alone")
        yield Finding("database", "ok", "answers, and is of this version")


def _faulty(about: str, told: str) -> Finding:
    """Return a failure; our exceptions tell the remedy after the last semicolon."""
    said, _, remedy = told.rpartition("; ")
    return Finding(about, "fail", said or told, remedy if said else "see the message")


async def _platform(settings: Settings, name: str, *, offline: bool) -> AsyncIterator[Finding]:
    if not name.isidentifier():
        yield Finding(name, "fail", "no such platform", "look at WARY_PLATFORMS")
        return
    try:
        import_module(f"bot.platforms.{name}")
        own = import_module(f"bot.platforms.{name}.doctor").examine
        if offline:
            yield Finding(name, "warn", "not asked", "run wary doctor without --offline")
            return
        async for finding in own(settings.of_platform(name)):
            yield finding
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing == f"bot.platforms.{name}.doctor":
            yield Finding(name, "ok", "needs no account")
        elif missing.startswith("bot.platforms"):
            remedy = "look at WARY_PLATFORMS"
            yield Finding(name, "fail", "no such platform", remedy)
        else:
            yield Finding(name, "fail", f"{missing} is missing", f"install wary-bot[{name}]")
    except ValueError as error:
        yield _faulty(name, str(error))
