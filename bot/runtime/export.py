"""The two files of ``/mydata``: JSON for programs, and a page for the eye.

Rule 1: they are made while the card is sent and are stored nowhere: a platform that holds them in
memory lets them go when their reader is forgotten.
Rule 2: the page asks nobody for anything: no script, no picture, no style from elsewhere.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final, Protocol, runtime_checkable

from bot.core.card import Card, Para, Text
from bot.core.events import Address
from bot.core.message import File, Message, words
from bot.ports import Kept, Platform, Post, Store
from bot.runtime.render import RLM, Render

PARTS: Final = (
    "learners",
    "notes",
    "reviews",
    "plans",
    "addresses",
    "places",
    "links",
    "guesses",
    "outbox",
    "seen",
)
"""The parts of the page in their order, each with its text ``mydata.part_<name>``."""

CHOSEN: Final = (
    "locale",
    "country",
    "region",
    "zone",
    "track",
    "often",
    "hour",
    "quiet",
    "alerts",
    "typed_only",
    "paused",
)
"""What counts as a setting: what a person chooses.  How far they came is kept beside it."""

NAME: Final = "wary-mydata"
"""How both files are called, before the end of the name."""

_STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "section{overflow-x:auto}table{border-collapse:collapse;margin-block-end:1rem}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:start;vertical-align:top}"
    "td{overflow-wrap:anywhere;min-width:6rem}"
)


@runtime_checkable
class Recalling(Protocol):
    """A platform that holds in memory more of a person than how to reach them."""

    def forget(self, address: Address) -> None:
        """Let go of what is known of whoever was forgotten at *address*."""


def forget(platforms: Sequence[Platform], addresses: Sequence[Address]) -> None:
    """Let *platforms* let go of the files of whoever was forgotten at *addresses*."""
    for platform in platforms:
        for address in addresses:
            if isinstance(platform, Recalling) and platform.name == address.platform:
                platform.forget(address)


async def carried(post: Post, store: Store, render: Render) -> Message:
    """Return the card of *post* in words, with the files of what is kept of its reader.

    Raises:
        StoreDown: what is kept cannot be read just now.
    """
    kept = await store.export(post.address)
    if kept is None:
        return render(Card(body=(Para(Text("mydata.nothing")),)), post.locale)
    said = render(replace(post.card, body=(*post.card.body, *_counts(kept))), post.locale)
    return replace(said, carried=files(kept, render, post.locale))


def _counts(kept: Kept) -> tuple[Para[Text], ...]:
    own = kept["learners"][0]
    more = own["settings"]
    every = {**own, **(more if isinstance(more, dict) else {})}
    settings = sum(bool(every.get(name)) for name in CHOSEN)
    answers = sum(row["kind"] == "answer" for row in kept["notes"])
    counts = (("answers", answers), ("settings", settings), ("apps", len(kept["addresses"])))
    return (Para(Text("mydata.counts", counts)),)


def files(kept: Kept, render: Render, locale: str) -> tuple[File, ...]:
    """Return *kept* as (JSON, HTML), the page in the language *locale*."""
    dumped = json.dumps(kept, ensure_ascii=False, indent=2).encode()
    page = _page(kept, render, locale).encode()
    return (
        File(f"{NAME}.json", "application/json", dumped),
        File(f"{NAME}.html", "text/html", page),
    )


def _page(kept: Kept, render: Render, locale: str) -> str:
    """Return the page: a heading and a table for each part, whose columns are named as in JSON."""
    keys = ("mydata.title", "mydata.page", "mydata.none", *(f"mydata.part_{p}" for p in PARTS))
    lines = [render(Card(title=Text(key)), locale) for key in keys]
    title, intro, none, *headings = (_escaped(words(one.title or ())) for one in lines)
    parts = "".join(
        f"<section><h2>{heading}</h2>{_table(kept[part], none)}</section>"
        for part, heading in zip(PARTS, headings, strict=True)
    )
    way = "rtl" if lines[0].rtl else "ltr"
    return (
        f'<!doctype html><html lang="{escape(lines[0].lang)}" dir="{way}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{intro}</p>{parts}</body></html>\n"
    )


def _table(rows: object, none: str) -> str:
    if not isinstance(rows, list) or not rows:
        return f"<p>{none}</p>"
    if len(rows) == 1:
        # One long row would be as wide as no screen: its columns stand below one another.
        down = (f"<tr>{_named(n, 'row')}{_cell(one)}</tr>" for n, one in rows[0].items())
        return f"<table><tbody>{''.join(down)}</tbody></table>"
    head = "".join(_named(n, "col") for n in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _named(column: str, scope: str) -> str:
    return f'<th scope="{scope}"><code dir="ltr">{escape(column)}</code></th>'


def _cell(value: object) -> str:
    match value:
        case None | "":
            said = "–"
        case str():
            said = value
        case _:
            said = json.dumps(value, ensure_ascii=False)
    return f'<td dir="auto">{_escaped(said)}</td>'


def _escaped(said: str) -> str:
    """Return *said* for the page, whose direction is set once and needs no marks."""
    return escape(said.replace(RLM, ""))
