"""The authorization matrix: every door × every role, foreign organisation and nobody at all.

It is made from the doors that the console has: a new one is tested the day it appears.
"""

import re
from pathlib import Path

import pytest
from starlette.routing import Route

from bot.console.frame import PAGES
from bot.console.visit import Door
from bot.core.role import INSTALLATION, RIGHTS, ROLES, Need, Role
from tests.console.desks import House, token
from tests.store.staff import machine

LEADS = r'(?:href|action)="(/[^"{]*(?:\{\{[^}]*\}\}[^"{]*)*)"'
"""A way to one of our own addresses in a template, with what is filled in."""

NOBODY = 401
NOWHERE = 404
ROOT = Path(__file__).parents[2]


def allowed(need: Need, role: Role, *, inside: bool) -> bool:
    """Return what the table says, in words of the test's own."""
    if need == "anyone":
        return True
    return need in RIGHTS[role] and not (inside and need in INSTALLATION)


async def knock(home: House, door: Door, session: str, target: str) -> int:
    async with home.browser(session) as browser:
        path = door.path.replace("{account}", target).replace("{token}", "x" * 22)
        if door.method == "GET":
            return (await browser.get(path)).status_code
        word = token(await browser.get("/staff" if session else "/in"))
        data = {"token": word, "role": "teacher", "email": "new@example.org"}
        return (await browser.post(path, data=data)).status_code


def by_name(door: Door) -> str:
    return f"{door.method} {door.path}"


async def test_every_door_times_everybody(home: House) -> None:
    house = await home.desk.people.organise(machine(), "Ours")
    wrong: list[tuple[str, str, bool, int]] = []
    cells = 0
    for number, door in enumerate(home.console.doors):
        for inside in (False, True):
            organisation = house if inside else None
            for role in ROLES:
                name = f"{role}{number}{inside}"
                account = await home.account(
                    f"{name}@example.org", role, organisation=organisation
                )
                target = await home.account(
                    f"{name}t@example.org", "teacher", organisation=organisation
                )
                status = await knock(home, door, await home.session(account), target)
                let_in = status not in {NOBODY, NOWHERE, 403}
                # Codes, passwords and links of these doors are wrong here, which is a 403 or 409.
                if door.path in {"/in", "/in/second", "/again"} and door.method == "POST":
                    let_in = status not in {NOWHERE, 500}
                if let_in != allowed(door.need, role, inside=inside):
                    wrong.append((by_name(door), role, inside, status))
                cells += 1
        status = await knock(home, door, "", "0" * 32)
        if (status == NOBODY) != (door.need != "anyone") and door.path != "/in/second":
            wrong.append((by_name(door), "nobody", False, status))
        cells += 1
    assert wrong == []
    assert cells == len(home.console.doors) * (2 * len(ROLES) + 1)


async def test_a25_every_door_to_an_account_is_shut_to_a_foreign_organisation(
    home: House,
) -> None:
    ours = await home.desk.people.organise(machine(), "Ours")
    theirs = await home.desk.people.organise(machine(), "Theirs")
    admin = await home.account("ana@example.org", "admin", organisation=ours)
    root = await home.account("root@example.org", "admin")
    foreign = await home.account("ben@example.org", "teacher", organisation=theirs)
    tried = [door for door in home.console.doors if "{account}" in door.path]
    assert len(tried) == 4
    before = await home.desk.people.listed(machine().scope)
    for door in tried:
        for target in (foreign, root, "0" * 32, "' OR 1=1 --"):
            assert await knock(home, door, await home.session(admin), target) == NOWHERE
    assert await home.desk.people.listed(machine().scope) == before


async def test_nothing_is_served_but_what_the_doors_declare(home: House) -> None:
    routes = [route for route in home.console.app.routes if isinstance(route, Route)]
    served = {(route.path, method) for route in routes for method in route.methods or ()}
    declared = {(door.path, door.method) for door in home.console.doors}
    assert served == declared | {(path, "HEAD") for path, method in declared if method == "GET"}
    assert len(routes) == len(home.console.app.routes) == len(home.console.doors)


@pytest.mark.parametrize("field", ["need", "handler"])
def test_a_door_without_a_declaration_cannot_be_built(field: str) -> None:
    given = {"method": "GET", "path": "/x", "need": "self", "handler": None}
    del given[field]
    with pytest.raises(TypeError, match=f"missing .* '{field}'"):
        Door(**given)  # type: ignore[arg-type]  # that is the point


async def test_every_form_and_link_of_the_pages_leads_to_a_declared_door(home: House) -> None:
    """Buttons have their need from the door they open; one that opens none is a mistake."""
    paths = {re.sub(r"\{\w+\}", "*", door.path) for door in home.console.doors}
    for template in sorted((ROOT / "bot/console/templates").glob("desk_*.html")):
        for found in re.findall(
            r'(?:href|action)="(/[^"{]*(?:\{\{[^}]*\}\}[^"{]*)*)"', template.read_text()
        ):
            path = re.sub(r"\{\{[^}]*\}\}", "*", found)
            assert path in paths, f"{template.name}: {found}"


async def test_the_navigation_shows_to_each_what_they_may_open(home: House) -> None:
    for number, role in enumerate(ROLES):
        account = await home.account(f"n{number}@example.org", role)
        async with home.browser(await home.session(account)) as browser:
            page = (await browser.get("/staff")).text
            nav = page[
                page.index('<nav class="pages"') : page.index("</nav>", page.index('"pages"'))
            ]
            shown = set(re.findall(r'<a href="([^"]+)"', nav))
            opened = {to for to, _, _ in PAGES if (await browser.get(to)).status_code == 200}
            assert shown == opened == {to for to, _, need in PAGES if need in RIGHTS[role]}


async def test_each_change_of_others_asks_for_a_fresh_confirmation(home: House) -> None:
    reaching = {by_name(one) for one in home.console.doors if one.need == "people.change"}
    assert reaching == {by_name(one) for one in home.console.doors if one.step}
