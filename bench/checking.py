"""How long ``wary check`` takes for a thousand items in three languages, as it is typed.

The peer only parses the same YAML with the same parser, in a process of its own as well.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.rows import Figure, at_most, medians

ROOT = Path(__file__).parents[1]
MADE = ROOT / "tests" / "content" / "good"
TOPICS = [first + second for first in "abcdefghij" for second in "xy"]
LESSONS = 10
"""Lessons of each topic, five items each: a thousand items."""

NAMES = ("CBR-HANG", "FTC-PHISH", "staff-need-the-code", "wait-for-proof", "code-never-shared")
"""What our own packs call something as well: a further pack takes names of its own."""

QUOTED = "    language: fr\n"
"""What one item in five says of itself: it stays French, and no translation of it is read.

All of the thousand are to be in three languages.
"""

LANGUAGES = {"ar": "بلى: ", "fr": "Oui : "}
"""Beside English, each with what makes a translation of an English text."""

_EMPTY = re.compile(
    r'^msgid (?P<said>(?!"\S+\.example/\S+"$)".*"(?:\n".*")*)\nmsgstr ""$', re.MULTILINE
)
"""An entry without words, but for those of addresses, which stay as they are."""

_PARSE = (
    "import sys, yaml, pathlib\n"
    "for path in pathlib.Path(sys.argv[1]).rglob('*.yaml'):\n"
    "    yaml.load(path.read_bytes(), yaml.CSafeLoader)\n"
)


def check_thousand() -> Figure:
    """Return the seconds of one ``wary check``, beside those of parsing its YAML alone."""
    with tempfile.TemporaryDirectory() as folder:
        pack = _pack(Path(folder) / "thousand")

        def ours() -> float:
            begun = time.perf_counter()
            said = _wary({}, "check", str(pack))
            seconds = time.perf_counter() - begun
            # Two hundred copies of one quiz are unbalanced, and told so: the check was whole.
            assert re.search(r"^\d+ to mend, \d+ to look at$", said, re.MULTILINE), said[-500:]
            return seconds

        def parsed() -> float:
            begun = time.perf_counter()
            command = [sys.executable, "-c", _PARSE, str(pack)]
            subprocess.run(command, check=True)  # noqa: S603 - our own
            return time.perf_counter() - begun

        peer = "a process that parses the YAML of the pack with libyaml, and no more"
        return at_most("check.1000x3", "s", 5, peer, medians(ours, parsed))


def _pack(pack: Path) -> Path:
    """Write the pack, its translations nearly the English words: each is read and judged."""
    for path in ("lessons/pack.yaml", "lessons/sources.yaml"):
        _write(pack / path, _own(MADE / path))
    for name in ("techniques", "misconceptions"):
        path = f"quizzes/{name}.yaml"
        _write(pack / path, _own(MADE / path))
    for kind in ("lessons", "quizzes"):
        text = _own(MADE / kind / "acc" / "acc-06.yaml")
        for topic in TOPICS:
            for number in range(LESSONS):
                name = f"{topic}-{number:02}"
                own = text.replace("topic: acc", f"topic: {topic}").replace("acc-06", name)
                own = own.replace(QUOTED, "")
                _write(pack / kind / topic / f"{name}.yaml", own)
    _translated(pack)
    return pack


def _translated(pack: Path) -> None:
    for tag in LANGUAGES:
        (pack / "locales" / tag / "LC_MESSAGES").mkdir(parents=True)
    _wary({"WARY_PACKS": str(pack)}, "i18n", "update", *LANGUAGES)
    for tag, said in LANGUAGES.items():
        for path in (pack / "locales" / tag).rglob("*.po"):
            filled = rf'msgid \g<said>\nmsgstr "{said}"\n\g<said>'
            text, count = _EMPTY.subn(filled, path.read_text("utf-8"))
            assert count
            path.write_text(text, encoding="utf-8")


def _own(path: Path) -> str:
    """Return the text of *path* under names that nobody else has."""
    text = path.read_text(encoding="utf-8").replace("id: wary", "id: thousand")
    for name in NAMES:
        text = text.replace(name, f"{name}-X" if name.isupper() else f"{name}-x")
    return text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _wary(settings: Mapping[str, str], *words: str) -> str:
    """Run ``wary`` with *words* and return what it said, findings of a check among it."""
    command = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(  # noqa: S603 - our own
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
    )
    assert not done.stderr, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout
