"""Every fault that the design of content names is refused, with file, line, key and remedy.

The faults are those of content.md, section 11, row by row, in its words.  Each row points at the
lines that the tests of this room expect of a spoiled pack; a row without such a line fails here.
"""

import re
from collections.abc import Iterator, Mapping

import pytest

from bot.content.strict import FILE_BYTES
from tests.content import (
    test_balance,
    test_countries,
    test_first_aid,
    test_strict,
    test_translation,
)
from tests.content.packs import GOOD, findings, spoiled
from tests.content.test_hostile import HOSTILE
from tests.i18n import test_read

FORM = re.compile(
    r"(?P<path>[^ :]+):(?P<line>\d+)(?: (?P<key>[^:]+))?: (?P<wrong>.+); (?P<what>.+)"
)
"""``file:line key: what is wrong; what to do``."""


def _expected() -> Iterator[str]:
    for group in HOSTILE.values():
        for case in group.values():
            yield from case["refused"]
    yield from (expected for _, expected in test_strict.HOSTILE.values())
    for _, refused in test_read.BAD.values():
        yield from (line for line in refused if "warning: " not in line)
    for _, fault in test_countries.BAD.values():
        yield test_countries.PATH + fault
    yield from findings({**GOOD, "lessons/drills/xx.yaml": "a: b\n"})
    yield from findings(test_balance.choices("aaaaaaabbbcc", long=True))
    yield from findings(test_balance.statements("tttffffffffff"))
    for old, new, about in test_first_aid.LOST:
        found = test_first_aid.about((old, new))
        told = (f"{test_first_aid.PATH}{line.removeprefix(test_first_aid.PATH)}" for line in found)
        yield from (line for line in told if about in line)
    yield from (f"fr.po:10 key: {expected}" for *_, expected in test_translation.WRONG)


EXPECTED = tuple(_expected())

ROWS: Mapping[str, tuple[str, ...]] = {
    # Form
    "unreadable YAML": ("cannot be read as YAML from here", "not UTF-8", "inside a text without"),
    "alias": ("'*a' is an alias; write the text out",),
    "anchor": ("'&a' is an anchor",),
    "merge": ("'<<' is a merge key",),
    "tag": ("'!!int' is a tag", "'!x' is a tag"),
    "size": (f"limit {FILE_BYTES}; split the file",),
    "a key used twice": ("items.acc-06-q2: already on line 2; give the item a new id",),
    "unknown field": ("prerequisite: unknown field; did you mean 'prerequisites'?",),
    "missing field": ("recap: missing; write at most 120 characters",),
    "wrong field": ("difficulty: '1.0' does not fit", "tags: not a list"),
    "id against pattern": ("id: 'acc-6' needs two digits; rename to acc-06",),
    "id against file": ("id: 'acc-07' is not the name of the file",),
    "id against folder": ("topic: 'phi' is not the folder; write acc",),
    "an id taken": ("items.acc-06-q2: belongs to acc-06; take acc-05-q2",),
    "unknown reference": ("'code-never-share' is not in quizzes/techniques.yaml; did you mean",),
    "circle of prerequisites": ("acc-05 > acc-06 > acc-05 is a circle; drop one",),
    # Text
    "too long": ("97 characters, limit 90; cut 7",),
    "first card over 10 s": ("cards.c1: 51 words, first card allows 40 in en; move 11 to c2",),
    "lesson over the hard limit": ("cards: 176 words, hard limit 171 in en; cut 5",),
    "limits of a track": ("sentence of 11 words, child allows 10; shorten or add variants.child",),
    "objective not observable": ("'Understands' cannot be seen", "'Knows'", "objective: 'Is'"),
    "blame": ("'fell for' blames the person", "'Naive' blames", "'revenge porn'"),
    "fear or guilt": ("'last chance' is fear or guilt", "'We miss you' is", "'You'll lose' is"),
    "safe as a verdict": ("'is safe' is never said",),
    "outdated advice": ("'every 90 days' is retired advice",),
    "law": ("'is illegal' without a country", "'You can sue' without", "'You must report' wit"),
    "phone number": ("'+1 202 555 0101' is a phone number", "'112' is a phone number"),
    "link": ("'https://help.example/x' is a link",),
    "a domain that is not reserved": ("'roadpay.settle-now.com' can exist; end it in .example",),
    "placeholder unknown": ("{report.smss} is unknown; did you mean {report.sms}?",),
    "placeholder inside a sentence": ("{report.sms} is inside a sentence",),
    "emoji": ("an emoji before the end of a line", "2 emoji, one allowed"),
    "capitals": ("'NOTHING' is in capitals",),
    "other markup": ("'<b>' is other markup",),
    "invisible marks": ("cards.c1: U+200B on column 51", "cards.c3: U+200E", "b: U+202E on col"),
    "media without alt": ("media.alt: missing; describe the picture in 150 characters",),
    "staged message without alt": ("acc-06-q2.alt: missing; describe the message in 150 char",),
    # Items
    "keys do not fit the type": ("options: two options are right, first allows one; use multi",),
    "option without feedback": ("options.a.feedback: missing; say in one sentence why",),
    "option without misconception": ("options.a.misconception: missing; name why people choose",),
    "options equal": ("same as option a; make them differ",),
    "all of the above": ("'all of the above'; ask with type multi",),
    "a telling length": ("1.6 times the mean length; trim to 1.5",),
    "verdict and flags disagree": ("genuine but s2 is flagged", "fake but no segment is flagged"),
    "pass disagrees": ("pass.min_hits: 3, but 2 segments are flagged; write 1 to 2",),
    "spot without scale": ("phish_scale: missing; write {cues: few|some|many",),
    "spot of another difficulty": ("difficulty: 2, but few cues and medium alignment give 3",),
    "a published technique with one item": ("tell-an-adult: 1 item, needs 2; write another",),
    "balance of a topic": ("the key stands first in 58% of items, at most 42; reorder some",),
    "care and competition": ("anchor: a care item is never scored; remove",),
    # Sources and dates
    "fact without source": ("sources: missing; write", "sources.1.facts: missing; write"),
    "unknown key of a source": ("sources.1.key: 'CBR-HUNG' is not in lessons/sources.yaml",),
    "published on status R": ("status: published, but CBR-HANG is status R; confirm it",),
    "review missing": ("review: missing; write", "review.due: missing; write YYYY-MM-DD"),
    "review past": ("review.due: 2026-11-30 is past",),
    "review too far": ("2027-11-21 is 12 months away, care allows 6; write 2027-05-21",),
    "published without a second reading": ("review.by: empty; a second reading comes before",),
    "age against track": ("min_age: 13, but tracks holds child; drop the track",),
    "country entry without source or date": (
        "report.phishing.checked_on: missing; write the day you opened",
        "emergency.source: missing; write",
    ),
    # First aid and drills
    "dead end": ("steps.report: no goto and no end; say what comes next",),
    "unreachable step": ("steps.lost: nothing leads",),
    "inject or time of a drill": ("drills are not read by this version",),
    # Translations
    "not a PO file": ("a: not a PO file: msgstr in the wrong place; mend this line",),
    "wrong plural forms": ("Plural-Forms: 3 forms, fr has 2; copy the header of the template",),
    "unknown msgctxt": ("bye: no such string; run wary i18n update",),
    "placeholder lost or added": ("{report.sms} is missing", "{report.fraud} is not in the so"),
    "too long in that language": ("41 words, first card allows 34 in fr; cut 7",),
    "new link": ("a link that the source does not have; delete it",),
    "changed host": ("'settle.example' is not in the source; write settle-now.example",),
    "leftover source text": ("no Arabic letter; translate it or empty it",),
    "invisible marks of a translation": ("U+200F on column 1; delete it, the renderer sets",),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_fault_that_the_design_names_is_refused_somewhere(row: str) -> None:
    for words in ROWS[row]:
        assert [line for line in EXPECTED if words in line], words


KEYLESS = (
    "a % directive",
    "a second document",
    "a list or mapping as a key",
    "an empty or unprintable key",
    "no fields",
    "bytes, limit",
    "is neither a comment nor a quoted string",
    "does not match format",
    "as a name",
    "an unknown folder",
    "an unknown file",
    "a symbolic link",
    "not a folder",
    "cannot be opened",
    "not read by this version",
)
"""What is wrong with a whole file, its head or its key: there is no field to name."""


@pytest.mark.parametrize("line", EXPECTED)
def test_each_refusal_names_file_line_key_and_remedy(line: str) -> None:
    found = FORM.fullmatch(line)
    assert found, line
    whole = any(words in line for words in KEYLESS)
    assert bool(found["key"]) != whole or found["key"] == "Plural-Forms"
    if found["path"] in GOOD:
        assert 1 <= int(found["line"]) <= GOOD[found["path"]].count("\n") + 40


L6, Q5, Q6 = "lessons/acc/acc-06.yaml", "quizzes/acc/acc-05.yaml", "quizzes/acc/acc-06.yaml"
LIMITS: Mapping[str, tuple[str, str, int]] = {
    "title": (L6, "The code is a key", 40),
    "objective": (L6, "Refuses to give a code to anyone.", 120),
    "cards.c3": (L6, "No bank and no bot needs your code.", 400),
    "variants.child.c1": (L6, "Keep the code. Show it to an adult you trust.", 400),
    "recap": (L6, "A sign-in code is a key.", 120),
    "action": (L6, "I turned on two steps in my chat app", 80),
    "items.acc-05-q1.stem": (Q5, "Bank staff may need your code.", 250),
    "items.acc-05-q1.explain": (Q5, "A code belongs in the app you opened.", 200),
    "items.acc-05-q1.feedback.wrong": (Q5, "Nobody at the bank needs it.", 200),
    "items.acc-06-q1.hint": (Q6, "Who gains by it?", 120),
    "items.acc-06-q1.alt": (Q6, "A chat message that asks for a code.", 150),
    "items.acc-06-q1.options.c.text": (Q6, "Wait until the evening", 90),
    "items.acc-06-q1.options.c.feedback": (Q6, "Waiting gives them time.", 200),
    "items.acc-06-q2.segments.s4.text": (Q6, "Thank you for driving with care.", 90),
    "items.acc-06-q2.segments.s4.feedback": (Q6, "Polite words are normal.", 200),
    "items.acc-06-q3.steps.c.text": (Q6, "Change other passwords", 90),
}


@pytest.mark.parametrize("key", LIMITS)
def test_each_text_that_is_a_character_too_long_is_refused(key: str) -> None:
    path, words, limit = LIMITS[key]
    line = GOOD[path][: GOOD[path].index(words)].count("\n") + 1
    fits = ("Ab cd. " * limit)[: limit - 1] + "."
    told = [f"{path}:{line} {key}: {limit + 1} characters, limit {limit}; cut 1"]
    assert told[0] not in findings(spoiled(path, (words, f'"{fits}"')))
    assert told[0] in findings(spoiled(path, (words, f'"A{fits}"')))
