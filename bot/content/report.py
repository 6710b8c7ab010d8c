"""The page of ``wary check --report``: the figures of the bank for whoever writes it.

Rule 1: English only, as all that ``wary check`` says is: its readers write the English source.
Rule 2: one file that asks nobody for anything, no script, no picture, no style from elsewhere.
Rule 3: every text passes through ``escape`` where it becomes markup, and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby
from typing import Final

from bot.content.balance import CHANCE, ENOUGH, FEW, GENUINE, LONGEST, POSITIONS, TRUE
from bot.content.figures import ALL, Bank, Guess, Held, Share, Tally
from bot.core.learner import Track

Cell = str | Sequence[str]
"""What stands in a cell: a text, or several as a list."""

Row = tuple[str, Sequence[Cell]]
"""A row: what it is about, and its cells."""

_STYLE: Final = """
:root{color-scheme:light dark;--page:#eff0f5;--paper:#fff;--ink:#1a1828;--faint:#565a70;
--line:#d3d6e4;--soft:#e2e5f4;--link:#3342c4;--warn:#8a5300;--focus:#0b57d0}
@media (prefers-color-scheme:dark){:root{--page:#14151c;--paper:#23252f;--ink:#ececf4;
--faint:#aeb2c6;--line:#454960;--soft:#383c52;--link:#aab4ff;--warn:#f0bd6a;--focus:#ffd54a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--page);color:var(--ink);
font:1rem/1.45 "Noto Sans","Noto Sans Arabic","Noto Sans SC",system-ui,sans-serif}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}
a{color:var(--link)}:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
nav li{padding-block:.35rem}
.wide{overflow-x:auto;margin-block:1rem;background:var(--paper);border:1px solid var(--line);
border-radius:.6rem}
table{border-collapse:collapse;width:100%}
caption{text-align:start;padding:.6rem;color:var(--faint)}
th,td{padding:.35rem .6rem;border-block-start:1px solid var(--line);text-align:start;
vertical-align:top;font-variant-numeric:tabular-nums}
thead th{background:var(--soft)}
tbody th{font-weight:600}td{overflow-wrap:break-word}
td ul{margin:0;padding-inline-start:1.1rem}
.out{color:var(--warn);font-weight:700}
@media (max-width:30rem){body{padding:.6rem}th,td{padding:.3rem;font-size:.85rem}}
@media print{:root{color-scheme:light;--page:#fff;--paper:#fff;--ink:#000;--faint:#333;
--line:#999;--soft:#eee;--link:#000;--warn:#000}body{max-width:none;padding:0;font-size:10pt}
.wide{overflow:visible;border:0}tr{break-inside:avoid}thead{display:table-header-group}
h2,caption{break-after:avoid}}
"""

_OUT: Final = "out of bounds"
"""Stands behind a figure that leaves what content.md allows: said, not only coloured."""

_UNSAID: Final = "in review where nothing else is said"

_STATUSES: Final = {
    "P": "the issuer's own text was read",
    "S": "quoted by another page; the issuer's own is still to be opened",
    "R": "still to be confirmed at the source",
}


def page(bank: Bank, day: date, version: str, refused: int) -> str:
    """Return the whole page as HTML.

    *day* and *version* say what was counted when; *refused*: how much ``wary check`` refuses, for
    what cannot be read is in no figure.
    """
    parts = (
        ("totals", "Lessons and items", _totals(bank)),
        ("coverage", "Coverage by topic, track and language", _coverage(bank)),
        ("review", "Still in review, and why", _review(bank)),
        ("guessing", "What a guesser could know", _guessing(bank)),
        ("types", "Items by type", _types(bank)),
        ("lessons", "Items of a lesson", _lessons(bank)),
        ("techniques", "Items of a technique", _techniques(bank)),
        ("misconceptions", "Misconceptions", _misconceptions(bank)),
        ("sources", "Sources", _sources(bank)),
    )
    links = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title, _ in parts)
    body = "".join(
        f'<section id="{name}"><h2>{escape(title)}</h2>{"".join(tables)}</section>'
        for name, title, tables in parts
    )
    every = bank.coverage[ALL, ALL, ALL]
    lead = f"{summary(every)}. Counted on {day.isoformat()} by Wary {version}."
    if refused:
        lead += f" {refused} to mend: what cannot be read is in no figure."
    title = "Wary: figures of the bank"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f"<body><header><h1>{title}</h1><p>{escape(lead)}</p></header>"
        f'<nav aria-label="Contents"><ol>{links}</ol></nav>\n<main>{body}</main></body></html>\n'
    )


def summary(every: Tally) -> str:
    """Return the totals as one line."""
    lessons = every.lessons + every.lessons_in_review
    items = every.items + every.items_in_review
    return (
        f"{lessons} lessons ({every.lessons} published), {items} items ({every.items} published)"
    )


def _table(caption: str, head: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a table that scrolls by itself where it is wider than the screen."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(_cell, cells))}</tr>\n'
        for name, cells in rows
    )
    label = escape(caption, quote=True)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{label}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>\n"
        f"<tbody>{lines}</tbody></table></div>\n"
    )


def _cell(said: Cell) -> str:
    if not isinstance(said, str):
        return f"<td><ul>{''.join(f'<li>{escape(one)}</li>' for one in said)}</ul></td>"
    mark = ' class="out"' if said.endswith(_OUT) else ""
    return f"<td{mark}>{escape(said)}</td>"


def _names(bank: Bank, place: int) -> list[str]:
    """Return the topics (0), tracks (1) or languages (2) of the coverage, tracks as declared."""
    found = dict.fromkeys(key[place] for key in bank.coverage if key[place] != ALL)
    if place == 1:
        return [track.value for track in Track if track.value in found]
    return list(bank.languages) if place > 1 else sorted(found)


def _totals(bank: Bank) -> Iterator[str]:
    head = ("lessons published", "lessons in review", "items published", "items in review")
    for place, (what, note) in enumerate(
        (
            ("topic", ""),
            ("track", "; a lesson can be for several"),
            ("language", "; only what is whole in it"),
        )
    ):
        rows: list[Row] = []
        for name in (*_names(bank, place), ALL):
            key = tuple(name if at == place else ALL for at in range(3))
            tally = bank.coverage[key[0], key[1], key[2]]
            counts = (tally.lessons, tally.lessons_in_review, tally.items, tally.items_in_review)
            rows.append((name or "all", [str(count) for count in counts]))
        yield _table(f"By {what}{note}", (what, *head), rows)


def _coverage(bank: Bank) -> Iterator[str]:
    languages = _names(bank, 2)
    for topic in _names(bank, 0):
        rows = [
            (track, [_pair(bank.coverage[topic, track, tag]) for tag in languages])
            for track in _names(bank, 1)
        ]
        caption = f"Topic {topic}: lessons / items whole in each language; {_UNSAID}"
        yield _table(caption, ("track", *languages), rows)


def _pair(tally: Tally) -> str:
    """Return lessons and items, and how many of them are published, if any."""
    lessons, items = tally.lessons + tally.lessons_in_review, tally.items + tally.items_in_review
    if not lessons:
        return "–"
    said = f"{lessons} / {items}"
    if not tally.lessons:
        return said
    if not tally.lessons_in_review:
        return f"{said}, all published"
    return f"{said}, of them {tally.lessons} / {tally.items} published"


def _review(bank: Bank) -> Iterator[str]:
    if not bank.held:
        yield "<p>Nothing is in review.</p>"
    for topic, held in groupby(bank.held, lambda one: one.lesson.partition("-")[0]):
        rows = [(f"{one.lesson} {one.title}", [str(one.items), _reasons(one)]) for one in held]
        yield _table(f"Topic {topic}", ("lesson", "items", "reasons"), rows)


def _reasons(held: Held) -> Cell:
    return held.reasons or "nothing is left: it can be published"


def _guessing(bank: Bank) -> Iterator[str]:
    topics = [*sorted(topic for topic in bank.guesses if topic), ALL]
    guesses = [(topic or "all", bank.guesses[topic]) for topic in topics]
    # A sentence in a caption would be cut where its table is wider than the screen.
    note = (
        f"Judged from {ENOUGH} choices with three options on: each place "
        f"{POSITIONS[0]}-{POSITIONS[1]}%, p of the chi-square test at least {CHANCE}, the longest "
        f"in at most {LONGEST}%. Dice would give 33%, of the longest and of the shortest too."
    )
    yield f"<p>{escape(note)}</p>"
    head = ("topic", "choices", "first", "second", "third", "p", "longest", "shortest")
    choices = [(topic, _choices(guess)) for topic, guess in guesses]
    yield _table("Place and length of right answers", head, choices)
    note = (
        f"True are {TRUE[0]}-{TRUE[1]}% of statements, judged from {ENOUGH} on; genuine are "
        f"{GENUINE[0]}-{GENUINE[1]}% of staged messages, judged from {FEW} on."
    )
    yield f"<p>{escape(note)}</p>"
    named = ("topic", "statements", "true", "staged", "genuine")
    judged = [(topic, _judged(guess)) for topic, guess in guesses]
    yield _table("True statements and genuine messages", named, judged)


def _choices(guess: Guess) -> list[Cell]:
    found, choices = guess.places, guess.longest.whole
    chance = "–"
    if found.chance is not None:
        out = choices >= ENOUGH and found.chance < CHANCE
        chance = f"{found.chance:.2f}, {_OUT}" if out else f"{found.chance:.2f}"
    return [
        str(choices),
        *(
            _share(Share(count, choices), POSITIONS, ENOUGH)
            for count in (found.first, found.second, found.third)
        ),
        chance,
        _share(guess.longest, (0, LONGEST), ENOUGH),
        _share(guess.shortest, (0, 100), ENOUGH),
    ]


def _judged(guess: Guess) -> list[Cell]:
    return [
        str(guess.true.whole),
        _share(guess.true, TRUE, ENOUGH),
        str(guess.genuine.whole),
        _share(guess.genuine, GENUINE, FEW),
    ]


def _share(share: Share, bounds: tuple[int, int], enough: int) -> str:
    if share.percent is None:
        return "–"
    percent = round(share.percent)
    out = share.whole >= enough and not bounds[0] <= percent <= bounds[1]
    return f"{percent}%, {_OUT}" if out else f"{percent}%"


def _types(bank: Bank) -> Iterator[str]:
    kinds = [
        kind for kind, _ in sorted(bank.types[ALL].items(), key=lambda one: (-one[1], one[0]))
    ]
    topics = [*sorted(topic for topic in bank.types if topic), ALL]
    rows: list[Row] = []
    for topic in topics:
        own = bank.types[topic]
        counts = [own.get(kind, 0) for kind in kinds]
        rows.append((topic or "all", [*map(str, counts), str(sum(counts))]))
    yield _table("Items of each type", ("topic", *kinds, "all"), rows)


def _grouped(counts: Mapping[str, int]) -> list[Row]:
    """Return a row for each count, the lowest first, with how many have it and which."""
    ordered = sorted(counts.items(), key=lambda one: (one[1], one[0]))
    rows: list[Row] = []
    for count, those in groupby(ordered, lambda one: one[1]):
        names = [name for name, _ in those]
        rows.append((str(count), [str(len(names)), ", ".join(names)]))
    return rows


def _lessons(bank: Bank) -> Iterator[str]:
    caption = f"Fewest: {min(bank.lessons.values(), default=0)}"
    yield _table(caption, ("items", "lessons", "which"), _grouped(bank.lessons))


def _techniques(bank: Bank) -> Iterator[str]:
    caption = f"{len(bank.techniques)} techniques, those with the fewest items first"
    yield _table(caption, ("items", "techniques", "which"), _grouped(bank.techniques))


def _misconceptions(bank: Bank) -> Iterator[str]:
    rare = {name: count for name, count in bank.misconceptions.items() if count <= 1}
    caption = f"{len(bank.misconceptions)} misconceptions; those named by one item or by none"
    yield _table(caption, ("items", "misconceptions", "which"), _grouped(rare))


def _sources(bank: Bank) -> Iterator[str]:
    rows = [
        (status, [str(count), _STATUSES.get(status, "")])
        for status, count in sorted(bank.sources.items())
    ]
    yield _table("Sources by status", ("status", "sources", "meaning"), rows)
    ages = [(topic, [day.isoformat()]) for topic, day in sorted(bank.oldest.items())]
    yield _table("Oldest review of a lesson", ("topic", "last reviewed"), ages)
