"""Children and teenagers are served what is meant for their track and age, whatever they press.

The real library and the real engine: whoever is young presses what their cards offer, for a month.
Source: content.md, 5.5.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from bot import settings, teaching
from bot.core.card import Action, Card
from bot.core.effects import Decision, Edit, Say
from bot.core.events import Began, Commanded, Event, LessonDue, Pressed
from bot.core.learner import Answering, Idle, Learner, Often, Stranger, Track
from bot.core.library import Library
from bot.engine.decide import COMMANDS
from bot.engine.screens import TRACKS
from tests.engine.school import ME, NOON, Talk, keys

YOUNG = {Track.CHILD: 8, Track.TEEN: 13}
"""The age of the youngest for whom a track is."""

DAYS = 30
OWN = re.compile(r"([a-z]{2,4}-\d\d)(?:-q\d+)?(?:\.|$)")
"""How a key or a part of a token begins that belongs to a lesson or an item."""

Presses = list[list[tuple[int, int]]]
PRESSES = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 999)), max_size=4),
    min_size=DAYS,
    max_size=DAYS,
)
"""For each day what is pressed: how, and which of all that can be."""


@cache
def library() -> Library:
    return teaching.taught(settings.read({})).library


def offered(card: Card) -> list[Action]:
    """Return what can be pressed on *card*."""
    buttons = [*card.buttons, *([card.many] if card.many else [])]
    does = [*(choice.action for choice in card.choices), *(button.does for button in buttons)]
    return [one for one in does if isinstance(one, Action)]


def lessons(card: Card) -> set[str]:
    """Return the lessons whose words stand on *card*, or those of their items, or lead there."""
    said = [*keys(card), *(part for action in offered(card) for part in action.args)]
    return {found[1] for one in said if (found := OWN.match(one))} & library().lessons.keys()


def unfit(card: Card, track: Track) -> set[str]:
    """Return the lessons on *card* that are not for *track*, or not for its youngest."""
    own = {key: library().lessons[key] for key in lessons(card)}
    return {
        key
        for key, lesson in own.items()
        if track not in lesson.tracks or lesson.min_age > YOUNG[track]
    }


@dataclass
class Youth:
    """Somebody young, all cards they ever got, and the lessons of these while they were young."""

    track: Track
    locale: str
    stays: bool = True
    """They leave the choice of a track alone; else they make it now and then."""
    past: int = 0
    """How many lessons of their path they have met before."""
    met: set[str] = field(default_factory=set)
    pressable: dict[Action, None] = field(default_factory=dict)
    talk: Talk = field(init=False)

    def __post_init__(self) -> None:
        learner = Learner(
            "ab" * 16,
            ME,
            self.locale,
            zone="Europe/Paris",
            track=self.track,
            often=Often.DAILY,
            hour="12:30",
            stage=Idle(),
            progress=tuple((key, 1) for key in library().paths[self.track][: self.past]),
        )
        self.talk = Talk(library(), NOON, self.locale, learner)

    def hear(self, event: Event) -> None:
        decision = self.talk.hear(event)
        for card in _cards(decision):
            self.pressable.update(dict.fromkeys(filter(self._may, offered(card))))
            learner = decision.learner
            if learner.track in YOUNG and not isinstance(learner.stage, Stranger):
                assert unfit(card, learner.track) == set(), (event, learner.stage)
                self.met |= lessons(card)

    def live(self, how: int, which: int) -> None:
        """Press a button of the newest card, mostly; else of any card before, or say a command."""
        if how == 0:
            names = [*COMMANDS, "review", "aid", "check"]
            self.hear(Commanded(names[which % len(names)]))
        elif how == 1:
            self.hear(Began())
        elif how == 2 and not self.stays:
            self.hear(Pressed(Action("set", ("track", TRACKS[which % len(TRACKS)])), "m1"))
        else:
            newest = list(filter(self._may, offered(self.talk.card)))
            pool = list(self.pressable) if how < 5 or not newest else newest
            if pool:
                self.hear(Pressed(pool[which % len(pool)], "m1"))

    def month(self, presses: Presses) -> None:
        for day in presses:
            self.hear(LessonDue(self.talk.at.date()))
            for how, which in day:
                self.talk.wait(minutes=1)
                self.live(how, which)
            self.talk.at = self.talk.at.replace(hour=12, minute=0) + timedelta(days=1)

    def _may(self, action: Action) -> bool:
        """Return whether they press it: whoever is forgotten is nobody any more."""
        return action.verb != "forget" and not (self.stays and action.args[:1] == ("track",))


def _cards(decision: Decision) -> list[Card]:
    return [one.card for one in decision.effects if isinstance(one, Say | Edit)]


SOMEBODY = {
    "track": st.sampled_from(sorted(YOUNG)),
    "locale": st.sampled_from(["en", "ar", "zh-Hans"]),
    "past": st.integers(0, 60),
    "presses": PRESSES,
}


@bounded(max_examples=40, deadline=None)
@given(**SOMEBODY)
def test_who_is_young_is_served_what_is_for_them(
    track: Track, locale: str, past: int, presses: Presses
) -> None:
    Youth(track, locale, past=past).month(presses)


@bounded(max_examples=40, deadline=None)
@given(**SOMEBODY)
def test_who_learned_as_somebody_else_between_is_served_what_is_for_them(
    track: Track, locale: str, past: int, presses: Presses
) -> None:
    Youth(track, locale, stays=False, past=past).month(presses)


@pytest.mark.parametrize("track", YOUNG)
def test_every_lesson_of_the_young_comes_at_its_hour_with_a_question(track: Track) -> None:
    path = library().paths[track]
    for past, key in enumerate(path):
        one = Youth(track, "en", past=past)
        one.month([[(9, 0)]])
        assert one.met == {key}
        assert isinstance(one.talk.learner.stage, Answering)
    assert len(path) > 10


@pytest.mark.parametrize("track", YOUNG)
def test_a_button_of_an_elder_opens_nothing_to_who_is_young(track: Track) -> None:
    """As from a place where others learn, from an old card, or by a token typed by hand."""
    one = Youth(track, "en")
    for key, lesson in library().lessons.items():
        for token in (f"take:{key}", f"read:{key}:0", f"quiz:{key}", f"act:{key}:later"):
            action = Action.unpack(token)
            assert action is not None
            one.hear(Pressed(action, "m1"))
        one.hear(Began(f"take_{key}"))
        for item in lesson.items:
            one.hear(Pressed(Action("answer", (item, "a")), "m1"))
    assert one.met == set(library().paths[track])
