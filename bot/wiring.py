"""The composition root: the only file that knows every concrete class.

It joins the rooms into a running bot, and holds nothing that another room could hold.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import uvicorn

import bot
from bot import content, i18n, store
from bot.console import demo, health
from bot.content.offers import read_offers
from bot.core.card import Text
from bot.core.learner import Track
from bot.core.library import Library
from bot.core.message import words
from bot.core.source import Fault
from bot.engine import calendar, progress
from bot.ports import ASGI, Barred, Connect, Hosted, Platform, Post, StoreDown, Tools
from bot.runtime import aid, clock
from bot.runtime.crowd import PERSON
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import Render, renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from bot.settings import LAST_PORT, Settings, SettingsError

PORTS = 20
"""How many further ports the demo tries where its own is taken."""

STOP_SECONDS = 8
"""How long what is in flight may take to end.  Source: trust.md, 11.4."""

SCARCE = 1000.0
"""Posts a second up to which a flood of one spoils the answers of all.

A page of ours and the terminal answer as fast as they are asked, and whoever asks them waits.
"""

log = logging.getLogger(__name__)


class ContentFault(Exception):
    """Packs, catalogues or lists cannot be served; ``faults`` names all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep every fault."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class Busy(Exception):
    """Somebody else holds what only one may have: the database's lead, or the port."""


@dataclass(frozen=True, slots=True)
class Taught:
    """Everything that was read from files, joined."""

    content: content.Content
    library: Library
    catalogues: i18n.Catalogues
    faults: tuple[Fault, ...]


def data() -> Path:
    """Return the folder of lessons, quizzes and locales: inside a wheel, else the checkout."""
    home = Path(bot.__file__).parent
    return home / "data" if (home / "data").is_dir() else home.parent


def taught(settings: Settings) -> Taught:
    """Read all packs and catalogues and cross them: what is taught, in which languages whole."""
    root = data()
    found = content.read([root], root / "locales" / "interface.yaml")
    wanted = tuple(dict.fromkeys((settings.locale, *found.languages)))
    catalogues, untranslated = i18n.read(
        [root / "locales"], found.sources, found.source_language, wanted
    )
    offers, unlisted = read_offers(root / "locales" / "countries.yaml")
    library = _library(settings, found, catalogues, offers)
    faults = (*found.faults, *untranslated, *unlisted)
    return Taught(found, library, catalogues, tuple(_near(one, root) for one in faults))


def _library(
    settings: Settings,
    found: content.Content,
    catalogues: i18n.Catalogues,
    offers: Mapping[str, tuple[str, ...]],
) -> Library:
    countries, zones = content.atlas()
    today = clock.now().date()
    lessons = {
        key: lesson
        for key, lesson in found.lessons.items()
        if today <= found.stops.get(key, today)
    }
    return Library(
        lessons=lessons,
        # An item goes with its lesson: a question of a lesson that has ended has no title.
        items={key: item for key, item in found.items.items() if item.lesson in lessons},
        paths=progress.orders(lessons, found.paths),
        served=_served(found, catalogues),
        languages=catalogues.languages,
        source_language=found.source_language,
        countries=countries,
        offers=offers,
        alphabet={
            tag: _alphabet(tag, tuple(countries), catalogues) for tag in catalogues.languages
        },
        placeholders=found.placeholders,
        zones=zones,
        home_country=settings.country,
        home_zone=settings.zone,
        trees=found.trees,
    )


def _served(found: content.Content, catalogues: i18n.Catalogues) -> Mapping[str, frozenset[str]]:
    """Return lesson or item id to the languages in which it is whole."""
    whole = {tag: catalogues.whole(tag) for tag in catalogues.languages}
    served = {
        key: frozenset(tag for tag, done in whole.items() if done.issuperset(needs))
        for key, needs in found.needs.items()
    }
    for key, lesson in found.lessons.items():
        some = [served.get(item, frozenset()) for item in lesson.items]
        served[key] = served.get(key, frozenset()) & frozenset().union(*some)
    return served


def _alphabet(tag: str, codes: Sequence[str], catalogues: i18n.Catalogues) -> tuple[str, ...]:
    """Return country codes by the countries' names in a language."""
    names = {
        code: words(catalogues.translate(tag, Text(f"country.{code}"))).casefold()
        for code in codes
    }
    return tuple(sorted(codes, key=lambda code: names[code]))


def checked(settings: Settings, further: Sequence[Path]) -> tuple[Fault, ...]:
    """Return everything wrong in our own pack, *further* packs, and the catalogues."""
    # Here, because a bot that serves needs no lint, and would start the later for it.
    from bot.content.lint import lint  # noqa: PLC0415
    from bot.content.translation import check_translation  # noqa: PLC0415

    root = data()
    found = content.read([root, *further], root / "locales" / "interface.yaml")
    wanted = tuple(dict.fromkeys((settings.locale, *found.languages)))
    folders = [home / "locales" for home in (root, *further) if (home / "locales").is_dir()]
    catalogues, untranslated = i18n.read(folders, found.sources, found.source_language, wanted)
    faults = [*found.faults, *lint(found, clock.now().date()), *untranslated]
    faults += read_offers(root / "locales" / "countries.yaml")[1]
    for tag in catalogues.languages:
        if tag != found.source_language:
            spoken, places = catalogues.translations(tag), catalogues.places(tag)
            faults += check_translation(found, tag, spoken, places)
    return tuple(sorted({_near(fault, root) for fault in faults}))


def _near(fault: Fault, root: Path) -> Fault:
    """Return *fault* with a path as people see it from our own pack."""
    path = Path(fault.path)
    inside = path.is_absolute() and path.is_relative_to(root)
    return replace(fault, path=path.relative_to(root).as_posix()) if inside else fault


class Wary:
    """A running bot: its store, its platforms, and the loops between them."""

    def __init__(self, settings: Settings, made: Taught, base: store.Database) -> None:
        """Join the rooms over an open database."""
        self._settings = settings
        self._made = made
        self._base = base
        translate = made.catalogues.translate
        self._render: Render = renderer(translate, i18n.rtl)
        ear = Ear(made.library, self._render)

        def fit(tag: str) -> str | None:
            return i18n.fitting(tag, made.library.languages)

        self._tools = Tools(
            now=clock.now,
            translate=translate,
            fit=fit,
            rtl=i18n.rtl,
            languages=made.library.languages,
            heard=lambda name: base.heard(name, clock.now()),
            aid=aid.offline(made.library, fit, self._render, ear),
        )
        self._turns = Turns(base, made.library, self._tools, ear, self._deliver)
        self._dispatchers: dict[str, Dispatcher] = {}
        self._platforms: list[Platform] = []
        self._stop = asyncio.Event()

    def _deliver(self, posts: Sequence[Post]) -> None:
        for name, dispatcher in self._dispatchers.items():
            dispatcher.offer([post for post in posts if post.address.platform == name])

    def join(self, name: str, *, shown: bool = False) -> Platform:
        """Connect the platform in the folder *name*; *shown*: with the demo's panels beside it."""
        translate = self._made.catalogues.translate
        aside = demo.panels(self._base.known, translate) if shown else None
        tools = replace(self._tools, aside=aside)
        platform = _connected(name, self._settings, tools)
        gate = Gate(platform.rate, clock.monotonic)
        if platform.rate <= SCARCE and self._settings.pace:
            self._turns.crowd.pace(name, replace(PERSON, each=60 / self._settings.pace))
        self._dispatchers[name] = Dispatcher(platform, self._base, self._render, gate, clock.now)
        self._platforms.append(platform)
        return platform

    def stop(self) -> None:
        """End the run as soon as what is in flight has ended."""
        self._stop.set()

    async def ready(self) -> bool:
        """Return whether the database answers."""
        try:
            await self._base.next_due()
        except StoreDown:
            return False
        return not self._stop.is_set()

    def site(self) -> ASGI | None:
        """Return the one HTTP site, or None where no platform is spoken to over HTTP."""
        hosted = {one.path: one.app for one in self._platforms if isinstance(one, Hosted)}
        return health.front(self.ready, hosted) if hosted else None

    async def run(self, listener: socket.socket | None = None) -> None:
        """Run until stopped, or until the terminal has no more input.

        Raises:
            Busy: another process sends from this database.
        """
        if not await self._base.lead():
            message = "another Wary process uses this database; stop it, or name another one"
            raise Busy(message)
        await self._base.release(clock.now())
        ticking = clock.Clock(self._base, self._turns.receive, served=tuple(self._dispatchers))
        await self._loops(ticking, listener)

    async def _loops(self, ticking: clock.Clock, listener: socket.socket | None) -> None:
        site = self.site()
        server = _server(site) if site and listener else None
        work = [asyncio.create_task(self._turns.run())]
        work += [asyncio.create_task(self._dispatch(one)) for one in self._dispatchers.values()]
        ends: list[asyncio.Task[object]] = [asyncio.create_task(self._stop.wait())]
        ends += [asyncio.create_task(self._listen(one)) for one in self._platforms]
        if server and listener:
            ends.append(asyncio.create_task(server.serve([listener])))
        scheduler = ticking.tick()
        try:
            done, _ = await asyncio.wait({*work, *ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            scheduler.shutdown(wait=False)
            await self._end(work, ends, server)
        for task in done:
            task.result()

    async def _end(
        self,
        work: Sequence[asyncio.Task[None]],
        ends: Sequence[asyncio.Task[object]],
        server: uvicorn.Server | None,
    ) -> None:
        """Stop hearing first, let what is in flight end, then let go."""
        self._stop.set()
        if server:
            server.should_exit = True
        served = [ends[-1]] if server else []
        for task in ends[: len(ends) - len(served)]:
            task.cancel()
        self._turns.stop()
        await asyncio.wait(work[:1], timeout=STOP_SECONDS / 2)
        # After the last turn, so that what it answered still goes out.
        for dispatcher in self._dispatchers.values():
            dispatcher.stop()
        await asyncio.wait([*work, *ends], timeout=STOP_SECONDS / 2)
        for task in (*work, *ends):
            task.cancel()
            with suppress(asyncio.CancelledError, Barred):
                await task

    async def _listen(self, platform: Platform) -> None:
        """Hear a platform; one that refuses its token stops alone."""
        try:
            await platform.listen(self._turns.receive)
        except Barred:
            log.critical("token_refused", extra={"platform": platform.name})
            await self._stop.wait()

    async def _dispatch(self, dispatcher: Dispatcher) -> None:
        """Run a dispatcher; a platform that refuses its token stops alone and keeps its posts."""
        try:
            await dispatcher.run(self._turns.receive, dispatcher.woken)
        except Barred:
            log.critical("token_refused")
            await self._stop.wait()


def _connected(name: str, settings: Settings, tools: Tools) -> Platform:
    """Return the platform in the folder *name*.

    Raises:
        SettingsError: a setting of its own is wrong, or its library is not installed.
    """
    try:
        connect: Connect = import_module(f"bot.platforms.{name}").connect
        return connect(settings.of_platform(name), tools)
    except ModuleNotFoundError as error:
        fault = f"WARY_PLATFORMS: {name} needs {error.name}; install wary-bot[{name}]"
        raise SettingsError((fault,)) from error
    except ValueError as error:
        raise SettingsError((str(error),)) from error


def _server(site: ASGI) -> uvicorn.Server:
    config = uvicorn.Config(
        site,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def listening(host: str, port: int, further: int = 0) -> socket.socket:
    """Return a socket on *host*, at *port* or at one of the *further* ports after it.

    Raises:
        Busy: all of them are taken, or the host is none of ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for tried in range(port, min(port + further, LAST_PORT) + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, tried))
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        return listener
    message = f"{host}:{port} is taken; set WARY_PORT to another port, or 0 for any free one"
    raise Busy(message)


def weighed(settings: Settings, made: Taught) -> None:
    """Refuse settings that only the rooms can judge, and content that cannot be served.

    Raises:
        SettingsError: all that is wrong with the settings.
        ContentFault: all that is wrong with the files.
    """
    faults = [
        f"WARY_PLATFORMS: '{name}' is unknown; choose from {_known()}"
        for name in settings.platforms
        if not name.isidentifier() or find_spec(f"bot.platforms.{name}") is None
    ]
    if not calendar.is_zone(settings.zone):
        faults.append(f"WARY_ZONE: '{settings.zone}' is no zone; write one such as Africa/Tunis")
    if settings.locale not in made.catalogues.languages:
        offered = ", ".join(made.catalogues.languages)
        faults.append(f"WARY_LOCALE: '{settings.locale}' is not offered; choose from {offered}")
    if settings.country and settings.country not in made.library.countries:
        faults.append(f"WARY_COUNTRY: '{settings.country}' is no country; write two letters")
    if faults:
        raise SettingsError(tuple(faults))
    refused = [fault for fault in made.faults if not fault.warning]
    if refused or not made.library.paths.get(Track.CITIZEN):
        raise ContentFault(refused)


def _known() -> str:
    folder = Path(bot.__file__).parent / "platforms"
    return ", ".join(sorted(one.parent.name for one in folder.glob("*/adapter.py")))


def on_signals(running: Wary) -> None:
    """End *running* in good order on SIGINT and SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.stop)
