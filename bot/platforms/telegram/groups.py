"""How fast a group or channel is written to: slower than Telegram would stand.

Rule 1: whoever writes there too fast is told to wait for the whole token, so that people who type
commands in one group could silence the bot for everybody.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from bot.ports import Now, Throttled

MOST = 20
"""New messages in one group within ``WITHIN``.  Source: chat.md, 4.2; Telegram, Bots FAQ."""

WITHIN = timedelta(minutes=1)

KEPT = 10_000
"""Groups whose pace is remembered; the longest silent are forgotten."""


class Groups:
    """Remembers when each group was written to."""

    def __init__(self, now: Now) -> None:
        """Know of none."""
        self._now = now
        self._written: OrderedDict[int, deque[datetime]] = OrderedDict()

    def take(self, chat: int) -> None:
        """Take one of the places of *chat*; an edit needs none.

        Raises:
            Throttled: there is none before so many seconds; nobody else has to wait.
        """
        now = self._now()
        written = self._written.setdefault(chat, deque(maxlen=MOST))
        self._written.move_to_end(chat)
        while len(self._written) > KEPT:
            self._written.popitem(last=False)
        if len(written) == MOST and now - written[0] < WITHIN:
            wait = written[0] + WITHIN - now
            raise Throttled(wait.total_seconds(), everyone=False)
        written.append(now)
