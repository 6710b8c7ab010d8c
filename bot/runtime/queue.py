"""The queue of one token: what waits in memory, and who of it may leave now.

Rule 1: only a little of the ledger is held, so that an alert comes after little at the worst.
Rule 2: an address that may not be written to yet keeps nobody else waiting.
Rule 3: what cannot leave soon goes back to the ledger.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from bot.core.effects import Lane
from bot.core.events import Address
from bot.ports import Now, Outcome, Platform, Post, Store
from bot.runtime.lanes import Lanes
from bot.runtime.throttle import Gate

LEAST = 30
"""Fewest posts that are claimed at once."""

HELD_SECONDS = 0.5
"""How much of what waits in the ledger is held in memory."""

HELD = 500
"""Most posts that are claimed at once.  Source: sending.md, 3."""

POLL_SECONDS = 1.0
"""How long after the last look the ledger is looked at again."""

FRESH = 10_000
"""Replies held in memory; those beyond wait in the ledger until their leases end."""

Ended = tuple[Post, Outcome]
"""A post, and what became of it."""


class Queue:
    """Takes posts that are offered, claims others, and gives them out best lane first."""

    def __init__(self, platform: Platform, store: Store, gate: Gate, now: Now) -> None:
        """Join ledger and gate; *platform* says who may be written to how fast."""
        self._name = platform.name
        self._store = store
        self._gate = gate
        self._now = now
        self._hold = int(max(LEAST, min(platform.limits.rate * HELD_SECONDS, HELD)))
        self._lanes = Lanes()
        self._chats = gate.chats(platform.limits.of)
        self._back: list[Ended] = []
        self._look = self._more = True
        self._stopping = False
        self.soon = POLL_SECONDS
        """How many seconds there is nothing to do, unless something comes."""

    @property
    def replies(self) -> int:
        """Return how many replies wait."""
        return self._lanes.replies

    def look(self) -> None:
        """Look into the ledger the next time."""
        self._look = True

    def stop(self) -> None:
        """Claim nothing new, and hand back all but the replies."""
        self._stopping = True
        self._back += [(post, Outcome(post.id, "pending")) for post in self._lanes.clear()]

    def offer(self, posts: Sequence[Post]) -> None:
        """Take posts that were born leased, and look for others that wait."""
        for post in posts:
            if post.lane is not Lane.REPLY:
                self._look = True
            elif self._lanes.replies < FRESH:
                self._lanes.add(post)

    def back(self, posts: Sequence[Post]) -> None:
        """Put *posts* first again, as if they had never been given out."""
        for post in reversed(posts):
            self._lanes.back(post)

    def drop(self, address: Address) -> Sequence[Post]:
        """Take out all that waits for *address*, in its order."""
        return self._lanes.drop(address)

    def handed_back(self) -> Sequence[Ended]:
        """Return, once, what goes back to the ledger."""
        back, self._back = self._back, []
        return back

    async def next(self, room: int, busy: Collection[Address]) -> Sequence[Post]:
        """Take at most *room* posts that may leave now: one of each address, of no *busy* one.

        Waits until the first of them may; nothing where a pause begins before.

        Raises:
            StoreDown: the ledger cannot be read.
        """
        if self._gate.pause():
            return ()
        await self._claim(idle=not (self._lanes or busy))
        posts: list[Post] = []
        passed = set(busy)
        self.soon = POLL_SECONDS
        while len(posts) < room and (post := self._lanes.next(passed)):
            passed.add(post.address)
            if self._waits(post):
                continue
            bulk = post.lane >= Lane.LESSON
            if posts and self._gate.wait(bulk=bulk):
                break
            if not await self._gate.permit(bulk=bulk):
                break
            self._lanes.take(post)
            if not post.on:
                self._chats.take(post.address)
            posts.append(post)
        return posts

    async def _claim(self, *, idle: bool) -> None:
        held = len(self._lanes) - self._lanes.replies
        refill = self._more and held < self._hold / 2
        if self._stopping or held > self._hold or not (self._look or idle or refill):
            return
        self._look = False
        found = await self._store.claim_posts(self._name, self._now(), self._hold)
        self._more = len(found) == self._hold
        for post in found:
            self._lanes.add(post)

    def _waits(self, post: Post) -> bool:
        """Return whether the address of *post* may not be written to yet, and see to that.

        Where that is soon the post stays, else it goes back with those behind it.
        """
        wait = 0.0 if post.on else self._chats.wait(post.address)
        if wait > POLL_SECONDS:
            later = self._now() + timedelta(seconds=wait)
            behind = self._lanes.drop(post.address)
            self._back += [(one, Outcome(one.id, "pending", again=later)) for one in behind]
        elif wait:
            self.soon = min(self.soon, wait)
        return wait > 0
