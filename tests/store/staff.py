"""People of the console for the tests of the store: invited, joined, signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.account import MACHINE, By, Client, Newcomer, Opened
from bot.core.role import Role, Scope, needs_second
from bot.store.desk import Desk
from bot.store.passwords import code, step_at
from tests.store.people import NOW

EVERYTHING = Scope(None)
WORDS = "correct horse battery"
NETWORK = "192.0.2.0/24"
PERIOD = timedelta(seconds=30)


def machine(now: datetime = NOW) -> By:
    return By(MACHINE, EVERYTHING, now)


@dataclass
class Person:
    """Somebody who has taken their link, and the clock of their authenticator app."""

    desk: Desk
    id: str
    email: str
    secret: bytes
    now: datetime

    def typed(self) -> str:
        """Return a code that was not used yet: the clock goes on for each."""
        self.now += PERIOD
        return code(self.secret, step_at(self.now))

    def at(self, network: str = NETWORK, device: str = "") -> Client:
        return Client(network, self.now, device)

    async def signed_in(self, network: str = NETWORK) -> Opened:
        opened = await self.desk.doors.begin(self.email, WORDS, self.at(network))
        if opened.half:
            typed = self.typed()
            opened = await self.desk.doors.second(opened.token, typed, self.at(network))
        assert opened.token, opened.why
        return opened


async def joined(desk: Desk, email: str, *roles: Role, organisation: str | None = None) -> Person:
    token = await desk.people.invite(machine(), Newcomer(email, email[:3], roles, organisation))
    guest = await desk.doors.guest(token, NOW)
    person = Person(desk, guest.account.id, email, guest.secret, NOW)
    typed = person.typed() if needs_second(roles) else ""
    await desk.doors.accept(token, WORDS, typed, person.now)
    return person
