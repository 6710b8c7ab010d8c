"""First-aid trees: what is taught of a good one, and a line for each way of being lost."""

from datetime import date

import pytest

from bot.core.library import Step, Way
from tests.content.packs import GOOD, content, findings

PATH = "lessons/first_aid/aid-clicked.yaml"
OTHER = "lessons/first_aid/aid-hacked.yaml"
TREE = """\
schema: first_aid/1
id: aid-clicked
place: 2
status: review
lesson: acc-06
title: I clicked
start: q1
steps:
  q1:
    ask: What happened?
    answers:
      page: {label: I only looked, goto: close}
      code: {label: I gave a code, tree: aid-hacked}
  close:
    do: Close the page.
    answers:
      opened: {label: It did open, goto: report}
    goto: report
  report:
    do: "Report it here: {report.phishing}"
    end: true
closing: That was right.
sources: [FTC-PHISH]
review: {last: 2026-11-21, due: 2027-05-21}
"""
HACKED = """\
schema: first_aid/1
id: aid-hacked
place: 1
status: published
title: It was taken over
start: q1
steps:
  q1:
    ask: Can you still sign in?
    answers:
      "yes": {label: "Yes", goto: fresh}
  fresh: {do: Set a new password., end: "true"}
sources: [FTC-PHISH]
review: {last: 2026-11-21, due: 2027-05-21, by: second reading}
"""


def pack(tree: str = TREE, other: str = HACKED) -> dict[str, str | bytes]:
    key = next(line for line in GOOD["lessons/sources.yaml"].splitlines() if line.endswith(":"))
    assert key == "sources:"
    name = GOOD["lessons/sources.yaml"].splitlines()[2].split(":")[0].strip()
    texts = {PATH: tree, OTHER: other}
    return {**GOOD, **{path: text.replace("FTC-PHISH", name) for path, text in texts.items()}}


def about(*changes: tuple[str, str]) -> list[str]:
    """What is found in the first tree with these changes."""
    tree = TREE
    for old, new in changes:
        assert old in tree
        tree = tree.replace(old, new, 1)
    return [line.removeprefix(PATH) for line in findings(pack(tree)) if line.startswith(PATH)]


def test_good_trees_are_taught_in_the_order_of_their_places() -> None:
    read = content(pack())
    assert findings(pack()) == []
    assert list(read.trees) == ["aid-hacked", "aid-clicked"]
    tree = read.trees["aid-clicked"]
    assert (tree.start, tree.checked, tree.draft, tree.closing) == (
        "q1",
        date(2026, 11, 21),
        True,
        True,
    )
    assert tree.steps["q1"] == Step(
        "q1", True, (Way("page", goto="close"), Way("code", tree="aid-hacked"))
    )
    assert tree.steps["close"] == Step("close", False, (Way("opened", goto="report"),), "report")
    assert tree.steps["report"] == Step("report", False)


def test_its_texts_are_translators_own_and_it_is_whole_with_all_of_them() -> None:
    read = content(pack())
    keys = {
        "aid-clicked.title",
        "aid-clicked.q1.ask",
        "aid-clicked.q1.answers.page",
        "aid-clicked.q1.answers.code",
        "aid-clicked.close.do",
        "aid-clicked.close.answers.opened",
        "aid-clicked.report.do",
        "aid-clicked.closing",
    }
    assert set(read.needs["aid-clicked"]) == keys
    assert {read.sources[key].catalogue for key in keys} == {"lessons"}
    assert read.placeholders["aid-clicked.report.do"] == ("report.phishing",)


def test_a_tree_that_is_a_draft_is_neither_taught_nor_translated() -> None:
    read = content(pack(TREE.replace("status: review", "status: draft")))
    assert list(read.trees) == ["aid-hacked"]
    assert "aid-clicked" not in read.needs


LOST = [
    ("id: aid-clicked", "id: aid-other", ":2 id: 'aid-other' is not the name of the file; "),
    ("start: q1", "start: q2", ":7 start: 'q2' is no step of this tree; write that step"),
    ("start: q1", "start: close", ":7 start: not a question; begin with a step that has"),
    ("    end: true\n", "", ":19 steps.report: no goto and no end; say what comes next"),
    ("    end: true", "    goto: report\n    end: true", ":19 steps.report: goto and end; "),
    ("    end: true", "    goto: report", ":19 steps.report: no end can be reached; lead to"),
    ("goto: report}", "goto: reprot}", ":17 steps.close.answers.opened.goto: 'reprot' is no"),
    ("tree: aid-hacked}", "tree: aid-hakced}", ":13 steps.q1.answers.code.tree: 'aid-hakced'"),
    ("goto: close}", "goto: close, tree: aid-hacked}", ":12 steps.q1.answers.page: leads to"),
    (", goto: close}", "}", ":12 steps.q1.answers.page: leads to a step or to a tree, one of"),
    ("do: Close", "ask: Close", ":14 steps.close: a question goes on by its answers; drop"),
    ("    do: Close the page.\n", "", ":14 steps.close: a question or a thing to do, one"),
    ("steps:\n", "steps:\n  lost: {do: Wait., end: true}\n", ":9 steps.lost: nothing leads"),
    ("steps:\n", "steps:\n  lost: {ask: What?}\n", ":9 steps.lost: a question without"),
    ("place: 2", "place: 0", ":3 place: '0' does not fit; write a whole number from 1 to 99"),
    ("due: 2027-05-21", "due: 2027-11-21", ":24 review.due: 2027-11-21 is 12 months away, fi"),
    ("[FTC-PHISH]", "[FTC-X]", ":23 sources.0: 'FTC-X' is not in lessons/sources.yaml; "),
    ("Close the page.", "Call 0800 555 123.", ":15 steps.close.do: '0800 555 123' is a phone"),
    ("Close the page.", "It is safe.", ":15 steps.close.do: 'is safe' is never said; name"),
    ("It did open", "It did open, and more of it than I wanted", ":17 steps.close.answers.op"),
    ("status: review", "status: published", ":24 review.by: empty; a second reading comes"),
]


@pytest.mark.parametrize(("old", "new", "refused"), LOST)
def test_a_tree_in_which_somebody_could_be_lost_is_refused(
    old: str, new: str, refused: str
) -> None:
    found = about((old, new))
    assert any(line.startswith(refused) for line in found), found


def test_a_lesson_that_is_not_written_yet_is_a_warning() -> None:
    texts = pack(TREE.replace("lesson: acc-06", "lesson: hlp-02"))
    assert findings(texts) == []
    assert [line for line in findings(texts, warnings=True) if "hlp-02" in line]


def test_a_tree_that_could_not_be_read_is_not_missed_by_the_others() -> None:
    found = findings(pack(other=HACKED.replace("start: q1", "begin: q1")))
    assert [line for line in found if line.startswith(PATH)] == []


def test_an_id_is_taken_once_over_all_packs() -> None:
    texts = {**pack(), "lessons/first_aid/aid-two.yaml": HACKED}
    assert any("'aid-hacked' is not the name of the file" in line for line in findings(texts))


def test_the_first_thing_to_do_is_at_most_five_presses_away() -> None:
    asks = "".join(
        f'  q{n}:\n    ask: And {n}?\n    answers:\n      a: {{label: "No", goto: q{n + 1}}}\n'
        for n in range(2, 5)
    )
    near = TREE.replace("goto: close}", "goto: q2}").replace("  close:\n", asks + "  close:\n")
    tree = near.replace("goto: q5}", "goto: close}")
    [found] = findings(pack(tree))
    assert found.startswith(f"{PATH}:7 start: 6 presses to the first thing to do, 5 allowed")


def test_questions_that_lead_back_to_one_another_are_too_many() -> None:
    circle = TREE.replace("tree: aid-hacked}", "goto: q1}")
    found = [line for line in findings(pack(circle)) if ":7 start:" in line]
    assert found


def test_files_of_first_aid_stand_with_the_lessons_alone() -> None:
    texts = {**GOOD, "quizzes/first_aid/aid-clicked.yaml": TREE}
    assert any("an unknown file" in line for line in findings(texts))
