"""This file is what each answer of Discord means for the post that caused it.

Rule 1: every answer is exactly one outcome; ``Moved`` is none of Discord's.
Rule 2: an error says status and code, never an address, a token or a text.
"""

from dataclasses import dataclass

from bot.ports import Barred, Gone, Refused, SendError, Throttled, Unknown

BAN_SECONDS = 900.0
"""Silence after a ban of the address, which is a 429 that Discord's own proxy did not sign."""

OPENING_SECONDS = 600.0
"""Rest of the opening of direct messages after 40003.  Source: trust.md, C8."""

CLOSED = frozenset({50007, 50278, 10013})
"""The person takes no direct messages, or is no longer there."""

TOO_FAST = 40003
"""Direct messages are opened too fast."""

SILENCED = frozenset({10003, 50001, 50013})
"""The channel is gone, or we may not see it or write there.  Source: trust.md, C14."""

LOST = frozenset({10008, 10015, 10062, 50027})
"""The message, the interaction or its token is no more: a new message may do."""

ANSWERED = 40060
"""The interaction was answered already: another process was first."""

UNAUTHORIZED, TIMED_OUT, TOO_MANY, SERVER = 401, 408, 429, 500


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, as far as it matters; ``scope`` is ``user``, ``shared``, ``global`` or empty.

    ``signed``: it came from Discord and not from what guards it; ``code`` is 0 for none.
    """

    status: int
    code: int = 0
    retry_after: float = 0.0
    scope: str = ""
    signed: bool = True

    @property
    def banned(self) -> bool:
        """Return whether the address is banned."""
        return self.status == TOO_MANY and not self.signed

    @property
    def invalid(self) -> bool:
        """Return whether Discord counts the answer towards a ban.

        Source: Discord, Rate Limits: 401, 403 and 429 but those of scope ``shared``.
        """
        return self.status in {401, 403} or (self.status == TOO_MANY and self.scope != "shared")


class Declined(Refused):
    """Refused with Discord's ``code``, 0 for none."""

    def __init__(self, status: int, code: int) -> None:
        """Keep the code."""
        super().__init__(f"discord {status}, code {code}")
        self.code = code


def failure(told: Told, *, ours: bool = True) -> SendError | Barred:
    """Return what an answer that is no success means.

    ``ours``: the call carried the bot's own token, not that of an interaction.
    """
    if told.status == UNAUTHORIZED and ours:
        return Barred(f"discord {told.status}")
    if told.status == TOO_MANY:
        return _throttled(told)
    if told.status >= SERVER or told.status == TIMED_OUT:
        return Unknown(f"discord {told.status}")
    if told.code == TOO_FAST:
        return Throttled(OPENING_SECONDS, everyone=False)
    if told.code in CLOSED:
        return Gone(f"discord {told.status}, code {told.code}")
    return Declined(told.status, told.code)


def _throttled(told: Told) -> Throttled:
    if told.banned:
        return Throttled(BAN_SECONDS, everyone=True)
    return Throttled(max(told.retry_after, 0.1), everyone=told.scope == "global")
