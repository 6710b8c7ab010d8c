"""``make bench``: prints the table and writes ``build/bench.json``."""

import json
import sys
from pathlib import Path

from bench.demo import demo
from bench.engine import decisions
from bench.rows import Figure
from bench.turn import turn_sqlite
from bot import settings, teaching

OUT = Path(__file__).parents[1] / "build" / "bench.json"


def main() -> int:
    """Take every figure; return 1 where one misses its target."""
    made = teaching.taught(settings.read({}))
    figures = [
        decisions(made.library),
        turn_sqlite(made.library, made.catalogues.translate),
        *demo(),
    ]
    for figure in figures:
        _tell(figure)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([figure.told() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _tell(figure: Figure) -> None:
    met = "met" if figure.met else "MISSED"
    sys.stdout.write(
        f"{figure.name:18} {figure.value:>10,.2f} {figure.unit:4} target {figure.target:>8} {met}"
        f" peer {figure.peer_value:,.2f}, ratio {figure.ratio:.2f}: {figure.peer}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
