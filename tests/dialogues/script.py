"""A dialogue as data: what the person does, and what stands there, in the marks of chat.md, 9.

Rule 1: the file is what ``wary chat --record`` writes, with remarks before it: ``# after: NAME``
plays another file first, ``# zone: NAME`` is the clock of whoever reads along, ``# on: NAMES``
the platforms that can do what is done there, ``# says: CODE`` the country whose invented file is
read (``countries/``); every other remark is for people.
Rule 2: what is dealt anew each time says nothing: the order of a question's options, and within
five minutes of the hour the one of a person at which lessons come.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from bot.platforms.terminal import record

HERE = Path(__file__).parent
DEALT = "Don't know"
"""The button that tells a question."""

_BUTTON = re.compile(r"\[(.*?)\](?= \[|$)")
_DEALT_MINUTE = re.compile(r"(:\d)(\d)(?= \()")
_MARKED = ("✅ ", "❌ ", "▫️ ")


@dataclass(frozen=True)
class Seen:
    """One card or notice as a person sees it: how it came, its words, its buttons."""

    mark: str
    lines: tuple[str, ...]
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        buttons = " ".join(f"[{label}]" for label in self.labels)
        return "\n  ".join([f"{self.mark} {self.lines[0]}", *self.lines[1:], buttons]).rstrip()


@dataclass(frozen=True)
class Step:
    """What happens, and what it brings; ``words`` is empty where only the clock goes on."""

    words: str = ""
    clock: datetime | None = None
    brings: tuple[Seen, ...] = ()


@dataclass
class Dialogue:
    """One file."""

    after: str = ""
    zone: str = "UTC"
    on: str = "terminal telegram discord"
    says: str = ""
    steps: list[Step] = field(default_factory=list)


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.txt"))


def played() -> list[tuple[str, str]]:
    """Return each file with each platform that it is played on."""
    return [(name, platform) for name in names() for platform in read(name).on.split()]


def read(name: str) -> Dialogue:
    """Return the dialogue of a file, the one it comes after included."""
    return parsed((HERE / f"{name}.txt").read_text(encoding="utf-8"))


def parsed(text: str) -> Dialogue:
    """Return the dialogue that *text* tells, the one it comes after included."""
    made = Dialogue()
    for remark in re.findall(r"^# (\w+): (.*)$", text, re.MULTILINE):
        if remark[0] in {"after", "zone", "on", "says"}:
            setattr(made, *remark)
    made.steps = list(_steps(entries(text)))
    if made.after:
        first = read(made.after)
        made.steps = [*first.steps, *made.steps]
        made.zone = first.zone if made.zone == "UTC" else made.zone
    return made


def entries(text: str) -> list[tuple[str, list[str]]]:
    """Return the mark of each entry and its lines; remarks are none."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "" and found:
            found[-1][1].append(rest[1:])
        elif mark not in {"", "#"}:
            found.append((mark, [rest]))
    return found


def _steps(told: Iterable[tuple[str, list[str]]]) -> Iterator[Step]:
    words, clock, brings = "", None, list[Seen]()
    for mark, lines in told:
        if mark not in {record.CLOCK, record.PERSON}:
            brings.append(seen(mark, lines))
            continue
        if words or clock or brings:
            yield Step(words, clock, tuple(brings))
        words, clock, brings = "", None, []
        if mark == record.PERSON:
            words = lines[0]
        else:
            clock = datetime.strptime(lines[0], record.MINUTE).replace(tzinfo=UTC)
    yield Step(words, clock, tuple(brings))


def seen(mark: str, lines: Sequence[str]) -> Seen:
    """Return an entry of a file as a person sees it."""
    words = [line for line in lines if not _is_row(line)]
    labels = [label for line in lines if _is_row(line) for label in _BUTTON.findall(line)]
    return settled(mark, words, labels)


def settled(mark: str, lines: Sequence[str], labels: Sequence[str]) -> Seen:
    """Return what is seen, with what is dealt anew each time in an order of its own."""
    if DEALT in labels:
        labels = sorted(labels)
    kept: list[str] = []
    lines = [_DEALT_MINUTE.sub(_five, line) for line in lines]
    for marked, run in groupby(lines, key=lambda line: line.startswith(_MARKED)):
        group = list(run)
        # A title may bear the same sign as an option: it stands first, and alone.
        kept += sorted(group, key=lambda line: line.split(" ", 1)[1]) if marked else group
    return Seen(mark, tuple(kept), tuple(labels))


def _five(minute: re.Match[str]) -> str:
    """Return a minute as the five of which it is one."""
    return f"{minute[1]}{'5' if minute[2] >= '5' else '0'}"


def _is_row(line: str) -> bool:
    return line.startswith("[") and line.endswith("]")
