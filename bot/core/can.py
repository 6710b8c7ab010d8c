"""What a platform can show and do.  Source: chat.md, 2.5."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Can:
    """What a platform can show and do (chat.md, 2.5); ``None`` hours mean no limit."""

    text: int
    label: int
    per_row: int
    buttons: int
    action: int
    menu: int
    modal: bool
    private_reply: bool
    local_time: bool
    silent: bool
    protect: bool
    copy: bool
    edit_hours: int | None
    delete_hours: int | None
    push: Literal["after_start", "on_request", "place_only"]
