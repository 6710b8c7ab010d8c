"""This file holds what the commands promise: words for a missing Python, no silent skip."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, text

SKIPPED = 'import pytest\n@pytest.mark.skip(reason="no server")\ndef test_on_postgres(): ...\n'
UNMARKED = 'import pytest\ndef test_a(): pytest.skip("chromium is not installed")\n'
WHOLE = 'import pytest\npytest.importorskip("no_such_browser")\n'
OTHER = 'import pytest\ndef test_a(): pytest.skip("no shared folder here")\n'
PASSED = "def test_on_postgres(): ...\ndef test_in_browser(): ...\n"

REQUIRED = {"WARY_REQUIRE_BROWSER": "1", "WARY_REQUIRE_POSTGRES": "1"}


ALONE, SHARED = (), ("-p", "xdist.plugin", "-n", "2")
ways = pytest.mark.parametrize("way", [ALONE, SHARED], ids=["one process", "two processes"])


def _run(
    folder: Path, required: dict[str, str], *files: str, way: tuple[str, ...] = ALONE
) -> subprocess.CompletedProcess[str]:
    shutil.copy2(ROOT / "tests" / "conftest.py", folder)
    for number, said in enumerate(files):
        (folder / f"test_sample_{number}.py").write_text(said)
    kept = {key: value for key, value in os.environ.items() if key not in REQUIRED}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *way, "."]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=kept | required | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


@ways
@pytest.mark.parametrize("skipped", [SKIPPED, UNMARKED, WHOLE], ids=["id", "reason", "module"])
def test_a_required_test_that_is_skipped_is_a_failure(
    tmp_path: Path, skipped: str, way: tuple[str, ...]
) -> None:
    done = _run(tmp_path, REQUIRED, PASSED, skipped, way=way)
    assert done.returncode != 0
    assert "is required here" in done.stdout


@ways
def test_required_tests_that_are_not_there_at_all_are_a_failure(
    tmp_path: Path, way: tuple[str, ...]
) -> None:
    done = _run(tmp_path, REQUIRED, OTHER, way=way)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "none has passed: browser tests" in done.stdout
    assert "none has passed: postgres tests" in done.stdout


@ways
def test_with_required_tests_passed_another_skip_is_a_skip(
    tmp_path: Path, way: tuple[str, ...]
) -> None:
    done = _run(tmp_path, REQUIRED, PASSED, OTHER, way=way)
    assert done.returncode == 0, done.stdout
    assert "2 passed, 1 skipped" in done.stdout


def test_where_nothing_is_required_a_skip_is_a_skip(tmp_path: Path) -> None:
    done = _run(tmp_path, {}, SKIPPED, UNMARKED)
    assert done.returncode == 0, done.stdout


def test_ci_requires_the_browser_and_postgresql_and_runs_the_suite() -> None:
    said = text(Path(".ci/run"))
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert [name for name in REQUIRED if f"export {name}=1" not in said] == []
    assert "make test" in said
    assert "make check" in said


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
@pytest.mark.parametrize("python", ["", "/bin/false"], ids=["none", "too old"])
def test_a_missing_python_is_said_in_words(tmp_path: Path, python: str) -> None:
    shutil.copy2(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    done = subprocess.run(
        ["make", "demo", f"PYTHON={python}"],  # noqa: S607 - make is looked up like people do
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Wary needs Python 3.11, 3.12 or 3.13" in done.stdout
    assert not (tmp_path / ".venv").exists()
