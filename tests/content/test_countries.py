"""Country files: what is taken of a good one, a line for each bad one, and two packs together."""

from datetime import date, time, timedelta

import pytest

from bot.content.countries import due
from bot.content.read import understand
from bot.core.library import Entry, Hours
from tests.content.packs import GOOD, TODAY, content, files, findings, further, printed

PATH = "lessons/countries/tn.yaml"
FILE = """\
schema: country/1
country: tn
languages: [ar, fr]
emergency: {value: "000 1", source: "https://police.example/call", checked_on: 2026-11-28}
helpline:
  child:
    name: Listening line
    phone: "000 222"
    chat: https://chat.example/young
    hours: Mo-Fr 09:00-17:00, Sa 10:00-24:00
    languages: [ar]
    source: helplines.example/tn
    checked_on: 2026-11-28
  crisis: {name: Night line, phone: "03", hours: 24/7, source: a.example, checked_on: 2026-11-28}
report:
  phishing: {value: report@cert.example, source: "https://cert.example", checked_on: 2026-11-28}
law:
  images: {text: Sharing such pictures is illegal., source: a.example, checked_on: 2026-11-28}
"""
DAY = date(2026, 11, 28)


def spoiled(*changes: tuple[str, str], path: str = PATH) -> list[str]:
    """Return the refusals of a pack with the country file changed, without the file's path."""
    text = FILE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return [line.removeprefix(path) for line in findings({**GOOD, path: text})]


def test_what_a_file_says_is_taken_as_it_stands() -> None:
    found = content({**GOOD, PATH: FILE})
    assert found.faults == ()
    assert found.countries == {
        "tn": {
            "emergency": Entry(DAY, "000 1"),
            "helpline.child": Entry(
                DAY,
                name="Listening line",
                phone="000 222",
                chat="https://chat.example/young",
                hours=(
                    Hours(time(9), time(17), "mo", "fr"),
                    Hours(time(10), time(), "sa", "sa"),
                ),
            ),
            "helpline.crisis": Entry(
                DAY, name="Night line", phone="03", hours=(Hours(time(), time()),)
            ),
            "report.phishing": Entry(DAY, "report@cert.example"),
            "law.images": Entry(DAY, law="cc-tn.law.images"),
        }
    }
    assert findings({**GOOD, PATH: FILE}, warnings=True) == findings(GOOD, warnings=True)


def test_a_law_is_translated_with_the_lessons() -> None:
    found = content({**GOOD, PATH: FILE})
    law = found.sources["cc-tn.law.images"]
    assert (law.text, law.path, law.line) == ("Sharing such pictures is illegal.", PATH, 18)
    assert (law.catalogue, law.limit, law.note) == (
        "lessons",
        120,
        "law of the country 'tn'; limit 120",
    )
    assert found.needs["cc-tn.law.images"] == ("cc-tn.law.images",)


LONG = "x" * 121
BAD = {
    "no source": (
        [('source: "https://police.example/call", ', "")],
        ":4 emergency.source: missing; write the address at which you read it",
    ),
    "no day": (
        [('"https://cert.example", checked_on: 2026-11-28', '"https://cert.example"')],
        ":16 report.phishing.checked_on: missing; write the day you opened the source",
    ),
    "an empty text": (
        [("report@cert.example", '""')],
        ":16 report.phishing.value: empty; write it or delete the field",
    ),
    "an unknown entry": (
        [("phishing:", "phising:")],
        ":16 report.phising: unknown field; did you mean 'phishing'?",
    ),
    "an unknown group": (
        [("languages: [ar, fr]", "languages: [ar, fr]\nrumour: {x: y}")],
        (
            ":4 rumour: unknown field; delete it; known are schema, country, languages, "
            "emergency, helpline, report, regulator, law"
        ),
    ),
    "no country": (
        [("country: tn", "country: xx")],
        ":2 country: 'xx' is no country; write the two letters of ISO 3166-1, in lower case",
    ),
    "capitals": (
        [("country: tn", "country: TN")],
        ":2 country: 'TN' is not of the right form; write it like 'tn'",
    ),
    "another country's name": (
        [("country: tn", "country: fr")],
        ":2 country: 'fr' is not the name of the file; name the file fr.yaml",
    ),
    "a long value": (
        [("report@cert.example", LONG)],
        ":16 report.phishing.value: 121 characters, limit 120; cut 1",
    ),
    "a long law": (
        [("Sharing such pictures is illegal.", LONG)],
        ":18 law.images.text: 121 characters, limit 120; cut 1",
    ),
    "a long line": (
        [("Listening line", "x" * 120), ("000 222", "0" * 60)],
        ":6 helpline.child: 239 characters in one line, limit 200; cut 39, of the name first",
    ),
    "a mark of direction": (
        [("Listening line", "Listening \u202eline")],
        ":7 helpline.child.name: U+202E on column 21; delete it",
    ),
    "a mark of direction, escaped": (
        [("Listening line", '"Listening \\u202Eline"')],
        ":7 helpline.child.name: U+202E written as an escape; delete it",
    ),
    "what nobody sees": (
        [("Listening line", "Listening\u200bline")],
        ":7 helpline.child.name: holds U+200B; delete it, or write a plain space",
    ),
    "two lines": (
        [("Listening line", '"Listening\\nline"')],
        ":7 helpline.child.name: holds U+000A; delete it, or write a plain space",
    ),
    "no address": (
        [("helplines.example/tn", "I was told so")],
        (
            ":12 helpline.child.source: 'I was told so' is no address; write the address "
            "at which you read it"
        ),
    ),
    "a chat that is not sealed": (
        [("https://chat.example", "http://chat.example")],
        (
            ":9 helpline.child.chat: 'http://chat.example/young' is no address; write it like "
            "'https://chat.example'"
        ),
    ),
    "a phone without a number": (
        [('"000 222"', "the front desk")],
        (
            ":8 helpline.child.phone: 'the front desk' is no number; write the number as "
            "its issuer does"
        ),
    ),
    "no way to reach it": (
        [('phone: "03", ', "")],
        ":14 helpline.crisis: neither phone nor chat; write how to reach it",
    ),
    "hours in words": (
        [("24/7", "always")],
        (
            ":14 helpline.crisis.hours: 'always' is not of the right form; write it like "
            "'Mo-Fr 09:00-17:00'"
        ),
    ),
    "hours that no clock shows": (
        [("09:00", "9:00")],
        (
            ":10 helpline.child.hours: 'Mo-Fr 9:00-17:00, Sa 10:00-24:00' is not of the right "
            "form; write it like 'Mo-Fr 09:00-17:00'"
        ),
    ),
    "no date": (
        [
            (
                'https://cert.example", checked_on: 2026-11-28',
                'https://cert.example", checked_on: x',
            )
        ],
        ":16 report.phishing.checked_on: 'x' is not a date; write YYYY-MM-DD",
    ),
    "a day that has not come": (
        [("example/tn\n    checked_on: 2026-11-28", "example/tn\n    checked_on: 2026-12-02")],
        ":13 helpline.child.checked_on: 2026-12-02 lies ahead; write the day you read it",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_line_and_what_to_do(name: str) -> None:
    changes, expected = BAD[name]
    assert spoiled(*changes) == [expected]


def test_a_file_at_fault_says_nothing_at_all() -> None:
    found = content({**GOOD, PATH: FILE.replace("2026-11-28", "x", 1)})
    assert found.countries == {}
    assert "cc-tn.law.images" not in found.sources


def test_a_file_without_an_entry_is_none() -> None:
    text = "schema: country/1\ncountry: tn\nlanguages: [ar]\n"
    assert findings({**GOOD, PATH: text}) == [
        f"{PATH}:1: no entry; write one that you have read, or take the file out"
    ]


def test_joiners_of_other_alphabets_and_every_form_of_hours_are_taken() -> None:
    text = FILE.replace("Listening line", "می\u200cشنویم").replace("24/7", "09:00-12:30")
    found = content({**GOOD, PATH: text})
    assert found.faults == ()
    told = found.countries["tn"]
    assert told["helpline.child"].name == "می\u200cشنویم"
    assert told["helpline.crisis"].hours == (Hours(time(9), time(12, 30)),)


@pytest.mark.parametrize(
    ("age", "warned"),
    [
        (180, []),
        (181, ["{day} is more than 180 days ago"]),
        (365, ["{day} is more than 180 days ago"]),
        (366, ["{day} is more than 365 days ago, it is not shown any more"]),
    ],
)
def test_old_entries_are_warned_about(age: int, warned: list[str]) -> None:
    day = TODAY - timedelta(age)
    text = FILE.replace("checked_on: 2026-11-28", f"checked_on: {day}", 1)
    texts = {**GOOD, PATH: text}
    remedy = "open the source again, and write the day if it still says so"
    assert [line for line in findings(texts, warnings=True) if PATH in line] == [
        f"{PATH}:4 emergency.checked_on: warning: {line.format(day=day)}; {remedy}"
        for line in warned
    ]
    assert findings(texts) == []


def test_entries_that_are_due_soon_are_counted() -> None:
    month = timedelta(30)
    countries = {"tn": {"emergency": Entry(DAY), "report.sms": Entry(DAY - timedelta(31))}}
    assert due(countries, DAY, month) == ()
    assert due(countries, DAY + timedelta(120), month) == ("tn",)
    assert due(countries, DAY + timedelta(150), month) == ("tn",)
    assert due(countries, DAY + timedelta(151), month) == ("tn", "tn")
    assert due({}, DAY, month) == ()


def test_another_pack_adds_a_country_and_entries_of_one() -> None:
    theirs = {
        **further(),
        "lessons/countries/fr.yaml": FILE.replace("country: tn", "country: fr"),
        PATH: "schema: country/1\ncountry: tn\nlanguages: [ar]\nreport:\n"
        '  sms: {value: "000 4", source: a.example, checked_on: 2026-11-28}\n',
    }
    found = understand([*files({**GOOD, PATH: FILE}), *files(theirs, pack=1)])
    assert printed(found.faults) == []
    assert sorted(found.countries) == ["fr", "tn"]
    assert found.countries["tn"]["report.sms"] == Entry(DAY, "000 4")
    assert found.countries["tn"]["emergency"] == Entry(DAY, "000 1")


OURS = FILE.replace("000 1", "000 9").replace("is illegal.", "is a crime.")


def two(replaces: str) -> list[str]:
    texts = further()
    head = f"{texts['lessons/pack.yaml']!s}{replaces}"
    theirs = {**texts, "lessons/pack.yaml": head, PATH: OURS}
    found = understand([*files({**GOOD, PATH: FILE}), *files(theirs, pack=1)])
    assert found.countries["tn"]["emergency"].value == ("000 9" if replaces else "000 1")
    law = "is a crime." if replaces else "is illegal."
    assert found.sources["cc-tn.law.images"].text.endswith(law)
    gone = {(0, "cc-tn.law.images")} <= found.past
    assert gone == bool(replaces)
    return printed(found.faults)


def test_another_pack_takes_the_place_of_entries_only_if_it_says_so() -> None:
    assert two("replaces: [cc-tn]\n") == []
    names = ["emergency", "helpline.child", "helpline.crisis", "report.phishing", "law.images"]
    assert sorted(two("")) == sorted(
        f"{PATH}:{line} {name}: this entry is taken by {PATH}; drop it, or list cc-tn under "
        "replaces in lessons/pack.yaml"
        for name, line in zip(names, (4, 6, 14, 16, 18), strict=True)
    )


def test_a_pack_is_told_of_a_country_that_it_does_not_replace() -> None:
    texts = further()
    texts["lessons/pack.yaml"] = f"{texts['lessons/pack.yaml']!s}replaces: [cc-tn]\n"
    found = understand([*files(GOOD), *files({**texts, PATH: FILE}, pack=1)])
    assert [str(one) for one in found.faults] == [
        "lessons/pack.yaml:6 replaces.0: warning: 'cc-tn' is in no earlier pack; drop it here"
    ]
