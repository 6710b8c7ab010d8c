"""This file is what is asked of the suite as a whole: nothing it needs was skipped, nothing told.

Rule 1: ``WARY_REQUIRE_BROWSER=1`` and ``WARY_REQUIRE_POSTGRES=1`` turn a skipped test of that kind
into a failure, and want at least one such test to have passed.
Rule 2: a test is of a kind by its marker, by a word in its id, or by the reason of its skip.
Rule 3: fixtures stand beside the tests that use them, not here.
Rule 4: no secret that the suite plants is in anything it prints, logs or fails with: if one is,
the suite has failed.
Rule 5: the pure half is held to its coverage by its own tests; to count in all the others would
take a third of their time.
Rule 6: that a machine is busy is no finding: examples have no deadline, whoever makes them up.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("wary", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wary")

KINDS = {"browser": ("browser", "chromium"), "postgres": ("postgres",)}
"""Words that tell each kind."""

PLANTED = ("Planted-Secret_Token", "hush-hush-token", "Planted-Webhook_Secret")
"""Secrets of the loopback servers: they may stand in nothing that the suite prints."""

PURE = ("tests/core/", "tests/engine/")
"""Where coverage is counted."""

RAN = pytest.StashKey[set[str]]()
"""Kinds of which a test has passed."""

TOLD = pytest.StashKey[set[str]]()
"""Tests that printed, logged or failed with a secret."""


class Heard:
    """Hears of each test where the verdict is given, also of those that ran in other processes."""

    def __init__(self, ran: set[str], told: set[str]) -> None:
        """Put down in *ran* the kinds that have passed, in *told* who told a secret."""
        self._ran = ran
        self._told = told

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = f"{report.longreprtext} {report.sections}"
        if any(secret in said for secret in PLANTED):
            self._told.add(report.nodeid)
        if report.when == "call" and report.passed:
            self._ran |= _kinds(f"{report.nodeid} {' '.join(report.keywords)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.nodeid.startswith(PURE):
            item.add_marker("no_cover")


def pytest_configure(config: pytest.Config) -> None:
    ran: set[str] = set()
    told: set[str] = set()
    config.stash[RAN], config.stash[TOLD] = ran, told
    config.pluginmanager.register(Heard(ran, told))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    told = f"{item.nodeid} {' '.join(mark.name for mark in item.iter_markers())}"
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse(report, told)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _refuse(report, collector.nodeid)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    told: set[str] = session.config.stash[TOLD]
    if (told or _missing(session.config)) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for kind in sorted(_missing(config)):
        terminalreporter.write_line(f"required, and none has passed: {kind} tests", red=True)
    told: set[str] = config.stash[TOLD]
    for test in sorted(told):
        # Its name may hold what it was given, which is the secret.
        terminalreporter.write_line(f"told a secret: {test.partition('[')[0]}", red=True)


def _refuse(report: pytest.TestReport | pytest.CollectReport, told: str) -> None:
    """Make a failure of a skip that the environment forbids."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if forbidden := _kinds(f"{told} {reason}") & _required():
        report.outcome = "failed"
        report.longrepr = f"{', '.join(sorted(forbidden))} is required here. {reason}"


def _missing(config: pytest.Config) -> set[str]:
    # A process that runs a part of the suite for another one sees but that part.
    partly = config.option.collectonly or hasattr(config, "workerinput")
    ran = config.stash[RAN]
    return set() if partly else _required() - ran


def _kinds(told: str) -> set[str]:
    low = told.lower()
    return {kind for kind, words in KINDS.items() if any(word in low for word in words)}


def _required() -> set[str]:
    return {kind for kind in KINDS if os.environ.get(f"WARY_REQUIRE_{kind.upper()}") == "1"}


@pytest.fixture(autouse=True)
def _one_set_of_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the process the time zones it began with: ``main`` takes those of its own package.

    Whoever comes after a test that calls it would be told other cities than before.
    """
    monkeypatch.setattr("zoneinfo.reset_tzpath", lambda to: to)
