"""What whoever operates a bot should look at, as a fact.

Rule 1: a trouble holds no address of anybody, no token, and nothing that a service called us.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

What = Literal[
    "token_refused",
    "foreign_webhook",
    "identity_changed",
    "intake_stopped",
    "updates_lost",
    "database_down",
    "intake_late",
    "clock_stuck",
    "clock_jumped",
    "disk_full",
    "task_died",
]
"""Names of troubles; the log tells each under the same name."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong on *platform*, empty for the whole, since then; ``over``: it is no more.

    ``seconds`` is the length of what was over when it was found, 0 for what lasts.
    """

    platform: str
    what: What
    since: datetime
    seconds: int = 0
    over: bool = False
