"""Country files from a pack to what a person reads: in each language, in each direction."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import doctor, i18n, teaching
from bot.core.card import Card, Para, Text
from bot.core.effects import Decision, Say
from bot.core.events import Address
from bot.core.finding import Finding
from bot.core.learner import Learner
from bot.core.library import PLACEHOLDERS
from bot.core.message import words
from bot.engine import helplines
from bot.i18n.isolate import FSI, LRI, PDI
from bot.runtime import clock
from bot.runtime.render import RLM, renderer
from bot.settings import Settings, read
from tests.content.packs import further, written
from tests.starter import few, starter

DAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
HERE = "aq"
"""Nobody writes a real file for it: no service answers in Antarctica."""
READ = "source: a.example, checked_on: 2026-11-28"
FILE = f"""\
schema: country/1
country: {HERE}
languages: [en]
emergency: {{value: "000 1", source: a.example, checked_on: 2026-11-27}}
helpline:
  child: {{name: Listening line, phone: "+00 22", chat: "https://a.example", hours: 24/7, {READ}}}
  crisis: {{name: Night line, phone: "000 3", hours: "Mo-Fr 09:00-17:00, Sa 10:00-24:00", {READ}}}
report:
  phishing: {{value: report@cert.example, {READ}}}
law:
  images: {{text: Sharing such pictures is a crime., {READ}}}
"""


@pytest.fixture(scope="module")
def every() -> teaching.Taught:
    """What is said in all our languages."""
    return starter()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A deployment with few lessons and a pack that brings one country file."""
    monkeypatch.setattr(clock, "now", lambda: DAY)
    root = few(tmp_path / "ours")
    monkeypatch.setattr(teaching, "data", lambda: root)
    texts = {**further(), f"lessons/countries/{HERE}.yaml": FILE}
    return read({"WARY_PACKS": str(written(tmp_path / "second", texts))})


def spoken(made: teaching.Taught, locale: str, key: str, *names: str) -> str:
    """Return the text *key* as a learner who lives there reads it."""
    neutral = tuple((name, Text(f"neutral.{name}")) for name in names)
    learner = Learner("ab" * 16, Address("test", "7"), locale=locale, country=HERE)
    decision = Decision(learner, (Say(Card(body=(Para(Text(key, neutral)),))),))
    said = helplines.at_home(decision, made.library, clock.now().date()).effects[0]
    assert isinstance(said, Say)
    block = renderer(made.catalogues.translate, i18n.rtl)(said.card, locale).body[0]
    assert isinstance(block, Para)
    return words(block.text)


def test_a_pack_of_the_settings_brings_a_country(settings: Settings) -> None:
    made = teaching.taught(settings)
    assert [str(fault) for fault in made.faults if not fault.warning] == []
    assert sorted(made.library.countries[HERE].entries) == [
        "emergency",
        "helpline.child",
        "helpline.crisis",
        "law.images",
        "report.phishing",
    ]
    assert made.library.countries[HERE].zones
    assert made.library.served[f"cc-{HERE}.law.images"] == frozenset({"en"})
    assert spoken(made, "en", "aid.danger", "emergency") == f"In danger now: {LRI}000 1{PDI}."


def test_what_the_country_says_comes_and_goes_with_its_file(
    settings: Settings, tmp_path: Path
) -> None:
    made = teaching.taught(settings)
    path = tmp_path / "second" / "lessons" / "countries" / f"{HERE}.yaml"
    path.write_text(FILE.replace("000 1", "000 9"), encoding="utf-8")
    newer, faults = teaching.relearned(settings, made)
    assert newer is not None, faults
    assert spoken(newer, "en", "aid.danger", "emergency") == f"In danger now: {LRI}000 9{PDI}."
    path.write_text("schema: country/1\n", encoding="utf-8")
    assert teaching.relearned(settings, newer)[0] is None
    path.unlink()
    last, faults = teaching.relearned(settings, newer)
    assert last is not None, faults
    assert last.library.countries[HERE].entries == {}


def test_a_helpline_is_one_line_of_the_readers_own_language(
    every: teaching.Taught, settings: Settings
) -> None:
    few_ = teaching.taught(settings)
    made = replace(few_, catalogues=every.catalogues)
    assert len(every.catalogues.languages) > len(few_.catalogues.languages)
    english = spoken(made, "en", "aid.crisis", "helpline.crisis")
    bare = english.replace(FSI, "").replace(LRI, "").replace(PDI, "")
    assert bare == "Dark thoughts: Night line: 000 3 (Mon–Fri 09:00–17:00, Sat 10:00–24:00)"
    for locale in made.catalogues.languages:
        said = spoken(made, locale, "aid.crisis", "helpline.crisis")
        assert "000 3" in said
        assert "⟦" not in said
        assert "\n" not in said
        assert locale == "en" or not {"Mon", "Sat", "Dark"} & set(said.replace("–", " ").split())


def test_numbers_and_addresses_keep_their_direction_in_arabic(settings: Settings) -> None:
    said = spoken(teaching.taught(settings), "ar", "aid.child", "helpline.child")
    assert said.startswith(RLM)
    assert f"{LRI}+00 22{PDI}" in said
    assert f"{LRI}https://a.example{PDI}" in said
    assert f"{FSI}Listening line{PDI}" in said


def test_each_text_that_is_older_is_said_with_the_request_to_check_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = teaching.taught(settings)
    for days, told in ((180, "000 1"), (181, "please check"), (366, "emergency number of your")):
        day = datetime.fromordinal(DAY.toordinal() + days).replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda day=day: day)
        assert told in spoken(made, "en", "aid.danger", "emergency")


def test_every_placeholder_has_its_neutral_sentence(every: teaching.Taught) -> None:
    made = every
    for locale in made.catalogues.languages:
        for name in PLACEHOLDERS:
            assert "⟦" not in words(made.catalogues.translate(locale, Text(f"neutral.{name}")))


async def countries(settings: Settings) -> Finding:
    found = [each async for each in doctor.examine(settings, offline=True)]
    return next(each for each in found if each.about == "countries")


async def test_the_doctor_counts_countries_and_what_is_due(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await countries(settings)
    assert str(told) == "ok    countries: 1 served, 5 entries, 0 due within 30 days"
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 4, 27, tzinfo=UTC))
    told = await countries(settings)
    assert told.state == "warn"
    assert told.said == "1 served, 5 entries, 1 due within 30 days"
    assert told.remedy == f"open the sources of {HERE} again; see docs/countries.md"


async def test_the_doctor_is_content_without_any_country() -> None:
    assert str(doctor._countries({})) == (
        "ok    countries: none has a file: the international directories stand in their place"
    )
