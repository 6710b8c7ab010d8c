"""Lint of translations: the checks for which one must know what the text is.

Rule 1: a translation says the same with the same placeholders, addresses and number of answers.
Rule 2: nothing here reads a PO file; texts come by key, with the place of each for the fault.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.content.document import QUOTED, quoted
from bot.content.items import plain
from bot.content.pack import Content
from bot.content.prose import LINKS, LOOKED_AT, Found, addressed, marks, stands_alone
from bot.content.reading import (
    LEVELS,
    OTHER_LANGUAGE,
    PLACEHOLDER,
    count,
    measure,
    pace,
    placeholders,
    primary,
)
from bot.content.strict import visible
from bot.content.texts import Worded, room, taken
from bot.core.learner import Track
from bot.core.library import PLACEHOLDERS
from bot.core.source import Fault

LEFTOVER_WORDS = 3
"""Longest text, in words, that may be the same in two languages of one script."""

SCRIPTS: Mapping[str, tuple[str, str]] = {
    "ar": ("Arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"),
    "fa": ("Arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"),
    "ur": ("Arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"),
    "zh": ("Chinese", "\u3400-\u9fff\uf900-\ufaff"),
    "ja": ("Japanese", "\u3040-\u30ff\u3400-\u9fff"),
    "ko": ("Korean", "\uac00-\ud7af"),
    "ru": ("Cyrillic", "\u0400-\u052f"),
    "uk": ("Cyrillic", "\u0400-\u052f"),
    "bg": ("Cyrillic", "\u0400-\u052f"),
    "el": ("Greek", "\u0370-\u03ff"),
    "he": ("Hebrew", "\u0590-\u05ff"),
    "hi": ("Devanagari", "\u0900-\u097f"),
    "th": ("Thai", "\u0e00-\u0e7f"),
}
"""Languages of another script than Latin: its name, and its letters as a class."""

JOINERS = frozenset("\u200c\u200d")
"""Marks that spelling needs in the languages of ``_JOINED``."""

_JOINED = frozenset(
    {"fa", "ur", "hi", "bn", "ta", "te", "kn", "ml", "mr", "ne", "si", "ckb", "ps", "sd"}
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
MORE_BREAKS = 2
"""Line breaks that a translation may have beyond its source: one more paragraph."""

_ARROWS = re.compile("[\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f\u2b00-\u2b11]|[-=]>|<[-=]")
_LINK = re.compile(rf"(?:{LINKS})[!-~]*", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_UNTRANSLATED = re.compile(r"\{[^{}]*\}|`[^`]*`|/[a-z_]+\b|[!-~]+[@.][!-~]+")
"""What stays as it is in every language: placeholders, code, commands, addresses."""


@dataclass(frozen=True, slots=True)
class _Target:
    """One translated text beside its source."""

    worded: Worded
    text: str
    """The part of it that is searched."""
    size: int
    """How long all of it is, in UTF-16 units."""
    locale: str
    names: frozenset[str]
    """Placeholders of the source, in any plural form."""

    @property
    def source(self) -> str:
        return self.worded.text


def check_translation(
    content: Content,
    locale: str,
    translations: Mapping[str, str],
    places: Mapping[str, tuple[str, int]],
    seen: Collection[str] = (),
) -> tuple[Fault, ...]:
    """Return what is wrong with the texts of one language.

    Args:
        content: the packs that are translated.
        locale: BCP 47 tag of the language, such as ``zh-Hans``.
        translations: key to text; empty texts and unknown keys are passed over.
        places: key to path and line of the text, for the faults.
        seen: keys whose texts were looked at before, each by itself.
    """
    faults = list(_fixed(content, translations, places))
    targets = {
        key: _Target(
            content.worded[key],
            text[:LOOKED_AT],
            taken(content.worded[key].words, text, locale),
            locale,
            _names(content, key),
        )
        for key, text in translations.items()
        if text.strip() and key in content.worded and key not in content.fixed
    }
    for key in targets.keys() - seen:
        for check in _CHECKS:
            for wrong, remedy in check(targets[key]):
                faults.append(_fault(places, key, key, wrong, remedy))
    texts = {key: target.text for key, target in targets.items()}
    faults += _alike(content, texts, places)
    faults += _whole_lessons(content, locale, texts, places)
    return tuple(sorted(set(faults)))


def _fixed(
    content: Content, translations: Mapping[str, str], places: Mapping[str, tuple[str, int]]
) -> Iterator[Fault]:
    """Yield texts that are the same in every language and became another: it would be said."""
    for key in sorted(content.fixed & translations.keys()):
        if translations[key].strip() not in {"", content.worded[key].text}:
            wrong = "not the same as the source"
            yield _fault(places, key, key, wrong, "empty it; it stays as it is")


def _fault(
    places: Mapping[str, tuple[str, int]], at: str, key: str, wrong: str, remedy: str
) -> Fault:
    path, line = places.get(at, ("", 1))
    return Fault(path, line, key, wrong, remedy)


def _names(content: Content, key: str) -> frozenset[str]:
    forms = [content.worded[key].text]
    if key in content.sources:
        forms += content.sources[key].plural.values()
    return frozenset(name for form in forms for name in placeholders(form))


def _placeholders(target: _Target) -> Iterator[Found]:
    """Yield placeholders lost, added or moved into a sentence."""
    there = set(placeholders(target.text))
    optional = {"count"} if target.worded.role == "interface" else set()
    for name in sorted(target.names - there - optional):
        remedy = "put it after a colon" if name in PLACEHOLDERS else "put it back"
        yield f"{{{name}}} is missing", remedy
    for name in sorted(there - target.names):
        yield f"{{{visible(name[:QUOTED])}}} is not in the source", "delete it"
    if target.worded.role == "interface":
        return
    for found in PLACEHOLDER.finditer(target.text):
        if found.group(1) in target.names and not stands_alone(target.text, found):
            yield f"{found.group()} is inside a sentence", "put it after a colon"


def _length(target: _Target) -> Iterator[Found]:
    limit, found = room(target.worded.words, target.locale), target.size
    if found > limit:
        yield f"{found} characters, limit {limit}", f"cut {found - limit}"
    if not target.worded.first:
        return
    limits = pace(target.locale)
    if limits is None:
        allowed = int(count(target.source, characters=True) * OTHER_LANGUAGE)
        words, unit = count(target.text, characters=True), "characters"
    else:
        allowed, unit = limits.first, limits.unit
        words = count(target.text, characters=limits.characters)
    if words > allowed:
        wrong = f"{words} {unit}, first card allows {allowed} in {target.locale}"
        yield wrong, f"cut {words - allowed}"


def _links(target: _Target) -> Iterator[Found]:
    """Yield addresses that the source does not have, and those that were lost."""
    ours = list(dict.fromkeys(whole for _, whole in addressed(target.source)))
    theirs = list(dict.fromkeys(whole for _, whole in addressed(target.text)))
    lost = [name for name in ours if name not in theirs]
    for name in theirs:
        if name not in ours:
            remedy = f"write {lost.pop(0)}" if lost else "delete it"
            yield f"{quoted(name)} is not in the source", remedy
    for name in lost:
        yield f"{quoted(name)} is missing", "write it as in the source"
    if not _begun(target.text) <= _begun(target.source):
        yield "a link that the source does not have", "delete it"


def _begun(text: str) -> set[str]:
    """Return the links in *text* up to their first letter that is not ASCII."""
    if ":" not in text and "www." not in text.lower():  # most texts end here
        return set()
    return {found.group().rstrip(".,;:!?'\")").lower() for found in _LINK.finditer(text)}


def _leftover(target: _Target) -> Iterator[Found]:
    """Yield text that was not translated."""
    if target.worded.role == "sender" or not target.worded.text.isascii():
        return
    said = _UNTRANSLATED.sub(" ", target.text)
    script = SCRIPTS.get(primary(target.locale))
    if script and _LETTER.search(said) and not re.search(f"[{script[1]}]", said):
        yield f"no {script[0]} letter", "translate it or empty it"
        return
    same = said.casefold() == _UNTRANSLATED.sub(" ", target.source).casefold()
    if not script and same and count(said) > LEFTOVER_WORDS:
        yield "the same as the source", "translate it or empty it"


def _hidden(target: _Target) -> Iterator[Found]:
    """Yield marks that cannot be seen, and arrows, which do not turn with the direction."""
    joined = primary(target.locale) in _JOINED
    for found in _INVISIBLE.finditer(target.text):
        if not (joined and found.group() in JOINERS) and found.group() not in target.source:
            wrong = f"U+{ord(found.group()):04X} on column {found.start() + 1}"
            yield wrong, "delete it, the renderer sets direction"
    for found in _ARROWS.finditer(target.text):
        if found.group() not in target.source:
            wrong = f"{quoted(found.group())} on column {found.start() + 1}"
            yield wrong, "write a word, arrows do not turn with the direction"


def _markup(target: _Target) -> Iterator[Found]:
    if target.worded.role != "interface" or not any(marks(target.source)):
        yield from marks(target.text)


def _torn(target: _Target) -> Iterator[Found]:
    """Yield what a script leaves in a text that it tore: lines without end, half a quotation."""
    ours, theirs = target.source.strip().count("\n"), target.text.strip().count("\n")
    if theirs > ours + MORE_BREAKS:
        yield f"{theirs} line breaks, the source has {ours}", "join what belongs together"
    if target.text.count('"') % 2 and not target.source.count('"') % 2:
        yield "a quotation mark without its other half", "write both, or neither"


_CHECKS = (_placeholders, _length, _links, _leftover, _hidden, _markup, _torn)

_OPTION = re.compile(r"(?P<item>[^.]+)\.(?P<part>options|steps)\.(?P<id>[^.]+)\.text")


def _alike(
    content: Content, texts: Mapping[str, str], places: Mapping[str, tuple[str, int]]
) -> Iterator[Fault]:
    """Yield options of one question that became the same."""
    seen: dict[tuple[str, str], str] = {}
    for key in content.worded:
        found = _OPTION.fullmatch(key)
        if not found or key not in texts:
            continue
        said = (found["item"], plain(texts[key]))
        if said in seen:
            wrong = f"same as {found['part'][:-1]} {seen[said]}"
            yield _fault(places, key, key, wrong, "make them differ")
        seen.setdefault(said, found["id"])


def _whole_lessons(
    content: Content,
    locale: str,
    texts: Mapping[str, str],
    places: Mapping[str, tuple[str, int]],
) -> Iterator[Fault]:
    """Yield lessons whose cards together are over the hard limit of the language."""
    for document in content.documents.lessons.values():
        lesson = document.value
        groups = [("cards", lesson["cards"], 1.0)]
        for track, cards in lesson.get("variants", {}).items():
            groups.append((f"variants.{track}", cards, LEVELS[Track(track)].factor))
        for name, cards, factor in groups:
            keys = [f"{lesson['id']}.{name}.{card}" for card in cards]
            if all(key in texts for key in keys):
                key = f"{lesson['id']}.{name}"
                sources = list(cards.values())
                said = [texts[key] for key in keys]
                for wrong, remedy in _hard(locale, sources, said, factor):
                    yield _fault(places, keys[0], key, wrong, remedy)


def _hard(locale: str, sources: list[str], said: list[str], factor: float) -> Iterator[Found]:
    limits = pace(locale)
    if limits is None:
        allowed, unit = int(measure(sources, locale) * OTHER_LANGUAGE), "characters"
    else:
        allowed, unit = int(limits.hard * factor), limits.unit
    found = measure(said, locale)
    if found > allowed:
        yield f"{found} {unit}, hard limit {allowed} in {locale}", f"cut {found - allowed}"
