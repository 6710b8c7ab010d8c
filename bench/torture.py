"""``make torture``: the long runs; each prints what it counted, and one fault fails the whole.

Rule 1: what a quick test tries a few times is tried here until nobody doubts it.
"""

import os
import subprocess
import sys
from pathlib import Path

from bench import torture_calendar, torture_fire, torture_flood, torture_forged

ROOT = Path(__file__).parents[1]
KILLS = "200"
"""Kills of a serving Wary in the middle of turns and firings, on each database."""


def kills() -> int:
    """Kill a serving Wary again and again; return 0 where nobody lost anything."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--no-header", "tests/faults"]
    command.append("tests/store/test_migrate.py")
    environment = {**os.environ, "WARY_TEST_KILLS": KILLS}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


PACKS = "100000"
"""Mutated packs that are read or refused."""


def packs() -> int:
    """Read mutated packs; return 0 where none made anything raise."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header"]
    command.append("tests/content/test_mutations.py")
    environment = {**os.environ, "WARY_TEST_PACKS": PACKS}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def main() -> int:
    """Run all of it; return 1 where anything was found."""
    found = kills() + packs()
    found = torture_flood.main() or found
    found = torture_forged.main() or found
    found = torture_fire.main() or found
    return 1 if torture_calendar.main() or found else 0


if __name__ == "__main__":
    sys.exit(main())
