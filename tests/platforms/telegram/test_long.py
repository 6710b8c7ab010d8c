"""T16 of trust.md on the wire: nothing too long is sent, and what is found so, once only.

The row wants a text that is too long split into rows of their own.  A card is one message that a
press edits, so two rows would ask in two halves: here it stays one, what it asks stays whole, what
is left out is marked by an ellipsis and told to the operator.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action, Choice, Para
from bot.core.events import Address
from bot.core.message import Message, Rich, Span
from bot.platforms.telegram import encode
from bot.platforms.telegram.encode import units
from bot.ports import Refused
from tests.platforms.cards import LESSON
from tests.platforms.scripted import post
from tests.platforms.telegram.people import bot
from tests.platforms.telegram.server import BotApi, refuse

TO_ME = post(Address("telegram", "7"))


LETTERS = ("a", "ع", "字", "😀", "\N{WAVING WHITE FLAG}\N{RAINBOW}")
QUESTION = (Span("What do you do now?"),)
LONG = "An answer that is too long for the face of a button, so that it stands in the text"


@pytest.mark.parametrize("length", range(4094, 4099))
@pytest.mark.parametrize("letter", LETTERS)
async def test_t16_around_the_limit_every_script_is_taken_and_a_cut_is_told(
    api: BotApi, caplog: pytest.LogCaptureFixture, letter: str, length: int
) -> None:
    text = letter * (length // units(letter))
    words = Message(body=(Para((Span(text),)),), lang="en")
    await bot(api).send(TO_ME, words)
    (shown,) = api.chats[7]
    fits = units(text) <= 4096
    assert shown.text == (text if fits else "…")
    assert [one.msg for one in caplog.records] == ([] if fits else ["text_cut"])


@pytest.mark.parametrize(("end", "letter"), [(". ", "a"), ("؟ ", "ع"), ("。", "字"), ("! ", "😀")])
async def test_t16_of_one_block_the_first_whole_sentences_stay(
    api: BotApi, end: str, letter: str
) -> None:
    sentence = letter * 300 + end
    words = Message(body=(Para((Span(sentence * 20, bold=True),)),), lang="en")
    await bot(api).send(TO_ME, words)
    (shown,) = api.chats[7]
    said = shown.text.removesuffix("\n\n…")
    assert 4096 - units(sentence) - 4 < units(said) <= 4093
    assert set((said + end[1:]).split(sentence)) == {""}
    assert [one["length"] for one in shown.entities] == [units(said)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(LETTERS), st.integers(1, 2100)), min_size=1, max_size=6),
    st.booleans(),
)
def test_t16_a_card_asks_whole_in_one_message_whatever_its_length(
    blocks: list[tuple[str, int]],
    asks: bool,  # noqa: FBT001 - drawn
) -> None:
    texts = [f"{at}:{letter * count}:{at}" for at, (letter, count) in enumerate(blocks)]
    choices: tuple[Choice[Rich], ...] = (
        Choice((Span(LONG),), Action("answer", ("phi-05-q2", "a"))),
    )
    message = Message(
        title=QUESTION,
        body=tuple(Para((Span(text),)) for text in texts),
        choices=choices if asks else (),
        footer=(Span("Questions: /help"),),
        lang="en",
    )
    drawn = encode.drawn(message)
    assert units(drawn.text) <= 4096
    assert "What do you do now?" in drawn.text
    assert "Questions: /help" in drawn.text
    assert (LONG in drawn.text) == asks
    left = [text in drawn.text for text in texts]
    assert left == sorted(left, reverse=True), "what is left out is the end"
    assert drawn.cut == (not all(left)) == ("…" in drawn.text)
    assert all(f"{at}:" not in drawn.text for at, stays in enumerate(left) if not stays)


def test_t16_what_is_to_be_typed_keeps_what_it_asks() -> None:
    message = Message(
        title=QUESTION,
        body=tuple(Para((Span("word " * 300),)) for _ in range(5)),
        choices=(Choice((Span(LONG),), Action("answer", ("phi-05-q2", "a"))),),
        typed_only=True,
        lang="en",
    )
    drawn = encode.drawn(message)
    assert drawn.cut
    assert units(drawn.text) <= 4096
    assert "What do you do now?" in drawn.text
    assert LONG in drawn.text


async def test_t16_what_the_service_finds_too_long_is_refused_and_not_tried_again(
    api: BotApi,
) -> None:
    api.fail("sendMessage", refuse(400, "Bad Request: message is too long"))
    with pytest.raises(Refused):
        await bot(api).send(TO_ME, LESSON)
    assert api.counts["sendMessage"] == 1
