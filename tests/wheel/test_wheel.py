"""This file installs the wheel where nothing else is, and uses it like a newcomer.

Rule 1: the network is not asked: what Wary depends on is lent by the environment of the suite.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot

ROOT = Path(__file__).resolve().parents[2]
DATA = ("lessons", "quizzes", "locales")
BUILT_FROM = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "LICENSE-lessons")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
MADE = ("__pycache__", "*.pyc")


def _run(*command: str | Path, cwd: Path) -> str:
    """Return what the command prints; fail with it when the command fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
        env=_environment(cwd),
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _environment(home: Path) -> dict[str, str]:
    """Return an environment without a trace of the checkout or of settings."""
    dropped = ("PYTHON", "WARY_", "PIP_", "VIRTUAL_ENV", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return kept | {"HOME": str(home), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, built from a copy of the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILT_FROM:
        shutil.copy2(ROOT / name, source)
    for name in ("bot", *DATA):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*MADE))
    out = source / "dist"
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ".", cwd=source)
    assert [path.name for path in out.glob("*.tar.gz")] == [f"wary_bot-{bot.__version__}.tar.gz"]
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel, and nothing of the checkout."""
    root = tmp_path_factory.mktemp("installed")
    venv.create(root, with_pip=True, symlinks=True)
    binaries = root / "bin"
    install = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-cache-dir")
    _run(binaries / "python", *install, wheel, cwd=root)
    (site,) = (root / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return binaries


def test_the_wheel_carries_every_file_of_the_program_and_of_what_is_taught(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        carried = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert sorted(carried ^ set(_expected())) == []


def _expected() -> Iterator[str]:
    for top, before in (("bot", ""), *((name, "bot/data/") for name in DATA)):
        for path in (ROOT / top).rglob("*"):
            hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts)
            made = "__pycache__" in path.parts or path.suffix == ".pyc"
            if path.is_file() and not hidden and not made:
                yield before + path.relative_to(ROOT).as_posix()


def test_the_wheel_carries_both_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = {Path(name).name for name in opened.namelist() if "/licenses/" in name}
    assert names == {"LICENSE", "LICENSE-lessons"}


def test_the_installed_program_is_not_the_checkout(installed: Path) -> None:
    where = _run(installed / "python", "-c", "import bot; print(bot.__file__)", cwd=installed)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_installed_program_knows_its_version(installed: Path) -> None:
    assert bot.__version__ in _run(installed / "wary", "--version", cwd=installed)


def test_the_installed_program_checks_the_lessons_it_carries(installed: Path) -> None:
    assert _run(installed / "wary", "check", cwd=installed)


def test_the_installed_program_gives_the_demo(installed: Path, tmp_path: Path) -> None:
    command = (installed / "wary", "demo", "--port", "0")
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(tmp_path) | {"PYTHONUNBUFFERED": "1"},
    ) as demo:
        try:
            address = _address(demo)
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - loopback
                assert answer.status == 200
                assert "Wary" in answer.read().decode()
        finally:
            demo.terminate()
            demo.wait(timeout=20)


def _address(demo: subprocess.Popen[str]) -> str:
    """Return the first address that the demo prints."""
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if found := ADDRESS.search(line):
            return found[0]
    pytest.fail(f"the demo ended without an address: {''.join(said)}")
