"""``make bench``: prints the table and writes ``build/bench.json``.

With ``long``, as ``make bench-long`` does, it takes what needs up to an hour, and prints it.

With names of rows, as in ``make bench ARGS="telegram.post discord.post"``, it takes only what
these need, and prints it.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from bench import growth, post_discord, post_telegram, turn_chat
from bench.answers import answers_postgres, answers_sqlite
from bench.checking import check_thousand
from bench.demo import demo
from bench.due import School
from bench.engine import decisions
from bench.fire import fire_sqlite
from bench.fire_postgres import fire_postgres
from bench.overtake import overtake
from bench.plan import plan_postgres, plan_sqlite
from bench.rows import Figure
from bench.send import send_postgres, sends
from bench.turn import turn_grouped, turn_sqlite
from bot import i18n, settings, teaching
from bot.ports import Tools
from bot.runtime import clock
from bot.runtime.render import renderer

OUT = Path(__file__).parents[1] / "build" / "bench.json"


Takes = Callable[[], Iterable[Figure]]


def main() -> int:
    """Take every figure, or those that are named; return 1 where one misses its target."""
    wanted, rows = set(sys.argv[1:]), _rows()
    if wanted == {"long"}:
        wanted, rows = set(), _long()
    known = {name for names in rows for name in names.split()}
    if wanted - known:
        sys.stderr.write(f"no such row; choose from {' '.join(sorted(known))}\n")
        return 2
    figures = []
    for names, takes in rows.items():
        if wanted and wanted.isdisjoint(names.split()):
            continue
        for figure in takes():
            _tell(figure)
            figures.append(figure)
    if not wanted and "long" not in sys.argv:
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps([figure.told() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _rows() -> Mapping[str, Takes]:
    """Return how to take the figures, by their names: those taken together share a line."""
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
    return {
        "engine.decisions": lambda: [decisions(library)],
        "turn.sqlite": lambda: [turn_sqlite(library, translate)],
        "turn.sqlite.grouped": lambda: [turn_grouped(library, translate)],
        "fire.sqlite": lambda: [fire_sqlite(School(library, translate))],
        "fire.postgres.4": lambda: [fire_postgres()],
        "check.1000x3": lambda: [check_thousand()],
        "demo.first_page demo.rss": demo,
        "telegram.post telegram.post.aiohttp telegram.post.ptb": partial(
            post_telegram.posts, library, render, tools
        ),
        "discord.post discord.paced_cpu": partial(post_discord.posts, library, render, tools),
        "send.sqlite send.sqlite.aiohttp send.sqlite.ptb": partial(
            sends, School(library, translate), render, tools
        ),
        "send.postgres": lambda: [send_postgres(School(library, translate), render, tools)],
        "alert.overtake": lambda: [overtake(render)],
        "answers.10k.sqlite": lambda: [answers_sqlite(library, translate)],
        "answers.10k.postgres": lambda: [answers_postgres(library, translate)],
        "plan.1m.sqlite": lambda: [plan_sqlite()],
        "plan.1m.postgres": lambda: [plan_postgres()],
        "telegram.turn discord.turn": turn_chat.turns,
    }


def _long() -> Mapping[str, Takes]:
    """Return those that take up to an hour: they are taken only by ``make bench-long``."""
    return {"send.rss_growth": lambda: [growth.rss_growth()]}


def _tell(figure: Figure) -> None:
    met = "met" if figure.met else "MISSED"
    sys.stdout.write(
        f"{figure.name:21} {figure.value:>10,.2f} {figure.unit:4} target {figure.target:>8} {met}"
        f" peer {figure.peer_value:,.2f}, ratio {figure.ratio:.2f}: {figure.peer}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
