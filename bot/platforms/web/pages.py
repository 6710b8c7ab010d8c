"""The routes of the browser chat: the page, its two forms, and what keeps it fresh.

Rule 1: every answer to a form is a page again, so that all of it works without a script.
Rule 2: a request that makes no sense gets a sentence, never a trace.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.core.events import Address, Began, Event, Incoming
from bot.platforms.web import decode, guard
from bot.platforms.web.draw import STATIC, Drawing
from bot.platforms.web.session import Session, Sessions, file_of
from bot.ports import StoreDown, Tools

BEAT = 15.0
"""Seconds between two comment lines of a silent stream.  Source: console.md, 2.1."""

RETRY = 3000
"""Milliseconds after which a browser opens a broken stream again.  Source: console.md, 2.1."""


class Visit(Protocol):
    """What the pages need of the adapter."""

    @property
    def ready(self) -> bool:
        """Return whether anybody listens."""

    async def take(self, session: Session, incoming: Incoming) -> None:
        """Report *incoming*, keep its notice, and wait a little for the cards that answer it.

        Raises:
            StoreDown: nothing was taken.
        """


class Pages:
    """The application of the browser chat."""

    def __init__(self, tools: Tools, sessions: Sessions, visit: Visit) -> None:
        """Draw *sessions* with the words of *tools*, and tell *visit* what visitors do."""
        self._tools = tools
        self._sessions = sessions
        self._visit = visit
        self._draw = Drawing(tools)

    def app(self, hosts: str) -> guard.Guard:
        """Return the application that answers for this machine's names and *hosts*."""
        routes = [
            Route("/", self._handled(self._home)),
            Route("/press", self._handled(self._post), methods=["POST"]),
            Route("/say", self._handled(self._post), methods=["POST"]),
            Route("/events", self._handled(self._events)),
            Route("/state", self._handled(self._state)),
            Route("/mine/{name}/{at:int}", self._handled(self._mine)),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        handlers = {HTTPException: self._unanswered, Exception: self._unanswered}
        app = Starlette(routes=routes, exception_handlers=handlers)
        return guard.Guard(app, hosts, self._misled)

    def _handled(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def handled(request: Request) -> Response:
            if not self._visit.ready:
                return self._draw.sentence(request, "web.starting", 503)
            return await handler(request)

        return handled

    async def _home(self, request: Request) -> Response:
        asked = request.query_params.get("lang", "")
        session = self._session(request)
        if asked in self._tools.languages:
            session.chrome = asked
            back = RedirectResponse("/", 303)
            guard.remember(back, request, "lang", asked)
            guard.remember(back, request, guard.COOKIE, session.key)
            return back
        async with session.opening:  # two first looks at once open the conversation once
            try:
                if not session.log:
                    await self._visit.take(session, self._incoming(request, session, Began()))
            except StoreDown:
                session.tell(self._draw.text(request, session, "web.cannot_save"), loud=True)
                return await self._draw.page(request, session, 503)
        return await self._draw.page(request, session)

    async def _post(self, request: Request) -> Response:
        try:
            body = await guard.body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return self._draw.sentence(request, "web.too_long", 413)
        key = guard.visitor(request)
        if not key or not guard.same_site(request):
            # No cookie is set here: the post of a strange site must not make a visitor another.
            return self._draw.sentence(request, "web.stale", 403)
        return await self._believed(request, self._of(key), decode.fields(body))

    async def _believed(self, request: Request, session: Session, form: decode.Fields) -> Response:
        """Answer a form of this visitor's, if it carries the token of a page of ours."""
        typed = decode.field(form, "text")[: decode.TEXT_CHARACTERS]
        if not guard.own_form(session.key, decode.field(form, "token")):
            session.tell(self._draw.text(request, session, "web.stale"), loud=True)
            return await self._draw.page(request, session, 403, typed)
        event = decode.press(form) if request.url.path == "/press" else decode.said(form)
        try:
            await self._visit.take(session, self._incoming(request, session, event, form))
        except StoreDown:
            session.tell(self._draw.text(request, session, "web.cannot_save"), loud=True)
            return await self._draw.page(request, session, 503, typed)
        return RedirectResponse("/", 303)

    async def _events(self, request: Request) -> Response:
        key = guard.visitor(request)
        if not key:
            return self._draw.sentence(request, "web.not_found", 404)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self._frames(key), media_type="text/event-stream", headers=headers
        )

    async def _frames(self, key: str) -> AsyncIterator[str]:
        """Yield the version of the page whenever it changed, and a comment when it did not."""
        seen = -1
        yield f"retry: {RETRY}\n\n"
        while self._visit.ready:
            # Looked up anew each time: a session that was forgotten meanwhile is another object.
            session = self._of(key)
            if session.version != seen:
                seen = session.version
                yield f"data: {seen}\n\n"
            elif not await session.beyond(seen, BEAT):
                yield ": here\n\n"

    async def _state(self, request: Request) -> Response:
        key = guard.visitor(request)
        return JSONResponse({"version": self._of(key).version if key else 0})

    async def _mine(self, request: Request) -> Response:
        """Hand over a file of a card on the visitor's own page, and of nobody else's."""
        key = guard.visitor(request)
        name, at = request.path_params["name"], request.path_params["at"]
        file = file_of(self._of(key), name, at) if key else None
        if file is None:
            return self._draw.sentence(request, "web.file_gone", 404)
        saved = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=file.kind, headers=saved)

    def _session(self, request: Request) -> Session:
        return self._of(guard.visitor(request) or secrets.token_hex(16))

    def _of(self, key: str) -> Session:
        return self._sessions.of(key, int(self._tools.now().timestamp() * 1000))

    def _incoming(
        self, request: Request, session: Session, event: Event, form: decode.Fields | None = None
    ) -> Incoming:
        form = form or {"key": [secrets.token_hex(16)]}
        locale = self._draw.guess(request)
        return decode.incoming(form, event, Address("web", session.key), self._tools.now(), locale)

    def _misled(self, request: Request) -> Response:
        """Return a sentence for a host name that is not ours."""
        return self._draw.sentence(request, "web.wrong_host", 421)

    async def _unanswered(self, request: Request, why: Exception) -> Response:
        """Return a sentence for an address that is none, and for our own fault."""
        if isinstance(why, HTTPException):
            return self._draw.sentence(request, "web.not_found", why.status_code)
        return self._draw.sentence(request, "web.fault", 500)
