"""Direction marks: how a run of the other direction stays in one piece (UAX 9, isolates).

Rule 1: only this room and the renderer write these marks; catalogues and values hold none.
Rule 2: an isolate ends with its line, so every line gets its own.
"""

import re

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
"""Isolate from left to right, from right to left, by the first strong letter; and its end."""

CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""All marks that set direction, as the inside of a character class.  Source: UAX 9, table 4."""

_CONTROL = re.compile(f"[{CONTROLS}]")
_LINE = re.compile(r"[^\n\r\x1c-\x1e\x85\u2029]+")

_LETTERS = "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_JOINTS = " .,:;/@_~?&=#%+$'’*\\-\u2010-\u2013"
_RUN = re.compile(rf"[+@#/$]?[{_LETTERS}]+(?:[{_JOINTS}]+[{_LETTERS}]+)*%?")


def bare(text: str) -> str:
    """Return *text* without any mark that sets direction."""
    return _CONTROL.sub("", text)


def in_one_line(text: str) -> str:
    """Return *text* without direction marks and with its lines joined by spaces."""
    return " ".join(_LINE.findall(bare(text)))


def isolated(text: str, mark: str) -> str:
    """Return *text* with each line between *mark* and PDI; marks it held before are dropped."""
    return _LINE.sub(lambda line: f"{mark}{line[0]}{PDI}", bare(text))


def runs(text: str) -> str:
    """Return right-to-left *text* with its runs of Latin letters or digits isolated.

    A run goes on over spaces and signs between two of its letters: ``PIN 2``, ``a.example/b``.
    """
    return _RUN.sub(lambda run: f"{LRI}{run[0]}{PDI}", text)


def has_runs(text: str) -> bool:
    """Return whether *text* holds a Latin letter or a digit."""
    return bool(_RUN.search(text))
