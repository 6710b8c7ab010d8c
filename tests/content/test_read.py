import pytest

from bot.content.lint import lint
from bot.content.read import understand
from bot.core.card import ACTION_BYTES
from bot.core.learner import Track
from bot.core.library import Item, Lesson, Option, Staged
from tests.content.packs import GOOD, TODAY, content, files, printed, spoiled, without

GIVEN = content()


def test_a_lesson_is_read_with_its_cards_variants_and_items() -> None:
    assert GIVEN.lessons["acc-06"] == Lesson(
        id="acc-06",
        topic="acc",
        tracks=(Track.CITIZEN, Track.CHILD, Track.TEEN, Track.SENIOR),
        cards=("c1", "c2", "c3"),
        items=("acc-06-q1", "acc-06-q2", "acc-06-q3", "acc-06-q4", "acc-06-q5"),
        techniques=("code-never-shared", "fee-text-is-bait"),
        variants={Track.CHILD: ("c1",)},
        prerequisites=("acc-05",),
        min_age=8,
        draft=True,
    )


def test_a_published_lesson_is_no_draft_and_a_care_lesson_needs_no_action() -> None:
    assert not GIVEN.lessons["acc-05"].draft
    assert GIVEN.lessons["kid-08"].care
    assert not GIVEN.lessons["kid-08"].action


def test_each_type_of_item_is_read_as_the_engine_wants_it() -> None:
    assert GIVEN.items["acc-05-q1"] == Item(
        "acc-05-q1",
        "acc-05",
        "tf",
        "code-never-shared",
        1,
        options=(Option("true"), Option("false", right=True)),
        misconception="staff-need-the-code",
    )
    assert GIVEN.items["acc-05-q2"].accept == (0.0, 0.0)
    assert GIVEN.items["acc-06-q1"] == Item(
        "acc-06-q1",
        "acc-06",
        "first",
        "code-never-shared",
        1,
        options=(
            Option("a", misconception="staff-need-the-code"),
            Option("b", right=True),
            Option("c", misconception="wait-for-proof"),
        ),
        staged=Staged("chat", sender=True),
    )
    assert GIVEN.items["acc-06-q2"] == Item(
        "acc-06-q2",
        "acc-06",
        "spot",
        "fee-text-is-bait",
        2,
        options=(Option("s1"), Option("s2", right=True), Option("s3", right=True), Option("s4")),
        min_hits=1,
        max_false_alarms=1,
        staged=Staged("mail"),
    )
    order = GIVEN.items["acc-06-q3"]
    assert (order.options, order.sequence) == (
        (Option("a"), Option("b"), Option("c")),
        ("b", "a", "c"),
    )
    assert GIVEN.items["acc-06-q5"].anchor
    assert GIVEN.items["acc-06-q5"].language == "fr"


def test_every_text_has_a_source_with_key_line_note_and_limit() -> None:
    card = GIVEN.sources["acc-06.cards.c1"]
    assert (card.path, card.line, card.limit, card.catalogue) == (
        "lessons/acc/acc-06.yaml",
        14,
        400,
        "lessons",
    )
    assert card.note == (
        "lesson acc-06, card 1 of 3; limit 400 (zh 160); first card, read in 10 s: ar 24 words,"
        " zh 44 characters, en 40 words, fr 34 words, ru 32 words, es 38 words"
    )
    notes = {
        "acc-06.variants.child.c1": "lesson acc-06, child variant, card 1 of 1; limit 400"
        " (zh 160); child 8-12",
        "acc-06.cards.c2": "lesson acc-06, card 2 of 3; limit 400 (zh 160);"
        " keep {report.sms} after a colon",
        "acc-06-q1.options.b.text": "item acc-06-q1, option b of 3, the right answer; limit 90,"
        " best under 55",
        "acc-06-q2.segments.s3.feedback": "item acc-06-q2, feedback on part 3; limit 200",
        "technique.tell-an-adult": "technique tell-an-adult, for reports; limit 120",
    }
    assert {key: GIVEN.sources[key].note for key in notes} == notes


def test_the_keys_are_those_of_the_design() -> None:
    keys = {
        "acc-06.title",
        "acc-06.objective",
        "acc-06.recap",
        "acc-06.action",
        "acc-06.variants.child.c1",
        "acc-06-q1.stem",
        "acc-06-q1.specimen.text",
        "acc-06-q1.specimen.sender",
        "acc-06-q1.alt",
        "acc-06-q1.hint",
        "acc-06-q1.options.b.feedback",
        "acc-06-q1.explain",
        "acc-06-q2.segments.s2.text",
        "acc-06-q3.steps.a.text",
        "acc-06-q3.feedback.near",
        "acc-05-q1.feedback.right",
        "acc-05-q2.feedback.low",
        "technique.fee-text-is-bait",
        "misconception.wait-for-proof",
    }
    assert keys <= set(GIVEN.sources)
    assert all(source.key == key for key, source in GIVEN.sources.items())


def test_what_a_lesson_needs_is_every_text_but_its_objective() -> None:
    assert GIVEN.needs["acc-06"] == (
        "acc-06.title",
        "acc-06.cards.c1",
        "acc-06.cards.c2",
        "acc-06.cards.c3",
        "acc-06.variants.child.c1",
        "acc-06.recap",
        "acc-06.action",
    )


def test_an_address_is_the_same_in_every_language_and_is_not_needed() -> None:
    assert "acc-06-q2.segments.s3.text" in GIVEN.fixed
    assert "acc-06-q2.segments.s3.text" not in GIVEN.needs["acc-06-q2"]
    assert "acc-06-q2.segments.s3.feedback" in GIVEN.needs["acc-06-q2"]


def test_an_item_of_one_language_is_never_translated() -> None:
    assert GIVEN.needs["acc-06-q5"] == ()
    assert {key for key in GIVEN.sources if key.startswith("acc-06-q5.")} <= GIVEN.fixed


def test_country_placeholders_are_known_by_key() -> None:
    assert GIVEN.placeholders == {
        "acc-06.cards.c2": ("report.sms",),
        "acc-06-q2.explain": ("report.sms",),
        "kid-08.cards.c2": ("law.images",),
    }


def test_a_path_serves_no_lesson_to_a_track_that_it_is_not_for() -> None:
    given = content(spoiled("lessons/pack.yaml", ("  citizen:", "  child:")))
    assert given.paths == {Track.CHILD: ("acc-06",)}


def test_paths_and_languages_are_those_of_the_pack() -> None:
    assert GIVEN.paths == {Track.CITIZEN: ("acc-05", "acc-06")}
    assert (GIVEN.languages, GIVEN.source_language) == (("en", "fr", "ar"), "en")


def test_a_lesson_in_review_is_shown_only_where_the_pack_says_so() -> None:
    given = content(spoiled("lessons/pack.yaml", ("serve: review", "serve: published")))
    assert set(given.lessons) == {"acc-05"}
    assert set(given.items) == {"acc-05-q1", "acc-05-q2"}
    assert given.paths == {Track.CITIZEN: ("acc-05",)}
    assert "acc-06.title" in given.sources


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_draft_or_retired_lesson_is_never_shown_and_keeps_its_id(status: str) -> None:
    path = "lessons/acc/acc-05.yaml"
    given = content(spoiled(path, ("status: published", f"status: {status}")))
    assert set(given.lessons) == {"acc-06", "kid-08"}
    assert given.lessons["acc-06"].prerequisites == ()
    assert "acc-05.title" not in given.sources
    assert "acc-05" in given.documents.lesson_ids
    assert [fault for fault in lint(given, TODAY) if not fault.warning] == []


def test_a_lesson_stops_ninety_days_after_its_review_or_on_the_day() -> None:
    threat = content(spoiled("lessons/acc/acc-06.yaml", ("[otp]", "[current-threat]")))
    assert str(GIVEN.stops["acc-06"]) == "2028-02-19"
    assert str(threat.stops["acc-06"]) == "2027-11-21"


def test_a_second_pack_adds_its_lessons_and_may_not_take_an_id() -> None:
    more = {
        "lessons/pack.yaml": GOOD["lessons/pack.yaml"]
        .replace("[en, fr, ar]", "[en, ru]")
        .replace("id: wary", "id: other"),
        "lessons/acc/acc-05.yaml": GOOD["lessons/acc/acc-05.yaml"],
        "lessons/kid/kid-09.yaml": GOOD["lessons/kid/kid-08.yaml"].replace("kid-08", "kid-09"),
    }
    theirs = [
        type(file)(f"other/{file.path}", file.parts, file.data, 1) for file in files(more, 1)
    ]
    both = understand([*files(GOOD), *theirs])
    assert printed(both.faults) == [
        (
            "other/lessons/acc/acc-05.yaml:2 id: 'acc-05' is taken by lessons/acc/acc-05.yaml;"
            " take another id, or list it under replaces in lessons/pack.yaml"
        )
    ]
    assert "kid-09" in both.lessons
    assert both.languages == ("en", "fr", "ar", "ru")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("lessons/pack.yaml", "pack"),
        ("lessons/sources.yaml", "sources"),
        ("quizzes/techniques.yaml", "techniques"),
        ("quizzes/misconceptions.yaml", "misconceptions"),
    ],
)
def test_a_missing_file_of_the_pack_is_named_and_what_leans_on_it_is_not(
    path: str, kind: str
) -> None:
    given = content(without(path))
    assert printed(given.faults) == [f"{path}:1: missing; begin it with 'schema: {kind}/1'"]
    assert printed(lint(given, TODAY)) == []


def test_an_unreadable_lesson_does_not_refuse_its_quiz() -> None:
    texts: dict[str, str | bytes] = {**GOOD, "lessons/acc/acc-06.yaml": "- x\n"}
    given = content(texts)
    assert printed({*given.faults, *lint(given, TODAY)}) == [
        "lessons/acc/acc-06.yaml:1: no fields; write 'key: value' lines"
    ]
    assert set(given.lessons) == {"acc-05", "kid-08"}


def test_a_lesson_without_questions_and_questions_without_a_lesson_are_refused() -> None:
    given = content(without("quizzes/acc/acc-06.yaml", "lessons/kid/kid-08.yaml"))
    assert printed(lint(given, TODAY)) == [
        (
            "lessons/acc/acc-06.yaml:10 techniques: no item asks for them;"
            " write quizzes/acc/acc-06.yaml"
        ),
        "quizzes/kid/kid-08.yaml:2 lesson: 'kid-08' is not in lessons; add it there",
    ]


def test_the_longest_ids_fit_into_a_buttons_token() -> None:
    assert len("answer:abcd-99-q99:abcdefgh") <= ACTION_BYTES
