"""Settings: read once, all faults at once, each with its name and its remedy."""

from pathlib import Path

import pytest

from bot.settings import SettingsError, read


def faults(**given: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as told:
        read({f"WARY_{name}": value for name, value in given.items()})
    return told.value.faults


def test_without_any_setting_the_defaults_hold() -> None:
    config = read({})
    assert config.database_url == "sqlite:///wary.db"
    assert config.platforms == ("web",)
    assert (config.host, config.port) == ("127.0.0.1", 8080)


def test_a_platform_gets_its_own_settings_without_their_prefix() -> None:
    config = read({"WARY_WEB_HOSTS": "wary.example", "WARY_LOCALE": "ar", "HOME": "/root"})
    assert config.of_platform("web") == {"locale": "ar", "hosts": "wary.example"}


def test_every_wrong_setting_is_told_at_once() -> None:
    told = faults(
        DATABASE_URL="mysql://x",
        PORT="70000",
        PLATFORMS=" , ",
        COUNTRY="France",
        PACE="fast",
        LOG_LEVEL="loud",
        LOCAL="ar",
        XYZZY="42",
    )
    assert told == (
        "WARY_LOCAL: no such setting; did you mean WARY_LOCALE?",
        "WARY_XYZZY: no such setting; remove it; README lists all settings",
        (
            "WARY_DATABASE_URL: 'mysql' is no database we speak; write "
            "sqlite:///path/to/wary.db or postgresql://user@host/name"
        ),
        "WARY_PORT: '70000' is no port; write a number from 0 to 65535",
        "WARY_PLATFORMS: empty; name at least one, such as web",
        "WARY_COUNTRY: 'France' is no country; write two letters, such as tn",
        "WARY_PACE: 'fast' is no pace; write a number from 0 to 60000",
        "WARY_LOG_LEVEL: 'loud' is no level; write one of DEBUG, INFO, WARNING, ERROR",
    )


def test_a_file_of_settings_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "wary.env"
    file.write_text("# ours\n\nWARY_LOCALE = ar\nWARY_PORT=9000\n")
    config = read({"WARY_SETTINGS_FILE": str(file), "WARY_PORT": "9001"})
    assert (config.locale, config.port) == ("ar", 9001)


def test_a_file_at_fault_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "wary.env"
    file.write_text("WARY_LOCALE ar\n")
    assert faults(SETTINGS_FILE=str(file)) == (
        f"{file}:1 WARY_LOCALE ar: no '='; write NAME=value",
    )
    (told,) = faults(SETTINGS_FILE=str(tmp_path / "none"))
    assert told.startswith("WARY_SETTINGS_FILE: ")
    assert told.endswith("name a text file")


def test_the_suites_own_names_are_no_settings() -> None:
    assert read({"WARY_TEST_KILLS": "3", "WARY_REQUIRE_BROWSER": "1"}).locale == "en"


@pytest.mark.parametrize("url", ["postgresqlfoo", "sqlite", "mysql://x/y", "postgresql"])
def test_a_database_that_we_do_not_speak_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="is no database we speak"):
        read({"WARY_DATABASE_URL": url})
