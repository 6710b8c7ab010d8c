"""Who gets in at which door: the one place where a right is asked for.

Rule 1: a page that somebody may not see is worded like one that does not exist.
Rule 2: a form is believed for its token; what the browser says of its origin only refuses.
Rule 3: nobody is sent to an address that stands in a request: every way on is one of ours.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.desk import Desk
from bot.console.frame import Frame
from bot.console.visit import Door, Outside, Visit, fields, secret_of
from bot.core.account import Refusal
from bot.core.card import Text
from bot.core.message import words
from bot.core.role import may
from bot.ports import Conflict, StoreDown, Tools, Unfit

LANG: Final = "lang"
"""Cookie of the language, the same as the browser chat's: no secret."""

LANG_SECONDS: Final = 30 * 24 * 3600


class Gate:
    """Lets requests in at doors."""

    def __init__(self, desk: Desk, frame: Frame, tools: Tools, outside: Outside) -> None:
        self._desk = desk
        self._frame = frame
        self._tools = tools
        self._outside = outside

    def app(self, doors: Sequence[Door]) -> Starlette:
        """Return the application that answers at *doors* and nowhere else."""
        routes = [
            Route(door.path, self._endpoint(door), methods=[door.method], name=door.method)
            for door in doors
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: self._nowhere})

    def misled(self, request: Request) -> Response:
        """Return a sentence for a host name that is none of ours."""
        met = self._met(request)
        said = words(self._tools.translate(met.lang, Text("web.wrong_host")))
        return self._frame.page(met, "sentence", 421, sentence=said)

    async def _nowhere(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._frame.sentence(self._met(request), "nowhere", status)

    def _endpoint(self, door: Door) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = self._met(request)
            try:
                return await self._let_in(door, visit)
            except Refusal as refusal:
                key = "nowhere" if refusal.why == "nobody" else refusal.why
                return self._frame.sentence(visit, key, 404 if key == "nowhere" else 409)
            except (StoreDown, Conflict, Unfit):
                return self._frame.sentence(visit, "down", 503)

        return answer

    def _met(self, request: Request) -> Visit:
        return Visit(request, self._language(request), self._tools.now(), secret_of(request))

    def _language(self, request: Request) -> str:
        for chosen in (request.query_params.get(LANG, ""), request.cookies.get(LANG, "")):
            if chosen in self._tools.languages:
                return chosen
        accepted = request.headers.get("accept-language", "")
        return self._outside.best(accepted, self._tools.fit) or self._tools.languages[0]

    async def _let_in(self, door: Door, met: Visit) -> Response:
        signed = await self._desk.doors.find(met.session, met.now) if met.session else None
        visit = Visit(met.request, met.lang, met.now, met.secret, signed)
        if door.need != "anyone":
            if signed is None:
                return self._frame.sign_in(visit, "please", 401)
            account = signed.account
            if door.need == "machine" or not may(account.roles, door.need, account.scope):
                return self._frame.sentence(visit, "nowhere", 404)
        if door.method == "GET":
            return await self._drawn(door, visit)
        return await self._taken(door, visit)

    async def _drawn(self, door: Door, visit: Visit) -> Response:
        request = visit.request
        if LANG not in request.query_params:
            return await door.handler(visit)
        # To the very path that was asked for, which is one of ours: a route has matched.
        back = RedirectResponse(request.url.path, 303)
        back.set_cookie(LANG, visit.lang, LANG_SECONDS, httponly=True, samesite="lax")
        return back

    async def _taken(self, door: Door, visit: Visit) -> Response:
        try:
            body = await self._outside.body(visit.request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return self._frame.sentence(visit, "refused", 413)
        given = Visit(
            visit.request, visit.lang, visit.now, visit.secret, visit.signed, fields(body)
        )
        if not self._outside.same_site(visit.request) or not given.believed():
            return self._frame.sentence(given, "refused", 403)
        if door.step and (given.signed is None or given.signed.until <= given.now):
            return self._frame.again(given, "again.first", 403)
        return await door.handler(given)
