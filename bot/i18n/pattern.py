"""The form of one translated string: its marks become looks, its placeholders become holes.

Rule 1: three marks and no more: ``**bold**``, ``*italic*`` and code between backticks.
Rule 2: a mark without its partner is a letter like any other.
Rule 3: what fills a hole is never read as a form.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.message import Rich, Span
from bot.i18n.isolate import LRI, PDI, has_runs, runs

_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]*)\}")
_TOKEN = re.compile(rf"`(?P<code>[^`\n]+)`|{_HOLE.pattern}|\*\*|\*|[^`{{*]+|[`{{*]")
_STARS = ("*", "**")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for a value, with the look of its surroundings."""

    name: str
    bold: bool = False
    italic: bool = False
    code: bool = False


Part = Span | Hole


def holes(text: str) -> frozenset[str]:
    """Return the names of the placeholders in *text*."""
    return frozenset(_HOLE.findall(text))


def balanced(text: str) -> bool:
    """Return whether every mark in *text* has its partner; a star between spaces is no mark."""
    tokens = list(_TOKEN.finditer(text))
    paired = _paired(text, tokens)
    return not any(
        token[0] == "`" or (token[0] in _STARS and at not in paired and any(_sides(text, token)))
        for at, token in enumerate(tokens)
    )


def parsed(text: str) -> tuple[Part, ...]:
    """Return *text* as spans and holes in their order; neighbours of one look are one span."""
    tokens = list(_TOKEN.finditer(text))
    return joined(_parts(tokens, _paired(text, tokens)))


def for_rtl(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return *parts* of a right-to-left string with their Latin runs isolated.

    The isolates of code stand outside of it, so that a copied command holds no unseen mark.
    """
    out: list[Part] = []
    for part in parts:
        if isinstance(part, Hole):
            out.append(part)
        elif part.code and has_runs(part.text):
            out += [Span(LRI), part, Span(PDI)]
        else:
            out.append(replace(part, text=runs(part.text)))
    return joined(out)


def for_strangers(parts: Iterable[Part], mark: str) -> tuple[Part, ...]:
    """Return *parts* of a string of the other direction, each line between *mark* and PDI."""
    out: list[Part] = [Span(mark)]
    for part in parts:
        if isinstance(part, Hole):
            out.append(part)
        else:
            inner = re.sub(r"\n+", lambda gap: f"{PDI}{gap[0]}{mark}", part.text)
            out.append(replace(part, text=inner))
    return joined([*out, Span(PDI)])


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return *parts* without empty spans, and with neighbours of one look as one span."""
    out: list[Part] = []
    for part in parts:
        before = out[-1] if out else None
        if isinstance(part, Span) and not part.text:
            continue
        if isinstance(part, Span) and isinstance(before, Span) and _alike(before, part):
            out[-1] = Span(before.text + part.text, before.bold, before.italic, before.code)
        else:
            out.append(part)
    return tuple(out)


def spans(parts: Iterable[Part]) -> Rich:
    """Return *parts* with each hole that is left shown as it is written: ``{name}``."""
    filled = (
        Span(f"{{{part.name}}}", part.bold, part.italic, part.code)
        if isinstance(part, Hole)
        else part
        for part in parts
    )
    return tuple(part for part in joined(filled) if isinstance(part, Span))


def _alike(one: Span, other: Span) -> bool:
    return (
        (one.bold, one.italic, one.code) == (other.bold, other.italic, other.code)
        and not (one.url or other.url)
        and not (one.when or other.when)
    )


def _sides(text: str, token: re.Match[str]) -> tuple[bool, bool]:
    """Return whether there are words right before and right after *token*."""
    before, after = text[: token.start()][-1:], text[token.end() : token.end() + 1]
    return bool(before.strip()), bool(after.strip())


def _paired(text: str, tokens: Sequence[re.Match[str]]) -> frozenset[int]:
    """Return the places in *tokens* of the stars that have a partner.

    A star opens before a word and closes after one; crossing pairs do not count.
    """
    opened: list[int] = []
    paired: set[int] = set()
    for at, token in enumerate(tokens):
        if token[0] not in _STARS:
            continue
        closes, opens = _sides(text, token)
        partner = next((one for one in reversed(opened) if tokens[one][0] == token[0]), None)
        if partner is None and opens:
            opened.append(at)
        elif partner is not None and closes and partner != at - 1:
            paired |= {partner, at}
            del opened[opened.index(partner) :]
    return frozenset(paired)


def _parts(tokens: Sequence[re.Match[str]], paired: frozenset[int]) -> Iterator[Part]:
    bold = italic = False
    for at, token in enumerate(tokens):
        if at in paired:
            bold, italic = bold ^ (token[0] == "**"), italic ^ (token[0] == "*")
        elif token["code"]:
            yield from _code(token["code"], bold=bold, italic=italic)
        elif token[2]:
            yield Hole(token[2], bold, italic)
        else:
            yield Span(token[0], bold, italic)


def _code(text: str, *, bold: bool, italic: bool) -> Iterator[Part]:
    """Yield what stands between backticks: holes count there, marks do not."""
    at = 0
    for hole in _HOLE.finditer(text):
        yield Span(text[at : hole.start()], bold, italic, code=True)
        yield Hole(hole[1], bold, italic, code=True)
        at = hole.end()
    yield Span(text[at:], bold, italic, code=True)
