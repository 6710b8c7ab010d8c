"""The pages of whoever is signed in: their account, people and roles, the audit, the installation.

Rule 1: what a page shows comes out of a query in the scope of who looks.
Rule 2: a one-time link is shown once, in the answer to the form that made it, and in no address.
"""

from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import RedirectResponse, Response

from bot.console.desk import Desk
from bot.console.frame import Frame
from bot.console.visit import SESSION, Door, Visit, drop
from bot.core.account import MACHINE, Account, Act, Newcomer, Refusal
from bot.core.finding import Finding
from bot.core.naming import address, label
from bot.core.role import ROLES, Role, may, roles_of

Examine = Callable[[], Awaitable[Sequence[Finding]]]
"""Looks at the installation, as ``wary doctor`` does."""


class Staff:
    """The pages behind the door."""

    def __init__(self, desk: Desk, frame: Frame, examine: Examine) -> None:
        self._desk = desk
        self._frame = frame
        self._examine = examine

    def all(self) -> tuple[Door, ...]:
        """Return the doors of these pages, each with what it needs."""
        return (
            Door("GET", "/staff", "self", self._home),
            Door("POST", "/staff/kill", "self", self._kill_own),
            Door("GET", "/people", "people.see", self._people),
            Door("POST", "/people", "people.change", self._invite, step=True),
            Door("POST", "/people/{account}/roles", "people.change", self._roles, step=True),
            Door("POST", "/people/{account}/reset", "people.change", self._reset, step=True),
            Door("POST", "/people/{account}/kill", "people.change", self._kill, step=True),
            Door("POST", "/people/{account}/close", "people.change", self._close, step=True),
            Door("GET", "/audit", "audit.see", self._audit),
            Door("GET", "/installation", "health.see", self._installation),
        )

    async def _home(self, visit: Visit) -> Response:
        return self._frame.page(visit, "home")

    async def _kill_own(self, visit: Visit) -> Response:
        await self._desk.people.kill(visit.by, visit.by.actor)
        gone = RedirectResponse("/in", 303)
        drop(gone, SESSION)
        return gone

    async def _people(self, visit: Visit) -> Response:
        return await self._listed(visit)

    async def _listed(
        self, visit: Visit, status: int = 200, told: str = "", link: str = "", whose: str = ""
    ) -> Response:
        account = visit.who.account
        return self._frame.page(
            visit,
            "people",
            status,
            told,
            people=await self._desk.people.listed(account.scope),
            houses=await self._desk.people.houses(account.scope),
            whole=account.scope.organisation is None,
            roles=ROLES,
            change=may(account.roles, "people.change", account.scope),
            stale=visit.who.until <= visit.now,
            link=link,
            whose=whose,
            typed={one: visit.typed(one) for one in ("email", "name")},
        )

    async def _invite(self, visit: Visit) -> Response:
        try:
            email = address(visit.typed("email"))
        except ValueError:
            return await self._listed(visit, 422, "bad_email")
        roles = _chosen(visit)
        if not roles:
            return await self._listed(visit, 422, "no_role")
        scope = visit.by.scope
        house = scope.organisation or visit.typed("organisation") or None
        name = label(visit.typed("name")) or email.partition("@")[0]
        try:
            token = await self._desk.people.invite(visit.by, Newcomer(email, name, roles, house))
        except Refusal as refusal:
            if refusal.why == "nobody":
                raise
            return await self._listed(visit, 409, refusal.why)
        return await self._listed(_emptied(visit), link=_link(visit, token), whose=email)

    async def _roles(self, visit: Visit) -> Response:
        roles = _chosen(visit)
        if not roles:
            return await self._listed(visit, 422, "no_role")
        return await self._done(visit, self._desk.people.change(visit.by, _whom(visit), roles))

    async def _reset(self, visit: Visit) -> Response:
        account = _whom(visit)
        token = await self._desk.people.reset(visit.by, account)
        people = await self._desk.people.listed(visit.by.scope)
        [email] = [one.email for one in people if one.id == account]
        return await self._listed(_emptied(visit), link=_link(visit, token), whose=email)

    async def _kill(self, visit: Visit) -> Response:
        return await self._done(visit, self._desk.people.kill(visit.by, _whom(visit)))

    async def _close(self, visit: Visit) -> Response:
        return await self._done(visit, self._desk.people.close(visit.by, _whom(visit)))

    async def _done(self, visit: Visit, work: Awaitable[None]) -> Response:
        try:
            await work
        except Refusal as refusal:
            if refusal.why == "nobody":
                raise
            return await self._listed(visit, 409, refusal.why)
        return RedirectResponse("/people", 303)

    async def _audit(self, visit: Visit) -> Response:
        scope = visit.by.scope
        names = {one.id: one for one in await self._desk.people.listed(scope)}
        rows = [
            (number, act, self._who(visit, act.actor, names), self._who(visit, act.about, names))
            for number, act in await self._desk.book.newest(scope)
        ]
        return self._frame.page(visit, "audit", rows=rows, detail=self._detail(visit))

    def _who(self, visit: Visit, account: str, names: dict[str, Account]) -> str:
        if not account:
            return ""
        if account == MACHINE:
            return self._frame.said(visit.lang, "audit.machine")
        known = names.get(account)
        return known.name if known else self._frame.said(visit.lang, "audit.outside")

    def _detail(self, visit: Visit) -> Callable[[Act], str]:
        def said(act: Act) -> str:
            if act.what not in {"account.invite", "account.roles"}:
                return ""
            named = (self._frame.said(visit.lang, f"role.{one}") for one in roles_of(act.detail))
            return " · ".join(named)

        return said

    async def _installation(self, visit: Visit) -> Response:
        return self._frame.page(visit, "installation", findings=await self._examine())


def _chosen(visit: Visit) -> tuple[Role, ...]:
    """Return the roles that were ticked, none where one of them is unknown."""
    try:
        return roles_of(",".join(visit.form.get("role", ())))
    except ValueError:
        return ()


def _whom(visit: Visit) -> str:
    return str(visit.request.path_params["account"])


def _link(visit: Visit, token: str) -> str:
    """Return the one-time link, under the name that the guard has let in."""
    url = visit.request.url
    return f"{url.scheme}://{url.netloc}/invite/{token}"


def _emptied(visit: Visit) -> Visit:
    return Visit(visit.request, visit.lang, visit.now, visit.secret, visit.signed)
