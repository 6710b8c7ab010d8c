"""The command line: ``wary``, which is the same as ``python -m bot``.

Rule 1: this file parses and hands over; the work is done in the rooms.
"""

import argparse
import asyncio
import dataclasses
import json
import sys
import zoneinfo
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot import __version__, i18n, orders, settings, teaching
from bot.core.source import Fault
from bot.ports import StoreDown, Unfit
from bot.runtime import clock, journal
from bot.runtime.collector import uncollected
from bot.settings import Settings, SettingsError

REFUSED = 1
"""Exit code where something must be mended first."""


_ROLES = (
    "what this process does, on PostgreSQL, with commas: names of platforms, console, clock, "
    "send, work; everything when none is named"
)
ADMIN = {
    "create": "make an admin of the whole installation, and tell their one-time link",
    "invite": "make an account with other roles, and tell its one-time link",
    "reset": "take password, second step and sessions, and tell a new one-time link",
    "kill": "end all sessions of one account, or of everybody where none is named",
    "organisation": "make a school or a campaign that sees only its own",
}
"""What ``wary admin`` can do."""


def _tell(line: str) -> None:
    print(line, flush=True)


def _demo(config: Settings, given: argparse.Namespace) -> int:
    port = config.port if given.port is None else given.port
    here = dataclasses.replace(_kept_nowhere(config), platforms=("web",), port=port)
    _run(here, shown=True)
    return 0


def _serve(config: Settings, given: argparse.Namespace) -> int:
    _run(settings.playing(config, given.roles), watched=True)
    return 0


def _chat(config: Settings, given: argparse.Namespace) -> int:
    here = dataclasses.replace(config, platforms=("terminal",))
    record = given.record or config.values["WARY_TERMINAL_RECORD"]
    if record:
        values = {**config.values, "WARY_TERMINAL_RECORD": record}
        # A talk that can be played again begins with a stranger, so it has a database of its own.
        here = dataclasses.replace(_kept_nowhere(here), values=values)
    _run(here)
    return 0


def _run(config: Settings, *, shown: bool = False, watched: bool = False) -> None:
    with uncollected():
        # Here, because a check would start the later for all that serves.
        from bot import wiring  # noqa: PLC0415

    asyncio.run(wiring.serve(config, _tell, shown=shown, watched=watched))


def _kept_nowhere(config: Settings) -> Settings:
    return dataclasses.replace(config, database_url="sqlite://", key_file="", erase_journal="")


def _check(config: Settings, given: argparse.Namespace) -> int:
    from bot import checking  # noqa: PLC0415 - a bot that serves would start the later for it

    if given.report is not None:
        checking.placed(given.report)
    further = [Path(path) for path in given.path]
    made = checking.examined(config, further, release=given.release)
    for fault in made.faults:
        _tell(str(fault))
    _tell(made.totals)
    _tell(f"{made.refused} to mend, {len(made.faults) - made.refused} to look at")
    if given.report is not None:
        checking.report(made, given.report)
        _tell(f"{given.report}: the figures as a page")
    return REFUSED if made.refused else 0


def _db(config: Settings, given: argparse.Namespace) -> int:
    from bot import copies  # noqa: PLC0415 - no other command but those that serve needs SQL

    where = Path(given.where) if given.where else None
    if given.resume and given.what != "restore":
        return _refuse("--resume belongs to wary db restore")
    _tell(copies.done(config, given.what, where, resume=given.resume))
    return 0


def _admin(config: Settings, given: argparse.Namespace) -> int:
    from bot import admin  # noqa: PLC0415 - no other command but those that serve needs SQL

    for line in admin.done(config, given.what, vars(given)):
        _tell(line)
    return 0


def _i18n(config: Settings, given: argparse.Namespace) -> int:
    from bot import checking  # noqa: PLC0415 - as above

    split = checking.texts(config)
    faults: list[Fault] = []
    for place, (folder, sources) in enumerate(split):
        named = f"{folder.parent}: " if split[1:] else ""
        apart = teaching.apart if place else None
        if given.what == "extract":
            for path, count in i18n.extract(folder, sources):
                _tell(f"{path}: {count} texts")
            continue
        for tag in given.language or i18n.translated(folder):
            summary = (
                i18n.update(folder, tag, sources, apart)
                if given.what == "update"
                else i18n.coverage([folder], tag, sources, apart)
            )
            faults += summary.faults
            for one in summary.counts:
                _tell(
                    f"{named}{tag} {one.catalogue}: {one.complete} complete, {one.stale} stale, "
                    f"{one.empty} empty"
                )
    for fault in faults:
        _refuse(str(fault))
    return REFUSED if faults else 0


def _pack(config: Settings, given: argparse.Namespace) -> int:
    from bot.content import signing  # noqa: PLC0415 - the demo would start the later for it

    try:
        if given.what == "key":
            public = signing.make_key(given.key)
            _tell(f"{given.key} made; keep it to yourself. Others trust this key:\n{public}")
        elif given.what == "sign":
            count, public = signing.sign(given.folder, given.key)
            _tell(f"{count} files signed by {public}")
        else:
            return _verified(*signing.verify(given.folder, config.pack_keys))
    except signing.SigningFault as error:
        return _refuse(str(error))
    return 0


def _schema(_: Settings, given: argparse.Namespace) -> int:
    from bot.content.editors import schemas  # noqa: PLC0415 - the demo would start the later for it

    made = schemas()
    if given.into is None:
        _tell(json.dumps(made[given.kind], indent=1, ensure_ascii=False))
        return 0
    given.into.mkdir(parents=True, exist_ok=True)
    for kind, schema in made.items():
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        (given.into / f"{kind}.json").write_text(text, encoding="utf-8")
    return 0


def _preview(config: Settings, given: argparse.Namespace) -> int:
    from bot.preview import preview  # noqa: PLC0415 - the demo would start the later for it

    made = teaching.taught(config)
    locale = given.locale or config.locale
    _tell(preview(made, given.name, given.platform, locale))
    return 0


def _doctor(config: Settings, given: argparse.Namespace) -> int:
    from bot.doctor import examine  # noqa: PLC0415 - the demo would start the later for it

    if given.walk:
        return _walk(config, given)
    if given.record:
        return _refuse("--record FILE belongs to wary doctor --walk")

    async def told() -> int:
        failed = 0
        async for finding in examine(config, offline=given.offline):
            _tell(str(finding))
            failed += finding.state == "fail"
        return failed

    return REFUSED if asyncio.run(told()) else 0


def _walk(config: Settings, given: argparse.Namespace) -> int:
    from bot import walk  # noqa: PLC0415 - the demo would start the later for it

    apps = [name for name in walk.APPS if name in config.platforms]
    if not apps:
        return _refuse(f"WARY_PLATFORMS: there is a walk for {' and '.join(walk.APPS)} only")
    if given.record:
        given.record.touch()  # what cannot be written is told before the walk, not after it
    clients, found = walk.walked(apps, _typed, _tell)
    _tell("")
    for line in walk.summary(found):
        _tell(line)
    if given.record:
        text = walk.record(clock.now().date(), __version__, apps, clients, found)
        given.record.write_text(text, encoding="utf-8")
    return 0 if walk.passed(found) else REFUSED


def _typed(question: str) -> str | None:
    """Return the line that was typed in answer to *question*, None at the end of the input."""
    print(question, end="", flush=True)
    line = sys.stdin.readline() if sys.stdin else ""
    return line.rstrip("\n") if line else None


def _verified(public: str, faults: Sequence[Fault]) -> int:
    for fault in faults:
        _tell(str(fault))
    if not faults:
        _tell(f"whole, signed by {public}")
    return REFUSED if faults else 0


Command = Callable[[Settings, argparse.Namespace], int]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wary", description="Short lessons against cyberthreats, in the chat people use."
    )
    parser.add_argument("--version", action="version", version=f"wary {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(command=command)
        return made

    demo = add("demo", _demo, "try it in a browser; no account, nothing is kept")
    demo.add_argument("--port", type=_port, default=None, help="port of the page; 0 for any")
    serve = add("serve", _serve, "serve the platforms named in WARY_PLATFORMS")
    serve.add_argument("--roles", default="", help=_ROLES)
    chat = add("chat", _chat, "talk to the bot in this terminal, or by a script on its input")
    chat.add_argument("--record", metavar="FILE", help="write the talk down; nothing else is kept")
    wrong = "say everything that is wrong with lessons and translations"
    _check_arguments(add("check", _check, wrong))
    base = add("db", _db, "bring the database to this version, copy it, put a copy back")
    _db_arguments(base)
    _admin_arguments(add("admin", _admin, "people of the console: make, invite, reset, sign out"))
    words = add("i18n", _i18n, "write templates, bring translations up to date, or count them")
    words.add_argument("what", choices=["extract", "update", "coverage"])
    words.add_argument("language", nargs="*", help="tags such as ar; all when none is named")
    shown = add("preview", _preview, "print a lesson or question as a platform is sent it")
    shown.add_argument("name", help="such as acc-06, or acc-06-q1")
    platforms = ("telegram", "discord", "web", "terminal")
    shown.add_argument("--platform", choices=platforms, default="terminal")
    shown.add_argument("--locale", help="a language that is offered, such as ar")
    _doctor_arguments(add("doctor", _doctor, "examine an installation: what is well, what is not"))
    orders.add(commands, _tell)
    _pack_arguments(add("pack", _pack, "sign a pack, or verify who signed it"))
    kinds = ("lesson", "quiz", "pack", "sources", "techniques", "misconceptions", "country")
    schema = add("schema", _schema, "tell the JSON Schema of a kind of file, for editors")
    which = schema.add_mutually_exclusive_group(required=True)
    which.add_argument("kind", nargs="?", choices=kinds)
    which.add_argument("--into", type=Path, help="a folder: write all of them there")
    return parser


def _db_arguments(base: argparse.ArgumentParser) -> None:
    base.add_argument("what", choices=["upgrade", "backup", "restore", "key", "journal"])
    base.add_argument("where", nargs="?", help="folder of a backup, or the copy to restore")
    base.add_argument(
        "--resume", action="store_true", help="with restore: send what the copy owes all the same"
    )


def _check_arguments(check: argparse.ArgumentParser) -> None:
    check.add_argument("path", nargs="*", help="a further pack to check together with ours")
    check.add_argument(
        "--release", action="store_true", help="also refuse a language that is not whole enough"
    )
    page = "also write coverage and the figures of all items there, as a page"
    check.add_argument("--report", type=Path, metavar="FILE.html", help=page)


def _admin_arguments(admin: argparse.ArgumentParser) -> None:
    whats = admin.add_subparsers(required=True, dest="what", metavar="|".join(ADMIN))
    for what, text in ADMIN.items():
        made = whats.add_parser(what, help=text, description=text)
        if what == "organisation":
            made.add_argument("name")
            continue
        made.add_argument("email", nargs="?" if what == "kill" else None)
        if what in {"create", "invite"}:
            made.add_argument("--name", default="", help="what the others call them")
        if what == "invite":
            made.add_argument("--roles", required=True, help="with commas, such as teacher,author")
            made.add_argument(
                "--organisation", help="whom they work for; without: the whole of it"
            )


def _doctor_arguments(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--offline", action="store_true", help="ask no platform")
    doctor.add_argument("--walk", action="store_true", help="look at a real client, step by step")
    record = "with --walk: write down what was seen, without anything personal"
    doctor.add_argument("--record", type=Path, metavar="FILE", help=record)


def _pack_arguments(pack: argparse.ArgumentParser) -> None:
    whats = pack.add_subparsers(required=True, dest="what", metavar="key|sign|verify")
    for what, text in (
        ("key", "make the key that signs, and tell the one that verifies"),
        ("sign", "list every file of a pack and sign the list"),
        ("verify", "say who signed a pack, and what has changed since"),
    ):
        made = whats.add_parser(what, help=text, description=text)
        if what != "key":
            made.add_argument("folder", type=Path, help="the pack")
        if what != "verify":
            made.add_argument("--key", type=Path, required=True, help="file of the secret key")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > settings.LAST_PORT:
        message = f"'{text}' is no port; write a number from 0 to {settings.LAST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something to mend, 2 misuse."""
    given = _parser().parse_args(arguments)
    # The pinned tables, not the machine's, which may be years old and would move people's hours.
    zoneinfo.reset_tzpath(to=())
    try:
        config = settings.read()
        journal.write(config.log_level)
        command: Command = given.command
        code = command(config, given)
        _flush()
    except BrokenPipeError:
        return _unread()
    except (SettingsError, teaching.ContentFault) as error:
        return _refuse(str(error))
    except (Unfit, StoreDown) as error:
        return _refuse(f"WARY_DATABASE_URL: {error}")
    except (ValueError, OSError) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 0
    return code


def _flush() -> None:
    if sys.stdout:  # None where the caller closed it
        sys.stdout.flush()


def _unread() -> int:
    """Let go of an output that nobody reads any more, such as that of a pipe into ``head``."""
    with suppress(BrokenPipeError):
        sys.stdout.close()
    return REFUSED


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
