"""How much more memory a send to a million takes than one to ten thousand.

    python -m bench.growth FILE     the process that sends: prints its largest size in kibibytes

Rule 1: the people are written by another process, whose memory does not count.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.due import AT, fill
from bench.fire import on
from bench.fire_postgres import KEY
from bench.overtake import started
from bench.rows import Figure
from bench.sink import Sink, nobody
from bot import i18n, settings, store, teaching
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.store.sealing import Seal

FEW, MANY = 10_000, 1_000_000
PERCENT = 10.0
MOST = 250
"""Most memory, in mebibytes."""

UNPACED = 1e9


def rss_growth(many: int = MANY) -> Figure:
    """Return by how many percent the larger send takes more."""
    few, most = _kib(FEW), _kib(many)
    grown = 100 * (most - few) / few
    return Figure(
        name="send.rss_growth",
        value=grown,
        unit="%",
        peer=f"MiB of a send to {many:,}",
        peer_value=most / 1024,
        ratio=most / few,
        runs=1,
        target=f"<= {PERCENT:g}",
        met=grown <= PERCENT and most / 1024 <= MOST,
    )


def _kib(people: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'wary.db'}"
        asyncio.run(_filled(url, people))
        command = [sys.executable, "-m", "bench.growth", url, str(people)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
        return int(done.stdout)


async def _filled(url: str, people: int) -> None:
    await (await store.connect(url, key=KEY)).close()
    await on(url, fill, people, Seal(KEY))


async def _sent(url: str, people: int) -> None:
    made = teaching.taught(settings.read({}))
    render = renderer(made.catalogues.translate, i18n.rtl)
    base = await store.connect(url, key=KEY)
    sink = Sink(UNPACED)
    dispatcher = Dispatcher(sink, base, render, Gate(UNPACED, time.monotonic), lambda: AT)
    await started(base, "campaign", "growth", 0)
    while await dispatcher.once(nobody):
        pass
    while await base.sends.step(AT):
        pass
    audit = await base.audits.audit(1, AT)
    assert audit.progress.counts == {"sent": people} == {"sent": sink.count}, audit
    await base.close()


def main() -> None:
    """Send to everybody in the file that is named, and print how large this process was."""
    asyncio.run(_sent(sys.argv[1], int(sys.argv[2])))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")


if __name__ == "__main__":
    main()
