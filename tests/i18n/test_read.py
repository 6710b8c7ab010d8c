from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Text
from bot.core.message import words
from bot.core.source import Fault, Source
from bot.i18n import Catalogues, plural_forms, read, seal
from bot.i18n.pofile import PoFile, understood
from tests.i18n.words import ANSWERS, LANGUAGES, LOCALES, SOURCES, catalogues, source


def header(tag: str, review: str = "false") -> str:
    count, expression = plural_forms(tag)
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Plural-Forms: nplurals={count}; plural={expression};\\n"\n'
        f'"X-Native-Review: {review}\\n"\n\n'
    )


def put(folder: Path, tag: str, catalogue: str, text: str) -> Path:
    path = folder / tag / "LC_MESSAGES" / f"{catalogue}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def entry(key: str, english: str, translation: str) -> str:
    return f'msgctxt "{key}"\nmsgid "{english}"\nmsgstr "{translation}"\n\n'


def found(
    folder: Path, tag: str, text: str, sources: Mapping[str, Source] = SOURCES
) -> tuple[Catalogues, list[str]]:
    put(folder, tag, "interface", text)
    made, faults = read([folder], sources, "en", ["en", tag])
    said = [str(one) for one in faults if one.key != "X-Native-Review"]
    return made, [one.removeprefix(f"{folder.as_posix()}/") for one in said]


def test_languages_are_offered_in_the_order_of_the_deployment() -> None:
    assert catalogues().languages == ("fr", "en", "ar", "ru", "zh-Hans")


def test_the_source_language_is_always_offered() -> None:
    made, faults = read([LOCALES], SOURCES, "en", ["fr"])
    assert made.languages == ("fr", "en")
    assert {fault.warning for fault in faults} == {True}


def test_what_is_whole_is_what_is_up_to_date() -> None:
    made = catalogues()
    assert made.whole("fr") == {"hello", "greet", "answers", "acc-06.title"}
    assert made.whole("en") == frozenset(SOURCES)
    assert made.whole("de") == frozenset()


def test_translations_come_with_their_places() -> None:
    made = catalogues()
    assert made.translations("fr")["acc-06.title"] == "Le code est une clé"
    path, line = made.places("fr")["acc-06.title"]
    assert path.endswith("tests/i18n/locales/fr/LC_MESSAGES/lessons.po")
    assert line == 11
    assert made.places("en")["acc-06.title"] == ("lessons/acc/acc-06.yaml", 14)


def test_of_plural_forms_the_longest_stands_for_all() -> None:
    assert catalogues().translations("fr")["answers"] == "{count} réponses"


PLACE = "fr/LC_MESSAGES/interface.po"
BAD: Mapping[str, tuple[str, list[str]]] = {
    "no PO": (
        header("fr") + "hello\n",
        [
            (
                f"{PLACE}:6: not a PO file: 'hello' is neither a comment nor a quoted string;"
                " mend this line"
            )
        ],
    ),
    "no msgid": (
        header("fr") + 'msgctxt "a"\nmsgstr "b"\n',
        [f"{PLACE}:7 a: not a PO file: msgstr in the wrong place; mend this line"],
    ),
    "two translations": (
        header("fr") + 'msgctxt "a"\nmsgid "b"\nmsgstr "c"\nmsgstr "d"\n',
        [f"{PLACE}:9 a: not a PO file: msgstr in the wrong place; mend this line"],
    ),
    "forms of what is not counted": (
        header("fr") + 'msgctxt "a"\nmsgid "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n',
        [f"{PLACE}:8 a: not a PO file: msgstr[] in the wrong place; mend this line"],
    ),
    "half an entry": (
        header("fr") + 'msgctxt "a"\nmsgid "b"',
        [f"{PLACE}:7 a: not a PO file: ends within an entry; mend this line"],
    ),
    "a date that is none": (
        header("fr").replace('"X-', '"PO-Revision-Date: never\\n"\n"X-'),
        [
            (
                f"{PLACE}:1: not a PO file: time data 'never' does not match format"
                " '%Y-%m-%d %H:%M'; mend this line"
            ),
        ],
    ),
    "too many forms": (
        header("fr") + 'msgctxt "a"\nmsgid "b"\nmsgid_plural "c"\nmsgstr[2] "d"\n',
        [
            (
                f"{PLACE}:7 a: not a PO file: msg has more translations than num_plurals of"
                " catalog; mend this line"
            ),
        ],
    ),
    "wrong forms": (
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Plural-Forms: nplurals=3; plural=0;\\n"\n',
        [f"{PLACE}:4 Plural-Forms: 3 forms, fr has 2; copy the header of the template"],
    ),
    "no forms": (
        entry("hello", "Hello", ""),
        [f"{PLACE}:1 Plural-Forms: missing; copy the header of the template"],
    ),
    "behind": (
        header("fr") + entry("hello", "Hi", "Salut"),
        [f"{PLACE}:7 hello: warning: msgid differs from the YAML; run wary i18n update"],
    ),
    "unknown": (
        header("fr") + entry("bye", "Bye", "Salut"),
        [f"{PLACE}:7 bye: no such string; run wary i18n update"],
    ),
    "another file's": (
        header("fr") + entry("acc-06.title", "The code is a key", "Le code est une clé"),
        [f"{PLACE}:7 acc-06.title: no such string; run wary i18n update"],
    ),
    "twice": (
        header("fr") + entry("hello", "Hello", "Salut") + entry("hello", "Hell", "Allô"),
        [
            f"{PLACE}:11 hello: already at FOLDER/{PLACE}:7; delete one",
            f"{PLACE}:11 hello: warning: msgid differs from the YAML; run wary i18n update",
        ],
    ),
    "twice in the same words": (
        header("fr")
        + entry("hello", "Hello", "Salut")
        + "# later\n"
        + entry("hello", "Hello", "Allô").replace('"hello"', '""\n"hello"')
        + entry("bye", "Bye", ""),
        [
            f"{PLACE}:13 hello: already at FOLDER/{PLACE}:7; delete one",
            f"{PLACE}:17 bye: no such string; run wary i18n update",
        ],
    ),
    "lost": (
        header("fr") + entry("greet", "Hello {name}, see {way}", "Salut {name}"),
        [f"{PLACE}:7 greet: {{way}} is missing; put it back"],
    ),
    "lost after a colon": (
        header("fr") + entry("report", "Report it: {report.sms}", "Signalez-le"),
        [f"{PLACE}:7 report: {{report.sms}} is missing; put it after a colon"],
    ),
    "added": (
        header("fr") + entry("hello", "Hello", "Salut {zzz}"),
        [f"{PLACE}:7 hello: {{zzz}} is not in the source; delete it"],
    ),
    "misspelt": (
        header("fr") + entry("greet", "Hello {name}, see {way}", "{nam}, {way}"),
        [f"{PLACE}:7 greet: {{nam}} is not in the source; did you mean {{name}}?"],
    ),
    "direction": (
        header("fr") + entry("hello", "Hello", "\u200fSalut"),
        [f"{PLACE}:7 hello: U+200F on column 1; delete it, the renderer sets direction"],
    ),
    "unseen": (
        header("fr") + entry("hello", "Hello", "Sal\u200but"),
        [f"{PLACE}:7 hello: U+200B on column 4; delete it"],
    ),
    "unbalanced": (
        header("fr") + entry("hello", "Hello", "**Salut"),
        [
            (
                f"{PLACE}:7 hello: a mark without its partner;"
                " write **bold**, *italic* or `code` in pairs"
            )
        ],
    ),
    "other markup": (
        header("fr") + entry("hello", "Hello", "<b>Salut</b> [x](y)"),
        [
            f"{PLACE}:7 hello: '</b>' is other markup; use **bold**, *italic* and `code` only",
            f"{PLACE}:7 hello: '<b>' is other markup; use **bold**, *italic* and `code` only",
            f"{PLACE}:7 hello: '](' is other markup; use **bold**, *italic* and `code` only",
        ],
    ),
    "a form missing": (
        header("fr")
        + 'msgctxt "answers"\nmsgid "{count} answer"\nmsgid_plural "{count} answers"\n'
        'msgstr[0] "une réponse"\nmsgstr[1] ""\n',
        [f"{PLACE}:7 answers: some plural forms are empty; fill all of them, or none"],
    ),
    "obsolete": (
        header("fr") + '#~ msgctxt "old"\n#~ msgid "Old"\n#~ msgstr "Vieux"\n',
        [
            (
                f"{PLACE}:7: warning: obsolete entries from here on: 1;"
                " delete those that will not come back"
            )
        ],
    ),
}


@pytest.mark.parametrize(("text", "wrong"), BAD.values(), ids=BAD)
def test_each_fault_is_told_with_place_and_remedy(
    text: str, wrong: list[str], tmp_path: Path
) -> None:
    made, faults = found(tmp_path, "fr", text)
    assert faults == [one.replace("FOLDER", tmp_path.as_posix()) for one in wrong]
    assert made.whole("fr") <= {"hello"}


def test_a_faulty_translation_is_not_said(tmp_path: Path) -> None:
    made, _ = found(tmp_path, "fr", BAD["direction"][0])
    assert words(made.translate("fr", Text("hello"))) == "Hello"


def test_a_plural_of_another_count_is_not_said(tmp_path: Path) -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgctxt "answers"\nmsgid "{count} answer"\nmsgid_plural "{count} answers"\n'
        'msgstr[0] "إجابة"\nmsgstr[1] "{count} إجابات"\n\n' + entry("hello", "Hello", "مرحبا")
    )
    made, faults = found(tmp_path, "ar", text)
    assert faults == [
        (
            "ar/LC_MESSAGES/interface.po:3 Plural-Forms: 2 forms, ar has 6;"
            " copy the header of the template"
        )
    ]
    assert made.whole("ar") == {"hello"}


def test_a_plural_form_may_do_without_its_number(tmp_path: Path) -> None:
    made, faults = found(
        tmp_path,
        "fr",
        header("fr") + 'msgctxt "answers"\nmsgid "{count} answer"\n'
        'msgid_plural "{count} answers"\nmsgstr[0] "une réponse"\nmsgstr[1] "{count} réponses"\n',
    )
    assert faults == []
    assert words(made.translate("fr", Text("answers", (("count", 1),)))) == "une réponse"


def test_what_english_has_of_other_markup_a_translation_may_have(tmp_path: Path) -> None:
    sources = {"a": source("a", "Write <name>, 5* and __init__")}
    english = "Write <name>, 5* and __init__"
    _, faults = found(tmp_path, "fr", header("fr") + entry("a", english, english), sources)
    assert faults == []


def test_placeholders_of_content_are_for_content_to_check(tmp_path: Path) -> None:
    sources = {"a": source("a", "Report: {report.sms}", catalogue="lessons")}
    put(tmp_path, "fr", "lessons", header("fr") + entry("a", "Report: {report.sms}", "Non"))
    made, faults = read([tmp_path], sources, "en", ["fr"])
    assert [fault.key for fault in faults] == ["X-Native-Review"]
    assert made.translations("fr") == {"a": "Non"}


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = put(tmp_path, "fr", "interface", "")
    path.write_bytes(header("fr").encode() + b'# \xe9\nmsgctxt "hello"\n')
    _, faults = read([tmp_path], SOURCES, "en", ["fr"])
    assert faults == (
        Fault(path.as_posix(), 6, "hello", "not a PO file: not UTF-8", "save it as UTF-8"),
    )


def test_a_folder_that_is_no_language_is_told(tmp_path: Path) -> None:
    put(tmp_path, "zh_CN", "interface", header("zh"))
    made, faults = read([tmp_path], SOURCES, "en", ["en", "zh_CN"])
    assert made.languages == ("en",)
    place = (tmp_path / "zh_CN").as_posix()
    assert [str(fault) for fault in faults] == [
        f"{place}:1: 'zh_CN' is not a known BCP 47 tag; rename the folder, as in zh-Hans"
    ]


def test_several_packs_share_a_language(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    put(one, "fr", "lessons", header("fr") + entry("acc-06.title", "The code is a key", "Clé"))
    text = entry("acc-06.title", "The code is a key", "Autre")
    text += entry("acc-06.recap", "Nobody honest needs it.", "Personne")
    put(two, "fr", "lessons", header("fr") + text)
    made, faults = read([one, two], SOURCES, "en", ["fr"])
    assert made.translations("fr") == {"acc-06.title": "Clé", "acc-06.recap": "Personne"}
    assert [fault.key for fault in faults if not fault.warning] == ["acc-06.title"]


def test_a_native_review_counts_while_no_word_has_changed(tmp_path: Path) -> None:
    body = entry("hello", "Hello", "Bonjour")
    po = understood(header("fr") + body, "x", "fr")
    assert isinstance(po, PoFile)
    stamp = f"2026-11-21 {seal(po)}"
    put(tmp_path, "fr", "interface", header("fr", stamp) + body)
    made, faults = read([tmp_path], SOURCES, "en", ["fr"])
    assert (made.reviewed("fr"), faults) == (True, ())
    put(tmp_path, "fr", "interface", header("fr", stamp) + body.replace("jour", "soir"))
    made, faults = read([tmp_path], SOURCES, "en", ["fr"])
    assert made.reviewed("fr") is False
    assert [str(fault).partition(": ")[2] for fault in faults] == [
        "warning: no native reader has checked this file as it is; ask one to read it"
    ]
    assert made.reviewed("en") is True
    assert made.reviewed("de") is False


def test_a_language_is_reviewed_when_every_file_is(tmp_path: Path) -> None:
    lesson = entry("acc-06.title", "The code is a key", "Clé")
    po = understood(header("fr") + lesson, "x", "fr")
    assert isinstance(po, PoFile)
    put(tmp_path, "fr", "lessons", header("fr", f"2026-11-21 {seal(po)}") + lesson)
    assert read([tmp_path], SOURCES, "en", ["fr"])[0].reviewed("fr") is True
    for unread in (header("fr") + entry("hello", "Hello", "Bonjour"), "no PO file"):
        put(tmp_path, "fr", "interface", unread)
        assert read([tmp_path], SOURCES, "en", ["fr"])[0].reviewed("fr") is False


def test_line_ends_and_joiners_are_words_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    said = "می\u200cخواهند\\nA\u200dB"
    made, faults = found(tmp_path, "fa", "\ufeff" + header("fa") + entry("hello", "Hello", said))
    assert (faults, made.whole("fa")) == ([], {"hello"})


LINES = st.sampled_from(
    [
        'msgctxt "a"',
        'msgid "b"',
        'msgid_plural "c"',
        'msgstr "d"',
        'msgstr[0] "e"',
        'msgstr[9] "e"',
        '"f"',
        '#~ msgid "g"',
        '#~| msgid "g"',
        '#| msgid "h"',
        '#| "i"',
        "#, fuzzy",
        "#: x:y",
        "#: \u2068x",
        "# j",
        "",
        'msgid ""',
        'msgstr ""',
        '"Plural-Forms: nplurals=x; plural=y\\n"',
        '"PO-Revision-Date: never\\n"',
        '"Content-Type: text/plain; charset=x\\n"',
        "msgid",
        'msgid "',
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(LINES, max_size=12).map("\n".join)))
def test_no_file_raises(text: str) -> None:
    assert isinstance(understood(text, "x.po", "fr"), PoFile | Fault)


def test_every_key_of_the_tests_is_translated_in_some_language() -> None:
    made = catalogues()
    every = frozenset[str]().union(*(made.whole(tag) for tag in LANGUAGES if tag != "en"))
    assert every >= {"hello", "greet", "marks", ANSWERS.key, "address", "bold", "acc-06.title"}
