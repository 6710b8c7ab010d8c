"""A message that somebody wonders about: what they can find out themselves, and no verdict.

Rule 1: a message is not looked into yet, so nobody is told that it is genuine or that it is not.
Rule 2: what was shown goes into no card and no stage: it ends with the turn.
Rule 3: where others read along, the answer is general advice, the same for everybody.
"""

from dataclasses import replace

from bot.core.card import Action, Ask, Block, Bullets, Button, Card, Choice, Para, Text
from bot.core.effects import Decision, Say
from bot.core.events import Event, Incoming, Pressed, Said, Shown
from bot.core.learner import Learner, Stranger
from bot.core.library import Library
from bot.engine import current, onboarding, review
from bot.engine.replies import show

CHECK = "check"
"""The command, and the verb of everything here."""

WANTS = ("money", "code", "password", "install")
"""What a message may want from somebody.  Source: chat.md, 9.7."""

SIGNS = ("wants", "hurry", "link")
"""What one can look at oneself, in this order."""

PASTED_BYTES = 80
"""From here on typed words are a message to look at, and no number, hour or question to us.

Bytes of UTF-8, because a script that says more with a letter takes more bytes for it.
"""

LONGEST = 2_000
"""Characters of a form's text.  Source: chat.md, 2.6."""


def shown(learner: Learner, incoming: Incoming, event: Shown) -> Decision:
    """Answer a message that was shown, as a reply to it; in a place, for all to read."""
    if event.public:
        to = incoming.where.place if incoming.where else None
        return Decision(learner, (Say(_advice(event), to=to, reply_to=event.on),))
    unread = event.by == "file" and not event.text
    card = _picture() if unread else _offering(_advice(event))
    return Decision(learner, (Say(card, reply_to=event.on),))


def commanded(learner: Learner, event: Event, text: str) -> Decision:
    """Answer ``/check``: with words, those are the message; without, it is asked for."""
    card = _offering(_advice(Shown())) if text else _asking()
    return Decision(learner, (show(event, card),))


def form(learner: Learner, event: Said) -> Decision | None:
    """Answer the form that asks for a message; None where another form was filled in, or none."""
    asked = event.asked is not None and event.asked.verb == CHECK
    return commanded(learner, event, event.text) if asked else None


def said(learner: Learner, event: Said) -> Decision | None:
    """Answer typed words that are a message to look at; None where they are none."""
    long = len(event.text.encode("utf-8", "replace")) >= PASTED_BYTES
    if not long and "://" not in event.text:
        return None
    card = _offering(_advice(Shown()))
    # It was a guess, so the way out of it is named.
    body = (*card.body, Para(Text("check.not_meant")))
    return Decision(learner, (Say(replace(card, body=body)),))


def pressed(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Ask for a message, or advise on what it wants; None where the press names neither."""
    want = event.action.args[0] if event.action.args else ""
    if not want:
        return commanded(learner, event, "")
    if want not in WANTS:
        return None
    told = (f"check.{want}", "check.sender", "check.wait", "check.done")
    body = tuple(Para(Text(key)) for key in told)
    card = Card(title=Text("check.title"), body=body, tone="warn")
    return Decision(learner, (show(event, _offering(card)),))


def menu(learner: Learner, incoming: Incoming, event: Pressed, library: Library) -> Decision:
    """Leave the answer for what else there is; a stranger is greeted."""
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    due = review.count(learner, library, incoming.at)
    return Decision(learner, (show(event, current.menu("menu.help", due)),))


def _advice(event: Shown) -> Card:
    """Return what anybody can do about any message; nothing in it comes out of *event*'s text."""
    body: list[Block[Text]] = [Para(Text("check.cannot"))]
    if event.by == "file":
        body.append(Para(Text("check.no_pictures")))
    body += [
        Para(Text("check.sender")),
        Para(Text("check.look")),
        Bullets(tuple(Text(f"check.sign_{sign}") for sign in SIGNS)),
        Para(Text("check.wait")),
        Para(Text("check.done")),
    ]
    return Card(title=Text("check.title"), body=tuple(body), tone="warn")


def _picture() -> Card:
    """Return the question that a picture without words leaves."""
    return Card(
        title=Text("check.title"),
        body=(Para(Text("check.picture")), Para(Text("check.sender"))),
        choices=tuple(
            Choice(Text(f"check.want_{want}"), Action(CHECK, (want,))) for want in WANTS
        ),
        buttons=(_menu(),),
        tone="warn",
    )


def _asking() -> Card:
    return Card(
        body=(Para(Text("check.how")),),
        ask=Ask(
            Action(CHECK),
            Text("check.prompt"),
            Text("menu.check"),
            Text("check.hint"),
            LONGEST,
        ),
    )


def _offering(card: Card) -> Card:
    """Return *card* with a way on, and the word that nothing was kept."""
    return replace(card, buttons=(_menu(),), footer=Text("check.not_kept"))


def _menu() -> Button[Text]:
    return Button(Text("menu.menu"), Action("menu"))
