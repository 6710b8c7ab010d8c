"""A small library by hand, with every item type, and a way of talking to the engine."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.core.card import Action, Card
from bot.core.effects import Decision, Edit, Effect, Notice, Plan, Say
from bot.core.events import Address, Began, Event, Incoming, Pressed, Where
from bot.core.learner import Learner, Track
from bot.core.library import Country, Item, Lesson, Library, Option, Staged
from bot.engine import progress
from bot.engine.decide import decide

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ME = Address("test", "7")

SINGLE = Item(
    "acc-01-q1",
    "acc-01",
    "single",
    "email-first",
    1,
    options=(Option("a", misconception="m"), Option("b", right=True), Option("c")),
    staged=Staged("sms", sender=True),
)
MULTI = Item(
    "acc-01-q2",
    "acc-01",
    "multi",
    "email-first",
    2,
    options=(Option("a", right=True), Option("b", right=True), Option("c")),
)
TF = Item(
    "acc-01-q3", "acc-01", "tf", "email-first", 1, (Option("true", right=True), Option("false"))
)
SPOT = Item(
    "phi-01-q1",
    "phi-01",
    "spot",
    "look",
    2,
    options=(Option("s1"), Option("s2", right=True), Option("s3", right=True), Option("s4")),
    min_hits=2,
    max_false_alarms=1,
    staged=Staged("mail"),
)
GENUINE = Item(
    "phi-01-q2", "phi-01", "spot", "look", 2, (Option("s1"), Option("s2")), staged=Staged("chat")
)
ORDER = Item(
    "phi-01-q3",
    "phi-01",
    "order",
    "look",
    1,
    options=(Option("a"), Option("b"), Option("c")),
    sequence=("b", "a", "c"),
)
NUMERIC = Item("scm-01-q1", "scm-01", "numeric", "count", 1, accept=(90.0, 100.0))
FIRST = Item(
    "scm-01-q2", "scm-01", "first", "count", 1, (Option("a", right=True), Option("b"), Option("c"))
)
ITEMS = {i.id: i for i in (SINGLE, MULTI, TF, SPOT, GENUINE, ORDER, NUMERIC, FIRST)}
EVERYBODY = tuple(Track)


def lesson(key: str, *, draft: bool = False, action: bool = True) -> Lesson:
    own = tuple(item.id for item in ITEMS.values() if item.lesson == key)
    return Lesson(
        key,
        key[:3],
        EVERYBODY,
        ("c1", "c2"),
        own,
        ("t",),
        variants={Track.SENIOR: ("c1",)},
        draft=draft,
        action=action,
    )


LESSONS = {
    "acc-01": lesson("acc-01", draft=True),
    "phi-01": lesson("phi-01"),
    "scm-01": lesson("scm-01", action=False),
}
BOTH = frozenset({"en", "ar"})
LIBRARY = Library(
    lessons=LESSONS,
    items=ITEMS,
    paths=progress.orders(LESSONS, {Track.CITIZEN: ("acc-01",)}),
    served={
        **dict.fromkeys((*LESSONS, *ITEMS), BOTH),
        "scm-01": frozenset({"en"}),
        "scm-01-q1": frozenset({"en"}),
        "scm-01-q2": frozenset({"en"}),
    },
    languages=("en", "ar"),
    countries={
        "fr": Country("fr", ("Europe/Paris",)),
        "dz": Country("dz", ("Africa/Algiers",)),
        "ca": Country(
            "ca", ("America/Toronto", "America/Winnipeg", "America/Regina", "America/Vancouver")
        ),
        "es": Country("es", ("Europe/Madrid", "Africa/Ceuta", "Atlantic/Canary")),
    },
    offers={"en": ("fr", "ca"), "ar": ("dz",)},
    alphabet={"en": ("dz", "ca", "fr", "es"), "ar": ("es", "dz", "fr", "ca")},
    placeholders={"scm-01-q2.explain": ("report.phishing",)},
    zones=("Europe/Paris", "Africa/Algiers", "America/New_York", "Africa/Lagos", "Asia/Tokyo"),
)


def keys(card: Card) -> set[str]:
    """Every text key on a card."""
    found: set[str] = set()

    def walk(value: object) -> None:
        key = getattr(value, "key", None)
        if isinstance(key, str):
            found.add(key)
        if isinstance(value, tuple):
            for part in value:
                walk(part)
        for name in getattr(type(value), "__dataclass_fields__", ()):
            walk(getattr(value, name))

    walk(card)
    return found


@dataclass
class Talk:
    """One person and the engine; remembers the newest card and all effects."""

    library: Library = LIBRARY
    at: datetime = NOON
    locale: str = "en"
    learner: Learner = field(default_factory=lambda: Learner("ab" * 16, ME))
    card: Card = field(default_factory=Card)
    effects: tuple[Effect, ...] = ()
    count: int = 0

    def hear(self, event: Event, where: Where | None = None) -> Decision:
        self.count += 1
        incoming = Incoming(f"test:{self.count}", ME, self.at, event, self.locale, where)
        decision = decide(self.learner, incoming, self.library)
        assert decision == decide(self.learner, incoming, self.library)
        self.learner, self.effects = decision.learner, decision.effects
        for effect in decision.effects:
            if isinstance(effect, Say | Edit):
                self.card = effect.card
        return decision

    def press(self, token: str, *, on: str = "m1", picked: tuple[str, ...] = ()) -> Decision:
        action = Action.unpack(token)
        assert action is not None
        return self.hear(Pressed(action, on, picked))

    def wait(self, **length: float) -> None:
        self.at += timedelta(**length)

    @property
    def keys(self) -> set[str]:
        return keys(self.card)

    @property
    def notice(self) -> str:
        return next((e.text.key for e in self.effects if isinstance(e, Notice)), "")

    @property
    def plan(self) -> Plan | None:
        return next((e for e in self.effects if isinstance(e, Plan)), None)

    def on_card(self, token: str) -> bool:
        actions = [choice.action for choice in self.card.choices]
        buttons = [*self.card.buttons, *([self.card.many] if self.card.many else [])]
        actions += [button.does for button in buttons if isinstance(button.does, Action)]
        return token in [action.pack() for action in actions]


def joined(**changes: object) -> Talk:
    """Return a talk after the whole first conversation: daily at 18:00 in Paris."""
    talk = Talk()
    talk.hear(Began())
    for token in (
        "lang:en",
        "track:en:citizen",
        "answer:acc-01-q1:b",
        "set:often:daily",
        "set:hour:18.00",
        "set:country:fr",
    ):
        talk.press(token)
    whole = {"unread": "", **changes}
    talk.learner = replace(talk.learner, **whole)  # type: ignore[arg-type]  # any field
    return talk
