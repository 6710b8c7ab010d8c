"""The page of figures for machines, in the text format of Prometheus.  No ids, no tokens.

Rule 1: a figure that nobody has measured is left out, never told as 0.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.ports import ASGI

Figure = tuple[str, Mapping[str, str], float]
"""Name, labels and value."""

TEXT = "text/plain; version=0.0.4; charset=utf-8"
"""Source: Prometheus, Exposition formats, text-based format."""

MEANINGS: Mapping[str, tuple[str, str]] = {
    "intake_depth": ("gauge", "Events that wait for their turn."),
    "intake_oldest_s": ("gauge", "Seconds for which the one that waits longest has waited."),
    "posts": ("gauge", "Posts in the ledger, by state and lane."),
    "send_total": ("counter", "Posts whose end is known, by platform and result."),
    "send_latency_s": ("summary", "Seconds that posts were on their way."),
    "retry_after_s": ("gauge", "Seconds for which a platform has asked us to be silent."),
    "invalid_requests_10m": ("gauge", "Answers of Discord in 10 minutes that count against us."),
    "identify_left": ("gauge", "Sessions that Discord lets us begin today."),
    "lease_epoch": ("gauge", "How often the lead of a platform has begun."),
    "leader": ("gauge", "1 where this process leads the platform, 0 where it stands by."),
    "schedule_lag_s": ("gauge", "Seconds by which the next occurrence is late."),
    "occurrences_total": ("counter", "Occurrences that came due, by result."),
    "content_version": ("gauge", "1, with the fingerprint of what is taught."),
    "content_reload_failed_total": ("counter", "Changes of content that were refused."),
    "db_commit_s": ("gauge", "Seconds that the last commit of a probe took."),
    "db_free_bytes": ("gauge", "Bytes that are free on the disk of the database."),
    "backup_age_s": ("gauge", "Seconds since the last copy of the database was made."),
    "loop_lag_s": ("gauge", "Seconds by which the last beat of the loop came late."),
    "dead_letter": ("gauge", "Events that were set aside for ever."),
    "duplicate_updates_total": ("counter", "Events that came again and changed nothing."),
}
"""Kind and meaning of each figure.  Source: trust.md, 11.5."""


def exposed(figures: Iterable[Figure]) -> str:
    """Return *figures* as a page, those of one name together.

    Raises:
        KeyError: a figure has no meaning.
    """
    by_name: dict[str, list[str]] = {}
    for name, labels, value in figures:
        told = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels.items())
        named = f"{name}{{{told}}}" if told else name
        of = name.removesuffix("_sum").removesuffix("_count")
        by_name.setdefault(of, []).append(f"{named} {_number(value)}")
    lines: list[str] = []
    for name, samples in by_name.items():
        kind, meaning = MEANINGS[name]
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *samples]
    return "\n".join([*lines, ""])


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(said: str) -> str:
    return said.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def page(measure: Callable[[], Awaitable[Iterable[Figure]]]) -> ASGI:
    """Return the site of figures: ``/metrics`` alone, on a port of its own."""

    async def figures(_: Request) -> Response:
        return PlainTextResponse(exposed(await measure()), media_type=TEXT)

    return Starlette(routes=[Route("/metrics", figures)])
