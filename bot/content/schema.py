"""What stands in each kind of file, as tables: fields, limits, and what to do about a missing one.

Rule 1: a field exists because it stands here; the reader, the lint and the JSON Schema follow.
Rule 2: a table says what one value may be; what two values say about each other is lint.

Source: content.md, sections 1 to 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.core.learner import Track


@dataclass(frozen=True, slots=True)
class Words:
    """A text that people read: at most ``limit`` UTF-16 units after rendering (``zh`` in Chinese).

    The limit is a matter of lint, so that a long text is named and its file still read.
    """

    limit: int
    zh: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """One token that fits ``pattern`` as a whole; ``like`` shows one that does.

    ``slip``: a common mistake as (pattern, what is wrong, remedy as a replacement template).
    """

    pattern: str
    like: str
    slip: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between ``low`` and ``high``."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number with or without a decimal point."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of ``least`` to ``most`` values of one kind."""

    of: "Kind"
    least: int = 0
    most: int = 99


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping of ``least`` to ``most`` entries whose keys fit ``keys``; their order is kept."""

    of: "Kind"
    keys: str
    like: str
    least: int = 0
    most: int = 99


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a group; ``remedy`` says what to write where it is missing."""

    kind: "Kind"
    required: bool = True
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A mapping with these fields and no others."""

    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class ByType:
    """A mapping whose field ``field`` says which group it is."""

    field: str
    groups: Mapping[str, Group]


Kind = Words | Word | OneOf | Whole | Number | Day | ListOf | MapOf | Group | ByType


def group(**fields: "Field | Kind") -> Group:
    """Return a group; a bare kind is a required field."""
    made = {
        name: value if isinstance(value, Field) else Field(value) for name, value in fields.items()
    }
    return Group(MappingProxyType(made))


def maybe(kind: Kind) -> Field:
    """Return a field that may be absent."""
    return Field(kind, required=False)


TRACKS = tuple(track.value for track in Track)
SLUG = Word(r"[a-z0-9]+(-[a-z0-9]+)*", "code-never-shared")
LESSON_ID = Word(
    r"[a-z]{2,4}-\d{2}",
    "acc-06",
    (r"([a-z]{2,4})-(\d)", "needs two digits", r"rename to \1-0\2"),
)
SOURCE_KEY = Word(r"[A-Z0-9]+(-[A-Z0-9]+)*", "FTC-PHISH")
ANY_ID = Word(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", "acc-06")
"""A lesson, or a slug of sources, techniques or misconceptions."""
TOPIC = Word(r"[a-z]{2,4}", "acc")
LANGUAGE = Word(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "zh-Hans")
PART_KEYS = r"[a-z][a-z0-9]{0,7}"
"""Ids of cards, options, segments and steps: at most 8 bytes of a button's token."""

TITLE = Words(40, 16)
CARD = Words(400, 160)
LINE = Words(120)
ACTION = Words(80)
ALT = Words(150)
STEM = Words(250)
OPTION = Words(90)
FEEDBACK = Words(200)
SPECIMEN = Words(300)
SENDER = Words(60)
OPTION_BEST = 55
"""An option above this is warned about.  Source: the limit of a Discord poll."""

DATES = group(last=Day(), due=Day())
PHISH_ALT = "describe the message in 150 characters"

LESSON = group(
    schema=OneOf(("lesson/1",)),
    id=LESSON_ID,
    topic=TOPIC,
    status=OneOf(("draft", "review", "published", "retired")),
    tracks=ListOf(OneOf(TRACKS), least=1),
    min_age=OneOf(("8", "13", "18")),
    sensitivity=OneOf(("none", "care")),
    risks=maybe(ListOf(OneOf(("content", "contact", "conduct", "contract", "privacy")), least=1)),
    difficulty=Whole(1, 3),
    prerequisites=ListOf(LESSON_ID),
    techniques=ListOf(SLUG, least=1, most=3),
    title=TITLE,
    objective=LINE,
    cards=MapOf(CARD, PART_KEYS, "c1", least=2, most=3),
    variants=maybe(MapOf(MapOf(CARD, PART_KEYS, "c1", 1, 3), "child|senior", "child", 1, 2)),
    recap=LINE,
    action=maybe(ACTION),
    media=maybe(
        group(
            file=Word(r"[a-z0-9_-]+\.(png|jpg|webp)", "acc-06.png"),
            alt=Field(ALT, remedy="describe the picture in 150 characters"),
        )
    ),
    sources=ListOf(group(key=SOURCE_KEY, facts=ListOf(Whole(1, 99), least=1)), least=1),
    review=group(
        last=Day(),
        due=Day(),
        by=maybe(Words(80)),
    ),
    tags=ListOf(SLUG),
)

_ITEM: Mapping[str, Field] = MappingProxyType(
    {
        "type": Field(OneOf(("single", "first", "multi", "tf", "spot", "order", "numeric"))),
        "technique": Field(SLUG),
        "difficulty": Field(Whole(1, 3)),
        "stem": Field(STEM),
        "explain": Field(FEEDBACK),
        "sources": Field(ListOf(SOURCE_KEY, least=1)),
        "review": Field(DATES),
        "hint": maybe(LINE),
        "alt": maybe(ALT),
        "language": maybe(LANGUAGE),
        "anchor": maybe(OneOf(("true", "false"))),
    }
)
_SPECIMEN = group(
    channel=OneOf(("sms", "email", "chat", "web", "call")),
    sender=maybe(SENDER),
    text=SPECIMEN,
)
_OWN_FEEDBACK = Field(FEEDBACK, remedy="say in one sentence why")
_MISCONCEPTION = Field(SLUG, remedy="name why people choose it")
_OPTION = group(
    text=OPTION,
    feedback=_OWN_FEEDBACK,
    right=maybe(OneOf(("true", "false"))),
    misconception=maybe(SLUG),
)


def _item(**fields: Field | Kind) -> Group:
    return Group(MappingProxyType({**_ITEM, **group(**fields).fields}))


def _choice(least: int, most: int) -> Group:
    return _item(
        options=MapOf(_OPTION, PART_KEYS, "a", least, most),
        specimen=maybe(_SPECIMEN),
    )


ITEMS: Mapping[str, Group] = MappingProxyType(
    {
        "single": _choice(3, 4),
        "first": _choice(3, 3),
        "multi": _choice(3, 5),
        "tf": _item(
            answer=OneOf(("true", "false")),
            feedback=group(right=_OWN_FEEDBACK, wrong=_OWN_FEEDBACK),
            misconception=_MISCONCEPTION,
        ),
        "spot": _item(
            channel=OneOf(("sms", "email", "chat", "web", "call")),
            verdict=OneOf(("fake", "genuine")),
            alt=Field(ALT, remedy=PHISH_ALT),
            segments=MapOf(
                group(
                    text=OPTION,
                    feedback=_OWN_FEEDBACK,
                    flag=maybe(OneOf(("true", "false"))),
                ),
                PART_KEYS,
                "s1",
                4,
                7,
            ),
            phish_scale=Field(
                group(
                    cues=OneOf(("few", "some", "many")),
                    alignment=OneOf(("low", "medium", "high")),
                ),
                remedy="write {cues: few|some|many, alignment: low|medium|high}",
            ),
            **{"pass": group(min_hits=Whole(0, 7), max_false_alarms=Whole(0, 7))},
        ),
        "order": _item(
            steps=MapOf(group(text=OPTION, feedback=_OWN_FEEDBACK), PART_KEYS, "a", 3, 5),
            right=ListOf(Word(PART_KEYS, "a"), least=3, most=5),
            feedback=group(right=_OWN_FEEDBACK, near=_OWN_FEEDBACK, wrong=_OWN_FEEDBACK),
            misconception=_MISCONCEPTION,
        ),
        "numeric": _item(
            accept=group(min=Number(), max=Number()),
            feedback=group(right=_OWN_FEEDBACK, low=_OWN_FEEDBACK, high=_OWN_FEEDBACK),
            misconception=_MISCONCEPTION,
        ),
    }
)
"""The fields of an item, by its type."""

QUIZ = group(
    schema=OneOf(("quiz/1",)),
    lesson=LESSON_ID,
    items=MapOf(ByType("type", ITEMS), LESSON_ID.pattern + r"-q\d{1,2}", "acc-06-q1", least=1),
)

PACK = group(
    schema=OneOf(("pack/1",)),
    id=SLUG,
    title=LINE,
    source_language=maybe(LANGUAGE),
    languages=ListOf(LANGUAGE, least=1),
    licence=LINE,
    serve=maybe(OneOf(("published", "review"))),
    native_review=maybe(OneOf(("noted", "required"))),
    paths=maybe(MapOf(ListOf(LESSON_ID, least=1), "|".join(TRACKS), "citizen")),
    replaces=maybe(ListOf(ANY_ID, least=1, most=2000)),
)

SOURCES = group(
    schema=OneOf(("sources/1",)),
    sources=MapOf(
        group(
            publisher=Words(120),
            title=Words(250),
            address=Words(300),
            year=Words(40),
            status=OneOf(("P", "S", "R")),
            checked_on=maybe(Day()),
            note=maybe(Words(400)),
        ),
        SOURCE_KEY.pattern,
        SOURCE_KEY.like,
        most=2000,
    ),
)

SENTENCE = Words(120)

TECHNIQUES = group(
    schema=OneOf(("techniques/1",)),
    techniques=MapOf(SENTENCE, SLUG.pattern, SLUG.like, most=2000),
)

MISCONCEPTIONS = group(
    schema=OneOf(("misconceptions/1",)),
    misconceptions=MapOf(SENTENCE, SLUG.pattern, SLUG.like, most=2000),
)

TREE_ID = Word(r"aid-[a-z]{2,12}", "aid-clicked")
STEP_ID = Word(PART_KEYS, "close")
LABEL = Words(32, 16)
"""A label on a button.  Source: chat.md, 2.6."""
ASKED = Words(160, 64)
DO = Words(320, 128)
_WAYS = MapOf(
    group(label=LABEL, goto=maybe(STEP_ID), tree=maybe(TREE_ID)), PART_KEYS, "page", 1, 8
)

FIRST_AID = group(
    schema=OneOf(("first_aid/1",)),
    id=TREE_ID,
    place=Whole(1, 99),
    status=OneOf(("draft", "review", "published", "retired")),
    lesson=maybe(LESSON_ID),
    title=Words(32, 16),
    start=STEP_ID,
    steps=MapOf(
        group(
            ask=maybe(ASKED),
            do=maybe(DO),
            answers=maybe(_WAYS),
            goto=maybe(STEP_ID),
            end=maybe(OneOf(("true",))),
        ),
        PART_KEYS,
        "close",
        least=2,
    ),
    closing=maybe(ASKED),
    sources=ListOf(SOURCE_KEY, least=1),
    review=group(last=Day(), due=Day(), by=maybe(Words(80))),
)

INTERFACE_KEY = r"[a-z0-9_]+(\.[a-z0-9_]+)*"
PLURALS = ("zero", "one", "two", "few", "many", "other")
INTERFACE_TEXT = group(
    text=Words(4000),
    note=maybe(Words(400)),
    limit=maybe(Whole(1, 4000)),
)
INTERFACE_COUNT = group(
    **{form: Words(4000) if form == "other" else maybe(Words(4000)) for form in PLURALS},
    note=maybe(Words(400)),
    limit=maybe(Whole(1, 4000)),
)
