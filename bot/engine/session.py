"""How long somebody stays signed in to the console, and how often they may guess.

Rule 1: a session ends by itself: after rest, and after a working day whatever was done.
Rule 2: a lock is on whoever guesses, never on whom they guess at: see ``Lock``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(minutes=15)
"""Longest rest of a session.  Source: trust.md, A4."""

WHOLE: Final = timedelta(hours=8)
"""Longest life of a session.  Source: trust.md, A4."""

HALF: Final = timedelta(minutes=5)
"""Longest time between the password and the second factor."""

STEP: Final = timedelta(minutes=5)
"""How long a confirmation holds for acts that reach others."""

INVITED: Final = timedelta(hours=72)
"""How long a one-time link works.  Source: trust.md, A17."""

PASSWORD_LEAST: Final = 12
"""Fewest characters of a password."""

PASSWORD_MOST: Final = 200
"""Most characters of a password: what is hashed is bounded."""


@dataclass(frozen=True, slots=True)
class Lock:
    """At most ``tries`` in ``within``, counted from the first."""

    tries: int
    within: timedelta


PER_CLIENT: Final = Lock(5, timedelta(minutes=15))
"""Wrong passwords for one address from one network, or from one browser that is known.

A stranger's tries count for the stranger's network alone, and a browser that has signed in before
has a count of its own: nobody can keep somebody else out.
"""

PER_ACCOUNT: Final = Lock(20, timedelta(hours=1))
"""Wrong codes for one account from browsers that are not known, whatever their networks.

Only who has the password can reach it, so it shuts out a thief and not a prankster.
"""


def alive(made: datetime, seen: datetime, now: datetime, *, half: bool) -> bool:
    """Return whether a session made and last *seen* then still lives *now*.

    *half*: the password was right, the second factor is still asked for.
    """
    if half:
        return now - made < HALF
    return now - made < WHOLE and now - seen < IDLE


def locked(lock: Lock, tries: int, since: datetime, now: datetime) -> bool:
    """Return whether *tries* counted *since* then are as many as *lock* allows."""
    return now - since < lock.within and tries >= lock.tries


def fit(password: str, email: str) -> bool:
    """Return whether *password* may be the one of *email*: long enough, and not the address."""
    long = PASSWORD_LEAST <= len(password) <= PASSWORD_MOST
    return long and password.casefold() not in {email.casefold(), email.casefold()[::-1]}
