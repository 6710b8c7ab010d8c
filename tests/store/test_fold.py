from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Text
from bot.core.effects import Decision, Edit, Effect, Lane, Note, Notice, Plan, Say, Unplan
from bot.core.events import Address, Began, Event, Incoming, Left, LessonDue
from bot.core.learner import Idle, Learner, Stage, Stranger
from bot.store.fold import Place, Rows, fold, nonce
from tests.store.cards import open_stages
from tests.store.people import ANA, BEN, CARD, DAY, NOW, PLACE, TODAY

KNOWN = "a" * 32
NEW = "b" * 32
PLACES = {ANA: Place(1, True, KNOWN, False, NOW - DAY), BEN: Place(2)}
HOMES = {ANA: KNOWN, BEN: NEW}

says = st.builds(
    Say,
    st.just(CARD),
    st.sampled_from(Lane),
    st.sampled_from((None, ANA, BEN, PLACE)),
    st.sampled_from((None, NOW + DAY)),
    st.booleans(),
)
kinds = st.sampled_from(("lesson", "later"))
effects: st.SearchStrategy[Effect] = st.one_of(
    says,
    st.builds(Edit, st.text(max_size=3), st.just(CARD)),
    st.just(Notice(Text("n"))),
    st.builds(Plan, kinds, st.just(NOW + DAY), st.just(TODAY + DAY)),
    st.builds(Unplan, kinds),
    st.builds(Note, st.just("answer"), st.just("q"), st.just(10), st.sampled_from(("", "q"))),
)
whats = st.sampled_from((Began(), Left("blocked"), LessonDue(TODAY)))
turns = st.tuples(
    st.sampled_from((ANA, BEN)),
    whats,
    st.just(Stranger()) | open_stages,
    st.booleans(),
    st.lists(effects, max_size=4).map(tuple),
)
batches = st.lists(turns, min_size=1, max_size=6)

Turn = tuple[Address, Event, Stage, bool, tuple[Effect, ...]]
Decided = Sequence[tuple[Incoming, Decision]]


def decided(batch: Sequence[Turn]) -> Decided:
    made = []
    for number, (who, what, stage, gone, wishes) in enumerate(batch):
        clock = isinstance(what, LessonDue)
        name = f"plan:{HOMES[who]}:lesson:{TODAY}" if clock else f"t:{number}"
        incoming = Incoming(name, who, NOW, what)
        person = Learner(HOMES[who], who, stage=stage, gone=gone, points=number)
        made.append((incoming, Decision(person, wishes)))
    return made


def folded(batch: Sequence[Turn]) -> tuple[Decided, Rows, dict[str, Learner]]:
    made = decided(batch)
    return made, fold(made, PLACES, lambda _: 3, NOW), {d.learner.key: d.learner for _, d in made}


@given(batches)
def test_every_name_is_seen_in_order(batch: Sequence[Turn]) -> None:
    made, rows, _ = folded(batch)
    assert [row["id"] for row in rows.seen] == [incoming.id for incoming, _ in made]


@given(batches)
def test_every_post_is_kept_in_order_and_has_a_row(batch: Sequence[Turn]) -> None:
    made, rows, _ = folded(batch)
    wishes = [e for _, d in made for e in d.effects if isinstance(e, Say | Edit)]
    assert [post.card for post in rows.posts] == [wish.card for wish in wishes]
    assert [row["nonce"] for row in rows.outbox] == [post.nonce for post in rows.posts]
    names = [(row["cause"], row["address_id"], row["part"]) for row in rows.outbox]
    if len({incoming.id for incoming, _ in made}) == len(made):
        assert len(set(names)) == len(names)


@given(batches)
def test_of_each_learner_the_last_word_is_kept(batch: Sequence[Turn]) -> None:
    _, rows, last = folded(batch)
    kept = {key for key, who in last.items() if not isinstance(who.stage, Stranger)}
    assert {row["id"] for row in rows.learners} == kept
    assert len(rows.learners) == len(kept)
    assert set(rows.erased) == ({KNOWN} & set(last)) - kept


@given(batches)
def test_nothing_of_a_stranger_is_kept_but_posts(batch: Sequence[Turn]) -> None:
    _, rows, last = folded(batch)
    strangers = {key for key, who in last.items() if isinstance(who.stage, Stranger)}
    for row in (*rows.plans, *rows.notes, *rows.outbox):
        assert row["learner_id"] not in strangers
    assert not {o.learner for o in rows.openings} & strangers
    assert not {row["learner"] for row in rows.adopted} & strangers


@given(batches)
def test_every_post_has_an_address(batch: Sequence[Turn]) -> None:
    _, rows, _ = folded(batch)
    opened = [opening.address for opening in rows.openings]
    assert len(set(opened)) == len(opened)
    for post in rows.posts:
        assert post.address == ANA or post.address in opened


@given(batches)
def test_of_each_kind_one_plan_is_left(batch: Sequence[Turn]) -> None:
    made, rows, last = folded(batch)
    wished: dict[tuple[str, str], bool] = {}
    for _, decision in made:
        for effect in decision.effects:
            if isinstance(effect, Plan | Unplan):
                wished[decision.learner.key, effect.kind] = isinstance(effect, Plan)
    kept = {k: plan for k, plan in wished.items() if not isinstance(last[k[0]].stage, Stranger)}
    assert {(r["learner_id"], r["kind"]) for r in rows.plans} == {k for k, p in kept.items() if p}
    dropped = {(r["learner"], r["kind"]) for r in rows.unplanned}
    assert dropped == {k for k, plan in kept.items() if not plan}
    lapsed = {(r["learner"], r["kind"]) for r in rows.lapsed}
    assert not lapsed & wished.keys()


@given(batches)
def test_an_address_is_closed_by_the_last_word(batch: Sequence[Turn]) -> None:
    made, rows, _ = folded(batch)
    ends = {i.address: d.learner.gone or isinstance(i.event, Left) for i, d in made}
    closings = {row["row"]: row["when"] is not None for row in rows.closings}
    assert closings == ({1: True} if ends.get(ANA) else {})


@given(batches)
def test_folding_twice_gives_the_same(batch: Sequence[Turn]) -> None:
    assert folded(batch)[1] == folded(batch)[1]


def test_a_nonce_is_stable_and_differs_by_all_that_names_a_post() -> None:
    assert nonce("t:1", 7, 0) == "13406f09b09bbdfbdfaed71b"
    names = {nonce("t:1", 7, 0), nonce("t:2", 7, 0), nonce("t:1", 8, 0), nonce("t:1", 7, 1)}
    assert len(names) == 4
    assert all(len(name) == 24 for name in names)


def test_an_edit_goes_to_the_message_that_carried_the_press() -> None:
    person = Learner(KNOWN, ANA, stage=Idle())
    made = [(Incoming("t:1", ANA, NOW, Began()), Decision(person, (Edit("41", CARD),)))]
    [post] = fold(made, PLACES, lambda _: 3, NOW).posts
    assert (post.on, post.answers) == ("41", "t:1")
    moved = replace(person, address=BEN)
    made = [(Incoming("t:1", ANA, NOW, Began()), Decision(moved, (Edit("41", CARD),)))]
    assert fold(made, PLACES, lambda _: 3, NOW).posts[0].answers == ""


def test_of_whom_the_clock_alone_changed_only_that_is_written() -> None:
    was = Learner(KNOWN, ANA, stage=Idle())
    made = decided([(ANA, LessonDue(TODAY), Idle(), False, ())])
    rows = fold(made, PLACES, lambda _: 3, NOW, {KNOWN: was})
    assert rows.learners == []
    assert [set(row) for row in rows.taught] == [{"learner", "stage", "settings"}]


@given(st.sampled_from(("locale", "country", "zone", "place")))
def test_whoever_changed_in_what_is_asked_for_is_written_whole(name: str) -> None:
    was = replace(Learner(KNOWN, ANA, stage=Idle()), **{name: "group"})  # type: ignore[arg-type]  # any field
    made = decided([(ANA, LessonDue(TODAY), Idle(), False, ())])
    rows = fold(made, PLACES, lambda _: 3, NOW, {KNOWN: was})
    assert (len(rows.learners), rows.taught) == (1, [])


def test_whoever_acted_themselves_is_written_whole() -> None:
    was = Learner(KNOWN, ANA, stage=Idle())
    made = decided([(ANA, Began(), Idle(), False, ()), (ANA, LessonDue(TODAY), Idle(), False, ())])
    rows = fold(made, PLACES, lambda _: 3, NOW, {KNOWN: was})
    assert (len(rows.learners), rows.taught) == (1, [])
