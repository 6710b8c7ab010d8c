"""What Telegram's answers mean: each maps to exactly one outcome of a post.

Rule 1: whoever cannot be sure that nothing arrived says ``Unknown``.
Rule 2: no words of an answer reach a message or a log: they may hold what a person wrote.
"""

from http import HTTPStatus
from typing import Literal

from telegram.error import TelegramError

from bot.core.events import Address
from bot.ports import (
    Barred,
    Gone,
    Moved,
    Refused,
    SendError,
    Silenced,
    Throttled,
    Unknown,
    Unreachable,
)

PAUSE = 30.0
"""Seconds of silence after a 429 that names none.  Source: trust.md, T2."""

GONE = (
    "bot was blocked",
    "bot was kicked",
    "bot is not a member",
    "user is deactivated",
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "can't initiate conversation",
    "can't send messages to bots",
    "can't send messages to the user",
    "group chat was deleted",
    "group chat was deactivated",
    "chat was deleted",
)
"""Words, in lower case, of an answer after which nothing more can be said at that address."""

SILENCED = (
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
    "slowmode_wait",
    "slow mode",
)
"""Words of an answer after which a group or channel takes none of our posts for now."""

SAME = "message is not modified"
LOST = ("message to edit not found", "message can't be edited", "message_id_invalid")
UNPARSED = ("can't parse entities", "entity_", "entities_")

Edited = Literal["same", "lost", "no"]


class Unsent(TelegramError):
    """Nothing left us: no connection was made, or none was free."""

    def __init__(self) -> None:
        """Say so without naming the address, which holds the token."""
        super().__init__("the Bot API cannot be reached")


class Undecided(TelegramError):
    """The request left us, and no answer that can be read came back."""

    def __init__(self) -> None:
        """Say so without naming the address, which holds the token."""
        super().__init__("the Bot API gave no answer that can be read")


class Answered(TelegramError):
    """The service said no.

    ``status`` is the HTTP status; ``said`` its description in lower case; ``retry_after`` the
    seconds to wait, 0 where none were named; ``moved_to`` the chat's new id, or nothing.
    """

    def __init__(
        self, status: int, said: str = "", retry_after: float = 0.0, moved_to: str = ""
    ) -> None:
        """Keep the answer; only its status is ever shown."""
        super().__init__(f"the Bot API answered {status}")
        self.status = status
        self.said = said.lower()
        self.retry_after = retry_after
        self.moved_to = moved_to


def outcome(fault: TelegramError) -> SendError | Barred:
    """Return what becomes of a post whose sending ended in *fault*."""
    match fault:
        case Unsent():
            return Unreachable("the Bot API cannot be reached")
        case Answered():
            return _answered(fault)
        case _:
            return Unknown("the message may have arrived")


def _answered(no: Answered) -> SendError | Barred:
    if no.moved_to:
        return Moved(Address("telegram", no.moved_to))
    if no.status == HTTPStatus.TOO_MANY_REQUESTS or no.retry_after:
        return Throttled(no.retry_after or PAUSE)
    match no.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return Barred("Telegram refuses the token")
        case HTTPStatus.CONFLICT:
            return Unreachable("another process uses the token")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.FORBIDDEN if _is_gone(no):
            return Gone("nothing more can be said in this chat")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.FORBIDDEN if _is_silenced(no):
            return Silenced("the place takes no post of ours")
        case status if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Refused(f"the Bot API answered {status}")
        case _:
            return Unknown(f"the Bot API answered {no.status}")


def _is_gone(no: Answered) -> bool:
    return any(words in no.said for words in GONE)


def _is_silenced(no: Answered) -> bool:
    return any(words in no.said for words in SILENCED)


def edited(fault: Answered) -> Edited:
    """Return what a refused edit means: it is so already, there is nothing to edit, or no."""
    if fault.status != HTTPStatus.BAD_REQUEST:
        return "no"
    if SAME in fault.said:
        return "same"
    return "lost" if any(words in fault.said for words in LOST) else "no"


def unparsed(fault: Answered) -> bool:
    """Return whether the looks of a text were refused, which our builder makes impossible."""
    return fault.status == HTTPStatus.BAD_REQUEST and any(
        words in fault.said for words in UNPARSED
    )
