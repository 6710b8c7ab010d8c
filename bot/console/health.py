"""Two pages for machines: is the process alive, can it do its work.  No ids, no tokens."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from bot.core.trouble import Trouble
from bot.ports import ASGI

PAST = 20
"""Troubles that were over when they were found, remembered until the process ends."""


class Troubles:
    """What is wrong now, and what went wrong since the start."""

    def __init__(self) -> None:
        """Begin with none."""
        self._now: dict[tuple[str, str], Trouble] = {}
        self._past: deque[Trouble] = deque(maxlen=PAST)

    @property
    def lasting(self) -> bool:
        """Return whether something is wrong now."""
        return bool(self._now)

    def tell(self, trouble: Trouble) -> None:
        """Take down *trouble*; one that lasts keeps its first instant."""
        name = (trouble.platform, trouble.what)
        if trouble.over:
            self._now.pop(name, None)
        elif trouble.seconds:
            self._past.append(trouble)
        else:
            self._now.setdefault(name, trouble)

    def told(self) -> list[dict[str, object]]:
        """Return all of them for a machine: ``seconds`` only where it is past."""
        return [_told(one) for one in (*self._now.values(), *self._past)]


def _told(trouble: Trouble) -> dict[str, object]:
    said: dict[str, object] = {
        "platform": trouble.platform,
        "trouble": trouble.what,
        "since": trouble.since.isoformat(),
    }
    return said | ({"seconds": trouble.seconds} if trouble.seconds else {})


class Led:
    """An application that says that another process answers, while this one stands by."""

    def __init__(self, app: ASGI, stands_by: Callable[[], bool]) -> None:
        """Lead to *app* unless this process *stands_by*."""
        self._app = app
        self._stands_by = stands_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or tell to come again."""
        if not self._stands_by():
            await self._app(scope, receive, send)
            return
        away = PlainTextResponse("standing by\n", 503, headers={"Retry-After": "1"})
        await away(scope, receive, send)


def front(
    ready: Callable[[], Awaitable[bool]], inner: Mapping[str, ASGI], troubles: Troubles
) -> ASGI:
    """Return the whole site: the health pages, and *inner* by path.

    Args:
        ready: tells whether events are taken and the database answers.
        inner: applications by the one path each answers; that of the empty path answers
            everything else.
        troubles: what ``/readyz`` names beside its answer.
    """

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def works(_: Request) -> Response:
        yes = await ready()
        told = {"ready": yes, "troubles": troubles.told()}
        return JSONResponse(told, status_code=200 if yes else 503)

    routes: list[BaseRoute] = [Route("/healthz", alive), Route("/readyz", works)]
    routes += [Route(path, app) for path, app in inner.items() if path]
    if "" in inner:
        routes.append(Mount("/", app=inner[""]))
    return Starlette(routes=routes)
