"""Two pages for machines: is the process alive, can it do its work.  No ids, no tokens."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.ports import ASGI


def front(ready: Callable[[], Awaitable[bool]], inner: Mapping[str, ASGI]) -> ASGI:
    """Return the whole site: the health pages, and *inner* by path.

    Args:
        ready: tells whether events are taken and the database answers.
        inner: applications by the one path each answers; that of the empty path answers
            everything else.
    """

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def works(_: Request) -> Response:
        if await ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", status_code=503)

    routes: list[BaseRoute] = [Route("/healthz", alive), Route("/readyz", works)]
    routes += [Route(path, app) for path, app in inner.items() if path]
    if "" in inner:
        routes.append(Mount("/", app=inner[""]))
    return Starlette(routes=routes)
