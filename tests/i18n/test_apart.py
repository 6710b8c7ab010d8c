"""Hostile catalogues of a further pack: refused with file and line, and the rest is read."""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import teaching
from bot.core.card import Text
from bot.core.message import words
from bot.core.source import Fault
from bot.i18n import caps, pofile
from bot.i18n.apart import plain, taken, understood
from bot.i18n.pofile import PoFile, opened
from bot.i18n.tags import plural_forms
from tests.content.packs import further, written
from tests.i18n.words import LOCALES
from tests.starter import few_lessons, few_root
from tests.test_teaching import having, translated

__all__ = ["few_lessons", "few_root"]

HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals={}; plural={};\\n"\n\n'.format(
    *plural_forms("fr")
)


def entry(key: str, words_: str = "b") -> str:
    return f'msgctxt "{key}"\nmsgid "a"\nmsgstr "{words_}"\n\n'


LONG = "x" * (caps.STRING_CHARACTERS + 1)
HOSTILE: Mapping[str, tuple[str, int, str]] = {
    "too large": ("#" * (caps.FILE_BYTES + 1), 1, "more than 4194304 bytes"),
    "too many": (
        HEADER + "".join(f'msgid "{n}"\nmsgstr ""\n' for n in range(caps.ENTRIES)),
        5 + 2 * (caps.ENTRIES - 1),
        "more than 20000 entries",
    ),
    "too many dead": (
        HEADER + "".join(f'#~ msgid "{n}"\n#~ msgstr ""\n' for n in range(caps.ENTRIES)),
        5 + 2 * (caps.ENTRIES - 1),
        "more than 20000 entries",
    ),
    "too long": (HEADER + entry("a", LONG), 7, "a string of more than 8192 characters"),
    "too long in pieces": (
        HEADER + 'msgctxt "a"\nmsgid "a"\nmsgstr ""\n' + '"xxxxxxxxx"\n' * 1000,
        7,
        "a string of more than 8192 characters",
    ),
    "too long an English of before": (
        HEADER + f'#| msgid "{LONG}"\n' + entry("a"),
        5,
        "a string of more than 8192 characters",
    ),
    "an endless language": (
        HEADER.replace("nplurals=", "nplurals=" + "9" * 5000) + entry("a"),
        1,
        "not a PO file: ",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_catalogue_is_refused_and_the_rest_of_its_pack_is_read(
    tmp_path: Path, name: str
) -> None:
    text, line, wrong = HOSTILE[name]
    folder = written(tmp_path / "second", further())
    translated(folder)
    path = folder / "locales" / "fr" / "LC_MESSAGES" / "quizzes.po"
    path.write_text(text, encoding="utf-8")
    begun = time.monotonic()
    made = teaching.taught(having(folder))
    assert time.monotonic() - begun < 20
    [fault] = [one for one in made.faults if not one.warning]
    assert (fault.path, fault.line) == (path.as_posix(), line)
    assert fault.wrong.startswith(wrong)
    assert fault.remedy
    said = words(made.catalogues.translate("fr", Text("lan-01.title")))
    assert said == "Two steps beat one \u00e0"


def test_what_takes_too_long_is_named_and_ends(tmp_path: Path) -> None:
    folder = written(tmp_path / "second", further())
    path = folder / "locales" / "fr" / "LC_MESSAGES" / "lessons.po"
    path.parent.mkdir(parents=True)
    # Each key twice in a row, below a long header: what was quadratic in both.
    fields = "".join(f'"X-{n}: y\\n"\n' for n in range(500))
    path.write_text(HEADER[:-1] + fields + "\n" + entry("a") * 19_000, encoding="utf-8")
    begun = time.monotonic()
    made = teaching.taught(having(folder))
    assert time.monotonic() - begun < 40
    [fault] = [one for one in made.faults if not one.warning]
    assert (fault.path, fault.line) == (path.as_posix(), 1)
    assert fault.wrong.startswith("cannot be read within its limits: it ")


@pytest.mark.skipif(sys.platform == "win32", reason="no files of this kind there")
def test_a_link_and_a_pipe_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link.po").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.po")
    refused = [opened(tmp_path / name, "fr") for name in ("link.po", "pipe.po")]
    assert [one.wrong for one in refused if isinstance(one, Fault)] == [
        "a symbolic link",
        "not a plain file",
    ]


def test_no_catalogue_of_a_further_pack_is_parsed_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "second", further())
    translated(folder)
    here: list[str] = []
    read_here = pofile.understood

    def noted(text: str, path: str, tag: str) -> PoFile | Fault:
        here.append(path)
        return read_here(text, path, tag)

    monkeypatch.setattr(pofile, "understood", noted)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))  # ours is read, too
    made = teaching.taught(having(folder))
    assert words(made.catalogues.translate("fr", Text("lan-01.title"))).endswith("\u00e0")
    assert here
    assert not [path for path in here if path.startswith(folder.as_posix())]


def test_a_catalogue_crosses_unchanged() -> None:
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        po = opened(path, path.parts[-3])
        assert isinstance(po, PoFile)
        assert understood(json.loads(json.dumps(plain(po)))) == po


@given(
    st.recursive(
        st.none() | st.integers() | st.booleans() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=30,
    )
)
def test_nothing_that_a_child_may_say_raises_but_what_is_caught(said: object) -> None:
    home = Path("p/fr/LC_MESSAGES")
    for kind in ("file", "fault", "begun", "whole", "ended", "other"):
        found = taken(home, "fr", lambda _home, _tag, kind=kind: [(kind, said), ("ended", "")])  # type: ignore[misc]  # bound at once
        assert all(isinstance(one, Fault) for _, one in found)
