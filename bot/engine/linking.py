"""Two platforms, one learner: a one-time code joins a second address to whoever asked for it.

Rule 1: whoever asked for the code stays; whoever types it joins them and brings along what they
learned, never their hour, so that there is one plan and one lesson a day.
Rule 2: wrong, used and too old are one answer, so that nobody can fish for a code.
Rule 3: the learner who stays is told in the chat that showed the code, and can undo it there.
"""

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from bot.core.card import Action, Block, Bullets, Button, Card, Fixed, Para, Text
from bot.core.effects import VEIL, Decision, Effect, Join, Notice, Offer, Prefer, Say, Unlink
from bot.core.events import Commanded, Incoming, Linked, Miscoded, Pressed, Said
from bot.core.learner import Learner, Stranger, Ties
from bot.core.library import Library
from bot.engine import aftercare, calendar, onboarding, rhythm, schedule
from bot.engine.replies import show

COMMAND = "link"
"""The command, and the verb of everything here."""

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of a code: 32, so that each holds 5 bits; no 0, O, 1 or I, which are mistaken."""

LENGTH = 8
"""Letters of a code: 40 bits.

A thousand accounts that guess all day while a hundred codes are open find one in 250 years:
120,000 tries a day at 100 codes of 2 to the power of 40.
"""

TERM = timedelta(minutes=10)
"""How long a code is good for: time to take up another device, and no more."""

TRIES = 5
"""Wrong codes that one address may type within ``WITHIN``.  Source: trust.md, A17."""

WITHIN = timedelta(hours=1)
"""How long wrong codes are counted, from the first of them."""

_BITS = 5
_ALONE = re.compile(rf"[{ALPHABET}]{{4}}[- ][{ALPHABET}]{{4}}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−_", "-"))


def typed(incoming: Incoming) -> str:
    """Return the code that somebody typed, ``LENGTH`` letters of ``ALPHABET``; empty for none.

    Behind ``/link`` it may be written in any way; alone only as it was shown, with a digit in it,
    because ``23heures`` is an hour.  Where all read along no code is taken.
    """
    event, where = incoming.event, incoming.where
    if where is not None and (where.public or where.place == incoming.address):
        return ""
    match event:
        case Commanded(name, args) if name == COMMAND:
            bare = re.sub(r"[-\s]", "", _squeezed(args))
            return bare if len(bare) == LENGTH and set(bare) <= set(ALPHABET) else ""
        case Said(text):
            said = _squeezed(text).strip()
            alone = _ALONE.fullmatch(said) and any(char.isdecimal() for char in said)
            return said[:4] + said[5:] if alone else ""
        case _:
            return ""


def _squeezed(text: str) -> str:
    """Return the beginning of *text* in capitals, without width, with ASCII digits and dashes."""
    kept = unicodedata.normalize("NFKC", text[: 4 * LENGTH])
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char.upper()
        for char in kept.translate(_DASHES)
        if unicodedata.category(char) != "Cf"
    )


def code(digest: bytes) -> str:
    """Return the code that *digest* gives, as it is typed: ``LENGTH`` letters of ``ALPHABET``.

    *digest* has at least 5 bytes.  The first five in a row are taken that give a digit, which one
    window in ten lacks.
    """
    size = LENGTH * _BITS // 8
    found = [_letters(digest[at : at + size]) for at in range(0, len(digest) - size + 1, size)]
    return next((one for one in found if any(char.isdecimal() for char in one)), found[0])


def _letters(five: bytes) -> str:
    number = int.from_bytes(five, "big")
    places = (number >> shift & 31 for shift in range(0, LENGTH * _BITS, _BITS))
    return "".join(ALPHABET[place] for place in places)


def shown(found: str) -> str:
    """Return a code as it stands on a card: ``K4TZ-9XBM``."""
    return f"{found[:4]}-{found[4:]}"


def commanded(learner: Learner, incoming: Incoming, args: str) -> Decision:
    """Answer ``/link``; a code behind it that could be one never comes here."""
    if args:
        return _refused(learner, Miscoded("unknown"))
    if isinstance(learner.stage, Stranger):
        return Decision(learner, (Say(_told("link.how")),))
    return _opened(learner, incoming)


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Answer a press on one of the cards here; None where there is no such press."""
    what = event.action.args[0] if event.action.args else ""
    match what:
        case "":
            return _opened(learner, incoming)
        case "new":
            return _offered(learner, incoming)
        case "here" if learner.linked:
            return _preferred(learner, incoming)
        case "off" if learner.linked:
            return Decision(learner, (show(event, _asked(learner)),))
        case "split" if learner.linked:
            return _unlinked(learner, incoming)
        case _:
            return None


def _opened(learner: Learner, incoming: Incoming) -> Decision:
    """Show what is linked, else a code at once."""
    if not learner.linked:
        return _offered(learner, incoming)
    return Decision(learner, (show(incoming.event, state(learner)),))


def _offered(learner: Learner, incoming: Incoming) -> Decision:
    """Show a new code; one that was shown before is good no longer.

    Whoever stays brings the hour, so it must have been chosen.
    """
    if onboarding.missing(learner):
        return Decision(learner, (show(incoming.event, _told("link.finish")),))
    card = Card(
        title=Text("link.title"),
        body=(
            Para(Text("link.code", (("code", Fixed("code", VEIL)),))),
            Para(Text("link.then")),
            Para(Text("link.guard")),
        ),
        buttons=(_settings(),),
        protect=True,
    )
    return Decision(learner, (Offer(incoming.at + TERM), show(incoming.event, card)))


def state(learner: Learner) -> Card:
    """Return the card that says what is linked and where the lesson goes."""
    buttons = [_button("link.another", "new"), _button("link.off", "off"), _settings()]
    if learner.ties.home:
        buttons.insert(0, _button("link.write_here", "here"))
    return Card(
        title=Text("link.state"),
        body=(Bullets(tuple(app(name) for name in learner.ties.also)), _goes(learner.ties.home)),
        buttons=tuple(buttons),
    )


def app(platform: str) -> Text:
    """Return the name of *platform* as people know it."""
    return Text(f"app.{platform}")


def coded(
    learner: Learner, incoming: Incoming, event: Linked | Miscoded, library: Library
) -> Decision:
    """Answer a code that was typed, after the store has looked it up."""
    match event:
        case Linked():
            return _joined(learner, incoming, event, library)
        case Miscoded():
            return _refused(learner, event)
        case _:
            assert_never(event)


def _joined(learner: Learner, incoming: Incoming, event: Linked, library: Library) -> Decision:
    """Join the address to *learner*, who asked for the code, with what was learned here."""
    day, last = event.last_day, learner.last_day
    had = day is not None and (last is None or day > last)
    after = replace(
        learner,
        progress=_most(learner.progress, event.progress),
        points=learner.points + event.points,
        shown=tuple(dict.fromkeys((*learner.shown, *event.shown))),
        rhythm=rhythm.joined(learner.rhythm, event.rhythm),
        last_day=day if had else last,
        linked=True,
    )
    after, aided = aftercare.joined(after, event, library, incoming.at)
    effects: list[Effect] = [Join(event.was, keep=had), *aided]
    today = calendar.local_day(incoming.at, schedule.zone(after, library))
    if had and day is not None and day >= today:
        # Whoever types the code has had today's lesson: the next one is tomorrow's.
        effects.append(schedule.replan(after, library, incoming.at))
    effects.append(Say(_welcome(after, event)))
    effects.append(Say(_undoable(after, incoming, event), to=event.by))
    return Decision(after, tuple(effects))


def _most(
    first: tuple[tuple[str, int], ...], second: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, int], ...]:
    """Return for each lesson how many of its items were answered where most were.

    Not the sum: both counts begin at the same first item.
    """
    counts = dict(first)
    for lesson, count in second:
        counts[lesson] = max(count, counts.get(lesson, 0))
    return tuple(counts.items())


def _welcome(learner: Learner, event: Linked) -> Card:
    body: list[Block[Text]] = [Para(Text("link.done", (("app", app(event.by.platform)),)))]
    if event.was:
        body.append(Para(Text("link.added")))
    body.append(_goes(learner.ties.home))
    buttons = [_button("link.write_here", "here")] if learner.ties.home else []
    return Card(
        title=Text("link.joined"),
        body=tuple(body),
        buttons=(*buttons, _settings()),
        tone="good",
    )


def _undoable(learner: Learner, incoming: Incoming, event: Linked) -> Card:
    """Return what the chat is told that showed the code."""
    home = learner.ties.home
    body = [Para(Text("link.told", (("app", app(incoming.address.platform)),)))]
    if event.was:
        body.append(Para(Text("link.told_added")))
    body.append(_goes("" if home == event.by.platform else home))
    return Card(
        title=Text("link.joined"),
        body=(*body, Para(Text("link.not_you"))),
        buttons=(_button("link.off", "off"), _settings()),
    )


def _refused(learner: Learner, event: Miscoded) -> Decision:
    """Say that a code joins nothing, and no more of why than may be known."""
    return Decision(learner, (Say(_told(f"link.{event.why}")),))


def _preferred(learner: Learner, incoming: Incoming) -> Decision:
    """Let lessons come to this address from now on."""
    after = replace(learner, ties=replace(learner.ties, home=""))
    saved = Notice(Text("settings.saved"))
    return Decision(after, (Prefer(), saved, show(incoming.event, state(after))))


def _asked(learner: Learner) -> Card:
    """Ask once more, saying who loses what."""
    side = "here" if learner.ties.joined else "there"
    return Card(
        body=(Para(Text(f"link.off_{side}")),),
        buttons=(
            Button(Text("link.off"), Action(COMMAND, ("split",)), style="danger"),
            _button("link.keep", ""),
        ),
    )


def _unlinked(learner: Learner, incoming: Incoming) -> Decision:
    """Let this address go where it joined, else all that joined it.

    So whoever stole a code can take nothing with them, and is thrown out by the one who made it.
    """
    leaves = learner.ties.joined
    others = len(learner.ties.also) > 1
    after = replace(learner, linked=leaves and others, ties=Ties())
    told = _told("link.left" if leaves else "link.parted")
    return Decision(after, (Unlink(others=not leaves), show(incoming.event, told)))


def _goes(home: str) -> Para[Text]:
    return Para(Text("link.there", (("app", app(home)),)) if home else Text("link.here"))


def _button(label: str, what: str) -> Button[Text]:
    return Button(Text(label), Action(COMMAND, (what,) if what else ()))


def _settings() -> Button[Text]:
    return Button(Text("menu.settings"), Action("go", ("settings",)))


def _told(key: str) -> Card:
    return Card(body=(Para(Text(key)),))
