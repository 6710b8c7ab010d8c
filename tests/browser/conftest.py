"""A real Chromium for the pages, with and without JavaScript.

Rule 1: every test gets a profile of its own, so that no cookie outlives it.
Rule 2: without chromium these tests are skipped; the suite's conftest makes that a failure where
``WARY_REQUIRE_BROWSER=1``.
"""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from bot.core.message import Message
from bot.platforms.web import connect
from bot.ports import ASGI, Tools
from tests.platforms.scripted import Bot, tools

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)

Browse = Callable[..., Chrome]
"""(javascript, width, height, dark, language) -> a browser."""


def chrome(
    profile: Path,
    *,
    javascript: bool = True,
    width: int = 1100,
    height: int = 800,
    dark: bool = False,
    language: str = "en",
) -> Chrome:
    """Return a headless Chromium with *profile*, an empty folder, as its own."""
    options = ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--lang={language}"):
        options.add_argument(flag)
    preferences: dict[str, object] = {"intl.accept_languages": language}
    if not javascript:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.binary_location = str(shutil.which("chromium"))
    driver = Chrome(options, ChromeService(shutil.which("chromedriver")))
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    return driver


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browse]:
    """Give a function that opens a browser; all are closed afterwards."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("chromium and chromedriver are not installed")
    with ExitStack() as opened:

        def browse(**how: object) -> Chrome:
            profile = tmp_path / f"profile-{len(list(tmp_path.iterdir()))}"
            profile.mkdir()
            driver = chrome(profile, **how)  # type: ignore[arg-type]  # chrome names them all
            opened.callback(driver.quit)
            return driver

        yield browse


class Served:
    """An application on a free port of this machine, in a thread with a loop of its own."""

    def __init__(self, app: ASGI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.home = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._server.serve([self._socket]))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()


Talk = Callable[..., tuple[str, Bot, asyncio.AbstractEventLoop]]
"""(cards, aside) -> address of the page, the bot behind it, and the loop it lives in."""


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Give a function that serves the browser chat with a bot that says some cards in turn."""
    with ExitStack() as served:

        def begin(*cards: Message, **more: object) -> tuple[str, Bot, asyncio.AbstractEventLoop]:
            made: Tools = tools(**more)
            web = connect({}, made)
            bot = Bot(web, list(cards))
            server = Served(web.app)
            server.start()
            served.callback(server.stop)
            listening = asyncio.run_coroutine_threadsafe(web.listen(bot.receive), server.loop)
            served.callback(listening.cancel)
            return server.home, bot, server.loop

        yield begin
