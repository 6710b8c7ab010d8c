"""What ``wary admin`` does to the people of the console, and ``wary audit verify``.

Rule 1: whoever types it has the server's own shell: it is written to the audit as the machine.
Rule 2: the work is done in the store; here stand the words that tell of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from bot import store
from bot.core.account import MACHINE, By, Newcomer, Refusal
from bot.core.naming import address, label
from bot.core.role import Need, Scope, roles_of
from bot.runtime import clock
from bot.settings import Settings

T = TypeVar("T")

Given = Mapping[str, object]
"""What was typed, by name; None where it was left out."""

WHY = {
    "taken": "there is one already; wary admin reset makes a new link for an account",
    "nobody": "there is none of that name; look at how it is written",
}
"""Refusals in words."""


def done(config: Settings, what: str, given: Given) -> Sequence[str]:
    """Do *what* and return the lines that tell of it.

    Raises:
        ValueError: it is refused, or something is written wrongly.
        Unfit: the database, its key or the audit's anchor cannot be used as it is.
        StoreDown: it cannot be reached.
    """
    _, act = ACTS[what]

    async def work(desk: store.Desk) -> Sequence[str]:
        try:
            return await act(config, desk, By(MACHINE, Scope(None), clock.now()), given)
        except Refusal as refusal:
            name = given.get("email") or given.get("name")
            raise ValueError(f"{name}: {WHY[refusal.why]}") from refusal

    return asyncio.run(_with_desk(config, work))


def verified(config: Settings) -> tuple[int, Sequence[str]]:
    """Return how many rows the audit has, and a line for each thing that is wrong with it.

    Raises:
        Unfit: the database, its key or the audit's anchor cannot be used as it is.
        StoreDown: it cannot be reached.
    """

    async def work(desk: store.Desk) -> tuple[int, Sequence[str]]:
        verdict = await desk.book.verify()
        return verdict.rows, verdict.faults

    return asyncio.run(_with_desk(config, work))


async def _with_desk(config: Settings, work: Callable[[store.Desk], Awaitable[T]]) -> T:
    key, erased = config.secrets
    base = await store.connect(config.database_url, key=key, journal=erased)
    try:
        anchor = store.anchored(config.database_url, key, config.anchor)
        return await work(base.desk(anchor))
    finally:
        await base.close()


async def _create(config: Settings, desk: store.Desk, by: By, given: Given) -> Sequence[str]:
    return await _invited(config, desk, by, given, "admin")


async def _invite(config: Settings, desk: store.Desk, by: By, given: Given) -> Sequence[str]:
    return await _invited(config, desk, by, given, str(given["roles"]))


async def _invited(
    config: Settings, desk: store.Desk, by: By, given: Given, roles: str
) -> Sequence[str]:
    email = address(str(given["email"]))
    house = given.get("organisation")
    who = Newcomer(
        email,
        label(str(given["name"])) or email.partition("@")[0],
        roles_of(roles),
        await desk.house(label(str(house))) if house else None,
    )
    return _told(config, await desk.people.invite(by, who))


async def _reset(config: Settings, desk: store.Desk, by: By, given: Given) -> Sequence[str]:
    account = await desk.account(address(str(given["email"])))
    return _told(config, await desk.people.reset(by, account))


async def _kill(_: Settings, desk: store.Desk, by: By, given: Given) -> Sequence[str]:
    email = given["email"]
    if email is None:
        await desk.people.kill(by)
        return ["Everybody is signed out."]
    account = await desk.account(address(str(email)))
    await desk.people.kill(by, account)
    return [f"{email} is signed out everywhere."]


async def _organise(_: Settings, desk: store.Desk, by: By, given: Given) -> Sequence[str]:
    name = label(str(given["name"]))
    if not name:
        raise ValueError("write a name, such as 'School of Sfax'")
    await desk.people.organise(by, name)
    return [f"{name} made. Invite its people with --organisation '{name}'."]


def _told(config: Settings, token: str) -> Sequence[str]:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return [
        f"http://{host}:{config.port}/invite/{token}",
        "Give this link to them yourself, under the name your server is reached by.",
        "It works once, for 72 hours, and is told only now.",
    ]


ACTS: Mapping[
    str, tuple[Need, Callable[[Settings, store.Desk, By, Given], Awaitable[Sequence[str]]]]
] = {
    "create": ("machine", _create),
    "invite": ("machine", _invite),
    "reset": ("machine", _reset),
    "kill": ("machine", _kill),
    "organisation": ("machine", _organise),
}
"""Each act with what it needs."""
