"""Settings, pause, stop, help: each press is complete, each screen has a way back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.card import Bullets, Instant, Para
from bot.core.effects import Notice, Say, Unplan
from bot.core.events import Commanded, Said
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Choosing,
    Idle,
    Often,
    Reading,
    Track,
)
from bot.engine import current
from tests.engine.school import LIBRARY, Talk, joined


def settings() -> Talk:
    talk = joined()
    talk.hear(Commanded("settings"))
    return talk


def test_settings_show_all_and_a_button_for_each() -> None:
    talk = settings()
    assert {"settings.title", "settings.hour", "settings.quiet", "country.fr"} <= talk.keys
    for name in ("language", "often", "hour", "track", "country", "alerts", "typed", "pause"):
        assert talk.on_card(f"go:{name}")


def test_settings_of_a_learner_who_chose_nothing() -> None:
    talk = joined(hour="", country="", often=Often.UNASKED, typed_only=True, paused=True)
    talk.press("go:settings")
    assert {"settings.no_hour", "settings.unchosen", "typed.on", "settings.resume"} <= talk.keys
    talk.press("go:resume")
    assert not talk.learner.paused


@pytest.mark.parametrize(
    ("what", "value", "field", "kept"),
    [
        ("language", "ar", "locale", "ar"),
        ("track", "parent", "track", Track.PARENT),
        ("often", "tip", "often", Often.TIP),
        ("hour", "07.30", "hour", "07:30"),
        ("country", "fr", "zone", "Europe/Paris"),
        ("alerts", "none", "alerts", "none"),
        ("typed", "on", "typed_only", True),
    ],
)
def test_a_press_changes_one_thing_and_shows_the_settings(
    what: str, value: str, field: str, kept: object
) -> None:
    talk = settings()
    talk.press(f"go:{what}")
    assert talk.learner.stage == Choosing(what)
    assert talk.on_card(f"set:{what}:{value}")
    talk.press(f"set:{what}:{value}")
    assert getattr(talk.learner, field) == kept
    assert talk.notice == "settings.saved"
    assert talk.learner.stage == Choosing("settings")


def test_whoever_wants_lessons_after_all_is_asked_when_and_where() -> None:
    talk = joined(often=Often.NEVER, hour="", zone="", country="", stage=Choosing("often"))
    talk.press("set:often:daily")
    assert talk.learner.stage == Choosing("hour", joining=True)
    talk.press("set:hour:07.30")
    talk.press("set:country:fr")
    assert "ready.daily" in talk.keys
    assert talk.plan is not None


def test_a_pause_tells_its_end_by_the_learners_own_calendar() -> None:
    talk = joined(zone="Asia/Tokyo")
    talk.at = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
    talk.press("set:pause:week")
    body = talk.card.body[0]
    assert isinstance(body, Para)
    at = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
    assert body.text.values == (("when", Instant(at, "Asia/Tokyo")),)


def test_nobodys_clock_is_told_to_somebody_without_a_zone() -> None:
    talk = joined(zone="")
    talk.press("go:settings")
    assert "settings.hour_alone" in talk.keys
    assert "settings.hour" not in talk.keys


def test_a_typed_choice_needs_no_notice() -> None:
    talk = settings()
    talk.press("go:hour", on="")
    talk.press("set:hour:12.30", on="")
    assert not any(isinstance(effect, Notice) for effect in talk.effects)


def test_another_hour_is_chosen_from_more_or_typed() -> None:
    talk = settings()
    talk.press("go:hour")
    talk.press("page:hour:1")
    assert talk.on_card("set:hour:22.00")
    assert talk.on_card("page:hour:0")
    talk.hear(Said("6.45"))
    assert talk.learner.hour == "06:45"
    talk.press("go:hour")
    talk.hear(Said("soon"))
    assert "hour.how" in talk.keys
    assert talk.learner.hour == "06:45"


def test_countries_are_offered_by_language_then_by_name() -> None:
    talk = settings()
    talk.library = replace(LIBRARY, home_country="dz")
    talk.press("go:country")
    assert [c.action.args[-1] for c in talk.card.choices] == ["dz", "fr", "ca", "none"]
    talk.press("page:country:1")
    assert [c.action.args[-1] for c in talk.card.choices] == ["dz", "ca", "fr", "es"]
    talk.press("page:country:2")
    assert talk.notice == "press.before"


def test_a_language_without_an_alphabet_lists_codes() -> None:
    talk = settings()
    talk.library = replace(LIBRARY, alphabet={})
    talk.press("go:country")
    talk.press("page:country:1")
    assert [c.action.args[-1] for c in talk.card.choices] == ["ca", "dz", "es", "fr"]


def test_a_new_country_with_several_clocks_asks_on_and_comes_back_to_the_settings() -> None:
    talk = settings()
    talk.press("go:country")
    talk.press("set:country:es")
    assert talk.learner.stage == Choosing("clock")
    assert talk.learner.zone == ""
    talk.press("set:clock:60")
    assert talk.learner.zone == "Europe/Madrid"
    assert talk.learner.stage == Choosing("settings")


def test_many_clocks_and_cities_come_in_pages() -> None:
    zones = tuple(f"Etc/GMT{sign}{n}" for sign in "+-" for n in range(1, 12))
    talk = settings()
    talk.library = replace(LIBRARY, zones=zones, countries={})
    talk.learner = replace(talk.learner, country="", zone="", stage=Choosing("clock"))
    talk.press("page:clock:0")
    assert talk.on_card("page:clock:1")
    talk.press("page:clock:1")
    assert not talk.on_card("page:clock:2")
    assert talk.on_card("page:clock:0")
    talk.learner = replace(talk.learner, stage=Choosing("city", offset=60))
    talk.press("page:city:0")
    assert not talk.on_card("page:city:1")


@pytest.mark.parametrize(
    "token",
    [
        "set:language:xx",
        "set:track:child",
        "set:often:hourly",
        "set:hour:99.99",
        "set:country:xx",
        "set:clock:x",
        "set:clock:777",
        "set:city:Mars.Base",
        "set:alerts:all",
        "set:typed:maybe",
        "set:pause:ever",
        "set:shoe:42",
        "set",
        "go:shoes",
        "go",
        "page:shoes:1",
        "page:hour:x",
        "page",
        "dance",
    ],
)
def test_a_forged_setting_changes_nothing(token: str) -> None:
    talk = settings()
    before = talk.learner
    talk.press(token)
    assert talk.notice == "press.before"
    assert talk.learner == before


def test_a_stranger_has_no_settings() -> None:
    talk = Talk()
    talk.press("set:hour:07.30")
    assert talk.notice == "press.before"
    assert talk.learner.hour == ""


@pytest.mark.parametrize(("length", "days"), [("week", 7), ("month", 30)])
def test_a_pause_has_an_end_and_asks_about_alerts(length: str, days: int) -> None:
    talk = joined()
    talk.hear(Commanded("pause"))
    assert "pause.ask" in talk.keys
    talk.press(f"set:pause:{length}")
    until = talk.learner.paused_until
    assert until is not None
    assert (until - talk.at).days == days
    assert {"pause.quiet_until", "urgent.ask"} <= talk.keys
    talk.press("set:urgent:urgent")
    assert "pause.good" in talk.keys
    assert talk.learner.stage == Idle()


def test_an_open_pause_drops_the_plan() -> None:
    talk = joined()
    talk.hear(Commanded("stop"))
    talk.press("set:pause:open")
    assert Unplan("lesson") in talk.effects
    assert "pause.until_back" in talk.keys


def told(talk: Talk) -> Instant | None:
    """When the settings say that the bot writes next."""
    [rows] = [block for block in talk.card.body if isinstance(block, Bullets)]
    [*found] = [row.values[0][1] for row in rows.items if row.key == "settings.next"]
    return found[0] if found and isinstance(found[0], Instant) else None


def test_settings_tell_the_very_moment_of_the_next_lesson() -> None:
    talk = settings()
    talk.press("set:hour:07.30")
    assert talk.plan is not None
    assert told(talk) == Instant(talk.plan.at, "Europe/Paris")


def test_nobody_is_told_a_moment_by_a_clock_that_is_not_theirs() -> None:
    talk = joined(zone="")
    talk.press("go:settings")
    found = told(talk)
    assert found is not None
    assert found.zone == ""
    assert "settings.hour_alone" in talk.keys


def test_who_is_not_written_to_is_told_no_moment() -> None:
    for changes in ({"often": Often.NEVER}, {"hour": ""}, {"paused": True}):
        talk = joined(**changes)
        talk.press("go:settings")
        assert told(talk) is None, changes


def test_a_pause_with_an_end_moves_the_next_lesson_behind_it() -> None:
    talk = joined()
    until = talk.at + timedelta(days=7)
    talk.learner = replace(talk.learner, paused=True, paused_until=until)
    talk.press("go:settings")
    found = told(talk)
    assert found is not None
    assert found.at > until


def test_help_and_unknown_commands_name_what_there_is() -> None:
    talk = joined()
    talk.hear(Commanded("help"))
    assert "menu.help" in talk.keys
    talk.hear(Commanded("dance"))
    assert "menu.unknown" in talk.keys
    talk.hear(Said("dance"))
    assert "menu.unknown" in talk.keys


def test_words_alone_are_stamped_on_every_card() -> None:
    talk = joined(typed_only=True)
    talk.press("go:settings")
    assert talk.card.typed_only
    talk.hear(Commanded("help"))
    assert talk.card.typed_only
    assert isinstance(talk.effects[0], Say)


@pytest.mark.parametrize(
    ("stage", "key"),
    [
        (Idle(), "menu.back"),
        (Choosing("settings"), "settings.title"),
        (Reading("phi-01", 7), "phi-01.cards.c2"),
        (Answering("phi-01-q3", "s", "daily"), "phi-01-q3.stem"),
        (Answered("phi-01-q3", "s", "daily"), "phi-01-q3.explain"),
        (Acting("phi-01"), "act.title"),
    ],
)
def test_the_open_card_can_be_drawn_again_from_the_stage(stage: Idle, key: str) -> None:
    talk = joined(stage=stage)
    talk.press("nothing")
    assert key in talk.keys
    assert talk.notice == "press.before"


@pytest.mark.parametrize(
    "stage",
    [
        Reading("old-01"),
        Acting("old-01"),
        Answering("old-01-q1", "s", "daily"),
        Answered("old-01-q1", "s", "daily"),
    ],
)
def test_a_stage_of_a_lesson_that_is_no_longer_taught_becomes_idle(stage: Reading) -> None:
    talk = joined(stage=stage)
    talk.hear(Said("hello"))
    assert talk.learner.stage == Idle()
    drawn = current.card(
        replace(talk.learner, stage=stage), LIBRARY, datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert drawn == current.menu("menu.back")
