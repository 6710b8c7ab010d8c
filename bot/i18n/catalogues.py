"""All languages together: what is said in each, and which one fits a reader.

Rule 1: only a translation of the English of today is said; else the English is.
Rule 2: every pattern is read once, every text without values is made once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from gettext import c2py
from typing import NamedTuple

from bot.core.card import Text, Value
from bot.core.message import Rich, Span
from bot.core.source import Source
from bot.i18n.isolate import FSI, LRI, RLI, isolated, runs
from bot.i18n.names import autonym, city, country, family
from bot.i18n.pattern import Hole, Part, for_rtl, for_strangers, parsed, spans
from bot.i18n.tags import fitting, locale_of, plural_forms, rtl
from bot.i18n.values import Diction, spoken

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


class Current(NamedTuple):
    """A translation that is up to date: its forms, and where it stands.

    A tuple, because there are as many as texts times languages, and each start reads all.
    """

    forms: tuple[str, ...]
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one language has: its translations by key, and whether a native reader read all."""

    current: Mapping[str, Current]
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Says texts in one language; what is missing there it says in the source language."""

    tag: str
    current: Mapping[str, Current]
    form: Callable[[int], int]
    source: "Voice | None" = None
    said: dict[str, Rich] = field(default_factory=dict)
    patterns: dict[tuple[str, int], tuple[Part, ...]] = field(default_factory=dict)

    def say(self, text: Text) -> Rich:
        """Return *text* in words; a key that nobody knows is shown in brackets."""
        if (ready := self.said.get(text.key)) is not None:
            return ready
        owner = self if text.key in self.current or self.source is None else self.source
        found = owner.current.get(text.key)
        if found is None:
            return self._named(text.key)
        values = dict(text.values)
        at = owner.chosen(found.forms, values.get("count"))
        parts = self._parts(text.key, at, found.forms[at], owner)
        if len(found.forms) == 1 and not any(isinstance(part, Hole) for part in parts):
            return self.said.setdefault(text.key, spans(parts))
        diction = Diction(locale_of(owner.tag), rtl(self.tag), self.say)
        return spans(_filled(parts, values, diction))

    def chosen(self, forms: Sequence[str], count: object) -> int:
        """Return which of *forms* goes with *count*; the last where nothing is counted."""
        if len(forms) == 1 or not isinstance(count, int):
            return len(forms) - 1
        return min(self.form(abs(count)), len(forms) - 1)

    def _parts(self, key: str, at: int, form: str, owner: "Voice") -> tuple[Part, ...]:
        if (ready := self.patterns.get((key, at))) is not None:
            return ready
        parts = parsed(form)
        if rtl(owner.tag) != rtl(self.tag):
            parts = for_strangers(parts, RLI if rtl(owner.tag) else LRI)
        elif rtl(self.tag):
            parts = for_rtl(parts)
        return self.patterns.setdefault((key, at), parts)

    def _named(self, key: str) -> Rich:
        """Return a name out of CLDR, or *key* in brackets: a test over all keys forbids those."""
        match family(key):
            case ("language", tag):
                name = autonym(tag)
                name = isolated(name, FSI) if rtl(tag) != rtl(self.tag) else name
            case ("country", code):
                name = self._own(country(locale_of(self.tag), code))
            case ("city", zone):
                name = self._own(city(locale_of(self.tag), zone))
            case _:
                name = f"⟦{key}⟧"
        return (Span(name),)

    def _own(self, name: str) -> str:
        return runs(name) if rtl(self.tag) else name


class Catalogues:
    """All that can be said, in every language that is offered."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        source_language: str,
        shelves: Mapping[str, Shelf],
        languages: Sequence[str],
    ) -> None:
        """Offer *languages*, in this order; each but the source language has its shelf."""
        self._sources = sources
        self._source_language = source_language
        self._shelves = shelves
        self._languages = tuple(languages)
        self._kept: frozenset[str] = frozenset()
        own = Voice(source_language, _from(sources), _category(source_language))
        self._voices = {
            tag: own if tag == source_language else _voice(tag, shelves[tag], own)
            for tag in (*self._languages, source_language)
        }

    def keeping(self, old: "Catalogues") -> "Catalogues":
        """Return these catalogues, which can also still say what only *old* could.

        Cards that wait to be sent hold its keys.  One generation back is kept, and of the
        bot's own words every one: the program that asks for them is still the same.
        """
        gone = {
            key: one
            for key, one in old._sources.items()  # noqa: SLF001 - of our own kind
            if key not in self._sources and (one.catalogue == "interface" or key not in old._kept)  # noqa: SLF001
        }
        shelves = {}
        for tag, shelf in self._shelves.items():
            theirs = old._current(tag)  # noqa: SLF001
            kept = {key: one for key, one in theirs.items() if key in gone}
            shelves[tag] = Shelf({**kept, **shelf.current}, shelf.reviewed)
        sources = {**gone, **self._sources}
        made = Catalogues(sources, self._source_language, shelves, self._languages)
        made._kept = frozenset(gone)
        return made

    def __reduce__(self) -> tuple[type["Catalogues"], tuple[object, ...]]:
        """Return of what they are made again: rules of plurals are functions, no data."""
        return Catalogues, (
            self._sources,
            self._source_language,
            self._shelves,
            self._languages,
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that are offered, the deployment's own first."""
        return self._languages

    def translate(self, locale: str, text: Text) -> Rich:
        """Return *text* in words of *locale*, or of the language that fits it best."""
        voice = self._voices.get(locale)
        return (voice or self._voices[self.match(locale)]).say(text)

    def match(self, tag: str) -> str:
        """Return the language that fits what a client says of itself; else the source language."""
        return fitting(tag, self._languages) or self._source_language

    def whole(self, locale: str) -> frozenset[str]:
        """Return the keys whose translation is up to date; none for a language without one."""
        return frozenset(self._current(locale))

    def translations(self, locale: str) -> Mapping[str, str]:
        """Return the words of each key that is up to date; of plural forms the longest."""
        return {key: max(one.forms, key=len) for key, one in self._current(locale).items()}

    def places(self, locale: str) -> Mapping[str, tuple[str, int]]:
        """Return file and line of each key that is up to date."""
        return {key: (one.path, one.line) for key, one in self._current(locale).items()}

    def reviewed(self, locale: str) -> bool:
        """Return whether a native reader has read every file of *locale* as it is now."""
        shelf = self._shelves.get(locale)
        return locale == self._source_language or (shelf is not None and shelf.reviewed)

    def _current(self, locale: str) -> Mapping[str, Current]:
        voice = self._voices.get(locale)
        return voice.current if voice else {}


def _from(sources: Mapping[str, Source]) -> dict[str, Current]:
    return {key: Current(_forms(one), one.path, one.line) for key, one in sources.items()}


def _forms(source: Source) -> tuple[str, ...]:
    if not source.plural:
        return (source.text,)
    return tuple(source.plural.get(category, source.text) for category in _CATEGORIES)


def _category(tag: str) -> Callable[[int], int]:
    """Return what finds the CLDR category of a number, as a place in ``_CATEGORIES``."""
    rule = locale_of(tag).plural_form
    return lambda count: _CATEGORIES.index(rule(count))


def _voice(tag: str, shelf: Shelf, own: Voice) -> Voice:
    return Voice(tag, shelf.current, c2py(plural_forms(tag)[1]), own)


def _filled(
    parts: Iterable[Part], values: Mapping[str, Value], diction: Diction
) -> Iterator[Part]:
    """Yield *parts* with each hole that has a value filled; the value takes the hole's look."""
    for part in parts:
        if isinstance(part, Span) or part.name not in values:
            yield part
            continue
        said = spoken(values[part.name], diction)
        if not (part.bold or part.italic or part.code):
            yield from said
            continue
        for span in said:
            yield replace(
                span,
                bold=span.bold or part.bold,
                italic=span.italic or part.italic,
                code=span.code or part.code,
            )
