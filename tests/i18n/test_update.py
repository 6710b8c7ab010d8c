from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.source import Source
from bot.i18n import Count, coverage, plural_forms, read, update
from bot.i18n.pofile import Entry, PoFile, understood
from bot.i18n.update import merged
from bot.i18n.write import Line, written
from tests.i18n.words import ANSWERS, LOCALES, SOURCES, source

HEADER = """\
# French words of Wary.
msgid ""
msgstr ""
"Project-Id-Version: wary\\n"
"Language: fr\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Native-Review: false\\n"
"""


def of(*sources: Source) -> Mapping[str, Source]:
    return {one.key: one for one in sources}


def after(folder: Path, *sources: Source, tag: str = "fr") -> str:
    summary = update(folder, tag, of(*sources))
    assert summary.faults == ()
    text = (folder / tag / "LC_MESSAGES" / "interface.po").read_text(encoding="utf-8")
    return text.partition("\n\n")[2]


def fill(folder: Path, old: str, new: str) -> None:
    path = folder / "fr" / "LC_MESSAGES" / "interface.po"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def translated(folder: Path) -> None:
    after(folder, source("a", "Hello"), source("b", "Bye"))
    fill(folder, 'msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Bonjour"')


def test_a_new_language_is_a_file_of_empty_strings_in_the_order_of_the_source(
    tmp_path: Path,
) -> None:
    b = Source("b", 'Say "a"\n\nto 38 % of\tpeople', "x/y.yaml", 9, note="stem; limit 90\nteen")
    summary = update(tmp_path, "fr", of(b, source("a", "Hello"), ANSWERS))
    path = tmp_path / "fr" / "LC_MESSAGES" / "interface.po"
    assert summary.changed == (path,)
    assert summary.counts == (Count("interface", empty=3),)
    assert path.read_text(encoding="utf-8") == (
        HEADER
        + """
#. stem; limit 90
#. teen
#: x/y.yaml:9
msgctxt "b"
msgid ""
"Say \\"a\\"\\n"
"\\n"
"to 38 % of\\tpeople"
msgstr ""

#: locales/interface.yaml:1
msgctxt "a"
msgid "Hello"
msgstr ""

#: locales/interface.yaml:4
msgctxt "answers"
msgid "{count} answer"
msgid_plural "{count} answers"
msgstr[0] ""
msgstr[1] ""
"""
    )


def test_a_language_has_as_many_plural_strings_as_forms(tmp_path: Path) -> None:
    assert after(tmp_path, ANSWERS, tag="ar").count("msgstr[") == 6
    assert after(tmp_path, ANSWERS, tag="zh-Hans").count("msgstr[") == 1


def test_a_second_update_changes_nothing(tmp_path: Path) -> None:
    translated(tmp_path)
    after(tmp_path, source("a", "Hallo"))
    assert update(tmp_path, "fr", of(source("a", "Hallo"))).changed == ()


def test_the_same_english_keeps_its_translation(tmp_path: Path) -> None:
    translated(tmp_path)
    assert 'msgid "Hello"\nmsgstr "Bonjour"\n' in after(tmp_path, source("a", "Hello", 7))


def test_new_english_makes_the_translation_fuzzy_and_notes_the_old(tmp_path: Path) -> None:
    translated(tmp_path)
    assert after(tmp_path, source("a", "Hello\nyou")) == (
        "#: locales/interface.yaml:1\n"
        "#, fuzzy\n"
        '#| msgid "Hello"\n'
        'msgctxt "a"\n'
        'msgid ""\n'
        '"Hello\\n"\n'
        '"you"\n'
        'msgstr "Bonjour"\n'
    )


def test_english_that_changes_twice_still_notes_what_was_translated(tmp_path: Path) -> None:
    translated(tmp_path)
    after(tmp_path, source("a", "Hallo"))
    text = after(tmp_path, source("a", "Hullo"))
    assert '#, fuzzy\n#| msgid "Hello"\nmsgctxt "a"\nmsgid "Hullo"' in text


def test_english_that_comes_back_finds_its_translation_again(tmp_path: Path) -> None:
    translated(tmp_path)
    after(tmp_path, source("a", "Hallo"))
    text = after(tmp_path, source("a", "Hello"))
    assert "fuzzy" not in text
    assert "#|" not in text
    assert 'msgstr "Bonjour"' in text


def test_a_translator_who_takes_the_mark_away_is_believed(tmp_path: Path) -> None:
    translated(tmp_path)
    after(tmp_path, source("a", "Hallo"))
    fill(tmp_path, "#, fuzzy\n", "")
    assert "#|" not in after(tmp_path, source("a", "Hallo"))


def test_new_english_without_a_translation_stays_empty(tmp_path: Path) -> None:
    translated(tmp_path)
    text = after(tmp_path, source("b", "Goodbye"))
    assert 'msgctxt "b"\nmsgid "Goodbye"\nmsgstr ""\n' in text
    assert "fuzzy" not in text


def test_english_that_looks_alike_lends_no_words(tmp_path: Path) -> None:
    translated(tmp_path)
    text = after(tmp_path, source("c", "Hello"))
    assert 'msgctxt "c"\nmsgid "Hello"\nmsgstr ""\n' in text


def test_a_key_that_goes_leaves_its_words_and_one_without_words_goes(tmp_path: Path) -> None:
    translated(tmp_path)
    text = after(tmp_path, source("c", "See"))
    assert text.endswith('\n\n#~ msgctxt "a"\n#~ msgid "Hello"\n#~ msgstr "Bonjour"\n')
    assert 'msgctxt "b"' not in text


def test_a_key_that_comes_back_has_its_words_again(tmp_path: Path) -> None:
    translated(tmp_path)
    after(tmp_path, source("c", "See"))
    text = after(tmp_path, source("a", "Hello"))
    assert text == ('#: locales/interface.yaml:1\nmsgctxt "a"\nmsgid "Hello"\nmsgstr "Bonjour"\n')


def test_words_in_use_win_over_obsolete_ones() -> None:
    old = PoFile("", (Entry("a", ("Hello",), ("Allô",)),), (Entry("a", ("Hi",), ("Salut",)),))
    entries, obsolete = merged(old, [source("a", "Hello")], 2)
    assert ([one.forms for one in entries], obsolete) == ([("Allô",)], ())


def test_what_the_translator_notes_and_signs_stays(tmp_path: Path) -> None:
    translated(tmp_path)
    fill(tmp_path, "# French words", "# By Zoé.\n#\n# French words")
    fill(tmp_path, '"X-Native', '"Last-Translator: Zoé\\n"\n"X-Native')
    fill(tmp_path, "#: locales/interface.yaml:1", "# tu, not vous\n#: locales/interface.yaml:1")
    text = after(tmp_path, source("a", "Hello"))
    assert text.startswith("# tu, not vous\n#: ")
    whole = (tmp_path / "fr/LC_MESSAGES/interface.po").read_text(encoding="utf-8")
    assert whole.startswith("# By Zoé.\n#\n# French words of Wary.\n")
    assert '"X-Native-Review: false\\n"\n"Last-Translator: Zoé\\n"\n\n' in whole


def test_no_python_format_and_no_date_is_written(tmp_path: Path) -> None:
    path = tmp_path / "fr" / "LC_MESSAGES" / "interface.po"
    path.parent.mkdir(parents=True)
    head = HEADER + '"POT-Creation-Date: 2026-11-21 10:00+0000\\n"\n'
    body = '\n#, python-format\nmsgctxt "a"\nmsgid "38 % of people"\nmsgstr "38 % des gens"\n'
    path.write_text(head + body, encoding="utf-8")
    text = after(tmp_path, source("a", "38 % of people"))
    assert text.startswith("#: locales/interface.yaml:1\nmsgctxt")
    assert "POT-Creation" not in path.read_text(encoding="utf-8")


def test_a_text_that_begins_to_count_lends_its_words_to_every_form(tmp_path: Path) -> None:
    after(tmp_path, source("answers", "answers"))
    fill(tmp_path, 'msgid "answers"\nmsgstr ""', 'msgid "answers"\nmsgstr "réponses"')
    text = after(tmp_path, ANSWERS)
    assert text.endswith('msgstr[0] "réponses"\nmsgstr[1] "réponses"\n')
    assert '#, fuzzy\n#| msgid "answers"\n' in text
    assert after(tmp_path, source("answers", "answers")).endswith('msgstr "réponses"\n')


def test_wrong_plural_forms_are_cut_or_filled() -> None:
    ids = ("{count} answer", "{count} answers")
    old = PoFile("", (Entry("answers", ids, ("a", "b")),))
    assert merged(old, [ANSWERS], 3)[0][0].forms == ("a", "b", "")
    assert merged(old, [ANSWERS], 1)[0][0].forms == ("b",)


def test_a_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    translated(tmp_path)
    fill(tmp_path, 'msgid "Hello"', "msgid Hello")
    summary = update(tmp_path, "fr", of(source("a", "Hello")))
    assert (summary.counts, summary.changed) == ((), ())
    assert [fault.line for fault in summary.faults] == [14]


def test_a_file_that_says_a_key_twice_is_left_as_it_is(tmp_path: Path) -> None:
    translated(tmp_path)
    fill(tmp_path, 'msgctxt "b"', 'msgctxt "a"')
    summary = update(tmp_path, "fr", of(source("a", "Hello")))
    assert [(one.key, one.wrong) for one in summary.faults] == [("a", "already on line 14")]


def test_a_catalogue_without_texts_makes_no_file(tmp_path: Path) -> None:
    update(tmp_path, "fr", of(source("a", "Hello", catalogue="lessons")))
    assert [path.name for path in tmp_path.rglob("*.po")] == ["lessons.po"]


def test_coverage_counts_and_writes_nothing(tmp_path: Path) -> None:
    assert coverage([LOCALES, tmp_path], "fr", SOURCES).counts == (
        Count("interface", complete=3, empty=5),
        Count("lessons", complete=1, stale=1),
        Count("quizzes"),
    )
    assert list(tmp_path.iterdir()) == []


WORDS = st.text(alphabet='ab"\\\n\t\r%{}é\u2028\u0085 #~|', max_size=12)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.text(alphabet="ab.-", min_size=1, max_size=4),
        st.tuples(WORDS.filter(bool)),
        st.tuples(WORDS),
        fuzzy=st.booleans(),
    ),
    unique_by=lambda entry: entry.key,
    max_size=4,
)


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_what_was_written_reads_the_same(living: list[Entry], dead: list[Entry]) -> None:
    lines = [Line(one, source(one.key, one.ids[0])) for one in living]
    text = written("fr", PoFile(""), lines, dead)
    po = understood(text, "x.po", "fr")
    assert isinstance(po, PoFile)
    for ours, theirs in ((living, po.entries), (dead, po.obsolete)):
        assert [(one.key, one.ids, one.forms, one.fuzzy) for one in ours] == [
            (one.key, one.ids, one.forms, one.fuzzy) for one in theirs
        ]
    assert po.plurals == plural_forms("fr")[0]


@settings(deadline=None)
@given(ENTRIES, st.lists(WORDS.filter(bool), max_size=4))
def test_merging_twice_is_merging_once(living: list[Entry], english: list[str]) -> None:
    keys = ("a", "b", ".", "ab")
    wanted = [source(key, text) for key, text in zip(keys, english, strict=False)]
    once = merged(PoFile("", tuple(living)), wanted, 2)
    assert merged(PoFile("", *once), wanted, 2) == once


def test_an_updated_file_has_no_fault(tmp_path: Path) -> None:
    update(tmp_path, "ar", SOURCES)
    assert read([tmp_path], SOURCES, "en", ["ar"])[1] == ()
