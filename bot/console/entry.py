"""Signing in, the second step, confirming, one-time links, signing out."""

import base64
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from bot.console.desk import Doors
from bot.console.frame import STYLE, Frame
from bot.console.visit import (
    BROWSER,
    BROWSER_SECONDS,
    FORM,
    SESSION,
    Door,
    Visit,
    drop,
    keep,
)
from bot.core.account import Opened, Refusal
from bot.core.naming import address
from bot.core.role import needs_second

SHUT = {"locked": 429, "busy": 503}
"""Status of a refusal; of all others 403."""


class Entry:
    """The pages before a session, and at its end."""

    def __init__(self, doors: Doors, frame: Frame) -> None:
        self._doors = doors
        self._frame = frame

    def all(self) -> tuple[Door, ...]:
        """Return the doors of these pages, each with what it needs."""
        return (
            Door("GET", "/console.css", "anyone", self._style),
            Door("GET", "/in", "anyone", self._in),
            Door("POST", "/in", "anyone", self._begin),
            Door("GET", "/in/second", "anyone", self._half),
            Door("POST", "/in/second", "anyone", self._second),
            Door("GET", "/invite/{token}", "anyone", self._invited),
            Door("POST", "/invite/{token}", "anyone", self._accept),
            Door("GET", "/again", "self", self._asked),
            Door("POST", "/again", "self", self._again),
            Door("POST", "/out", "self", self._out),
        )

    async def _style(self, _: Visit) -> Response:
        kept = {"Cache-Control": "public, max-age=86400"}
        return Response(STYLE, media_type="text/css", headers=kept)

    async def _in(self, visit: Visit) -> Response:
        if visit.signed:
            return RedirectResponse("/staff", 303)
        return self._frame.sign_in(visit, "")

    async def _begin(self, visit: Visit) -> Response:
        typed = visit.typed("email")[:254]
        try:
            email = address(typed)
        except ValueError:
            return self._frame.sign_in(visit, "wrong", 403, typed)
        opened = await self._doors.begin(email, visit.typed("password"), visit.client)
        if opened.why:
            return self._frame.sign_in(visit, opened.why, SHUT.get(opened.why, 403), typed)
        return _on("/in/second" if opened.half else "/staff", opened)

    async def _half(self, visit: Visit) -> Response:
        return self._frame.page(visit, "second")

    async def _second(self, visit: Visit) -> Response:
        opened = await self._doors.second(visit.session, visit.typed("code"), visit.client)
        if opened.why == "please":
            return self._frame.sign_in(visit, "please", 401)
        if opened.why:
            status = SHUT.get(opened.why, 403)
            return self._frame.page(visit, "second", status, opened.why)
        return _on("/staff", opened)

    async def _asked(self, visit: Visit) -> Response:
        return self._frame.again(visit, "")

    async def _again(self, visit: Visit) -> Response:
        opened = await self._doors.second(visit.session, visit.typed("code"), visit.client)
        if opened.why:
            return self._frame.again(visit, opened.why, SHUT.get(opened.why, 403))
        return _on("/people", opened)

    async def _out(self, visit: Visit) -> Response:
        await self._doors.end(visit.session, visit.now)
        gone = RedirectResponse("/in", 303)
        drop(gone, SESSION)
        return gone

    async def _invited(self, visit: Visit) -> Response:
        return await self._joining(visit, "", 200)

    async def _joining(self, visit: Visit, told: str, status: int) -> Response:
        token = visit.request.path_params["token"]
        guest = await self._doors.guest(token, visit.now)
        key = base64.b32encode(guest.secret).decode("ascii")
        email = guest.account.email
        return self._frame.page(
            visit,
            "join",
            status,
            told,
            email=email,
            key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
            app=f"otpauth://totp/Wary:{quote(email)}?secret={key}&issuer=Wary",
            needed=needs_second(guest.account.roles),
        )

    async def _accept(self, visit: Visit) -> Response:
        token = visit.request.path_params["token"]
        password, code = visit.typed("password"), visit.typed("code")
        try:
            await self._doors.accept(token, password, code, visit.now)
        except Refusal as refusal:
            if refusal.why == "used":
                raise
            return await self._joining(visit, refusal.why, 403)
        return RedirectResponse("/in", 303)


def _on(to: str, opened: Opened) -> Response:
    """Return the way on to the page *to* for whoever has *opened* a session."""
    on = RedirectResponse(to, 303)
    keep(on, SESSION, opened.token)
    drop(on, FORM)
    if opened.device:
        keep(on, BROWSER, opened.device, BROWSER_SECONDS)
    return on
