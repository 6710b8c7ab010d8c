"""``make bench``: prints the table and writes ``build/bench.json``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import post_discord, post_telegram, turn_chat
from bench.checking import check_thousand
from bench.demo import demo
from bench.due import School
from bench.engine import decisions
from bench.fire import fire_sqlite
from bench.fire_postgres import fire_postgres
from bench.rows import Figure
from bench.turn import turn_grouped, turn_sqlite
from bot import i18n, settings, teaching
from bot.ports import Tools
from bot.runtime import clock
from bot.runtime.render import renderer

OUT = Path(__file__).parents[1] / "build" / "bench.json"


def main() -> int:
    """Take every figure; return 1 where one misses its target."""
    figures = []
    for figure in _taken():
        _tell(figure)
        figures.append(figure)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([figure.told() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _taken() -> Iterator[Figure]:
    made = teaching.taught(settings.read({}))
    library, translate = made.library, made.catalogues.translate
    tools = Tools(
        now=clock.now,
        translate=translate,
        fit=lambda tag: i18n.fitting(tag, library.languages),
        rtl=i18n.rtl,
        languages=library.languages,
    )
    render = renderer(translate, i18n.rtl)
    yield decisions(library)
    yield turn_sqlite(library, translate)
    yield turn_grouped(library, translate)
    yield fire_sqlite(School(library, translate))
    yield fire_postgres()
    yield check_thousand()
    yield from demo()
    yield from post_telegram.posts(library, render, tools)
    yield from post_discord.posts(library, render, tools)
    yield from turn_chat.turns()


def _tell(figure: Figure) -> None:
    met = "met" if figure.met else "MISSED"
    sys.stdout.write(
        f"{figure.name:21} {figure.value:>10,.2f} {figure.unit:4} target {figure.target:>8} {met}"
        f" peer {figure.peer_value:,.2f}, ratio {figure.ratio:.2f}: {figure.peer}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
