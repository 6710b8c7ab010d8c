import time

from bot.content.lint import lint
from tests.content.packs import GOOD, TODAY, content, spoiled

SECONDS = 5
"""Source: content.md, section 11: 1,000 items in under 5 s."""


def test_a_thousand_items_are_checked_in_time() -> None:
    texts: dict[str, str | bytes] = {k: v for k, v in GOOD.items() if k.count("/") == 1}
    topics = [first + second for first in "abcdefghij" for second in "xy"]
    for topic in topics:
        for number in range(10):
            id_ = f"{topic}-{number:02}"
            lesson = GOOD["lessons/acc/acc-06.yaml"].replace("topic: acc", f"topic: {topic}")
            texts[f"lessons/{topic}/{id_}.yaml"] = lesson.replace("acc-06", id_)
            quiz = GOOD["quizzes/acc/acc-06.yaml"]
            texts[f"quizzes/{topic}/{id_}.yaml"] = quiz.replace("acc-06", id_)
    begun = time.process_time()
    given = content(texts)
    found = [*given.faults, *lint(given, TODAY)]
    assert time.process_time() - begun < SECONDS
    assert len(given.items) == 1000
    assert [fault for fault in found if not fault.warning and "balance" in fault.key] == []


def test_a_text_made_to_be_slow_is_refused_in_time() -> None:
    traps = [
        "is safe " * 25_000,
        "." * 200_000 + "x",
        "{a}" * 60_000,
        "a.a" * 60_000,
        "<a" * 90_000,
    ]
    path = "lessons/acc/acc-05.yaml"
    card = "Print the backup codes and keep them at home."
    for trap in traps:
        begun = time.process_time()
        given = content(spoiled(path, (card, f"'{trap}'")))
        assert any(fault.wrong.endswith("limit 400") for fault in lint(given, TODAY))
        assert time.process_time() - begun < SECONDS
