"""No bytes of a file make reading, lint or the check of translations raise."""

import json
import os
import random
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.interface import understand_interface
from bot.content.lint import lint
from bot.content.parsed import parsed, plain, understood
from bot.content.read import understand
from bot.content.strict import parse
from bot.content.translation import check_translation
from tests.content.packs import GOOD, TODAY, content, files, further

PACKS = int(os.environ.get("WARY_TEST_PACKS", "500"))
"""100,000 in ``make torture``."""
SEED = int(os.environ.get("WARY_TEST_SEED", "20261121"))
"""Another seed is another run: so a long one can be made in pieces."""
SPOILED = 4
"""Files of one pack that are mutated at once: 2,000 in all."""
PIECES = [
    *(piece.encode() for piece in "[]{}'\"%#"),
    *(b"\x00", b"\xff", b"\n", b"\t", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"9" * 30),
    *(b": ", b"- ", b"? ", b"&a ", b"*a ", b"!!x ", b"<<: ", b"|-\n", b"---\n"),
]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return *data* with one to four places flipped, cut, doubled or filled with syntax."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        to = min(len(data), at + dice.choice([0, 1, 1, 5, 40]))
        piece = dice.choice(
            [b"", dice.choice(PIECES), bytes([dice.randrange(256)]), data[at:to] * 2]
        )
        data = data[:at] + piece + data[to:]
    return data


def test_two_thousand_mutated_files_are_read_or_refused_and_never_raise() -> None:
    dice = random.Random(SEED)  # noqa: S311
    refused = 0
    for _ in range(PACKS):
        paths = dice.sample(sorted(GOOD), SPOILED)
        given = content({**GOOD, **{p: mutated(GOOD[p].encode(), dice) for p in paths}})
        found = [*given.faults, *lint(given, TODAY)]
        refused += bool(found)
        assert all(str(fault).isprintable() for fault in found)
        assert all(item in given.items for one in given.lessons.values() for item in one.items)
        known = set(given.lessons)
        assert all(set(one.prerequisites) <= known for one in given.lessons.values())
        assert all(set(keys) <= set(given.sources) for keys in given.needs.values())
    assert refused > PACKS // 2


def test_a_mutated_further_pack_crosses_and_is_read_or_refused_beside_a_good_one() -> None:
    dice = random.Random(SEED + 1)  # noqa: S311
    second = further()
    for _ in range(PACKS // 5):
        spoiled = dict(second)
        for path in dice.sample(sorted(second), SPOILED):
            spoiled[path] = mutated(str(second[path]).encode(), dice)
        theirs = [parsed(file) for file in files(spoiled, 1)]
        crossed = [understood(json.loads(json.dumps(plain(one))), 1) for one in theirs]
        assert crossed == theirs
        both = understand(files(GOOD), (), crossed)
        found = [*both.faults, *lint(both, TODAY)]
        assert all(str(fault).isprintable() for fault in found)
        # Nothing that a further pack says takes a lesson of ours away, unless it replaces it.
        assert {"acc-05", "acc-06", "kid-08"} <= set(both.lessons)
        assert all(item in both.items for one in both.lessons.values() for item in one.items)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_tree_or_faults(data: bytes) -> None:
    tree, faults = parse(data, "x.yaml")
    assert (tree is None) == bool(faults)


@given(st.text(alphabet="ab: -[]{}\n\"'&*!|>#?%@`,\t", max_size=120))
def test_any_syntax_is_a_tree_or_faults(text: str) -> None:
    tree, faults = parse(text.encode(), "x.yaml")
    assert (tree is None) == bool(faults)
    understand_interface(text.encode(), "locales/interface.yaml")


KEYS = sorted(content().worded)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), st.text(max_size=200), max_size=8),
    st.sampled_from(["ar", "zh-Hans", "fr", "sw", "x"]),
)
def test_any_translation_is_checked_without_an_error(texts: dict[str, str], locale: str) -> None:
    assert isinstance(check_translation(content(), locale, texts, {}), tuple)


@given(st.dates())
def test_any_day_is_a_day_to_check_on(today: date) -> None:
    assert isinstance(lint(content(), today), tuple)
