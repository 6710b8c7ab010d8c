"""Cards, stages and learners of any shape, for property tests."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from bot.core.card import (
    Action,
    Ask,
    Bullets,
    Button,
    Card,
    Choice,
    Fixed,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
    Value,
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

words = st.text(max_size=12)
numbers = st.integers(-(2**60), 2**60)
days = st.dates()
zones = st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=45))))
instants = st.datetimes(timezones=zones)
fixed = st.builds(
    Fixed, st.sampled_from(("name", "command", "code", "url", "phone", "quote")), words
)


def _texts(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Text]:
    pairs = st.lists(st.tuples(words, values), max_size=3).map(tuple)
    return st.builds(Text, words, pairs)


plain: st.SearchStrategy[Value] = st.one_of(words, numbers, instants, days, st.times(), fixed)
texts = st.recursive(_texts(plain), lambda inner: _texts(plain | inner), max_leaves=4)
maybe = st.none() | texts
parts = st.text("abz059_.-", min_size=1, max_size=6)
actions = st.builds(Action, parts, st.lists(parts, max_size=3).map(tuple))
marks = st.frozensets(st.sampled_from(("", "right", "yours")))
some_texts = st.lists(texts, max_size=3).map(tuple)
channels = st.sampled_from(("sms", "mail", "chat", "call", "web"))
blocks = st.one_of(
    st.builds(Para, texts),
    st.builds(Bullets, some_texts, st.booleans()),
    st.builds(Specimen, channels, texts, some_texts, maybe, st.booleans()),
    st.builds(Progress, st.integers(0, 9), st.integers(0, 9), maybe),
    st.builds(Marked, st.lists(st.tuples(marks, texts), max_size=3).map(tuple)),
)
styles = st.sampled_from(("plain", "primary", "good", "danger"))
buttons = st.builds(Button, texts, actions | words, styles)
choices = st.builds(Choice, texts, actions, st.booleans(), words)
asks = st.builds(Ask, actions, texts, texts, maybe, st.integers(1, 400))
cards = st.builds(
    Card,
    body=st.lists(blocks, max_size=3).map(tuple),
    title=maybe,
    choices=st.lists(choices, max_size=3).map(tuple),
    many=st.none() | buttons,
    ask=st.none() | asks,
    buttons=st.lists(buttons, max_size=2).map(tuple),
    footer=maybe,
    tone=st.sampled_from(("plain", "info", "good", "bad", "warn", "urgent")),
    lang=words,
    typed_only=st.booleans(),
)
whys = st.sampled_from(("first", "daily", "more", "review"))
sessions = st.none() | st.builds(
    Session,
    st.lists(words, max_size=2).map(tuple),
    st.lists(st.tuples(words, st.booleans()), max_size=2).map(tuple),
)
picked = st.lists(words, max_size=3).map(tuple)
verdicts = st.sampled_from(("right", "near", "wrong", "unknown"))
open_stages: st.SearchStrategy[Stage] = st.one_of(
    st.just(Idle()),
    st.builds(Choosing, words, st.booleans(), st.integers(0, 9), st.none() | numbers),
    st.builds(Reading, words, st.integers(0, 9), whys),
    st.builds(Answering, words, words, whys, picked, sessions),
    st.builds(Answered, words, words, whys, picked, verdicts, words, sessions),
    st.builds(Acting, words, st.booleans()),
)
stages: st.SearchStrategy[Stage] = st.just(Stranger()) | open_stages
seconds = st.integers(0, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
reviews = st.lists(
    st.builds(
        Memory,
        words,
        st.floats(0.001, 150),
        st.floats(1, 10),
        seconds,
        seconds,
        st.lists(st.tuples(words, st.integers(0, 800_000)), max_size=3).map(tuple),
        st.booleans(),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda memory: memory.technique,
).map(lambda found: tuple(sorted(found, key=lambda memory: memory.technique)))
learners = st.builds(
    Learner,
    key=st.text("0123456789abcdef", min_size=32, max_size=32),
    address=st.just(Address("telegram", "1")),
    locale=words,
    country=words,
    zone=words,
    track=st.sampled_from(Track),
    often=st.sampled_from(Often),
    hour=words,
    quiet=st.tuples(words, words),
    alerts=st.sampled_from(("urgent", "none")),
    typed_only=st.booleans(),
    stage=stages,
    progress=st.lists(st.tuples(words, numbers), max_size=3).map(tuple),
    shown=st.lists(words, max_size=3).map(tuple),
    points=numbers,
    later=words,
    later_on=st.none() | days,
    last_day=st.none() | days,
    paused=st.booleans(),
    paused_until=st.none() | instants,
    gone=st.booleans(),
    reviews=reviews,
    unpressed=st.integers(0, 12),
)
