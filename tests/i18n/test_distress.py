"""Words of distress in each language: how many are heard, and how often harmless talk is.

The larger sets in ``tests/corpora/distress`` were written by somebody who had not seen the lists.
Lists were mended since by every sentence with an even place there, so that only the others count.
The small sets here are by whoever wrote the lists, and say only that nothing got lost.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot import content, teaching
from bot.core.library import Wording
from bot.engine import distress, phrases

LANGUAGES = ("en", "ar", "zh-Hans", "fr", "ru", "es")
CORPORA = Path(__file__).parents[1] / "corpora" / "distress"
LEAST = 60
HEARD = 0.90
"""Least share of paraphrases that bring the card."""

KEPT: Mapping[str, float] = {
    "en": 0.78,
    "ar": 0.83,
    "zh-Hans": 0.84,
    "fr": 0.74,
    "ru": 0.79,
    "es": 0.80,
}
"""What the lists reach on the half that nobody mended by, on 2026-11-29: nothing may lose it."""
ALARMED_KEPT = 0.022

OWN = yaml.safe_load((Path(__file__).parent / "distress.yaml").read_text(encoding="utf-8"))


@cache
def lists() -> Mapping[str, Wording]:
    return content.read([teaching.data()], None).distress


def heard(tag: str, text: str) -> bool:
    return phrases.found(text, [lists()[one] for one in dict.fromkeys((tag, distress.ANYWHERE))])


def test_every_language_has_enough_phrases() -> None:
    assert set(lists()) == set(LANGUAGES)
    assert all(len(one.phrases) >= LEAST for one in lists().values())


def test_every_list_says_that_no_native_reader_has_read_it() -> None:
    for tag in LANGUAGES:
        path = teaching.data() / "locales" / tag / "distress.yaml"
        assert "# native_review: false\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_our_own_few_are_told_apart(tag: str) -> None:
    missed = [text for text in OWN[tag]["paraphrases"] if not heard(tag, text)]
    false = [text for text in OWN[tag]["harmless"] if heard(tag, text)]
    assert (missed, false) == ([], [])


def measured(tag: str) -> tuple[float, float]:
    """Return the share of cries for help that are heard, and of harmless sentences that are.

    Only every second one counts: lists may be mended by the others.
    """
    path = CORPORA / f"{tag}.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    cries, harmless = told["paraphrases"][1::2], told["harmless"][1::2]
    return (
        sum(heard(tag, text) for text in cries) / len(cries),
        sum(heard(tag, text) for text in harmless) / len(harmless),
    )


@pytest.mark.parametrize("tag", LANGUAGES)
def test_those_of_somebody_else_are_told_apart_as_well_as_before(tag: str) -> None:
    cries, harmless = measured(tag)
    assert cries >= KEPT[tag]
    assert harmless <= ALARMED_KEPT


@pytest.mark.xfail(reason="the lists hear too few of the cries that others wrote", strict=True)
@pytest.mark.parametrize("tag", LANGUAGES)
def test_nine_of_ten_cries_of_somebody_else_are_heard(tag: str) -> None:
    cries, _ = measured(tag)
    assert cries >= HEARD
