"""A pack that kills its reader kills a child: the parent says which file it was, and goes on."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import child, read, strict
from bot.content.files import gather
from bot.content.parsed import parsed, plain, plain_fault, understood, understood_fault
from bot.content.read import understand
from bot.core.source import Fault
from tests.content.packs import FOLDER, GOOD, content, files, further, written
from tests.content.test_hostile import HOSTILE, pack

BROKEN: list[dict[str, str | bytes]] = [
    {},
    {"lessons/acc/acc-05.yaml": b"\xff\x00"},
    {"lessons/acc/acc-05.yaml": "- a\n"},
    {"lessons/acc/x y.yaml": "a: b\n"},
]


@pytest.mark.parametrize("more", BROKEN, ids=["good", "bytes", "form", "name"])
def test_a_child_reads_what_this_process_reads(
    tmp_path: Path, more: dict[str, str | bytes]
) -> None:
    root = written(tmp_path, {**GOOD, **more})
    here, faults = gather([root], ["p/"])
    assert child.apart(root, 0, "p/") == ([parsed(file) for file in here], faults)


def test_a_name_that_is_no_text_crosses(tmp_path: Path) -> None:
    root = written(tmp_path, GOOD)
    with open(bytes(root / "lessons") + b"/\xff.yaml", "wb") as stream:  # noqa: PTH123
        stream.write(b"a: b\n")
    assert child.apart(root, 0, "")[1] == gather([root])[1] != []


@pytest.mark.parametrize("name", HOSTILE["form"])
def test_every_form_of_file_crosses_unchanged(name: str) -> None:
    for file in files(pack(HOSTILE["form"][name])):
        one = parsed(file)
        assert understood(json.loads(json.dumps(plain(one))), one.pack) == one


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=5),
        max_leaves=30,
    )
)
def test_nothing_that_a_child_may_say_raises_but_what_is_caught(said: object) -> None:
    for take in (understood_fault, lambda one: understood(one, 1)):
        try:
            take(said)
        except ValueError:
            continue


def test_a_fault_crosses_unchanged() -> None:
    fault = Fault("a", 1, "b", "c", "d")
    assert understood_fault(plain_fault(fault)) == fault


def _program(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    head = "import json, sys; from bot.content.child import limit; limit();"
    begun = f"{head} print(json.dumps(['begun', 'p/lessons/x.yaml']), flush=True);"
    monkeypatch.setattr(child, "_PROGRAM", begun + words)


DEATHS = {
    "memory": ("x = bytearray(300_000_000)", "it ended with code 1"),
    "processor": ("\nwhile True: pass", "it ended with code -"),
    "output": ("\nwhile True: sys.stdout.write('x' * 1_000_000)", "it ended with code 1"),
    "segfault": ("import signal; signal.raise_signal(signal.SIGSEGV)", "it ended with code -11"),
    "silence": ("pass", "it ended early"),
    "hang": ("import time; time.sleep(60)", "it took more than 1 s"),
    "lies": ("print('[\"file\", [1, 2]]')", "it wrote what cannot be understood"),
    "depth": ("print('[' * 100_000)", "it ended early"),
    "words": ("print('hello')", "it ended early"),
    "shape": ("print('3')", "it ended early"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind there")
@pytest.mark.parametrize("death", DEATHS)
def test_a_child_that_dies_is_named_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    words, ended = DEATHS[death]
    _program(monkeypatch, words)
    monkeypatch.setattr(child, "WALL_SECONDS", 1.0 if death == "hang" else 120.0)
    begun = time.monotonic()
    found, faults = child.apart(tmp_path, 1, "p/")
    assert time.monotonic() - begun < 90  # on a machine that does ten things at once
    assert found == []
    assert [(one.path, one.line) for one in faults] == [("p/lessons/x.yaml", 1)]
    assert faults[0].wrong.startswith("cannot be read within 256 MB and 5 s: " + ended)
    assert faults[0].remedy


def test_a_child_has_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARY_TELEGRAM_TOKEN", "123:secret")
    out = tmp_path / "environment"
    said = "import os; open({!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr(child, "_PROGRAM", said.format(str(out)))
    child.apart(tmp_path, 1, "p/")
    assert "WARY" not in out.read_text()


def test_a_further_pack_is_never_parsed_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bomb(*_: object) -> object:
        raise AssertionError

    root = written(tmp_path / "second", further())
    monkeypatch.setattr(strict, "events", bomb)
    parts, faults = child.apart(root, 1, "second/")
    assert faults == []
    given_ = understand([], faults, parts)
    assert set(given_.lessons) == {"lan-01"}
    with pytest.raises(AssertionError):
        content()


def test_our_own_pack_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr(subprocess, "run", never)
    assert read([FOLDER], None) == content()


BOMBS = {
    "brackets": "[" * 100_000,
    "aliases": "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [{'*a,' * 9}]\n" for n in range(9)),
    "merge": "a: &a {x: y}\nb:\n  <<: [" + "*a," * 9_000 + "]\n",
    "long key": "? " + "k" * 200_000 + "\n: v\n",
    "braces": "{" * 200_000,
    "too large": "a: " + "x" * 600_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_time_and_the_rest_is_read(tmp_path: Path, bomb: str) -> None:
    texts = {**further(), "lessons/lan/lan-02.yaml": BOMBS[bomb]}
    begun = time.monotonic()
    given_ = read([FOLDER, written(tmp_path / "second", texts)], None)
    assert time.monotonic() - begun < 90  # on a machine that does ten things at once
    refused = [fault for fault in given_.faults if not fault.warning]
    assert {fault.path for fault in refused} == {"second/lessons/lan/lan-02.yaml"}
    assert {"lan-01", "acc-05"} <= set(given_.lessons)
