import sys
import time

import pytest
import yaml

from bot.content import strict
from bot.content.strict import DEPTH, FILE_BYTES, Fields, Many, Scalar, parse
from tests.content.packs import GOOD

UNREADABLE = "cannot be read as YAML from here; check the indentation, quotes and brackets"


def refusals(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    tree, faults = parse(data, "x.yaml")
    assert (tree is None) == bool(faults)
    return [str(fault) for fault in faults]


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "alias": ("a: x\nb: *a\n", "x.yaml:2 b: '*a' is an alias; write the text out"),
    "anchor": ("b: &a x\n", "x.yaml:1 b: '&a' is an anchor; delete it and write repeats out"),
    "anchor_on_a_list": (
        "b: &a [x]\n",
        "x.yaml:1 b: '&a' is an anchor; delete it and write repeats out",
    ),
    "merge_key": (
        "a:\n  <<: {b: c}\n",
        "x.yaml:2 a: '<<' is a merge key; write the fields out",
    ),
    "tag": ("a: !!int 3\n", "x.yaml:1 a: '!!int' is a tag; delete it; every value is text"),
    "own_tag": ("a: !x {}\n", "x.yaml:1 a: '!x' is a tag; delete it; every value is text"),
    "directive": ("%YAML 1.1\n---\na: b\n", "x.yaml:1: a % directive; delete it"),
    "second_document": ("a: b\n---\nc: d\n", "x.yaml:2: a second document; keep one a file"),
    "key_twice": ("a: 1\nb: 2\na: 3\n", "x.yaml:3 a: already on line 1; keep one of the two"),
    "item_twice": (
        "items:\n  acc-06-q2: {a: 1}\n  acc-06-q2: {a: 2}\n",
        "x.yaml:3 items.acc-06-q2: already on line 2; give the item a new id",
    ),
    "list_as_key": (
        "? [a]\n: b\n",
        "x.yaml:1: a list or mapping as a key; write one word before the ':'",
    ),
    "empty_key": (
        "'': b\n",
        "x.yaml:1: an empty or unprintable key; write one word before the ':'",
    ),
    "nothing": ("", "x.yaml:1: no fields; write 'key: value' lines"),
    "only_a_list": ("- a\n", "x.yaml:1: no fields; write 'key: value' lines"),
    "open_bracket": ("a: [b\nc: d\n", f"x.yaml:2 a.1: {UNREADABLE}"),
    "colon": (
        "a: x\nb: c: d\n",
        "x.yaml:2 b: a ': ' inside a text without quotes; put the text in quotes",
    ),
    "colon_within": (
        "items:\n  a:\n    - x: y\n  b:\n    - c: d: e\n",
        "x.yaml:5 items.b.0: a ': ' inside a text without quotes; put the text in quotes",
    ),
    "tab": (
        "a:\n\tb: c\n",
        "x.yaml:2 a: a tab or sign that no value begins with; use spaces or quotes",
    ),
    "escape": ('a: "\\q"\n', "x.yaml:1 a: an escape that is not one; use single quotes"),
    "direction_mark": ("a: x\nb: y\u202ez\n", "x.yaml:2 b: U+202E on column 5; delete it"),
    "direction_mark_in_a_comment": (
        "a: x # \u2066\n",
        "x.yaml:1 a: U+2066 on column 8; delete it",
    ),
    "escaped_mark": ('a: "\\u202e"\n', "x.yaml:1 a: U+202E written as an escape; delete it"),
    "nul": ("a: x\nb: \x00\n", "x.yaml:2 b: U+0000 on column 4; delete it"),
    "not_utf_8": (b"a: x\nb: \xff\n", "x.yaml:2 b: not UTF-8; save the file as UTF-8"),
    "too_big": (
        b"a: " + b"x" * FILE_BYTES,
        f"x.yaml:1: {FILE_BYTES + 3} bytes, limit {FILE_BYTES}; split the file",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_trap_is_refused_at_its_line(name: str) -> None:
    text, expected = HOSTILE[name]
    assert refusals(text) == [expected]


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"open_bracket", "colon", "tab"}))
def test_without_libyaml_the_same_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    text, expected = HOSTILE[name]
    assert refusals(text) == [expected]


@pytest.mark.parametrize("name", ["open_bracket", "colon", "tab"])
def test_without_libyaml_what_cannot_be_read_is_refused_on_the_same_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert len(refusals(HOSTILE[name][0])) == 1


@pytest.mark.parametrize("path", GOOD)
def test_both_parsers_build_the_same_tree(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = parse(GOOD[path].encode(), path)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert parse(GOOD[path].encode(), path) == quick


@pytest.mark.parametrize("parser", ["libyaml", "python"])
@pytest.mark.parametrize("opener", ["[", "{", "- ", "? ", "[\n", "{a: ", "a: [", "- [{"])
def test_a_hundred_thousand_brackets_are_a_fault_within_a_second(
    opener: str,
    parser: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", parser == "libyaml")
    bomb = (opener * 100_000)[: FILE_BYTES - 1]
    traced = sys.gettrace()
    sys.settrace(None)  # Whoever counts covered lines takes three times as long as the parser.
    try:
        begun = time.process_time()
        assert refusals(bomb)
        assert time.process_time() - begun < 1
    finally:
        sys.settrace(traced)


def test_the_deepest_allowed_nesting_is_read_and_one_more_is_refused() -> None:
    def nested(levels: int) -> str:
        return "a: " + "[" * (levels - 1) + "x" + "]" * (levels - 1) + "\n"

    assert refusals(nested(DEPTH)) == []
    key = "a" + ".0" * DEPTH
    assert refusals(nested(DEPTH + 1)) == [
        f"x.yaml:1 {key}: more than {DEPTH} levels deep; flatten it"
    ]


def test_an_alias_bomb_ends_after_a_page_of_faults() -> None:
    bomb = "a: &a [x]\n" + "".join(f"b{n}: [{'*a, ' * 9}*a]\n" for n in range(2000))
    assert len(refusals(bomb)) == strict.FAULTS_PER_FILE


def test_every_value_stays_the_text_that_was_written() -> None:
    tree, faults = parse(b"a: no\nb: 1.10\nc: 12:30\nd: ~\ne:\nf: 0x1F\n1: on\n", "x.yaml")
    assert faults == ()
    assert tree is not None
    texts = {key: node.text for key, node in tree.entries.items() if isinstance(node, Scalar)}
    assert texts == {
        "a": "no",
        "b": "1.10",
        "c": "12:30",
        "d": "~",
        "e": "",
        "f": "0x1F",
        "1": "on",
    }


def test_a_tree_knows_the_line_of_every_value_and_key() -> None:
    tree, _ = parse(b"# note\na: x\nb:\n  c: |-\n    one\n\n    two\n  d: [y,\n    z]\n", "x.yaml")
    assert tree == Fields(
        {
            "a": Scalar("x", 2),
            "b": Fields(
                {"c": Scalar("one\n\ntwo", 4), "d": Many((Scalar("y", 8), Scalar("z", 9)), 8)},
                {"c": 4, "d": 8},
                3,
            ),
        },
        {"a": 2, "b": 3},
        1,
    )
