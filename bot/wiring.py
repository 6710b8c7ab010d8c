"""The composition root: the only file that knows every concrete class.

It joins the rooms into a running bot, and holds nothing that another room could hold.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import uvicorn

import bot
from bot import doctor, i18n, store
from bot.console import demo, health
from bot.console.site import Console, Examination
from bot.console.visit import Outside
from bot.core.card import Card, Text
from bot.core.finding import Finding
from bot.core.message import Message, Rich
from bot.core.trouble import Trouble
from bot.engine import calendar
from bot.platforms.web import guard, languages
from bot.ports import ASGI, Barred, Connect, Hosted, Platform, Post, StoreDown, Tools
from bot.runtime import aid, clock, export
from bot.runtime.crowd import PERSON
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.reload import Reload
from bot.runtime.render import Render, renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from bot.settings import LAST_PORT, Settings, SettingsError
from bot.teaching import Taught, mark, relearned, servable, taught

PORTS = 20
"""How many further ports the demo tries where its own is taken."""

STOP_SECONDS = 8
"""How long what is in flight may take to end.  Source: trust.md, 11.4."""

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
    """Somebody else holds what only one may have: the database's lead, or the port."""


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

        def fit(tag: str) -> str | None:
            return i18n.fitting(tag, self._made.library.languages)

        self._tools = Tools(
            now=clock.now,
            translate=self._say,
            fit=fit,
            rtl=i18n.rtl,
            languages=made.library.languages,
            heard=lambda name: base.heard(name, clock.now()),
            aid=aid.offline(lambda: self._made.library, fit, self._render, ear),
            trouble=self._troubles.tell,
            forgot=lambda where: export.forget(self._platforms, where),
        )
        self._turns = Turns(base, made.library, self._tools, ear, self._deliver)
        self._dispatchers: dict[str, Dispatcher] = {}
        self._platforms: list[Platform] = []
        self.console: Mapping[str, ASGI] = {}  # by path
        self.hosted = False  # whether any of them is spoken to over HTTP
        self._stop = asyncio.Event()
        anew = partial(mark, settings), lambda: relearned(settings, self._made)
        self.reload: Reload[Taught] = Reload(*anew, take=self.teach, known=made.mark)

    def _say(self, locale: str, text: Text) -> Rich:
        return self._made.catalogues.translate(locale, text)

    def _render(self, card: Card, locale: str) -> Message:
        return self._rendered(card, locale)

    def teach(self, made: Taught) -> None:
        """Serve *made* from the next turn on; cards that wait are still said as they were."""
        self._made = replace(made, catalogues=made.catalogues.keeping(self._made.catalogues))
        self._rendered = renderer(self._say, i18n.rtl)
        self._turns.teach(made.library)

    def _deliver(self, posts: Sequence[Post]) -> None:
        for name, dispatcher in self._dispatchers.items():
            dispatcher.offer([post for post in posts if post.address.platform == name])

    def join(self, name: str, *, shown: bool = False) -> Platform:
        """Connect the platform in the folder *name*; *shown*: with the demo's panels beside it."""
        aside = demo.panels(self._base.known, self._say) if shown else None
        tools = replace(self._tools, aside=aside)
        platform = _connected(name, self._settings, tools)
        gate = Gate(platform.limits.rate, clock.monotonic)
        if platform.limits.rate <= SCARCE and self._settings.pace:
            self._turns.crowd.pace(name, replace(PERSON, each=60 / self._settings.pace))
        self._dispatchers[name] = Dispatcher(platform, self._base, self._render, gate, clock.now)
        self._platforms.append(platform)
        self.hosted |= isinstance(platform, Hosted)
        return platform

    def stop(self) -> None:
        """End the run as soon as what is in flight has ended."""
        self._stop.set()

    async def ready(self) -> bool:
        """Return whether the database answers, and every platform hears what people do."""
        try:
            await self._base.next_due()
        except StoreDown:
            return False
        return not (self._stop.is_set() or self._troubles.lasting)

    def site(self) -> ASGI:
        """Return the one HTTP site: the pages for machines, and the platforms' own."""
        hosted = {one.path: one.app for one in self._platforms if isinstance(one, Hosted)}
        return health.front(self.ready, {**self.console, **hosted}, self._troubles)

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
        server = _server(self.site()) if listener else None
        work = [asyncio.create_task(self._turns.run())]
        heard = self._turns.receive
        work += [
            asyncio.create_task(self._alone(name, one.run(heard, one.woken)))
            for name, one in self._dispatchers.items()
        ]
        ends: list[asyncio.Task[object]] = [asyncio.create_task(self._stop.wait())]
        ends += [
            asyncio.create_task(self._alone(one.name, one.listen(heard)))
            for one in self._platforms
        ]
        if server and listener:
            ends.append(asyncio.create_task(server.serve([listener])))
        scheduler = ticking.tick(also=[self.reload.look])
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

    async def _alone(self, name: str, work: Awaitable[None]) -> None:
        """Do *work* of the platform *name*; where its token is refused, it alone stops."""
        try:
            await work
        except Barred:
            log.critical("token_refused", extra={"platform": name})
            self._troubles.tell(Trouble(name, "token_refused", clock.now()))
            await self._stop.wait()


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
    base = await store.connect(config.database_url, key=key, journal=erased)
    try:
        running = Wary(config, made, base)
        for name in config.platforms:
            running.join(name, shown=shown)
        if watched:
            running.console = _staffed(config, made, base)
        # Before anybody is told that it serves: who was told may say at once that it shall end.
        on_signals(running)
        listener = aside(config.host, config.port) if watched and not running.hosted else None
        if running.hosted:
            listener = listening(config.host, config.port, PORTS if shown and config.port else 0)
            host, port = listener.getsockname()[:2]
            tell(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
            if shown:
                tell("Open this address in a browser.  Nothing leaves this computer; Ctrl+C ends.")
        await running.run(listener)
    finally:
        await base.close()


def _staffed(config: Settings, made: Taught, base: store.Database) -> Mapping[str, ASGI]:
    """Return the console by path, behind the guard of the browser chat: they are one site.

    Its words are those of the start: packs that are reloaded bring no words of the console.
    """
    offered = made.library.languages
    tools = Tools(
        now=clock.now,
        translate=made.catalogues.translate,
        fit=lambda tag: i18n.fitting(tag, offered),
        rtl=i18n.rtl,
        languages=offered,
    )
    key, _ = config.secrets
    desk = base.desk(store.anchored(config.database_url, key, config.anchor))
    outside = Outside(guard.body, guard.same_site, languages.best)

    async def findings() -> Sequence[Finding]:
        return [one async for one in doctor.examine(config, offline=True)]

    looked = Examination(lambda: asyncio.run(findings()), tools.now)
    console = Console(desk, tools, outside, looked.found)

    app = guard.Guard(console.app, config.values["WARY_WEB_HOSTS"], console.misled)
    return dict.fromkeys((door.path for door in console.doors), app)


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
