"""The environment, read once; no room reads it, each gets its values as arguments.

Rule 1: every setting stands in ``SETTINGS`` with its default and its reason, and in README.
Rule 2: whatever is wrong is told at once, each with its name and its remedy.
"""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

PREFIX = "WARY_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its name, its default as written in the environment, and why it exists."""

    name: str
    default: str
    reason: str


SETTINGS = (
    Setting(
        "WARY_DATABASE_URL", "sqlite:///wary.db", "Where learners, answers and posts are kept"
    ),
    Setting("WARY_KEY_FILE", "", "Key that seals platform ids; empty: beside the SQLite file"),
    Setting("WARY_ERASE_JOURNAL", "", "Who was forgotten; empty: beside the SQLite file"),
    Setting("WARY_AUDIT_ANCHOR", "", "End of the audit; empty: beside the SQLite file or the key"),
    Setting("WARY_PLATFORMS", "web", "Platforms, with commas: `web`, `telegram`, `discord`"),
    Setting("WARY_LOCALE", "en", "Language offered first, and used where a client names none"),
    Setting("WARY_COUNTRY", "", "Country offered first, as two letters; empty: by language"),
    Setting("WARY_ZONE", "UTC", "Time zone of whoever has not told theirs, such as Africa/Tunis"),
    Setting("WARY_HOST", "127.0.0.1", "Address the web server listens on"),
    Setting("WARY_PORT", "8080", "Port the web server listens on; 0 takes any free one"),
    Setting(
        "WARY_METRICS_PORT", "0", "Port for `/metrics`, which nobody else need reach; 0: none"
    ),
    Setting("WARY_WEB_HOSTS", "", "Further host names that the pages answer to, with commas"),
    Setting("WARY_TERMINAL_USER", "me", "Name of the learner who sits at `wary chat`"),
    Setting(
        "WARY_TERMINAL_RECORD",
        "",
        "File that `wary chat` writes the talk to; nothing else is kept",
    ),
    Setting("WARY_TELEGRAM_TOKEN", "", "Token of your Telegram bot, as BotFather gave it"),
    Setting("WARY_TELEGRAM_API_URL", "", "Root of another Bot API server; empty: Telegram's own"),
    Setting("WARY_TELEGRAM_WEBHOOK_URL", "", "Address that Telegram calls; empty: long polling"),
    Setting("WARY_TELEGRAM_WEBHOOK_SECRET", "", "What its calls carry; empty: new at each start"),
    Setting("WARY_TELEGRAM_PAID", "no", "`yes` where you pay for 1,000 messages a second"),
    Setting("WARY_DISCORD_TOKEN", "", "Token of your Discord bot"),
    Setting("WARY_DISCORD_API_URL", "", "Root of a REST proxy; empty: Discord's own"),
    Setting("WARY_DISCORD_FIRSTS", "20", "People an hour to whom it writes for the first time"),
    Setting("WARY_PACE", "60", "Messages and presses a minute taken of one person; 0: any number"),
    Setting("WARY_LOG_LEVEL", "WARNING", "DEBUG, INFO, WARNING or ERROR"),
    Setting("WARY_PACKS", "", "Folders of further packs, with commas or as in `PATH`"),
    Setting("WARY_PACK_KEYS", "", "Keys, with commas: one must have signed each further pack"),
    Setting("WARY_SETTINGS_FILE", "", "A file of NAME=value lines; the environment wins over it"),
)
"""Every setting, in the order of the README's table."""

OTHERS = ("WARY_TEST_", "WARY_REQUIRE_")
"""Names that belong to the test suite and are no settings."""

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LAST_PORT = 65535
FASTEST = 60_000
LETTERS_OF_A_COUNTRY = 2

_DATABASE = re.compile(r"(sqlite|postgresql)(\+\w+)?://", re.ASCII)

_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


ROLES = ("console", "clock", "send", "work")
"""What a process does beside hearing its platforms, each of which is a role by its own name.

``console`` answers over HTTP, ``clock`` looks who is due, ``send`` may lead and send, ``work``
does what is deferred.
"""


class SettingsError(Exception):
    """Settings are wrong; ``faults`` has one line for each, with its remedy."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Keep every fault."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment in our words."""

    database_url: str
    key_file: str
    erase_journal: str
    audit_anchor: str
    platforms: tuple[str, ...]
    locale: str
    country: str
    zone: str
    host: str
    port: int
    metrics: int
    pace: int
    log_level: str
    packs: tuple[str, ...]
    pack_keys: tuple[str, ...]
    values: Mapping[str, str]
    """Every variable as written, for the platforms' own."""
    roles: tuple[str, ...] = ()
    """What this process does, empty for everything."""

    def plays(self, role: str) -> bool:
        """Return whether *role* is one of this process."""
        return not self.roles or role in self.roles

    @property
    def secrets(self) -> tuple[Path | None, Path | None]:
        """Return the files of the key and of the erase journal, None for those beside the base."""
        key, erased = (
            Path(name) if name else None for name in (self.key_file, self.erase_journal)
        )
        return key, erased

    @property
    def anchor(self) -> Path | None:
        """Return the file of the audit's end, None for the one beside base or key."""
        return Path(self.audit_anchor) if self.audit_anchor else None

    def of_platform(self, name: str) -> Mapping[str, str]:
        """Return the settings of platform *name*: prefix cut, names in lower case."""
        prefix = f"{PREFIX}{name.upper()}_"
        own = {
            key.removeprefix(prefix).lower(): value
            for key, value in self.values.items()
            if key.startswith(prefix)
        }
        return {"locale": self.locale, **own}


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of *environment*, by default the process's own.

    Raises:
        SettingsError: one or more are wrong; all of them are named.
    """
    given = dict(os.environ if environment is None else environment)
    faults: list[str] = []
    given = {**_filed(given.get("WARY_SETTINGS_FILE", ""), faults), **given}
    known = {setting.name: setting.default for setting in SETTINGS}
    own = {key: value.strip() for key, value in given.items() if key.startswith(PREFIX)}
    faults += [_unknown(name, known) for name in sorted(own) if _is_unknown(name, known)]
    values = {**known, **own}
    faults += _wrong(values)
    if faults:
        raise SettingsError(tuple(faults))
    return Settings(
        database_url=values["WARY_DATABASE_URL"],
        key_file=values["WARY_KEY_FILE"],
        erase_journal=values["WARY_ERASE_JOURNAL"],
        audit_anchor=values["WARY_AUDIT_ANCHOR"],
        platforms=_listed(values["WARY_PLATFORMS"]),
        locale=values["WARY_LOCALE"],
        country=values["WARY_COUNTRY"].lower(),
        zone=values["WARY_ZONE"],
        host=values["WARY_HOST"],
        port=int(values["WARY_PORT"]),
        metrics=int(values["WARY_METRICS_PORT"]),
        pace=int(values["WARY_PACE"]),
        log_level=values["WARY_LOG_LEVEL"].upper(),
        packs=_folders(values["WARY_PACKS"]),
        pack_keys=_listed(values["WARY_PACK_KEYS"]),
        values=values,
    )


def playing(config: Settings, roles: str) -> Settings:
    """Return *config* for a process that plays *roles*, with commas; empty for all.

    Raises:
        SettingsError: there is no such role, or nobody to share them with.
    """
    named = _listed(roles)
    known = (*config.platforms, *ROLES)
    faults = [f"--roles: '{one}' is none; choose from {', '.join(known)}" for one in named]
    faults = [fault for one, fault in zip(named, faults, strict=True) if one not in known]
    if named and config.database_url.startswith("sqlite"):
        faults.append("--roles: a SQLite file has one process, which plays all; leave them out")
    if named and "send" not in named and set(named) & set(config.platforms) - {"telegram"}:
        faults.append("--roles: only Telegram can be heard apart from sending; add send")
    if faults:
        raise SettingsError(tuple(faults))
    return replace(config, roles=named)


def _filed(path: str, faults: list[str]) -> dict[str, str]:
    """Return the NAME=value lines of the file at *path*."""
    if not path:
        return {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"WARY_SETTINGS_FILE: {path} cannot be read ({error}); name a text file")
        return {}
    found = {}
    for number, line in enumerate(lines, start=1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals:
            faults.append(f"{path}:{number} {line.strip()[:40]}: no '='; write NAME=value")
            continue
        found[name.strip()] = value.strip()
    return found


def _is_unknown(name: str, known: Mapping[str, str]) -> bool:
    return name not in known and not name.startswith(OTHERS)


def _unknown(name: str, known: Mapping[str, str]) -> str:
    bare = {key.removeprefix(PREFIX): key for key in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    remedy = f"did you mean {bare[near[0]]}?" if near else "remove it; README lists all settings"
    return f"{name}: no such setting; {remedy}"


def _listed(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def _folders(value: str) -> tuple[str, ...]:
    return _listed(value.replace(os.pathsep, ","))


def _wrong(values: Mapping[str, str]) -> list[str]:
    """Return a line for each value that cannot be meant."""
    faults = []
    url, port = values["WARY_DATABASE_URL"], values["WARY_PORT"]
    country, level, pace = values["WARY_COUNTRY"], values["WARY_LOG_LEVEL"], values["WARY_PACE"]
    if not _DATABASE.match(url):
        faults.append(
            f"WARY_DATABASE_URL: '{url.split(':')[0]}' is no database we speak; write "
            "sqlite:///path/to/wary.db or postgresql://user@host/name"
        )
    if not port.isdecimal() or int(port) > LAST_PORT:
        faults.append(f"WARY_PORT: '{port}' is no port; write a number from 0 to {LAST_PORT}")
    figures = values["WARY_METRICS_PORT"]
    if not figures.isdecimal() or int(figures) > LAST_PORT:
        faults.append(f"WARY_METRICS_PORT: '{figures}' is no port; write a number, or 0 for none")
    if not _listed(values["WARY_PLATFORMS"]):
        faults.append("WARY_PLATFORMS: empty; name at least one, such as web")
    if country and not (len(country) == LETTERS_OF_A_COUNTRY and country.isalpha()):
        faults.append(f"WARY_COUNTRY: '{country}' is no country; write two letters, such as tn")
    if not pace.isdecimal() or int(pace) > FASTEST:
        faults.append(f"WARY_PACE: '{pace}' is no pace; write a number from 0 to {FASTEST}")
    if level.upper() not in LEVELS:
        faults.append(f"WARY_LOG_LEVEL: '{level}' is no level; write one of {', '.join(LEVELS)}")
    faults += [
        f"WARY_PACK_KEYS: '{key[:50]}' is no key; write what wary pack key has told"
        for key in _listed(values["WARY_PACK_KEYS"])
        if not _KEY.fullmatch(key)
    ]
    return [*faults, *_absent(values["WARY_PACKS"])]


def _absent(packs: str) -> list[str]:
    return [
        f"WARY_PACKS: '{path}' is no folder; name one that holds lessons, quizzes and locales"
        for path in _folders(packs)
        if not Path(path).is_dir()
    ]
