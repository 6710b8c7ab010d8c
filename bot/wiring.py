"""The composition root: the only file that knows every concrete class.

It joins the rooms into a running bot, and holds nothing that another room could hold.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import uvicorn

import bot
from bot import i18n, store
from bot.console import demo, health, metrics
from bot.core.card import Card, Text
from bot.core.message import Message, Rich
from bot.engine import calendar
from bot.ports import ASGI, Connect, Hosted, Platform, Post, Tools
from bot.ports.work import Task, Work
from bot.runtime import aid, clock, export, firing
from bot.runtime.crowd import PERSON
from bot.runtime.hear import Ear
from bot.runtime.leading import Leads
from bot.runtime.loops import Loops, Voice
from bot.runtime.loops import Work as Running
from bot.runtime.measuring import Figures, Measured, Readiness, Rooms
from bot.runtime.outbox import Dispatcher
from bot.runtime.reload import Reload
from bot.runtime.render import Render, renderer
from bot.runtime.tally import Tally
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from bot.runtime.watchdog import Watchdog
from bot.runtime.waves import Waves
from bot.settings import LAST_PORT, Settings, SettingsError
from bot.staffed import staffed
from bot.teaching import Taught, fingerprint, mark, relearned, servable, taught
from bot.work.local import Local

PORTS = 20
"""How many further ports the demo tries where its own is taken."""

LINE_SECONDS = 75
"""How long a silent line of HTTP stays open: longer than whoever calls keeps it.

Telegram hangs up after 60 seconds (tdlib/telegram-bot-api, WebhookActor.cpp), as a proxy before
us does.  Were we first, a call on a line that we just closed would come a second late, or more.
"""

SCARCE = 1000.0
"""Posts a second up to which a flood of one spoils the answers of all.

A page of ours and the terminal answer as fast as they are asked, and whoever asks them waits.
"""

log = logging.getLogger(__name__)


class Busy(OSError):
    """Somebody else holds what only one may have: the database, or the port."""


class Wary:
    """A running bot: its store, its platforms, and the loops between them."""

    def __init__(self, settings: Settings, made: Taught, base: store.Database) -> None:
        """Join the rooms over an open database."""
        self._settings = settings
        self._made = made
        self._base = base
        self._rendered: Render = renderer(self._say, i18n.rtl)
        self._troubles = health.Troubles()
        ear = Ear(made.library, self._render)

        self._tools = Tools(
            now=clock.now,
            translate=self._say,
            fit=self._fit,
            rtl=i18n.rtl,
            languages=made.library.languages,
            heard=lambda name: base.heard(name, clock.now()),
            aid=aid.offline(lambda: self._made.library, self._fit, self._render, ear),
            trouble=self._troubles.tell,
            forgot=lambda where: export.forget(self._platforms, where),
        )
        self._turns = Turns(base, made.library, self._tools, ear, self._deliver)
        self._waves = Waves(base.sends.step, clock.now)
        self._leads = Leads(base, clock.now, tally := Tally())
        self.loops = Loops(self._turns, self._leads, base, clock.now, self._troubles.tell)
        self.reload = self._reloading(settings, made)
        self._rooms = Rooms(
            base=base,
            turns=self._turns,
            clock=clock.Clock(base, self._turns.receive),
            leads=self._leads,
            watchdog=Watchdog(clock.now, self._troubles.tell),
            reload=self.reload,
            tally=tally,
        )
        self._readiness = Readiness(self._rooms, clock.now, self._troubles.tell)
        self._figures = Figures(self._rooms, self._readiness, clock.now, self._version)
        self.hosted = False  # whether any of them is spoken to over HTTP
        self.console: Mapping[str, ASGI] = {}  # by path
        self.work: Work = Local(self.tasks, clock.now)

    def _fit(self, tag: str) -> str | None:
        return i18n.fitting(tag, self._made.library.languages)

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Return what may be deferred, by name."""
        return firing.tasks(self._rooms.clock)

    def _reloading(self, settings: Settings, made: Taught) -> Reload[Taught]:
        anew = partial(mark, settings), lambda: relearned(settings, self._made)
        return Reload(*anew, take=self.teach, known=made.mark)

    @property
    def _platforms(self) -> list[Platform]:
        return [one.platform for one in self.loops.voices.values()]

    def _deliver(self, posts: Sequence[Post]) -> None:
        self.loops.deliver(posts)

    def _version(self) -> str:
        """Return the fingerprint of what is taught."""
        return fingerprint(self._made.mark)

    def _say(self, locale: str, text: Text) -> Rich:
        return self._made.catalogues.translate(locale, text)

    def _render(self, card: Card, locale: str) -> Message:
        return self._rendered(card, locale)

    def teach(self, made: Taught) -> None:
        """Serve *made* from the next turn on; cards that wait are still said as they were."""
        self._made = replace(made, catalogues=made.catalogues.keeping(self._made.catalogues))
        self._rendered = renderer(self._say, i18n.rtl)
        self._turns.teach(made.library)

    def join(self, name: str, *, shown: bool = False) -> Platform:
        """Connect the platform in the folder *name*; *shown*: with the demo's panels beside it."""
        aside = demo.panels(self._base.known, self._say) if shown else None
        tools = replace(self._tools, aside=aside)
        platform = _connected(name, self._settings, tools)
        gate = Gate(platform.limits.rate, clock.monotonic)
        if platform.limits.rate <= SCARCE and self._settings.pace:
            self._turns.crowd.pace(name, replace(PERSON, each=60 / self._settings.pace))
        if self._settings.plays("send"):
            tally, base = self._rooms.tally, self._base
            sender = Dispatcher(platform, base, self._render, gate, clock.now, tally)
            self.loops.voices[name] = Voice(platform, sender)
            self._rooms.gates[name] = gate
        elif isinstance(platform, Hosted):
            self.loops.voices[name] = Voice(platform, None)
        else:
            raise SettingsError(("--roles: who polls Telegram also sends to it; add send",))
        if isinstance(platform, Measured):
            self._rooms.measured[name] = platform
        self.hosted |= isinstance(platform, Hosted)
        return platform

    def stop(self) -> None:
        """End the run as soon as what is in flight has ended."""
        self.loops.stop()

    async def ready(self) -> bool:
        """Return whether this process can do its work, and every platform hears what people do.

        One that stands by is as ready as the one that leads.
        """
        await self._readiness.look()
        return not (self.loops.stopping or self._troubles.lasting)

    def site(self) -> ASGI:
        """Return the one HTTP site: the pages for machines, and the platforms' own."""
        hosted = {
            one.path: health.Led(one.app, partial(self._leads.stands_by, one.name))
            for one in self._platforms
            if isinstance(one, Hosted)
        }
        return health.front(self.ready, {**self.console, **hosted}, self._troubles)

    async def run(
        self, listener: socket.socket | None = None, private: socket.socket | None = None
    ) -> None:
        """Run until stopped, or until the terminal has no more input.

        *listener* is that of the site, *private* that of the figures.

        Raises:
            Busy: another process has this database for itself.
        """
        config, ticking = self._settings, self._rooms.clock
        slices = 1 if isinstance(self.work, Local) else firing.SLICES
        looks = config.platforms if config.plays("clock") else ()
        looking = firing.Looking(self._base, ticking, self.work.defer, looks, slices)
        if not await self._base.enter():
            message = "another Wary process uses this database; stop it, or name another one"
            raise Busy(message)
        await self._leads.begin(tuple(self._rooms.gates))
        sites = ((self.site, listener), (lambda: metrics.page(self._figures.measure), private))
        servers = [served(site(), one) for site, one in sites if one]
        beside = [self._rooms.watchdog.run, *([self.work.run] if config.plays("work") else [])]
        also = [self.reload.look, *([self._waves.roll] if config.plays("clock") else [])]
        scheduler = ticking.tick(also=also, look=looking.look)
        try:
            await self.loops.run(servers, beside)
        finally:
            scheduler.shutdown(wait=False)


async def serve(
    config: Settings, tell: Callable[[str], None], *, shown: bool = False, watched: bool = False
) -> None:
    """Serve the platforms of *config* until stopped, and *tell* where, a line at a time.

    *shown*: it is the demo.  *watched*: tell machines how it goes.

    Raises:
        SettingsError: something is wrong with the settings.
        ContentFault: the files cannot be served.
        Unfit: the database cannot be used as it is.
        StoreDown: it cannot be reached.
        Busy: the database or the port is taken.
    """
    made = taught(config)
    weighed(config, made)
    key, erased = config.secrets
    async with AsyncExitStack() as stack:
        base = await store.connect(config.database_url, key=key, journal=erased)
        stack.push_async_callback(base.close)
        running = Wary(config, made, base)
        for name in filter(config.plays, config.platforms):
            running.join(name, shown=shown)
        await stack.enter_async_context(shared(config, running))
        if watched and config.plays("console"):
            running.console = staffed(config, made, base)
        # Before anybody is told that it serves: who was told may say at once that it shall end.
        on_signals(running)
        alone = watched and not running.hosted and config.plays("console")
        listener = aside(config.host, config.port) if alone else None
        private = listening(config.host, config.metrics) if watched and config.metrics else None
        if running.hosted:
            listener = listening(config.host, config.port, PORTS if shown and config.port else 0)
            host, port = listener.getsockname()[:2]
            tell(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
            if shown:
                tell("Open this address in a browser.  Nothing leaves this computer; Ctrl+C ends.")
        await running.run(listener, private)


@asynccontextmanager
async def shared(config: Settings, running: Wary) -> AsyncIterator[None]:
    """Let *running* share its work with all that use its server; a file has nobody to share with.

    Raises:
        SettingsError: the library of the queue is not installed.
        StoreDown: the server cannot be reached.
    """
    if config.database_url.startswith("sqlite"):
        yield
        return
    try:
        cluster = import_module("bot.work.cluster")
    except ModuleNotFoundError as error:
        fault = f"WARY_DATABASE_URL: PostgreSQL needs {error.name}; install wary-bot[postgres]"
        raise SettingsError((fault,)) from error
    work = cluster.Cluster(config.database_url, running.tasks, clock.now)
    await work.open()
    try:
        running.work = work
        yield
    finally:
        await work.close()


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


def served(site: ASGI, listener: socket.socket) -> tuple[uvicorn.Server, Running]:
    """Return the server of *site*, and the work of answering on *listener*."""
    server = _server(site)
    return server, partial(server.serve, [listener])


def _server(site: ASGI) -> uvicorn.Server:
    config = uvicorn.Config(
        site,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=LINE_SECONDS,
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


def aside(host: str, port: int) -> socket.socket | None:
    """Return a socket for the pages for machines alone; None where it is taken, and told.

    A bot that nobody speaks to over HTTP works without: several of them share one machine.
    """
    try:
        return listening(host, port)
    except Busy:
        log.warning("health_not_served", extra={"address": f"{host}:{port}"})
        return None


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
    servable(made)


def _known() -> str:
    folder = Path(bot.__file__).parent / "platforms"
    return ", ".join(sorted(one.parent.name for one in folder.glob("*/adapter.py")))


def on_signals(running: Wary) -> None:
    """End *running* in good order on SIGINT and SIGTERM; let it learn anew on SIGHUP."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.stop)
    if hasattr(signal, "SIGHUP"):
        learning: set[asyncio.Task[bool]] = set()

        def learn() -> None:
            task = loop.create_task(running.reload.learn())
            learning.add(task)
            task.add_done_callback(learning.discard)

        loop.add_signal_handler(signal.SIGHUP, learn)
