"""Where a text stands in the files that people edit, and what is wrong there."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """One text in the source language, with what a translator and an extractor need.

    ``key`` is the msgctxt.  ``plural`` holds CLDR categories (``one``, ``other``) to texts for a
    key that counts; then ``text`` is the ``other`` form.  ``note`` tells role and limit.
    ``limit`` is the most UTF-16 units in any language, 0 for none.
    """

    key: str
    text: str
    path: str
    line: int
    note: str = ""
    limit: int = 0
    catalogue: str = "interface"
    plural: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a file, with place and remedy; a warning refuses nothing."""

    path: str
    line: int
    key: str
    wrong: str
    remedy: str
    warning: bool = False

    def __str__(self) -> str:
        """Return ``file:line key: what is wrong; what to do``."""
        kind = "warning: " if self.warning else ""
        key = f" {self.key}" if self.key else ""
        return f"{self.path}:{self.line}{key}: {kind}{self.wrong}; {self.remedy}"
