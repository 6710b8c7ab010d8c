"""Warnings, and the shares of a whole topic."""

import re

import pytest

from tests.content.packs import GOOD, findings, spoiled

TOPIC = "quizzes/acc/acc-05.yaml:1 topic acc: "
HEAD = "schema: quiz/1\nlesson: acc-06\nitems:\n"


def choices(keys: str, *, long: bool = False) -> dict[str, str | bytes]:
    """Return the good pack whose acc-06 asks one question a letter: the place of its key."""
    items = []
    for number, key in enumerate(keys, start=1):
        options = "".join(
            f"      {id_}: {{text: Answer {id_}{'xx' * (long and id_ == key)}, feedback: So., "
            + ("right: true}\n" if id_ == key else "misconception: wait-for-proof}\n")
            for id_ in "abc"
        )
        items.append(_item(number, f"    type: single\n    options:\n{options}"))
    return {**GOOD, "quizzes/acc/acc-06.yaml": HEAD + "".join(items)}


def statements(answers: str) -> dict[str, str | bytes]:
    items = [
        _item(
            number,
            f'    type: tf\n    answer: "{"true" if answer == "t" else "false"}"\n'
            "    feedback: {right: Yes., wrong: No.}\n    misconception: wait-for-proof\n",
        )
        for number, answer in enumerate(answers, start=1)
    ]
    return {**GOOD, "quizzes/acc/acc-06.yaml": HEAD + "".join(items)}


def _item(number: int, body: str) -> str:
    return (
        f"  acc-06-q{number}:\n{body}    technique: code-never-shared\n    difficulty: 1\n"
        "    stem: Which one?\n    explain: So it is.\n    sources: [FTC-PHISH]\n"
        "    review: {last: 2026-11-21, due: 2027-11-21}\n"
    )


def test_keys_spread_over_all_places_are_not_refused() -> None:
    assert findings(choices("abcabcabcabc")) == []


def test_a_key_that_stands_first_too_often_is_refused() -> None:
    assert findings(choices("aaaaaaabbbcc")) == [
        (f"{TOPIC}the key stands first in 58% of items, at most 42; reorder some"),
        (f"{TOPIC}the key stands third in 17% of items, at least 25; reorder some"),
    ]


def test_a_key_that_is_the_longest_too_often_is_refused() -> None:
    assert findings(choices("abcabcabcabc", long=True)) == [
        (f"{TOPIC}the key is the longest in 100% of items, at most 40; trim some")
    ]


def test_a_few_items_are_not_judged_by_their_shares() -> None:
    assert findings(choices("aaaaaaaa")) == []


def test_statements_are_neither_too_many_nor_mostly_false() -> None:
    assert findings(statements("tttffffffffff")) == [
        (f"{TOPIC}21% of statements are true, 40 to 50 allowed; turn some round"),
        (f"{TOPIC}93% of items are true or false, at most 30; ask some otherwise"),
    ]


def test_staged_messages_that_are_all_fake_are_warned_about() -> None:
    quiz = GOOD["quizzes/acc/acc-06.yaml"]
    begin, end = quiz.index("  acc-06-q2:"), quiz.index("  acc-06-q3:")
    spots = [quiz[begin:end].replace("acc-06-q2", f"acc-06-q{n}") for n in range(10, 23)]
    texts: dict[str, str | bytes] = {**GOOD, "quizzes/acc/acc-06.yaml": HEAD + "".join(spots)}
    assert (
        "quizzes:1: warning: 0% of staged messages are genuine, 30 to 40 wanted;"
        " write more of the other kind"
    ) in findings(texts, warnings=True)


def messages(verdicts: str) -> dict[str, str | bytes]:
    """Return the good pack whose acc-06 shows one staged message a letter: genuine or fake."""
    quiz = GOOD["quizzes/acc/acc-06.yaml"]
    begin, end = quiz.index("  acc-06-q2:"), quiz.index("  acc-06-q3:")
    fake = quiz[begin:end]
    genuine = fake.replace("verdict: fake", "verdict: genuine").replace("flag: true, ", "")
    genuine = re.sub(r"min_hits: \d", "min_hits: 0", genuine)
    spots = [
        (genuine if letter == "g" else fake).replace("acc-06-q2", f"acc-06-q{number}")
        for number, letter in enumerate(verdicts, start=10)
    ]
    return {**GOOD, "quizzes/acc/acc-06.yaml": HEAD + "".join(spots)}


@pytest.mark.parametrize(
    ("verdicts", "share"), [("gggffffff", None), ("ggffffffff", 20), ("gggfffffff", None)]
)
def test_a_topic_with_ten_staged_messages_is_judged_by_itself(
    verdicts: str, share: int | None
) -> None:
    found = findings(messages(verdicts), warnings=True)
    told = [line for line in found if "staged messages are genuine" in line]
    said = f"{TOPIC}warning: {share}% of staged messages are genuine, 30 to 40 wanted;"
    assert told == ([f"{said} write more of the other kind"] if share else [])


def test_keys_that_dice_would_hardly_place_so_are_warned_about() -> None:
    told = findings(choices("aaaaaaaaabbc"), warnings=True)
    said = "dice would place the keys as unevenly with p 0.0087, at least 0.01; reorder some"
    assert f"{TOPIC}warning: {said}" in told
    assert f"quizzes:1: warning: {said}" in told
    # As seldom as one time in a hundred and more is left to accident.
    assert not any("dice" in line for line in findings(choices("aaaaaaaabbbc"), warnings=True))


A5, Q6 = "lessons/acc/acc-05.yaml", "quizzes/acc/acc-06.yaml"


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (
            A5,
            "title: Two steps beat one",
            "title: Are two steps better?",
            "11 title: warning: only a question; name the behaviour",
        ),
        (
            A5,
            "title: Two steps beat one",
            "title: Two steps are better than only one",
            (
                "11 title: warning: 34 characters, 85% of the limit 40; shorten,"
                " other languages need more room"
            ),
        ),
        (
            A5,
            "due: 2027-11-21",
            "due: 2026-12-20",
            "23 review.due: warning: 2026-12-20 is near; plan the review",
        ),
        (
            A5,
            "Print the backup codes and keep them at home.",
            "|-\n    " + "A. " * 126,
            "13 cards: warning: 138 words, aim 137 in en; better cut 1",
        ),
        (
            Q6,
            "text: Get back into the mail",
            "text: Get back into the mail and do it before you do anything else",
            (
                "44 items.acc-06-q3.steps.b.text: warning: 60 characters, best under 55;"
                " shorten, or it is cut in a poll"
            ),
        ),
        (
            Q6,
            "text: Wait until the evening",
            "text: Never answer the friend",
            (
                "11 items.acc-06-q1.options: warning: always or never in wrong options only;"
                " leave it out or use it in the key"
            ),
        ),
        (
            "lessons/kid/kid-08.yaml",
            "prerequisites: []",
            "prerequisites: [kid-01]",
            (
                "10 prerequisites.0: warning: 'kid-01' is not in lessons yet;"
                " write it before this one is published"
            ),
        ),
    ],
)
def test_a_doubt_is_a_warning_and_refuses_nothing(
    path: str, old: str, new: str, expected: str
) -> None:
    texts = spoiled(path, (old, new))
    assert f"{path}:{expected}" in findings(texts, warnings=True)
    assert findings(texts) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("lessons/kid/kid-08.yaml", "You did nothing wrong.", "It is not your fault."),
        ("quizzes/acc/acc-05.yaml", "A code belongs", "That does not mean the site is safe. Code"),
        ("lessons/kid/kid-08.yaml", "You did nothing wrong.", "No need to look for the padlock."),
        ("quizzes/acc/acc-05.yaml", "Bank staff may need your code.", "A locked site is safe."),
        ("quizzes/acc/acc-06.yaml", "Wait until the evening", "It is safe to answer him"),
    ],
)
def test_what_is_denied_asked_or_offered_as_wrong_is_not_refused(
    path: str, old: str, new: str
) -> None:
    assert findings(spoiled(path, (old, new))) == []


def test_a_lesson_about_myths_may_name_them() -> None:
    texts = spoiled(
        "lessons/acc/acc-05.yaml",
        ("Print the backup codes", "Change it every 90 days"),
        ("[otp]", "[otp, myth]"),
    )
    assert findings(texts) == []
