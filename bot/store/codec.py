"""Cards, stages and learners as compact JSON, and back, exactly.

Rule 1: a class is written by its name and its fields that differ from their defaults, so that a
new field with a default needs no migration, and a field that is gone is passed over.
Rule 2: a stage that this version does not know is read as Idle: nobody is stuck in it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Row

from bot.core.altered import altered
from bot.core.card import (
    Action,
    Ask,
    Bullets,
    Button,
    Card,
    Choice,
    Fixed,
    Instant,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
)
from bot.core.events import Address
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
    Track,
)
from bot.core.rhythm import Rhythm
from bot.core.send import Audience

T = TypeVar("T")

Record: TypeAlias = Row[*tuple[Any, ...]]
"""A row as it comes back from the database, its values by their columns' names."""

MEMORIES = 4096
"""Reviews and settings of learners kept as they were read, about 3 KB each at most."""

ALIKE = 512
"""Stages kept as they were written: after a day's lesson those of most people are equal."""

HASH_BYTES = 16
"""Length of a card's hash, in bytes."""

_TAG = ""
"""The key under which the class is named: no field can have this name."""

_DATED: Final[Mapping[type, str]] = {datetime: "datetime", date: "date", time: "time"}
_UNDATED: Final[Mapping[str, Callable[[str], Any]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}
_STAGES: Final = (Stranger, Idle, Choosing, Reading, Answering, Answered, Acting)
_PARTS: Final = (
    Action,
    Ask,
    Audience,
    Bullets,
    Button,
    Card,
    Choice,
    Fixed,
    Instant,
    Marked,
    Para,
    Progress,
    Rhythm,
    Session,
    Specimen,
    Text,
    *_STAGES,
)
_CLASSES: Final[Mapping[str, type]] = {part.__name__: part for part in _PARTS}
_FIELDS: Final[Mapping[type, tuple[tuple[str, object], ...]]] = {
    part: tuple((f.name, f.default) for f in fields(part)) for part in _PARTS
}

_COLUMNS: Final = frozenset(
    {
        "key",
        "address",
        "locale",
        "country",
        "zone",
        "track",
        "stage",
        "gone",
        "ties",
        "place",
        "keeper",
        "reviews",
    }
)
"""Fields of a learner that queries ask for, or that stand elsewhere."""

_MEMORY: Final = fields(Memory)
_SETTINGS: Final = {f.name: f.default for f in fields(Learner) if f.name not in _COLUMNS}
"""All other fields and their defaults: they share the column ``settings``."""

_SET: Final = tuple(_SETTINGS.items())
_HELD: Final = attrgetter(*_SETTINGS)
_NEWBORN: Final = Learner("", Address("", ""))


def _down(value: Any) -> dict[str, Any]:
    """Return *value*, which JSON does not know, as an object of JSON.

    The encoder walks through tuples by itself: it does so in C.
    """
    kind = type(value)
    if kind in _FIELDS:
        found: dict[str, Any] = {_TAG: kind.__name__}
        for name, default in _FIELDS[kind]:
            held = getattr(value, name)
            if held is not default and (default is MISSING or held != default):
                found[name] = held
        return found
    if kind in _DATED:
        return {_TAG: _DATED[kind], "v": value.isoformat()}
    if kind is frozenset:
        return {_TAG: "set", "v": sorted(value)}
    raise TypeError(f"cannot store a {kind.__name__}")


def _up(found: dict[str, Any]) -> Any:
    """Return what ``_down`` was given; an object without a tag stays one."""
    tag = found.get(_TAG)
    if tag is None:
        for name, held in found.items():
            if type(held) is list:
                found[name] = tuple(map(_tuples, held))
        return found
    if tag in _CLASSES:
        kind = _CLASSES[tag]
        return kind(**{n: _tuples(found[n]) for n, _default in _FIELDS[kind] if n in found})
    if tag == "set":
        return frozenset(found["v"])
    return _UNDATED[tag](found["v"])


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if type(value) is list else value


# Nothing that is kept can hold itself: it is made of tuples that cannot change.
_dump: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_down
).encode
_load: Final = json.JSONDecoder(object_hook=_up).decode
_plain: Final = json.JSONDecoder().decode


def pack_card(card: Card) -> str:
    """Return *card* as JSON."""
    return _dump(card)


def unpack_card(text: str) -> Card:
    """Return the card that was packed.

    Raises:
        ValueError: *text* is not a card of this version.
    """
    return _unpacked(text, Card)


def _unpacked(text: str, kind: type[T]) -> T:
    try:
        found = _load(text)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"a stored {kind.__name__} is not of this version") from error
    if not isinstance(found, kind):
        raise ValueError(f"a stored {kind.__name__} is not of this version")  # noqa: TRY004  the data is wrong, not the call
    return found


def pack_audience(audience: Audience) -> str:
    """Return *audience* as JSON, the same for the same."""
    return _dump(audience)


def unpack_audience(text: str) -> Audience:
    """Return the audience that was packed.

    Raises:
        ValueError: *text* is not an audience of this version: nobody may be guessed at.
    """
    return _unpacked(text, Audience)


def card_hash(packed: str) -> bytes:
    """Return the hash that stays in the ledger when the card is wiped, ``HASH_BYTES`` long."""
    return blake2b(packed.encode(), digest_size=HASH_BYTES).digest()


@lru_cache(maxsize=ALIKE)
def pack_stage(stage: Stage) -> str:
    """Return *stage* as JSON."""
    return _dump(stage)


@lru_cache(maxsize=ALIKE)
def unpack_stage(text: str) -> Stage:
    """Return the stage that was packed, or Idle for one of another version."""
    try:
        stage = _load(text)
    except (KeyError, TypeError, ValueError):
        return Idle()
    return stage if isinstance(stage, _STAGES) else Idle()


def pack_settings(learner: Learner) -> str:
    """Return what the column ``settings`` holds of *learner*, as JSON."""
    found = {}
    for (name, default), held in zip(_SET, _HELD(learner), strict=True):
        if held is not default and held != default:
            found[name] = held
    return _dump(found)


@lru_cache(maxsize=MEMORIES)
def _unpack_settings(text: str) -> Mapping[str, Any]:
    """Return what ``pack_settings`` packed, its fields by name.

    Without a hook: nearly all of it is flat, and the decoder would call Python for the whole.
    """
    found = {name: _raised(held) for name, held in _plain(text).items() if name in _SETTINGS}
    return found | {"often": Often(found.get("often", Often.UNASKED))}


def _raised(value: Any) -> Any:
    """Return what ``_load`` makes of *value*, as plain JSON gave it."""
    kind = type(value)
    if kind is list:
        return tuple(map(_raised, value))
    if kind is dict:
        return _up({name: _raised(held) for name, held in value.items()})
    return value


def learner_row(
    learner: Learner, last_seen: datetime, keeper: int | None = None
) -> dict[str, object]:
    """Return the row of *learner* in the table ``learners``; *keeper* is that address's row."""
    return {
        "id": learner.key,
        "locale": learner.locale,
        "country": learner.country,
        "zone": learner.zone,
        "track": str(learner.track),
        "stage": pack_stage(learner.stage),
        "settings": pack_settings(learner),
        "last_seen": last_seen,
        "place": learner.place,
        "keeper_id": keeper,
    }


def taught_row(learner: Learner) -> dict[str, object]:
    """Return what a lesson changes in the row of *learner*, whose key is not named as there."""
    return {
        "learner": learner.key,
        "stage": pack_stage(learner.stage),
        "settings": pack_settings(learner),
    }


def learner_of(row: Record, address: Address) -> Learner:
    """Return the learner of *row*, reached at *address*.

    *row* has the columns of ``learners``, ``closed_at`` of the address, and ``reviews``: the
    packed memories with a comma between them, None or empty for none.
    """
    # Not by the constructor: of its many fields most are as they were born.
    return altered(
        _NEWBORN,
        key=row.learner,
        address=address,
        locale=row.locale,
        country=row.country,
        zone=row.zone,
        track=Track(row.track),
        stage=unpack_stage(row.stage),
        gone=row.closed_at is not None,
        place=row.place,
        reviews=unpack_reviews(row.reviews) if row.reviews else (),
        **_unpack_settings(row.settings),
    )


def pack_memory(memory: Memory) -> str:
    """Return *memory* as JSON, in a list: its names would be half of it."""
    return _dump(
        (
            memory.technique,
            memory.stability,
            memory.difficulty,
            int(memory.last.timestamp()),
            int(memory.due.timestamp()),
            memory.seen,
            int(memory.known),
            int(memory.held),
        )
    )


@lru_cache(maxsize=MEMORIES)
def unpack_reviews(joined: str) -> tuple[Memory, ...]:
    """Return the memories that were packed and *joined* by commas, by their techniques.

    One of another version is passed over: it is learned anew.
    """
    found = sorted(row for row in json.loads(f"[{joined}]") if len(row) == len(_MEMORY))
    return tuple(
        Memory(
            technique,
            stability,
            difficulty,
            datetime.fromtimestamp(last, UTC),
            datetime.fromtimestamp(due, UTC),
            _tuples(seen),
            bool(known),
            bool(held),
        )
        for technique, stability, difficulty, last, due, seen, known, held in found
    )
