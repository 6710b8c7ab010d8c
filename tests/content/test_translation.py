from pathlib import Path

import pytest

from bot.content import read
from bot.content.translation import check_translation
from tests.content.packs import FOLDER, content, printed, written

GIVEN = content()
FIXED = "acc-06-q2.segments.s3.text"


def refusals(locale: str, **texts: str) -> list[str]:
    """Return what is said about *texts*, whose keys are written with ``__`` for a dot."""
    keyed = {key.replace("__", ".").replace("_", "-"): text for key, text in texts.items()}
    places = {key: ("fr.po", line) for line, key in enumerate(keyed, start=10)}
    return printed(check_translation(GIVEN, locale, keyed, places))


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("fr", {"acc_06__cards__c2": "Ils insistent.\n\nSignalez-le ici : {report.sms}"}),
        ("ar", {"acc_06__cards__c2": "يطلبون بلطف.\n\nبلّغ هنا: {report.sms}"}),
        ("zh-Hans", {"acc_06__cards__c2": "他们很客气。\n\n在这里举报：{report.sms}"}),
        ("zh-Hans", {"acc_06__cards__c2": "码" * 111 + "：{report.sms}"}),
        ("ar", {"acc_06_q2__segments__s3__feedback": "صاحب العنوان هو settle-now.example."}),
        ("ru", {"acc_06_q1__specimen__sender": "Mina"}),
        ("fr", {"acc_06_q1__specimen__sender": "Mina"}),
        ("fr", {"acc_06_q3__steps__c__feedback": "Last."}),
        ("ar", {"acc_06__title": ""}),
        ("ar", {"no_such__key": "nothing"}),
        ("ar", {"acc_06_q2__segments__s3__text": GIVEN.worded[FIXED].text}),
        ("ar", {"acc_06_q2__segments__s3__text": " "}),
    ],
)
def test_a_true_translation_is_not_refused(locale: str, texts: dict[str, str]) -> None:
    assert refusals(locale, **texts) == []


WRONG = [
    (
        "es",
        "acc_06_q2__explain",
        "Abra el sitio usted mismo.",
        "{report.sms} is missing; put it after a colon",
    ),
    (
        "es",
        "acc_06__cards__c3",
        "Es una llave: {report.fraud}",
        "{report.fraud} is not in the source; delete it",
    ),
    (
        "es",
        "acc_06_q2__explain",
        "Vaya a {report.sms} y denuncie.",
        "{report.sms} is inside a sentence; put it after a colon",
    ),
    (
        "fr",
        "acc_06__recap",
        "Un code\n\nest\n\nune clé.",
        "4 line breaks, the source has 0; join what belongs together",
    ),
    (
        "fr",
        "acc_06__recap",
        'Un "code est une clé.',
        "a quotation mark without its other half; write both, or neither",
    ),
    ("fr", "acc_06__title", "x" * 43, "43 characters, limit 40; cut 3"),
    ("zh-Hans", "acc_06__title", "码" * 17, "17 characters, limit 16; cut 1"),
    ("zh-Hans", "acc_06__cards__c3", "码" * 161, "161 characters, limit 160; cut 1"),
    (
        "zh-Hans",
        "acc_06__cards__c2",
        "码" * 112 + "：{report.sms}",
        "161 characters, limit 160; cut 1",
    ),
    (
        "zh-Hans",
        "acc_06_q2__explain",
        "码" * 80 + "：{report.sms}",
        "201 characters, limit 200; cut 1",
    ),
    (
        "fr",
        "acc_06__cards__c1",
        "mot " * 41,
        "41 words, first card allows 34 in fr; cut 7",
    ),
    (
        "zh-Hans",
        "acc_06__cards__c1",
        "码" * 45,
        "45 characters, first card allows 44 in zh-Hans; cut 1",
    ),
    ("ar", "acc_06_q1__stem", "كلمة " * 25, "25 words, first card allows 24 in ar; cut 1"),
    (
        "sw",
        "acc_06__cards__c1",
        "neno " * 30,
        "120 characters, first card allows 109 in sw; cut 11",
    ),
    (
        "zh-Hans",
        "acc_06_q2__segments__s3__feedback",
        "这个地址属于 settle.example。",
        "'settle.example' is not in the source; write settle-now.example",
    ),
    (
        "fr",
        "acc_06_q2__segments__s3__feedback",
        "Cette adresse n'est pas RoadPay.",
        "'settle-now.example' is missing; write it as in the source",
    ),
    (
        "fr",
        "acc_06__recap",
        "Voir aide.example",
        "'aide.example' is not in the source; delete it",
    ),
    (
        "fr",
        "acc_06__recap",
        "Voir tg://resolve",
        "a link that the source does not have; delete it",
    ),
    (
        "ar",
        "acc_06__recap",
        "A sign-in code is a key.",
        "no Arabic letter; translate it or empty it",
    ),
    (
        "zh-Hans",
        "acc_06__recap",
        "Code: key",
        "no Chinese letter; translate it or empty it",
    ),
    ("ru", "acc_06__recap", "Kod.", "no Cyrillic letter; translate it or empty it"),
    (
        "fr",
        "acc_06__recap",
        "A sign-in code is a key.",
        "the same as the source; translate it or empty it",
    ),
    (
        "ar",
        "acc_06__recap",
        "\u200fالرمز مفتاح.",
        "U+200F on column 1; delete it, the renderer sets direction",
    ),
    (
        "fr",
        "acc_06__recap",
        "Un co\u200bde.",
        "U+200B on column 6; delete it, the renderer sets direction",
    ),
    (
        "ar",
        "acc_06__recap",
        "الرمز ← مفتاح",
        "'←' on column 7; write a word, arrows do not turn with the direction",
    ),
    ("fr", "acc_06__recap", "Un **code.", "a '**' is left open; close or delete it"),
    (
        "fr",
        "acc_06__recap",
        "Un <b>code</b>.",
        "'<b>' is other markup; use **bold**, *italic* or `code` only",
    ),
]


@pytest.mark.parametrize(("locale", "key", "text", "expected"), WRONG)
def test_what_a_translation_may_not_do_is_refused(
    locale: str, key: str, text: str, expected: str
) -> None:
    name = key.replace("__", ".").replace("_", "-")
    assert refusals(locale, **{key: text}) == [f"fr.po:10 {name}: {expected}"]


def test_a_text_that_is_the_same_everywhere_may_not_become_another() -> None:
    assert refusals("fr", acc_06_q2__segments__s3__text="pay.example/now") == [
        f"fr.po:10 {FIXED}: not the same as the source; empty it; it stays as it is"
    ]


def test_nothing_hides_behind_what_is_searched(tmp_path: Path) -> None:
    folder = written(tmp_path, {"locales/interface.yaml": "bye: See you\n"})
    given = read([FOLDER], folder / "locales" / "interface.yaml")
    text = "au revoir " * 400 + "https://pay.example"
    found = check_translation(given, "fr", {"bye": text}, {"bye": ("fr.po", 1)})
    assert printed(found) == ["fr.po:1 bye: 4019 characters, limit 4000; cut 19"]


@pytest.mark.parametrize(
    ("english", "french", "expected"),
    [
        ("go to a.example/pay.", "aller à a.example/pay !", []),
        ("go to https://a.example", "(aller à HTTPS://A.example)", []),
        (
            "go to a.example/pay",
            "aller à a.example/win",
            ["'a.example/win' is not in the source; write a.example/pay"],
        ),
        (
            "ask me@a.example",
            "demander à you@a.example",
            ["'you@a.example' is not in the source; write me@a.example"],
        ),
        (
            "go to https://a.example",
            "aller à https://a.example ou https://ы.example.рф",
            ["a link that the source does not have; delete it"],
        ),
        (
            "go to http://a.example",
            "aller à tg://a.example",
            ["a link that the source does not have; delete it"],
        ),
    ],
)
def test_an_address_stays_as_it_is_to_its_last_letter(
    english: str, french: str, expected: list[str], tmp_path: Path
) -> None:
    folder = written(tmp_path, {"locales/interface.yaml": f"way: '{english}'\n"})
    given = read([FOLDER], folder / "locales" / "interface.yaml")
    found = check_translation(given, "fr", {"way": french}, {"way": ("fr.po", 1)})
    assert printed(found) == [f"fr.po:1 way: {wrong}" for wrong in expected]


def test_two_options_may_not_become_the_same() -> None:
    assert refusals(
        "ru",
        acc_06_q1__options__a__text="Отправить код",
        acc_06_q1__options__b__text="Позвонить Мине",
        acc_06_q1__options__c__text="отправить  код!",
    ) == ["fr.po:12 acc-06-q1.options.c.text: same as option a; make them differ"]


def test_all_cards_together_keep_the_hard_limit_of_the_language() -> None:
    assert refusals(
        "ar",
        acc_06__cards__c1="كلمة " * 20,
        acc_06__cards__c2="كلمة " * 40 + "\n\nهنا: {report.sms}",
        acc_06__cards__c3="كلمة " * 50,
    ) == ["fr.po:10 acc-06.cards: 111 words, hard limit 103 in ar; cut 8"]


def test_a_variant_keeps_its_share_of_the_limit() -> None:
    assert refusals("es", acc_06__variants__child__c1="Oro. " * 38 + "\n" + "Sol. " * 44) == [
        "fr.po:10 acc-06.variants.child: 82 words, hard limit 81 in es; cut 1",
        "fr.po:10 acc-06.variants.child.c1: 411 characters, limit 400; cut 11",
        "fr.po:10 acc-06.variants.child.c1: 82 words, first card allows 38 in es; cut 44",
    ]


def test_a_joiner_is_allowed_where_spelling_needs_it() -> None:
    assert refusals("fa", acc_06__recap="می\u200cخواهند کد را") == []


def test_a_fault_without_a_known_place_still_names_its_key() -> None:
    faults = check_translation(GIVEN, "ru", {"acc-06.recap": "Kod."}, {})
    assert [str(fault) for fault in faults] == [
        ":1 acc-06.recap: no Cyrillic letter; translate it or empty it"
    ]


def test_the_interface_keeps_its_own_placeholders_but_count_may_go(tmp_path: Path) -> None:
    text = (
        "q.left:\n  one: One left, {name}.\n  other: '{count} left, {name}.'\n"
        "q.page: {text: 'Page {n} of {total}', limit: '12'}\n"
    )
    folder = written(tmp_path, {"locales/interface.yaml": text})
    given = read([FOLDER], folder / "locales" / "interface.yaml")
    places = {"q.left": ("ru.po", 1), "q.page": ("ru.po", 2)}
    texts = {"q.left": "Остался один, {name}.", "q.page": "Страница {n}"}
    assert printed(check_translation(given, "ru", texts, places)) == [
        "ru.po:2 q.page: {total} is missing; put it back"
    ]
