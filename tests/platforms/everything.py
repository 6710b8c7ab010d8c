"""Every card that can be shown of all that is taught, for tests that draw them."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import get_args

from bot.core.card import Action, Card
from bot.core.effects import Edit, Say
from bot.core.events import (
    Address,
    Commanded,
    Event,
    Incoming,
    Kind,
    Linked,
    Miscoded,
    Pressed,
    Said,
    Shown,
)
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Choosing,
    Idle,
    Learner,
    Memory,
    Often,
    Reading,
    Session,
    Stage,
    Stranger,
    Ties,
    Track,
)
from bot.core.library import Item, Lesson, Library
from bot.core.rhythm import Rhythm
from bot.engine import (
    check,
    current,
    first_aid,
    lesson,
    onboarding,
    overview,
    place,
    placement,
    posting,
    schedule,
    screens,
    silence,
)
from bot.engine.decide import decide
from bot.engine.quiz import Verdict
from tests.platforms.scripted import NOW
from tests.starter import starter

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def every_card(library: Library, locale: str, platform: str) -> Iterator[Card]:
    address = Address(platform, "1")
    me = Learner("0" * 32, address, locale, country="tn", zone="Africa/Tunis", hour="18:00")
    yield from (onboarding.greeting(locale, library), current.privacy(), current.menu("menu.help"))
    yield screens.settings(me, library, NOW)
    yield from _timed(replace(me, often=Often.DAILY), library)
    yield from _checked(me, library)
    yield from _linked(me, library)
    yield from _refreshed(me, library)
    yield silence.card(replace(me, often=Often.DAILY))
    yield from every_aid(library, locale)
    for stage in _stages(library):
        yield current.card(replace(me, stage=stage), library, NOW)
    yield from _placed(me, library)
    yield from _counted(me, library)


def all_cards(library: Library, locale: str, platform: str) -> Iterator[Card]:
    """Every card of the starter path, and every text of *library*, each once.

    Most of a group's cards are those of another group.
    """
    told = starter().library, locale, platform
    whole = library, locale, platform
    yield from dict.fromkeys(
        itertools.chain(
            every_card(*told), every_place_card(*told), every_text(*whole), every_posted(*whole)
        )
    )


def every_text(library: Library, locale: str, platform: str) -> Iterator[Card]:
    """Every text of every lesson and question, each as long as it gets.

    For the whole curriculum: all its states, of which :func:`every_card` has those of a few
    lessons, differ only in words that those few have too.
    """
    address = Address(platform, "1")
    me = Learner("0" * 32, address, locale, country="tn", zone="Africa/Tunis", hour="18:00")
    for item in library.items.values():
        ids = tuple(option.id for option in item.options)
        yield current.card(replace(me, stage=Answering(item.id, "s", "daily", ids)), library, NOW)
        stage = Answered(item.id, "seed", "daily", ids, "wrong")
        yield current.card(replace(me, stage=stage), library, NOW)
    for key, one in library.lessons.items():
        # Tracks that read the same cards differ only in how many lessons there are.
        for track in {lesson.cards(track, one): track for track in sorted(one.tracks)}.values():
            count = len(lesson.cards(track, one))
            stages: list[Stage] = [Reading(key, number) for number in range(count)]
            for at in (*stages, Acting(key)):
                yield current.card(replace(me, track=track, stage=at), library, NOW)


def every_posted(library: Library, locale: str, platform: str) -> Iterator[Card]:
    """Every lesson and question of the whole curriculum, as a place is shown it."""
    me = Learner("0" * 32, Address(platform, "-1"), locale, country="tn", zone="Africa/Tunis")
    for kind, one in itertools.product(get_args(Kind), library.lessons.values()):
        track = min(one.tracks)
        here = replace(me, place=kind, often=Often.WEEKLY, track=track, stage=Idle())
        yield posting.announced(here, library, one)
        for item in posting._items(here, library, one):
            yield posting._question(here, library, item, NOW.date())


def _counted(me: Learner, library: Library) -> Iterator[Card]:
    """How far somebody has come, with a week that runs and without any counting."""
    today = NOW.date()
    week = Rhythm(tuple(today.toordinal() - ago for ago in (2, 1, 0)), me.zone, 1_000)
    known = replace(me, rhythm=week, progress=tuple((key, 1) for key in library.lessons))
    yield overview.card(known, library, today)
    for topics in ((), library.lessons.values()):
        keys = {key for lesson in topics or _few(library) for key in lesson.techniques}
        sits = (Memory(key, 9.0, 5.0, NOW, NOW, (), known=True, held=True) for key in keys)
        yield overview.card(replace(known, reviews=tuple(sits)), library, today)
    yield overview.card(replace(me, rhythm=Rhythm(wish="off")), library, today)
    for key in library.lessons:
        yield current.card(replace(known, stage=Acting(key)), library, NOW)


def _placed(me: Learner, library: Library) -> Iterator[Card]:
    """The cards of a placement: the offer, its questions, and each end with two to explain."""
    known = replace(me, often=Often.DAILY, stage=Idle())
    ids = [item.id for item in library.items.values() if item.type in placement.ONE_PRESS]
    beginning = replace(known, stage=Reading(next(iter(library.lessons)), 0, "more"))
    yield current.card(beginning, library, NOW)
    offer, stop = Pressed(Action("placement"), "m1"), Pressed(Action("placement", ("stop",)), "m1")
    stages = [
        Answering(key, "seed", "placement", session=Session((), ((other, False), (key, False))))
        for key, other in itertools.pairwise(ids)
    ]
    heard: list[tuple[Learner, Event]] = [(known, offer), (beginning, offer)]
    heard += [(replace(known, stage=stage), stop) for stage in stages]
    for stage in stages:
        yield current.card(replace(known, stage=stage), library, NOW)
    for who, event in heard:
        decision = decide(who, Incoming("e:1", me.address, NOW, event), library)
        yield from (effect.card for effect in decision.effects if isinstance(effect, Edit))


def _few(library: Library) -> tuple[Lesson, ...]:
    """The first lessons of each topic, fewer than are needed to know it."""
    first = {lesson.topic: lesson for lesson in reversed(tuple(library.lessons.values()))}
    return tuple(first.values())


def _timed(me: Learner, library: Library) -> Iterator[Card]:
    """The cards that tell a moment."""
    yield screens.settings(me, library, NOW)
    yield onboarding.ready(me, schedule.upcoming(me, library, NOW))
    yield onboarding.ready(replace(me, often=Often.WEEKLY))
    away = replace(me, paused=True, paused_until=NOW, stage=Choosing("urgent"))
    yield current.card(away, library, NOW)


def _checked(me: Learner, library: Library) -> Iterator[Card]:
    """The answers to a message that was shown."""
    heard: list[Event] = [Shown("x"), Shown(by="file"), Shown("x", by="file"), Said("x" * 99)]
    heard += [Commanded("check"), *(Pressed(Action("check", (want,))) for want in check.WANTS)]
    for event in heard:
        decision = decide(me, Incoming("e:1", me.address, NOW, event), library)
        yield from (effect.card for effect in decision.effects if isinstance(effect, Say))


def every_aid(library: Library, locale: str) -> Iterator[Card]:
    """Every card of first aid, each thing to do as the first and as a later one."""
    asked = [(), ("list",), ("talk",), *(("done", tree) for tree in library.trees)]
    for key, tree in library.trees.items():
        asked += [(key, step, *more) for step in tree.steps for more in ((), ("7",))]
    for args in asked:
        pressed = Pressed(Action(first_aid.VERB, args), "m1")
        incoming = Incoming("e:1", Address("test", "1"), NOW, pressed)
        card = first_aid.aid(incoming, library, locale)
        if card is not None:
            yield card


def _linked(me: Learner, library: Library) -> Iterator[Card]:
    """The cards that join two addresses, and part them."""
    stranger = replace(me, stage=Stranger())
    known = replace(me, often=Often.DAILY, stage=Idle())
    ties = Ties(("telegram", "web"), "telegram", joined=True, elsewhere=True)
    tied = replace(known, linked=True, ties=ties)
    code, new, off = (Commanded("link"), *(Pressed(Action("link", (w,))) for w in ("new", "off")))
    here, split = (Pressed(Action("link", (what,))) for what in ("here", "split"))
    joins = Linked(Address("telegram", "2"), "1" * 32)
    heard: list[tuple[Learner, Event]] = [(stranger, code), (me, code), (known, code)]
    heard += [(tied, event) for event in (code, new, here, off, split, joins)]
    heard += [(replace(tied, ties=Ties(("discord",))), event) for event in (code, off, split)]
    heard += [(known, Miscoded(why)) for why in ("unknown", "last", "locked", "own")]
    for who, event in heard:
        decision = decide(who, Incoming("e:1", me.address, NOW, event), library)
        yield from (effect.card for effect in decision.effects if isinstance(effect, Say))


def _refreshed(me: Learner, library: Library) -> Iterator[Card]:
    """The cards of a session with what is due, from its offer to its end."""
    items = {item.technique: item for item in library.items.values()}
    due = [
        Memory(key, 1.0, 5.0, NOW - timedelta(days=2), NOW, ((item.id, 0),))
        for key, item in items.items()
    ]
    known = replace(me, often=Often.DAILY, stage=Idle(), reviews=tuple(due[:3]))
    yield current.menu("menu.help", 3)
    nothing = (replace(due[0], due=NOW + timedelta(days=3)),)
    answered = tuple((item.id, place % 2 > 0) for place, item in enumerate(items.values()))[:3]
    session = Session((), answered)
    ended = Answered(answered[0][0], "seed", "review", ("a",), "wrong", "", session)
    offer, on = Commanded("review"), Pressed(Action("review", ("next",)))
    yield current.card(replace(known, stage=ended), library, NOW)
    for item in items.values():
        missed = (replace(due[0], technique=item.technique, due=NOW + timedelta(days=3)),)
        stage = Acting(item.lesson, technique=item.technique)
        yield current.card(replace(known, stage=stage, reviews=missed), library, NOW)
    for who, event in (
        (known, offer),
        (replace(known, reviews=nothing), offer),
        (replace(known, reviews=()), offer),
        (replace(known, stage=ended), on),
    ):
        decision = decide(who, Incoming("e:1", me.address, NOW, event), library)
        yield from (effect.card for effect in decision.effects if isinstance(effect, Say))


def _stages(library: Library) -> Iterator[Stage]:
    for item in library.items.values():
        yield from _answers(item)
    for key, one in library.lessons.items():
        count = max(len(lesson.cards(track, one)) for track in one.tracks)
        yield from (Reading(key, number) for number in range(count))
        yield Acting(key)
    yield from (Choosing(what, page=page) for what in screens.SCREENS for page in (0, 1))
    yield Idle()


def _answers(item: Item) -> Iterator[Stage]:
    ids = tuple(option.id for option in item.options)
    yield Answering(item.id, "seed", "daily", ids[:2])
    yield Answering(item.id, "seed", "first", ids[:2])
    for verdict, picked in itertools.product(VERDICTS, ((), ids[:1], ids)):
        yield Answered(item.id, "seed", "daily", picked, verdict)
    yield Answered(item.id, "seed", "daily", ("1",), "wrong", "low")


def every_place_card(library: Library, locale: str, platform: str) -> Iterator[Card]:
    """Every card that a group or a channel can be shown, but the alerts."""
    yield from (place.hello(), place.farewell())
    me = Learner("0" * 32, Address(platform, "-1"), locale, country="tn", zone="Africa/Tunis")
    for kind, often, track in itertools.product(get_args(Kind), screens.POSTED, Track):
        here = replace(me, place=kind, often=often, hour="18:00", track=track, stage=Idle())
        yield screens.settings(here, library, NOW)
        yield onboarding.ready(here)
        if often not in {Often.DAILY, Often.WEEKLY}:
            continue  # What is posted is the same on other days.
        for _ in range(2 * len(library.items)):
            here, card = posting.today(here, library, NOW.date())
            if card is not None:
                yield card
