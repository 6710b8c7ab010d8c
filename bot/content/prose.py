"""What one text may not hold, whoever wrote it: the checks that need no other text.

Rule 1: words of an invented message may shout, hurry and hold numbers; ours may not.
Rule 2: invented or not, an address is a reserved one, and nothing is invisible.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from bot.content.document import QUOTED, did_you_mean, quoted
from bot.content.phrases import (
    BLAME,
    BLAME_WRONG,
    FEAR,
    FEAR_WRONG,
    LAW,
    LAW_REMEDY,
    LAW_WRONG,
    RETIRED,
    RETIRED_REMEDY,
    RETIRED_WRONG,
    SAFE,
    SAFE_WRONG,
    Phrases,
)
from bot.content.strict import visible
from bot.content.texts import Worded
from bot.core.library import PLACEHOLDERS

Found = tuple[str, str]
"""What is wrong, and what to do."""

LOOKED_AT = 4000
"""How much of a text is searched: a longer one is refused for its length, and may be a trap."""

WHO_CHARACTERS = 64
"""Longest name before an ``@``.  Source: RFC 5321, section 4.5.3.1.1."""

RESERVED = ("example", "test", "invalid")
"""Last labels of names that can never be anybody's.  Source: RFC 2606 and RFC 6761."""

_FILES = frozenset(
    {
        "pdf",
        "apk",
        "exe",
        "zip",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "jpg",
        "png",
        "html",
        "htm",
        "csv",
        "txt",
        "mp3",
        "mp4",
        "iso",
    }
)
"""Endings of file names, which are not addresses."""

_HOST = re.compile(
    r"(?<![a-z0-9.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24})(?![a-z0-9-])",
    re.ASCII | re.IGNORECASE,
)
_DOT = re.compile(r"\.[a-z0-9]", re.ASCII | re.IGNORECASE)
"""What stands in every address: a full stop that ends no sentence."""

_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
LINKS = r"(?:https?|ftp|tg|mailto|tel|javascript|data):|www\."
"""How a link begins, in any case of letters."""

_LINK = re.compile(rf"(?:{LINKS})\S+", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d[\d ()./-]{6,18}\d|\(?0\d[\d ()./-]{6,16}\d|\d{3}[ -]\d{3}[ -]\d{2,4})"
    r"(?![\w-])|(?<=[Cc]all )\d{3,6}\b|(?<=[Dd]ial )\d{3,6}\b"
)
_MARKUP = re.compile(
    r"\]\([^)\n]*\)|</?[a-zA-Z][^>\n]{0,80}>|__|~~|\|\||^#{1,6} |^> |^\* |```|&[a-z]{2,8};",
    re.MULTILINE,
)
_CAPITALS = re.compile(r"(?<!\w)[A-Z]{5,}(?!\w)")
_DECORATED = re.compile("[\U0001d400-\U0001d7ff\u2460-\u24ff\uff21-\uff5a]")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b"
    "\u23e9-\u23fa\u25aa-\u25fe]"
)
_WHO = re.compile(rf"[\w.+:%-]{{1,{WHO_CHARACTERS}}}@\Z", re.ASCII)
_WHAT = re.compile(r"(?::\d{1,5})?(?:[/?#][!-~]{0,500})?", re.ASCII)
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")

_blame, _fear, _law = Phrases(BLAME), Phrases(FEAR), Phrases(LAW)
_safe, _retired = Phrases(SAFE), Phrases(RETIRED)


def prose(worded: Worded, *, english: bool, myth: bool) -> Iterator[Found]:
    """Yield what is wrong in one text of a pack.

    ``english``: the lists of English phrases apply.  ``myth``: the lesson speaks about retired
    advice.
    """
    text = worded.text[:LOOKED_AT]
    ours = worded.role not in {"staged", "sender"}
    yield from seen(text)
    yield from marks(text)
    yield from addresses(text)
    yield from country_values(text)
    if ours:
        yield from ours_only(text)
    if ours and english:
        yield from _phrases(worded, text, myth=myth)


def _phrases(worded: Worded, text: str, *, myth: bool) -> Iterator[Found]:
    asked = worded.role == "stem"
    claimed = not asked and not (worded.role == "option" and worded.wrong)
    for phrases, wrong, applies, otherwise in (
        (_blame, BLAME_WRONG, True, ""),
        (_fear, FEAR_WRONG, True, ""),
        # The one place that may say what the law says: it has a country, and a source for it.
        (_law, LAW_WRONG, worded.role != "law", LAW_REMEDY),
        (_safe, SAFE_WRONG, claimed, ""),
        (_retired, RETIRED_WRONG, claimed and not myth, RETIRED_REMEDY),
    ):
        found = phrases.find(text) if applies else None
        if found:
            yield f"{quoted(found[0])} {wrong}", found[1] or otherwise


def seen(text: str, allowed: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Yield each invisible mark and decorated letter, with its column counted from 1."""
    if text.isascii():
        return
    for column, char in enumerate(text, start=1):
        if char <= "\x7f" or char in allowed:
            continue
        if unicodedata.category(char) in {"Cf", "Cc", "Zl", "Zp", "Co", "Cn"} or char == "\u115f":
            yield f"U+{ord(char):04X} on column {column}", "delete it"
        elif _DECORATED.match(char):
            yield f"U+{ord(char):04X} on column {column}", "write a plain letter"


def marks(text: str) -> Iterator[Found]:
    """Yield markup that is not ``**bold**``, ``*italic*`` or code, and marks left open."""
    found = _MARKUP.search(text)
    if found:
        yield f"{quoted(found.group())} is other markup", "use **bold**, *italic* or `code` only"
    bold = text.count("**")
    for mark, times in (("**", bold), ("*", text.count("*") - 2 * bold), ("`", text.count("`"))):
        if times % 2:
            yield f"a '{mark}' is left open", "close or delete it"
            return


def hosts(text: str) -> list[str]:
    """Return the names of hosts in *text*, in lower case and in order."""
    return [name for name, _ in addressed(text)]


def addressed(text: str) -> list[tuple[str, str]]:
    """Return the hosts in *text*, in lower case, each with who and what is named there as well.

    In ``Pay@a.example/Bill.`` that is ``a.example`` and ``Pay@a.example/Bill``.
    """
    if not _DOT.search(text):
        return []
    bare = _BRACES.sub(" ", text)
    found = [*_HOST.finditer(bare), *_IP.finditer(bare)]
    named = [(host.group().lower(), host.span()) for host in found]
    return [
        (name, _whole(bare, *span))
        for name, span in named
        if name.rpartition(".")[2] not in _FILES
    ]


def _whole(text: str, start: int, end: int) -> str:
    before, after = (
        _WHO.search(text[max(0, start - WHO_CHARACTERS - 1) : start]),
        _WHAT.match(text, end),
    )
    who, what = before.group() if before else "", after.group() if after else ""
    return who + text[start:end].lower() + what.rstrip(".,;:!?'\")")


def addresses(text: str) -> Iterator[Found]:
    """Yield names of hosts that somebody could own."""
    for name in dict.fromkeys(hosts(text)):
        if name.rpartition(".")[2] not in RESERVED:
            yield f"'{name}' can exist", "end it in .example"


def country_values(text: str) -> Iterator[Found]:
    """Yield placeholders that are unknown, broken, or inside a sentence."""
    if "{" not in text and "}" not in text:
        return
    for found in _BRACES.finditer(text):
        name = found.group(1)
        if name is None:
            yield (
                f"a single '{found.group()}'",
                "write a placeholder like {report.sms} or delete it",
            )
        elif name not in PLACEHOLDERS:
            near = did_you_mean(name, PLACEHOLDERS)
            remedy = (
                f"did you mean {{{near}}}?" if near else "see content.md section 2 for the list"
            )
            yield f"{{{visible(name[:QUOTED])}}} is unknown", remedy
        elif not stands_alone(text, found):
            yield (
                f"{{{name}}} is inside a sentence",
                "put it after a colon or on a line of its own",
            )


def stands_alone(text: str, found: re.Match[str]) -> bool:
    """Return whether the placeholder *found* stands after a colon or alone on its line."""
    before = text[: found.start()].rpartition("\n")[2].strip()
    after = text[found.end() :].partition("\n")[0]
    if not before:
        return after.strip(" .。") == ""
    return before.endswith((":", "：")) and re.match(r"[.。]?\s*$|[.。]\s", after) is not None


def ours_only(text: str) -> Iterator[Found]:
    """Yield what only an invented message may hold, and emoji out of place."""
    for pattern, wrong, remedy in _OURS:
        found = pattern.search(text)
        if found:
            yield f"{quoted(found.group())} {wrong}", remedy
    yield from _emoji(text)


_OURS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (_LINK, "is a link", "name the site in words"),
    (_PHONE, "is a phone number", "use {emergency}, {helpline.child} or another placeholder"),
    (_CAPITALS, "is in capitals", "write it in small letters"),
)


def _emoji(text: str) -> Iterator[Found]:
    if text.isascii():
        return
    found = list(_EMOJI.finditer(text))
    if len(found) > 1:
        yield f"{len(found)} emoji, one allowed", "keep one at the end of a line"
    elif found and text[found[0].end() :].partition("\n")[0].strip("\ufe0f "):
        yield "an emoji before the end of a line", "move it to the end"


_OWN_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def interface_prose(
    worded: Worded, plural: Mapping[str, str], *, english: bool
) -> Iterator[Found]:
    """Yield what is wrong in one text of the interface, in any of its plural forms.

    Its placeholders are the engine's own names or country placeholders, at any place.  It may name
    real addresses: those of the international directories stand there.
    """
    for whole in dict.fromkeys([worded.text, *plural.values()]):
        text = whole[:LOOKED_AT]
        yield from seen(text)
        yield from marks(text)
        for found in _BRACES.finditer(text):
            name = found.group(1)
            if name is None:
                yield f"a single '{found.group()}'", "close or delete it"
            elif name not in PLACEHOLDERS and not _OWN_NAME.fullmatch(name):
                near = did_you_mean(name, PLACEHOLDERS)
                remedy = f"did you mean {{{near}}}?" if near else "use a-z, 0-9 and '_'"
                yield f"{{{visible(name[:QUOTED])}}} is unknown", remedy
        if english:
            yield from _phrases(worded, text, myth=False)
