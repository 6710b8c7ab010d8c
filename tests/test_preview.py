"""A preview prints what a platform would be sent, card by card, in the language asked for."""

import pytest

from bot import teaching
from bot.__main__ import main
from bot.core.card import Text
from bot.core.message import words
from bot.preview import RULE, preview
from bot.settings import read

PLATFORMS = ("telegram", "discord", "web", "terminal")
MADE = teaching.taught(read({}))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", [*MADE.library.lessons, *MADE.library.items])
def test_every_lesson_and_question_is_shown_on_every_platform(platform: str, name: str) -> None:
    shown = preview(MADE, name, platform, "en").split(RULE)
    if name in MADE.library.lessons:
        lesson = MADE.library.lessons[name]
        assert len(shown) == len(lesson.cards) + 2 * len(lesson.items)
        assert words(MADE.catalogues.translate("en", Text(f"{name}.title"))) in shown[0].replace(
            "\\", ""
        )
    else:
        assert len(shown) == 2
    assert all(card.strip() for card in shown)
    assert "<component" not in "".join(shown)
    assert "⟦" not in "".join(shown)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_preview_speaks_the_language_and_has_the_buttons(platform: str) -> None:
    shown = preview(MADE, "acc-06", platform, "ar").replace("\\", "")
    assert words(MADE.catalogues.translate("ar", Text("acc-06.title"))) in shown
    label = words(MADE.catalogues.translate("ar", Text("lesson.question")))
    assert label in shown.split(RULE)[0]


def test_what_cannot_be_shown_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "acc-06", "--platform", "web", "--locale", "ar"]) == 0
    assert capsys.readouterr().out
    assert main(["preview", "acc-99"]) == 1
    assert "'acc-99' is no lesson or item that is shown; known are " in capsys.readouterr().err
    assert main(["preview", "acc-06", "--locale", "xx"]) == 1
    assert "'xx' is not offered; choose from en, ar" in capsys.readouterr().err
