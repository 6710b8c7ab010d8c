"""The lanes: posts that wait in memory for their turn to leave.

Rule 1: a better lane goes first; within a lane one post of each address, then the second of each.
Rule 2: the posts of one address keep their order, and one at a time is on its way.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Container, Sequence

from bot.core.effects import Lane
from bot.core.events import Address
from bot.ports import Post


class Lanes:
    """Posts that are leased to this process, by lane and address."""

    def __init__(self) -> None:
        """Start empty."""
        self._lanes: dict[Lane, OrderedDict[Address, deque[Post]]] = {
            lane: OrderedDict() for lane in Lane
        }
        self._counts: Counter[Lane] = Counter()
        self._ids: set[int] = set()

    def __len__(self) -> int:
        """Return how many posts wait."""
        return len(self._ids)

    @property
    def replies(self) -> int:
        """Return how many replies wait."""
        return self._counts[Lane.REPLY]

    def add(self, post: Post) -> None:
        """Put *post* behind the others of its address; one that waits already is not doubled."""
        if post.id not in self._ids:
            self._lanes[post.lane].setdefault(post.address, deque()).append(post)
            self._known(post)

    def back(self, post: Post) -> None:
        """Put *post* before everybody in its lane, as if it had never been taken."""
        queues = self._lanes[post.lane]
        queues.setdefault(post.address, deque()).appendleft(post)
        queues.move_to_end(post.address, last=False)
        self._known(post)

    def next(self, busy: Container[Address]) -> Post | None:
        """Return who is to leave next, though to none of the *busy* addresses."""
        for queues in self._lanes.values():
            for address, queue in queues.items():
                if address not in busy:
                    return queue[0]
        return None

    def take(self, post: Post) -> None:
        """Take *post*, which was said to be next; the others of its address wait for a round."""
        queues = self._lanes[post.lane]
        queue = queues.pop(post.address)
        queue.popleft()
        if queue:
            queues[post.address] = queue
        self._gone(post)

    def drop(self, address: Address) -> Sequence[Post]:
        """Take all that waits for *address*, in its order."""
        queues = [queues.pop(address, deque()) for queues in self._lanes.values()]
        dropped = [post for queue in queues for post in queue]
        for post in dropped:
            self._gone(post)
        return dropped

    def clear(self) -> Sequence[Post]:
        """Take all but the replies."""
        dropped: list[Post] = []
        for lane, queues in self._lanes.items():
            if lane is not Lane.REPLY:
                dropped += [post for queue in queues.values() for post in queue]
                queues.clear()
        for post in dropped:
            self._gone(post)
        return dropped

    def _known(self, post: Post) -> None:
        self._ids.add(post.id)
        self._counts[post.lane] += 1

    def _gone(self, post: Post) -> None:
        self._ids.discard(post.id)
        self._counts[post.lane] -= 1
