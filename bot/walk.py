"""The walk: what only a real client can show, looked at by the operator one step at a time.

Rule 1: it asks about what stands on a screen, and sends, reads and keeps nothing by itself.
Rule 2: a record holds the day, the version, the kind of client and the answers: no name, no id,
nothing that was typed but an answer from a list.
Rule 3: every step can be walked with the cards there are; a step names them as people see them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

APPS = ("telegram", "discord")
"""Platforms whose clients are not ours: what they show can only be seen."""

CLIENTS = ("android", "ios", "desktop", "browser")
"""Kinds of clients; they differ, so each is walked apart."""

ANSWERS = {"y": "yes", "yes": "yes", "n": "no", "no": "no", "s": "skip", "skip": "skip"}

UNSEEN = "skip"
"""What stands for a step that nobody answered, because the input ended."""

STATES = {"yes": "ok", "no": "fail", "skip": "warn"}
"""How the summary marks an answer, in the words of ``Finding``."""

Ask = Callable[[str], str | None]
"""(question) -> what was typed, without its end; None where the input has ended."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to look at: where, what to do, and what a client that is well shows."""

    key: str
    do: str
    see: str
    apps: tuple[str, ...] = APPS


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at one step of one app."""

    app: str
    key: str
    answer: str


STEPS = (
    Step(
        "width",
        "Type /settings; press Country, then Other… until the page with Brunei.",
        "British Indian Ocean Territory (30 characters) stands whole on its button, without dots.",
        ("telegram",),
    ),
    Step(
        "width",
        "Type /settings.",
        "All buttons are whole, five in a row or fewer, and none is cut short.",
        ("discord",),
    ),
    Step(
        "menu",
        "Press Country, then Other….",
        "The countries open as a list to choose from; the one you choose is taken.",
        ("discord",),
    ),
    Step(
        "letters",
        "Type /lesson, press Question, then One more, until a question has letters for buttons.",
        "Each letter stands before its option in the text; the letters are in one or two rows.",
    ),
    Step(
        "edited",
        "Type /settings; press Hour, then Back, and keep your finger where it is.",
        "The same message changes, without a sound; no button under your finger presses itself.",
    ),
    Step(
        "notice",
        "Press Hour and choose another hour.",
        "The word Saved appears and goes, or stands in a message that only you see.",
    ),
    Step(
        "code",
        "Type /help.",
        "The commands stand in another type, whole; none of them is a link to somewhere else.",
    ),
    Step(
        "defanged",
        "Type /lesson and go on until a message marked EXAMPLE shows an address with [.] in it.",
        "The address is no link, and no preview of a page stands under the message.",
    ),
    Step(
        "quotation",
        "Look at the same message.",
        "What is quoted is set apart by a bar or a box; above it stands that it is an EXAMPLE.",
    ),
    Step(
        "moment",
        "Type /settings and look at the line Next.",
        "It tells the day and the hour by the clock of this device.",
    ),
    Step(
        "colours",
        "Type /forgetme, and press Keep when you have looked.",
        "Forget me is red or stands out, Keep does not; the words alone say which is which.",
    ),
    Step(
        "direction",
        "Type /settings; press Language, then the Arabic one (العربية).",
        "Every line begins at the right, also those that begin with a sign or a Latin word.",
    ),
    Step(
        "isolates",
        "Look at the hours and at the commands of /help in Arabic.",
        "21:00 and 07:00 read from left to right; no box or strange sign stands beside them.",
    ),
    Step(
        "reply",
        "Go back to your language.  Forward any message to the bot.",
        "I cannot tell appears, as a reply to the message that you forwarded.",
        ("telegram",),
    ),
    Step(
        "silent",
        "Close the chat, and let somebody press a button on another device of yours.",
        "The changed message rings nowhere.",
    ),
    Step(
        "form",
        "Type /check and press the button under the card.",
        "A window opens with a box to paste into; what you send is answered.",
        ("discord",),
    ),
    Step(
        "context",
        "In a server with the bot: press and hold any message, Apps, Check for scam.",
        "The answer is seen by you alone, and says I cannot tell.",
        ("discord",),
    ),
    Step(
        "ephemeral",
        "In a server channel type /aid, wait a quarter of an hour, then press a button of it.",
        "The card is still there and goes on; it does not say that the interaction failed.",
        ("discord",),
    ),
    Step(
        "failed",
        "Press ten buttons of any cards, one after the other.",
        "Not once does it say that the interaction failed, or that the app did not respond.",
        ("discord",),
    ),
)
"""Every step, in the order of walking.  Source: chat.md, 10, what is not yet tried."""


def walked(apps: Sequence[str], ask: Ask, tell: Tell) -> tuple[tuple[str, ...], list[Seen]]:
    """Walk through all steps of *apps* and return the kind of client of each, and what was seen.

    When the input ends, what is left counts as skipped.
    """
    clients, found = [], []
    for app in apps:
        steps = [step for step in STEPS if app in step.apps]
        tell(f"{app}: {len(steps)} things to look at.  Open the chat with your bot.")
        kinds = {kind: kind for kind in CLIENTS}
        kind = _answer(f"Which client is it?  {', '.join(CLIENTS)}: ", kinds, ask, tell)
        clients.append(kind or "unknown client")
        answer = kind
        for number, step in enumerate(steps, start=1):
            # Where the input has ended, nobody is there to read what else could be looked at.
            if answer:
                tell(f"\n{app} {number} of {len(steps)}: {step.key}\n  Do:  {step.do}")
                tell(f"  See: {step.see}")
                answer = _answer("Is it so?  yes, no or skip: ", ANSWERS, ask, tell)
            found.append(Seen(app, step.key, answer or UNSEEN))
    return tuple(clients), found


def _answer(question: str, known: dict[str, str], ask: Ask, tell: Tell) -> str:
    """Return what of *known* was answered, empty where the input has ended."""
    while True:
        typed = ask(question)
        if typed is None:
            return ""
        if (answer := known.get(typed.strip().casefold())) is not None:
            return answer
        tell(f"I did not understand that.  Please type one of: {', '.join(known)}.")


def summary(found: Sequence[Seen]) -> Iterator[str]:
    """Yield a table of what was seen, one line a step, and a line that counts."""
    width = max((len(one.app) + 1 + len(one.key) for one in found), default=0)
    for one in found:
        yield f"{STATES[one.answer]:4}  {f'{one.app} {one.key}':{width}}  {one.answer}"
    count = Counter(one.answer for one in found)
    yield f"{count['yes']} as they should be, {count['no']} not, {count['skip']} not looked at"


def passed(found: Sequence[Seen]) -> bool:
    """Return whether something was looked at, and nothing of it was otherwise than it should."""
    answers = {one.answer for one in found}
    return "yes" in answers and "no" not in answers


def record(
    day: date, version: str, apps: Sequence[str], clients: Sequence[str], found: Sequence[Seen]
) -> str:
    """Return the lines of a record, which anybody may read."""
    pairs = zip(apps, clients, strict=True)
    head = [
        f"wary {version}",
        f"day {day.isoformat()}",
        *(f"{app} on {kind}" for app, kind in pairs),
    ]
    return "\n".join([*head, "", *summary(found), ""])
