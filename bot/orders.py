"""What is typed to order a send, to steer it and to prove it: the commands ``send`` and ``audit``.

Rule 1: this file parses and hands over, as ``__main__`` does for the others.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bot.core.send import Audience
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.sending import Order

VERIFY = "verify"
"""Asks ``wary audit`` for the chain of what was done in the console."""

Tell = Callable[[str], None]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def add(commands: Commands, tell: Tell) -> None:
    """Add both commands to *commands*; *tell* prints a line."""
    text = "send a lesson or a text to many, and steer it"
    send = commands.add_parser("send", help=text, description=text)
    send.set_defaults(command=partial(_ordered, tell))
    _send(send)
    text = "prove that everybody of a send is accounted for, or the console's acts unchanged"
    audit = commands.add_parser("audit", help=text, description=text)
    audit.set_defaults(command=partial(_audited, tell))
    audit.add_argument("what", type=_audited_thing, help="the number of a send, or: verify")
    audit.add_argument("--csv", type=Path, metavar="FILE", help="write every row there")


def _ordered(tell: Tell, config: Settings, given: argparse.Namespace) -> int:
    from bot import sending  # noqa: PLC0415 - no other command needs its rooms

    match given.what:
        case "plan":
            return sending.plan(config, _order(given, sending.Order), tell)
        case "preview":
            return sending.preview(config, given.send, tell, whole=given.all)
        case "status":
            return sending.status(config, given.send, tell, watch=given.watch)
        case _:
            return sending.steer(config, given.send, given.what, tell)


def _audited(tell: Tell, config: Settings, given: argparse.Namespace) -> int:
    if given.what == VERIFY:
        return _verified(tell, config)
    from bot import sending  # noqa: PLC0415 - as above

    return sending.audit(config, given.what, tell, given.csv)


def _audited_thing(said: str) -> int | str:
    return said if said == VERIFY else int(said)


def _verified(tell: Tell, config: Settings) -> int:
    from bot import admin  # noqa: PLC0415 - as above

    rows, faults = admin.verified(config)
    for fault in faults:
        tell(fault)
    tell(f"{rows} rows, {len(faults)} faults" if faults else f"{rows} rows, whole")
    return 1 if faults else 0


def _order(given: argparse.Namespace, order: "type[Order]") -> "Order":
    audience = Audience(
        languages=tuple(given.languages),
        tracks=tuple(given.tracks),
        countries=tuple(given.countries),
        regions=tuple(given.regions),
        platforms=tuple(given.platforms),
        sample=given.sample,
        places=given.places,
    )
    return order(
        name=given.name,
        kind=given.kind,
        audience=audience,
        lesson=given.lesson,
        texts=tuple(given.text),
        seed=given.seed,
        begins=given.begins,
        ends=given.ends,
        expires=given.expires,
        seen=given.seen,
    )


def _send(send: argparse.ArgumentParser) -> None:
    whats = send.add_subparsers(required=True, dest="what", metavar="plan|preview|start|...")
    for what, text in (
        ("preview", "tell what would be sent to whom and when; send nothing"),
        ("start", "freeze the audience and begin"),
        ("pause", "let nothing more leave, until it is resumed"),
        ("resume", "go on after a pause"),
        ("stop", "let nothing more leave for ever"),
        ("retry", "send again what was refused or is unknown, and nothing else"),
        ("status", "tell how far it has come and when it ends"),
    ):
        made = whats.add_parser(what, help=text, description=text)
        made.add_argument("send", type=int, help="its number")
        if what == "preview":
            made.add_argument("--all", action="store_true", help="name every recipient")
        if what == "status":
            made.add_argument("--watch", action="store_true", help="again, until it is over")
    text = "write a send down and tell how many it would reach"
    _plan(whats.add_parser("plan", help=text, description=text))


def _plan(plan: argparse.ArgumentParser) -> None:
    plan.add_argument("name", help="what it is about; of one name there is one send for ever")
    kinds = ("campaign", "lesson_day", "alert")
    plan.add_argument("--kind", choices=kinds, default="campaign", help="its lane")
    plan.add_argument("--lesson", default="", metavar="ID", help="tell of this lesson")
    text = "say this text; its first line is the title"
    plan.add_argument("--text", action="append", default=[], metavar="LANGUAGE=FILE", help=text)
    for name, option, example in (
        ("languages", "--language", "ar"),
        ("tracks", "--track", "teen"),
        ("countries", "--country", "tn"),
        ("regions", "--region", "TN-11"),
        ("platforms", "--platform", "telegram"),
    ):
        only = f"only these, such as {example}; may stand several times"
        plan.add_argument(option, dest=name, action="append", default=[], help=only)
    plan.add_argument("--seen", type=int, default=0, metavar="DAYS", help="heard of since")
    plan.add_argument("--sample", type=int, default=0, metavar="N", help="N of them, drawn by lot")
    plan.add_argument("--seed", default="", help="what the lot is drawn by; the name, if none")
    plan.add_argument("--places", choices=("none", "also", "only"), default="none")
    plan.add_argument("--from", dest="begins", default="", metavar="TIME", help="ISO 8601")
    plan.add_argument("--until", dest="ends", default="", metavar="TIME", help="spread up to then")
    plan.add_argument("--expires", default="", metavar="TIME", help="nothing leaves after that")
