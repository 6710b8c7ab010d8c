"""This file is the one way from words to Discord's Markdown.

Rule 1: words are escaped before any mark of ours is put around them, never after.
Rule 2: nothing here makes a link but ``linked``, and only to a page of the web.
"""

import re
from dataclasses import replace
from itertools import groupby

from bot.core.message import Rich, Span

_MARKS = re.compile(r"([\\*_~|`<>\[\]()#@:+])")
_INVISIBLE = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_START = re.compile(rf"^([\s{_INVISIBLE}]*(?:\d+)?)([-.])", re.MULTILINE)
_ADDRESS = re.compile(r"\S*(?:\[\.\]|hxxps?://)\S*")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
_PAGE = re.compile(r"https?://[^\s<>()\\]+")


def escaped(text: str) -> str:
    """Return *text* so that Discord shows its characters as they are: no look, link or ping.

    Source: Discord's Markdown: a backslash before a punctuation mark takes its meaning away.
    """
    return _START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", text))


def bare(text: str) -> str:
    """Return what *escaped* was made of."""
    return _ESCAPED.sub(r"\1", text)


def code(text: str) -> str:
    """Return *text* as a code span; nothing inside one has a meaning but the backtick."""
    kept = text.replace("`", "\u02cb").replace("\n", " ")
    return f"`{kept}`" if kept.strip() else kept


def quoted(text: str) -> str:
    """Return one line of a staged message: escaped, its broken addresses as code."""
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        pieces += [escaped(text[end : found.start()]), code(found[0])]
        end = found.end()
    return "".join([*pieces, escaped(text[end:])])


def marked(rich: Rich) -> str:
    """Return spans with their looks; neighbours of one look share their marks."""
    runs = groupby(rich, key=lambda span: replace(span, text=""))
    return "".join(
        _span(replace(look, text="".join(span.text for span in run))) for look, run in runs
    )


def _span(span: Span) -> str:
    if span.when:
        return f"<t:{int(span.when.timestamp())}:F>"
    text = code(span.text) if span.code else escaped(span.text)
    if span.url:
        text = linked(span.text, span.url)
    for on, mark in ((span.italic, "*"), (span.bold, "**")):
        text = _wrapped(text, mark) if on else text
    return text


def linked(text: str, url: str) -> str:
    """Return *text* as a link without a preview, or with its address spelt out."""
    if not _PAGE.fullmatch(url):
        return escaped(f"{text}: {url}")
    return f"<{url}>" if text == url else f"[{escaped(text)}](<{url}>)"


def _wrapped(text: str, mark: str) -> str:
    """Return *text* between marks; blanks at its ends stay outside, where marks do not count."""
    inner = text.strip()
    if not inner:
        return text
    start = text.index(inner)
    return f"{text[:start]}{mark}{inner}{mark}{text[start + len(inner) :]}"
