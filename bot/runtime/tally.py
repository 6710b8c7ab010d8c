"""The tally: what became of posts, counted as they are settled, and begun from the ledger.

Rule 1: what is counted is what the ledger holds: a process that died counted nothing that is not
there, and whoever comes after it begins from there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bot.core.effects import Lane
from bot.ports import Outcome, Post, State

Counted = tuple[str, int, State]
"""Platform, lane and final state of a post."""

OPEN: frozenset[State] = frozenset({"pending", "leased", "sending"})
"""States that a post leaves again."""


class Tally:
    """What became of the posts of all platforms in one process."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.posts: Counter[Counted] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """By platform: how long posts were on their way, added up."""
        self.flights: Counter[str] = Counter()

    def begin(self, platform: str, held: Iterable[tuple[Lane, State, int]]) -> None:
        """Count for *platform* what the ledger holds by now, instead of what was counted."""
        for counted in [one for one in self.posts if one[0] == platform]:
            del self.posts[counted]
        for lane, state, count in held:
            if state not in OPEN:
                self.posts[platform, lane, state] += count

    def settled(self, ended: Sequence[tuple[Post, Outcome]]) -> None:
        """Count what was settled just now."""
        for post, outcome in ended:
            if outcome.state not in OPEN:
                self.posts[post.address.platform, post.lane, outcome.state] += 1

    def flown(self, platform: str, seconds: float) -> None:
        """Count a post that was on its way for *seconds*."""
        self.seconds[platform] += seconds
        self.flights[platform] += 1
