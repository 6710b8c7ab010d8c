"""What was read from our own files, kept compiled from one start to the next.

Rule 1: it lies where Python keeps the compiled program, and is trusted as that is: whoever can
write there can change the program itself.  What somebody else wrote is never kept.
Rule 2: its name is made of every byte that was read and of the program that read it, so that
nothing stale is ever found; whoever touches a file reads anew.
Rule 3: where Python may not write, nothing is kept, and each start reads everything.
"""

import copyreg
import hashlib
import importlib.util
import io
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import bot

Made = TypeVar("Made")

GENERATIONS = 4
"""Newest results that stay: those of several settings, or of two checkouts with one prefix."""

_SUM = hashlib.sha256().digest_size


def kept(
    inputs: Iterable[Path],
    wanted: Sequence[str],
    make: Callable[[], Made],
    *,
    of: str = "taught",
) -> Made:
    """Return what *make* returns, from an earlier start where nothing has changed since.

    Args:
        inputs: every file that *make* reads.
        wanted: what else its result depends on.
        make: reads them; its result is made of data alone.
        of: what the result is called in its file's name; each has its own newest few.
    """
    inputs = tuple(inputs)
    mark = _mark(inputs, wanted)
    home = Path(importlib.util.cache_from_source(str(Path(bot.__file__)))).parent
    path = home / f"{of}.{sys.implementation.cache_tag}.{mark}.pickle"
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if data and hashlib.sha256(data[_SUM:]).digest() == data[:_SUM]:
        # Rule 1 is why this may be read at all; the sum tells a file that a full disk cut off.
        known: Made = pickle.loads(data[_SUM:])  # noqa: S301
        return known
    made = make()
    # What changed while it was read may be half old and half new.
    if not sys.dont_write_bytecode and _mark(inputs, wanted) == mark:
        with suppress(OSError):
            _keep(path, of, made)
    return made


def _mark(inputs: Iterable[Path], wanted: Sequence[str]) -> str:
    """Return the hash of all *inputs*, of the program and of what it stands on."""
    sums = hashlib.sha256(repr((sys.version, _libraries(), tuple(wanted))).encode())
    sums.update(_program())
    _add(sums, inputs)
    return sums.hexdigest()[:32]


@cache
def _program() -> bytes:
    """Return the hash of the program, as it was when this process first asked."""
    sums = hashlib.sha256()
    _add(sums, Path(bot.__file__).parent.rglob("*.py"))
    return sums.digest()


def _add(sums: "hashlib._Hash", paths: Iterable[Path]) -> None:
    for path in sorted({*paths}):
        data = path.read_bytes()
        sums.update(f"\0{path}\0{len(data)}\0".encode())
        sums.update(data)


def _libraries() -> tuple[str, ...]:
    """Return the versions of the libraries whose data or objects go into the result."""
    # Here, because their metadata is a walk over folders that nobody else at start needs.
    from importlib.metadata import version  # noqa: PLC0415

    return tuple(version(name) for name in ("babel", "pyyaml", "tzdata"))


def _keep(path: Path, of: str, made: object) -> None:
    """Write *made* whole or not at all, and let go of what is older than the newest few."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: _reduced}
    pickler.dump(made)
    data = written.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="taught.") as folder:
        new = Path(folder, path.name)
        new.write_bytes(hashlib.sha256(data).digest() + data)
        new.replace(path)
    old = sorted(path.parent.glob(f"{of}.*.pickle"), key=lambda one: one.stat().st_mtime_ns)
    for one in old[:-GENERATIONS]:
        one.unlink(missing_ok=True)


def _reduced(
    sealed: MappingProxyType[object, object],
) -> tuple[Callable[[dict[object, object]], object], tuple[dict[object, object]]]:
    """Return how the one kind of our data is made again that pickle does not know."""
    return _sealed, (dict(sealed),)


def _sealed(entries: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(entries)
