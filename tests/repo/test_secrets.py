"""This file holds that the suite fails where anything in it tells a secret that was planted."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import PLANTED
from tests.platforms.discord.payloads import TOKEN as DISCORD
from tests.platforms.telegram.server import TOKEN as TELEGRAM
from tests.repo.tree import ROOT
from tests.serve.test_canaries import SECRET, SECRETS

TESTS = """
import logging, sys
SECRETS = {secrets!r}

def test_prints():
    print(SECRETS[0])

def test_logs():
    logging.getLogger("x").warning("token %s", SECRETS[1])

def test_writes():
    sys.stderr.write("a" + SECRETS[2] + "b")

def test_traces():
    try:
        raise ValueError(SECRETS[2])
    except ValueError:
        logging.getLogger("x").exception("told")

def test_says_nothing():
    assert SECRETS
"""


def test_a_run_in_which_secrets_were_told_has_failed(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(TESTS.format(secrets=PLANTED))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = [line for line in ran.stdout.splitlines() if line.startswith("told a secret: ")]
    names = [line.rpartition("::")[2] for line in told]
    assert names == ["test_logs", "test_prints", "test_traces", "test_writes"]
    assert "5 passed" in ran.stdout
    assert ran.returncode == 1
    assert [secret for secret in PLANTED if secret in ran.stdout + ran.stderr] == []


def test_every_secret_of_the_loopback_servers_is_looked_for() -> None:
    assert set(PLANTED) == {TELEGRAM.partition(":")[2], DISCORD, SECRET} < set(SECRETS)
