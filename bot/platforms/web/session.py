"""What the browser chat remembers of its visitors: in memory, and bounded.

Rule 1: what a person typed is never kept here; only what was said to them.
Rule 2: a session that was forgotten is made again: the cookie is the address.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace

from bot.core.message import File, Message

MESSAGES = 60
"""Newest messages kept a session: a few weeks of lessons, and a page of bearable length."""

SESSIONS = 10_000
"""Most sessions in memory; the one that was away longest goes first."""

WAIT = 2.0
"""Longest time that a page waits for its answering cards, in seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One card in the log; ``version`` is the session's when it last changed."""

    id: str
    version: int
    message: Message


class Session:
    """One visitor: the cards they see, the newest notice, and who waits for a change.

    ``version`` grows with every change and, begun from the clock, over restarts too.
    ``chrome`` is the language picked for the page by its switch, until the next card comes.
    """

    def __init__(self, key: str, version: int) -> None:
        """Begin with an empty log."""
        self.key = key
        self.version = version
        self.notice = ""
        self.loud = False
        self.chrome = ""
        self.opening = asyncio.Lock()
        self._log: OrderedDict[str, Shown] = OrderedDict()
        self._arrived: dict[str, int] = {}
        self._changed = asyncio.Event()

    @property
    def log(self) -> tuple[Shown, ...]:
        """Return the cards, oldest first."""
        return tuple(self._log.values())

    def show(self, name: str, message: Message, answers: str = "") -> None:
        """Put *message* in the place of the card *name*, or at the end where there is none.

        ``answers`` is the id of the event it answers; a card that names none counts for all.
        """
        self.chrome = ""
        if message.carried:
            self.drop_files()
        self._log[name] = Shown(name, self.version + 1, message)
        while len(self._log) > MESSAGES:
            self._log.popitem(last=False)
        for event in self._arrived:
            self._arrived[event] += answers in {event, ""}
        self.wake()

    def drop_files(self) -> None:
        """Let go of the files of earlier cards: of what is kept of a person one copy is enough."""
        for name, old in self._log.items():
            if old.message.carried:
                bare = replace(old.message, carried=())
                self._log[name] = Shown(name, self.version + 1, bare)

    def tell(self, notice: str, *, loud: bool = False) -> None:
        """Keep the one line beside the log until the next event."""
        if (notice, loud) != (self.notice, self.loud):
            self.notice, self.loud = notice, loud
            self.wake()

    def expect(self, event: str) -> None:
        """Count from now on the cards that answer *event*, which the visitor has made happen."""
        self._arrived.setdefault(event, 0)

    async def arrived(self, event: str, cards: int, within: float = WAIT) -> None:
        """Wait until *cards* have answered *event*, at most *within* seconds; count no more."""
        try:
            async with asyncio.timeout(within):
                while self._arrived.get(event, cards) < cards:
                    await self._changed.wait()
        except TimeoutError:
            pass  # The page is drawn without them; the stream or the next look brings them.
        finally:
            self._arrived.pop(event, None)

    async def beyond(self, version: int, within: float) -> bool:
        """Wait at most *within* seconds for a change after *version*; return whether one came."""
        try:
            async with asyncio.timeout(within):
                while self.version <= version:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self.version += 1
        passed, self._changed = self._changed, asyncio.Event()
        passed.set()


def file_of(session: Session, name: str, at: int) -> File | None:
    """Return the file number *at*, from 0, of the card *name*; None where there is none."""
    found = [one.message.carried for one in session.log if one.id == name]
    return found[0][at] if found and at < len(found[0]) else None


class Sessions:
    """All visitors, the least recently seen first."""

    def __init__(self, limit: int = SESSIONS) -> None:
        """Begin with nobody."""
        self._limit = limit
        self._all: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._all)

    def of(self, key: str, version: int) -> Session:
        """Return the session of *key*; a new one begins at *version*."""
        session = self._all.get(key)
        if session is None:
            session = self._all[key] = Session(key, version)
        self._all.move_to_end(key)
        while len(self._all) > self._limit:
            self._all.popitem(last=False)
        return session

    def forget(self, key: str) -> None:
        """Let go of the files of the visitor *key*, of whom nothing is kept any more."""
        session = self._all.get(key)
        if session is not None:
            session.drop_files()
            session.wake()

    def wake(self) -> None:
        """Let every stream look again whether anybody still listens."""
        for session in self._all.values():
            session.wake()
