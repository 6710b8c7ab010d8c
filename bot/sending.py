"""What ``wary send`` and ``wary audit`` do: order a send, look at it, steer it, prove it.

Rule 1: the work is done in the store; here stand the words that tell of it.
Rule 2: nothing is promised that was not counted: how long it takes follows from what waits.
"""

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot import i18n, store
from bot.core.card import Card, Para, Text
from bot.core.events import Address
from bot.core.learner import Learner, Track
from bot.core.send import Audience, Audit, Draft, Kind, Progress, Recipient
from bot.engine import posting
from bot.ports import Tools
from bot.runtime import clock
from bot.runtime.render import renderer
from bot.runtime.throttle import BULK
from bot.settings import Settings
from bot.store.sends import LANES, Verb
from bot.teaching import Taught, taught

T = TypeVar("T")
Tell = Callable[[str], None]

BAR = 30
"""Width of a bar, in characters."""

SHOWN = 20
"""Recipients that a preview names, unless it shall name all."""

WATCH_SECONDS = 1.0
"""How often a send that is watched is looked at."""

FINAL = ("sent", "refused", "gone", "unknown", "expired", "skipped", "erased")
"""What becomes of posts, in the order in which it is told."""

OVER = ("finished", "stopped")


@dataclass(frozen=True, slots=True)
class Order:
    """What is typed to order a send; ``texts`` are ``LANGUAGE=FILE``, times in ISO 8601."""

    name: str
    kind: Kind
    audience: Audience
    lesson: str = ""
    texts: tuple[str, ...] = ()
    seed: str = ""
    begins: str = ""
    ends: str = ""
    expires: str = ""
    seen: int = 0


def plan(config: Settings, order: Order, tell: Tell) -> int:
    """Write down what is ordered, *tell* how many it would reach, and return an exit code.

    Raises:
        ValueError: something cannot be meant.
    """
    made = taught(config)
    draft = _draft(config, order, made)

    async def work(base: store.Database) -> None:
        send = await base.sends.create(draft)
        tell(f"Send {send}: {draft.kind} {draft.cause}")
        await _reach(config, base, send, made, tell)
        tell(f"Look at it: wary send preview {send}   Start it: wary send start {send}")

    _on(config, work)
    return 0


def _draft(config: Settings, order: Order, made: Taught) -> Draft:
    if bool(order.lesson) == bool(order.texts):
        raise ValueError("say what is sent: --lesson ID, or --text LANGUAGE=FILE")
    cards = _lesson(order, made) if order.lesson else _texts(order.texts, made)
    begins, ends, expires = (
        _instant(config, text) for text in (order.begins, order.ends, order.expires)
    )
    now = clock.now()
    if expires and expires <= now:
        raise ValueError("--expires is over already")
    seen = now - timedelta(days=order.seen) if order.seen else None
    return Draft(
        kind=order.kind,
        cause=order.name,
        cards=cards,
        fallback=config.locale if config.locale in cards else next(iter(cards)),
        audience=replace(order.audience, seen_since=seen),
        seed=order.seed or order.name,
        begins=begins or (now if ends else None),
        ends=ends,
        expires=expires,
        by="command line",
    )


def _instant(config: Settings, text: str) -> datetime | None:
    """Return the instant of *text*, in the deployment's zone where it names none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no time; write one such as 2031-01-01T09:00") from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(config.zone))


def _lesson(order: Order, made: Taught) -> Mapping[str, Card]:
    """Return the card that tells of a lesson, in every language that is offered."""
    library = made.library
    if order.lesson not in library.lessons:
        known = ", ".join(sorted(library.lessons))
        raise ValueError(f"'{order.lesson}' is no lesson; known are {known}")
    told = library.lessons[order.lesson]
    tracks = [one for one in told.tracks if str(one) in order.audience.tracks] or told.tracks
    track = Track.CITIZEN if Track.CITIZEN in tracks else tracks[0]
    reader = Learner("0" * 32, Address("", ""), track=track, country=library.home_country)
    return {
        locale: posting.announced(replace(reader, locale=locale), library, told)
        for locale in library.languages
    }


def _texts(texts: tuple[str, ...], made: Taught) -> Mapping[str, Card]:
    """Return the cards of texts: the first line is the title, an empty line parts paragraphs."""
    cards = {}
    for one in texts:
        locale, equals, path = one.partition("=")
        if not equals or locale not in made.library.languages:
            offered = ", ".join(made.library.languages)
            raise ValueError(f"'{one}': write LANGUAGE=FILE, the language one of {offered}")
        title, _, rest = Path(path).read_text(encoding="utf-8").strip().partition("\n")
        parts = [" ".join(part.split()) for part in rest.split("\n\n")]
        body = tuple(Para(said(part)) for part in parts if part)
        cards[locale] = Card(title=said(title.strip()), body=body)
    return cards


def said(words: str) -> Text:
    """Return the text of an operator's own *words*."""
    return Text("send.words", (("words", words),))


def preview(config: Settings, send: int, tell: Tell, *, whole: bool = False) -> int:
    """*Tell* what *send* says, to how many, to whom and when; nothing is sent."""
    made = taught(config)

    async def work(base: store.Database) -> None:
        for line in worded(made, await base.sends.cards(send), await base.sends.reach(send)):
            tell(line)
        total = await _reach(config, base, send, made, tell)
        named = 0
        while named < total and (page := await base.sends.people(send, clock.now(), named)):
            for one in page if whole else page[:SHOWN]:
                tell(_person(one))
            named += len(page)
            if not whole:
                break
        if total > SHOWN and not whole:
            tell(f"and {total - SHOWN:,} more; --all names them")

    _on(config, work)
    return 0


def worded(
    made: Taught, cards: Mapping[str, Card], reach: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    """Yield what is said on each platform in each language, as it is handed over."""
    render = renderer(made.catalogues.translate, i18n.rtl)
    for platform, locale in sorted(reach):
        shown = import_module(f"bot.platforms.{platform}.preview").shown
        yield f"--- {platform}, {locale}, {reach[platform, locale]:,} people"
        yield str(shown(render(cards[locale], locale)))
    yield "---"


def _person(one: Recipient) -> str:
    due = f"{one.due:%Y-%m-%d %H:%M:%S}Z" if one.due else ""
    return f"{one.address:016x}  {one.platform}  {one.locale}  {due}".rstrip()


async def _reach(
    config: Settings, base: store.Database, send: int, made: Taught, tell: Tell
) -> int:
    """*Tell* how many *send* would reach and how long that takes; return how many."""
    reach = await base.sends.reach(send)
    progress = await base.audits.progress(send, clock.now())
    total = sum(reach.values())
    tell(f"{total:,} people just now")
    for (platform, locale), n in sorted(reach.items()):
        tell(f"  {n:>10,}  {platform}, {locale}")
    new: dict[str, int] = {}
    for (platform, _), n in reach.items():
        new[platform] = new.get(platform, 0) + n
    tell(await _ends(config, base, progress, made, new))
    return total


async def _ends(
    config: Settings,
    base: store.Database,
    progress: Progress,
    made: Taught,
    new: Mapping[str, int],
) -> str:
    """Return when the last post would leave: after what waits before it, at the allowed pace.

    *new*: how many would be added on each platform.
    """
    lane = LANES[progress.kind]
    waits = await base.audits.queued(int(lane))
    longest = timedelta()
    for name in sorted({*waits, *new}):
        rate = _rate(config, name, made)
        if rate is None:
            return f"When it ends is not known: {name} is not set up here"
        share = BULK if progress.kind in ("campaign", "lesson_day") else 1.0
        seconds = (waits.get(name, 0) + new.get(name, 0)) / (rate * share)
        longest = max(longest, timedelta(seconds=seconds))
    now = clock.now()
    last = max(now, progress.begins or now) + longest
    if progress.ends:
        last = max(last, progress.ends)
    words = f"The last would leave at {last:%Y-%m-%d %H:%M}Z or a little later"
    if progress.ends and last > progress.ends:
        words += ", which is after the window"
    if progress.expires and last > progress.expires:
        words += ", but the send expires before: not everybody gets it"
    return words


def _rate(config: Settings, name: str, made: Taught) -> float | None:
    """Return how many posts a second the platform *name* takes, None where it is not set up."""
    tools = Tools(
        now=clock.now,
        translate=made.catalogues.translate,
        fit=lambda tag: i18n.fitting(tag, made.library.languages),
        rtl=i18n.rtl,
        languages=made.library.languages,
    )
    with suppress(ModuleNotFoundError, ValueError):
        connect = import_module(f"bot.platforms.{name}").connect
        return float(connect(config.of_platform(name), tools).limits.rate)
    return None


def steer(config: Settings, send: int, verb: Verb, tell: Tell) -> int:
    """Do what is wished of *send*, with all that follows for its rows, and *tell* how it stands.

    Raises:
        ValueError: there is no such send, or it cannot be done.
    """

    async def work(base: store.Database) -> None:
        await base.sends.turn(send, verb, clock.now())
        # From here on it holds; what follows another process would do as well.
        while await base.sends.step(clock.now()):
            pass
        tell(_stands(await base.audits.progress(send, clock.now())))

    _on(config, work)
    return 0


def status(config: Settings, send: int, tell: Tell, *, watch: bool = False) -> int:
    """*Tell* how far *send* has come; with *watch* again and again, until it is over."""
    made = taught(config)

    async def work(base: store.Database) -> None:
        while True:
            await base.sends.step(clock.now())
            progress = await base.audits.progress(send, clock.now())
            tell(_stands(progress))
            if progress.state in ("planned", "running") and progress.open:
                tell(await _ends(config, base, progress, made, {}))
                tell(f"{progress.recent:,} within the last minute")
            if not watch or progress.state in OVER:
                return
            await asyncio.sleep(WATCH_SECONDS)

    _on(config, work)
    return 0


def _stands(progress: Progress) -> str:
    done = progress.size - progress.open
    counts = ", ".join(
        f"{progress.counts[one]:,} {one}" for one in FINAL if one in progress.counts
    )
    whole = "" if progress.planned or progress.state in (*OVER, "draft") else " so far"
    return (
        f"Send {progress.id} {progress.state} {bar(done, progress.size)} "
        f"{done:,} of {progress.size:,}{whole}{': ' if counts else ''}{counts}"
    )


def bar(done: int, total: int) -> str:
    """Return how much of *total* is *done*, as a bar; it is full only when all is."""
    part = done * BAR // total if total else BAR
    percent = done * 100 // total if total else 100
    return f"[{'#' * part}{'.' * (BAR - part)}] {percent} %"


def audit(config: Settings, send: int, tell: Tell, table: Path | None = None) -> int:
    """Prove that everybody of *send* is accounted for; return 1 where somebody is not.

    *table*: a file to which every row is written, as CSV.
    """

    async def work(base: store.Database) -> int:
        await base.sends.step(clock.now())
        found = await base.audits.audit(send, clock.now())
        tell(_stands(found.progress))
        tell(_sum(found))
        if table is not None:
            tell(f"{await _written(base, send, table):,} rows in {table}")
        for line in [line async for line in _unaccounted(base, send, found)]:
            tell(line)
        return 0 if found.sound else 1

    return _on(config, work)


def _sum(found: Audit) -> str:
    """Return the sum that must be equal to the audience."""
    counts = found.progress.counts
    terms = [f"{counts.get(one, 0):,} {one}" for one in FINAL]
    waiting = sum(found.waiting.values())
    terms += [f"{waiting:,} waiting"] if waiting else []
    equal = "=" if found.lost == 0 else "is not"
    return f"{' + '.join(terms)} {equal} {found.progress.size:,}"


async def _unaccounted(base: store.Database, send: int, found: Audit) -> AsyncIterator[str]:
    """Yield everybody who is not accounted for."""
    if found.lost > 0:
        yield f"{found.lost:,} have no row. Of today's audience these have none:"
        for one in await base.audits.rowless(send):
            yield f"{_person(one)}  no row"
    if found.late:
        async for one in base.audits.rows(send, sorted(found.waiting)):
            yield f"{_person(one)}  {one.state}, though the send is over"
    for state in found.miscounted:
        counted, there = found.progress.counts.get(state, 0), found.rows.get(state, 0)
        yield f"{state}: {counted:,} were counted, {there:,} rows say so"
    if found.sound:
        yield "Everybody is accounted for."


async def _written(base: store.Database, send: int, table: Path) -> int:
    """Write every row of *send* to *table* and return how many there are."""
    count = 0
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("address", "platform", "language", "state", "due", "settled", "message"))
        async for one in base.audits.rows(send):
            times = (at.isoformat() if at else "" for at in (one.due, one.settled))
            address = f"{one.address:016x}"
            rows.writerow((address, one.platform, one.locale, one.state, *times, one.message))
            count += 1
    return count


def _on(config: Settings, work: Callable[[store.Database], Awaitable[T]]) -> T:
    """Return what *work* returns, over the database of *config*."""

    async def whole() -> T:
        key, erased = config.secrets
        base = await store.connect(config.database_url, key=key, journal=erased)
        try:
            return await work(base)
        finally:
            await base.close()

    return asyncio.run(whole())
