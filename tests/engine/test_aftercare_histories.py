"""After first aid, in every history: one promise brings one question, and always ends."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.effects import Edit, Plan, Say
from bot.core.events import Address, AidDue, Began, Commanded, Event, Left, Linked, Pressed
from tests.engine.school import NOON, Talk
from tests.engine.test_aftercare import THURSDAY, known, plans

TREES = st.sampled_from(["aid-clicked", "aid-hacked"])
DOINGS: st.SearchStrategy[Event | None] = st.one_of(
    st.builds(lambda tree: Pressed(Action("aid", ("done", tree)), "m1"), TREES),
    st.builds(
        lambda what, tree: Pressed(Action("aftercare", (what, tree)), "m1"),
        st.sampled_from(["yes", "no", "solved", "stop"]),
        TREES,
    ),
    st.builds(
        lambda what, value: Pressed(Action("set", (what, value)), "m1"),
        st.sampled_from(["often", "pause", "hour", "country"]),
        st.sampled_from(["daily", "never", "week", "open", "07.30", "23.59", "dz", "ca", "none"]),
    ),
    st.just(Pressed(Action("go", ("resume",)), "m1")),
    st.sampled_from([Commanded("stop"), Commanded("lesson"), Left("blocked"), Began()]),
    st.builds(
        lambda tree, day: Linked(Address("other", "1"), aided=tree, aided_on=day),
        TREES,
        st.dates(NOON.date(), THURSDAY),
    ),
    st.none(),  # The clock raises once more what it raised before.
)
STEPS = st.tuples(DOINGS, st.timedeltas(timedelta(0), timedelta(days=2)), st.booleans())


@dataclass
class Ledger:
    """What the store would hold of one person: their plan, and what was promised and asked."""

    one: Talk
    plan: Plan | None = None
    claimed: list[date] = field(default_factory=list)
    promises: int = 0
    questions: int = 0

    def claim(self) -> list[Event]:
        """Return the event of a plan whose time has come; it is handled now or a little later."""
        if self.plan is None or self.plan.at > self.one.at:
            return []
        self.claimed.append(self.plan.day)
        return [AidDue(self.plan.day)]

    def hear(self, event: Event) -> None:
        aided = bool(self.one.learner.aided)
        decision = self.one.hear(event)
        changed = plans(decision)
        if isinstance(event, AidDue) and self.plan and self.plan.day == event.day:
            self.plan = None  # So does the store, where a plan that came due is not renewed.
        for effect in changed:
            self.plan = effect if isinstance(effect, Plan) else None
        said = [Talk(card=e.card).keys for e in decision.effects if isinstance(e, Say | Edit)]
        questions = sum("aid.how" in keys for keys in said)
        assert questions <= (aided and isinstance(event, AidDue))
        self.questions += questions
        self.promises += any("aid.promise" in keys for keys in said)
        self.promises += isinstance(event, Linked) and bool(changed)
        assert (self.plan.day if self.plan else None) == self.one.learner.aided_on
        assert bool(self.one.learner.aided) == (self.one.learner.aided_on is not None)
        assert self.questions <= self.promises


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_whatever_happens_one_promise_brings_at_most_one_question(
    steps: list[tuple[Event | None, timedelta, bool]],
) -> None:
    """There is a plan exactly while something is promised, and it always comes to an end."""
    ledger = Ledger(known())
    for doing, wait, first in steps:
        ledger.one.wait(seconds=wait.total_seconds())
        due = ledger.claim()
        again: list[Event] = [AidDue(day) for day in ledger.claimed]
        did = again if doing is None else [doing]
        for event in (*did, *due) if first else (*due, *did):
            ledger.hear(event)
    for _ in range(3):
        # At its very hour nothing is put off any more.
        ledger.one.at = max(ledger.one.at, ledger.plan.at if ledger.plan else NOON)
        for event in ledger.claim():
            ledger.hear(event)
    assert not ledger.one.learner.aided
