"""What an examination of an installation found: one line for its operator."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one thing is as it should be; ``remedy`` is what to do where it is not."""

    about: str
    state: Literal["ok", "warn", "fail"]
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return ``state  about: what was found; what to do``."""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.state:4}  {self.about}: {self.said}{remedy}"
