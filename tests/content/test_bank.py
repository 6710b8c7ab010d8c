"""The bank as it is: nobody who reads no question is told its answer by how the items are made."""

from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import checking, settings
from bot.__main__ import main
from bot.content.balance import Places
from bot.content.figures import ALL, Bank, Held, Share, Tally, figures, total
from bot.content.items import plain
from bot.content.phrases import ALL_OF_THEM
from bot.content.report import page
from tests.content.packs import GOOD, TODAY, content, spoiled

Texts = dict[str, str | bytes]
A6 = "lessons/acc/acc-06.yaml"


@cache
def ours() -> checking.Checked:
    return checking.examined(settings.read({}), ())


@cache
def bank() -> Bank:
    made = ours()
    whole = {tag: made.catalogues.whole(tag) for tag in made.catalogues.languages}
    return figures(made.content, whole, TODAY)


def counted(texts: Texts, **whole: frozenset[str]) -> Bank:
    """Return the figures of a pack, whole in English and in what is named."""
    found = content(texts)
    return figures(found, {"en": frozenset(found.sources), **whole}, TODAY)


def test_the_key_is_seldom_the_longest() -> None:
    share = bank().guesses[ALL].longest
    assert share.whole > 200
    assert share.percent is not None
    assert share.percent <= 40


def test_keys_stand_in_every_place() -> None:
    found = bank().guesses[ALL].places
    assert found.chance is not None
    assert found.chance > 0.01


def test_about_half_of_the_statements_are_true() -> None:
    share = bank().guesses[ALL].true
    assert share.whole > 50
    assert share.percent is not None
    assert 40 <= share.percent <= 60


def test_a_third_of_the_staged_messages_is_genuine() -> None:
    share = bank().guesses[ALL].genuine
    assert share.whole > 50
    assert share.percent is not None
    assert 30 <= share.percent <= 40


def test_no_option_stands_for_the_others() -> None:
    quizzes = ours().content.documents.quizzes
    said = [
        option["text"]
        for quiz in quizzes.values()
        for item in quiz.value["items"].values()
        for option in item.get("options", {}).values()
    ]
    assert len(said) > 800
    assert [text for text in said if ALL_OF_THEM.fullmatch(plain(text))] == []


def test_what_is_counted_in_every_topic_is_all_there_is() -> None:
    every = total(ours().content.documents)
    found = bank()
    assert found.coverage[ALL, ALL, ALL] == every
    topics = [key for key in found.coverage if key[0] and key[1:] == (ALL, ALL)]
    assert sum(found.coverage[key].items_in_review for key in topics) == every.items_in_review
    assert sum(found.lessons.values()) == every.items + every.items_in_review
    assert len(found.held) == every.lessons_in_review


@pytest.mark.parametrize(
    ("places", "chance"),
    [
        # The tail of chi-square with two degrees of freedom, as its printed tables have it:
        # 7.82 stands at 0.02.
        (Places(10, 10, 10), 1.0),
        (Places(17, 5, 8), 0.0202),
        (Places(12, 0, 0), 0.0000061),
        (Places(0, 0, 0), None),
    ],
)
def test_dice_are_judged_by_the_tail_of_chi_square(places: Places, chance: float | None) -> None:
    assert places.chance == (chance and pytest.approx(chance, rel=0.01))


REVIEW = (
    "nobody is named who read it a second time (review.by)",
    "not whole in fr: 41 of 48 texts",
    "not whole in ar: 48 of 48 texts",
)
"""What the good pack's acc-06 lacks besides its source, read in French without its items."""


def held(texts: Texts, day: date = TODAY) -> dict[str, tuple[str, ...]]:
    """Return lesson to its reasons, acc-06 alone being whole in French."""
    found = content(texts)
    whole = {"en": frozenset(found.sources), "fr": frozenset(found.needs["acc-06"])}
    return {one.lesson: one.reasons for one in figures(found, whole, day).held}


def test_what_is_in_review_says_why_and_what_is_published_does_not() -> None:
    assert held({**GOOD})["acc-06"] == ("source is status R: FTC-PHISH", *REVIEW)
    assert "acc-05" not in held({**GOOD})
    assert "fewer than 2 items: technique tell-an-adult" in held({**GOOD})["kid-08"]


def test_a_reason_that_is_mended_is_gone() -> None:
    sources = spoiled("lessons/sources.yaml", ("status: R}", "status: P, checked_on: 2026-11-20}"))
    assert held(sources)["acc-06"] == REVIEW
    unread = spoiled("lessons/sources.yaml", ("status: R}", "status: P}"))
    assert held(unread)["acc-06"] == ("source has no checked_on: FTC-PHISH", *REVIEW)
    late = held({**GOOD}, date(2028, 1, 1))["acc-06"]
    assert any(reason.startswith("review is past: acc-06, acc-06-q1") for reason in late)


def test_a_lesson_is_counted_in_a_language_with_the_items_that_can_be_asked_in_it() -> None:
    found = content(GOOD)
    lesson, item = (frozenset(found.needs[key]) for key in ("acc-06", "acc-06-q1"))
    # acc-06-q5 is French and asked nowhere else.
    assert counted({**GOOD}, fr=lesson).coverage["acc", ALL, "fr"] == Tally(0, 1, 0, 1)
    assert counted({**GOOD}, fr=lesson | item).coverage["acc", ALL, "fr"] == Tally(0, 1, 0, 2)
    assert counted({**GOOD}, ar=lesson).coverage["acc", ALL, "ar"] == Tally()
    assert counted({**GOOD}).coverage["acc", ALL, "en"] == Tally(1, 1, 2, 4)
    assert counted({**GOOD}).coverage["acc", ALL, ALL] == Tally(1, 1, 2, 5)


def test_a_draft_is_in_no_figure() -> None:
    found = counted(spoiled(A6, ("status: review", "status: draft")))
    assert found.coverage[ALL, ALL, ALL] == Tally(1, 1, 2, 1)
    assert "acc-06" not in found.lessons


class Page(HTMLParser):
    """What an HTML page holds, as far as it is judged here."""

    EMPTY = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def drawn(found: Bank, refused: int = 0) -> tuple[str, Page]:
    text = page(found, TODAY, "1.2.3", refused)
    return text, Page(text)


def test_the_page_is_whole_and_asks_nobody_for_anything() -> None:
    text, seen = drawn(bank())
    assert seen.open == []
    assert {name for name, _ in seen.tags}.isdisjoint({"script", "link", "img", "iframe"})
    assert not any({"src", "style", "onclick"} & set(attributes) for _, attributes in seen.tags)
    assert "url(" not in text
    assert "@import" not in text
    targets = {attributes.get("id") for attributes in seen.all("section")}
    assert {f"#{target}" for target in targets} == {link["href"] for link in seen.all("a")}


def test_every_table_has_a_caption_and_every_heading_a_scope() -> None:
    _, seen = drawn(bank())
    assert len(seen.all("table")) == len(seen.all("caption")) > 20
    assert {heading.get("scope") for heading in seen.all("th")} == {"row", "col"}


def test_words_of_a_pack_are_never_markup() -> None:
    evil = '<script>alert("&")</script>'
    found = replace(
        bank(),
        held=(Held("acc-01", evil, 1, (evil,)),),
        misconceptions={evil: 0},
        techniques={evil: 1},
        languages=(evil,),
        coverage={(a, b, evil): tally for (a, b, c), tally in bank().coverage.items() if not c}
        | dict(bank().coverage),
    )
    text, seen = drawn(found)
    assert not seen.all("script")
    assert "<script" not in text
    assert seen.open == []
    assert seen.words.count(evil) >= 4


def test_a_share_out_of_bounds_is_named_in_words() -> None:
    half = replace(bank().guesses[ALL], genuine=Share(5, 10), longest=Share(41, 100))
    text, _ = drawn(replace(bank(), guesses={ALL: half}))
    assert '<td class="out">50%, out of bounds</td>' in text
    assert '<td class="out">41%, out of bounds</td>' in text
    few = replace(half, genuine=Share(5, 9), longest=Share(11, 11))
    assert "</td>" in drawn(replace(bank(), guesses={ALL: few}))[0]
    assert "out of bounds<" not in drawn(replace(bank(), guesses={ALL: few}))[0]


def test_what_is_published_in_part_is_told_with_how_much() -> None:
    text, seen = drawn(counted({**GOOD}), refused=2)
    assert "2 / 6, of them 1 / 2 published" in seen.words
    assert "2 to mend" in text
    assert "3 lessons (1 published), 8 items (2 published)" in text


def test_an_empty_bank_has_a_page() -> None:
    _, seen = drawn(counted({"lessons/pack.yaml": GOOD["lessons/pack.yaml"]}))
    assert seen.open == []
    assert "Nothing is in review." in seen.words


def test_the_page_is_written_whole_in_place_of_an_older_one(tmp_path: Path) -> None:
    place = tmp_path / "bank.html"
    place.write_text("old")
    checking.report(ours(), place)
    assert place.read_text(encoding="utf-8").endswith("</html>\n")
    assert list(tmp_path.iterdir()) == [place]


def test_a_page_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    place = tmp_path / "bank.html"
    place.write_text("old")
    # Half of a pair of code units: no file in UTF-8 can hold it.
    unwritable = replace(ours(), content=replace(ours().content, languages=("\ud800",)))
    with pytest.raises(ValueError, match="surrogates"):
        checking.report(unwritable, place)
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_for_no_page_is_refused_before_anything_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    for place, wrong in (
        (tmp_path, "no ordinary file"),
        (tmp_path / "none" / "bank.html", "no such folder"),
        (file / "bank.html", "no such folder"),
    ):
        assert main(["check", "--report", str(place)]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert wrong in told.err
        assert str(place) in told.err
    assert file.read_text() == "kept"


def test_the_readme_counts_what_is_published() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    every = bank().coverage[ALL, ALL, ALL]
    told = f"{every.lessons} of {every.lessons + every.lessons_in_review} are"
    assert told in " ".join(readme.read_text(encoding="utf-8").split())
