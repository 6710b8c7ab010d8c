"""The chat in a terminal: lines in, cards out, in order, whatever is typed."""

import asyncio
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Para, Specimen
from bot.core.events import Address, Began, Commanded, Incoming, Said
from bot.core.message import Message, Span
from bot.platforms.terminal import adapter, connect, decode, encode
from bot.platforms.terminal.adapter import Terminal
from bot.ports import Receipt, Refused
from tests.platforms import cards
from tests.platforms.cards import CARDS
from tests.platforms.scripted import Bot, post, tools


class Screen(io.StringIO):
    """An output that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


class Keyboard(io.BytesIO):
    """An input that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


async def talk(
    typed: bytes, *said: Message, notice: str = "", down: bool = False
) -> tuple[Bot, str]:
    out = io.StringIO()
    terminal = Terminal(tools(), stdin=io.BytesIO(typed), stdout=out)
    bot = Bot(terminal, list(said), notice, down)
    async with asyncio.timeout(10):
        await terminal.listen(bot.receive)
    return bot, out.getvalue()


async def test_a_script_has_its_answers_in_order_and_ends() -> None:
    bot, out = await talk(b"/start\n\nb\n", cards.LESSON, cards.ANSWERED)
    assert [one.event for one in bot.heard] == [Began(), Said("b")]
    assert out == (f"{encode.lines(cards.LESSON)}\n\n{encode.lines(cards.ANSWERED)}\n\n")


async def test_nothing_is_printed_before_the_first_line_of_a_script() -> None:
    bot, out = await talk(b"", cards.HELLO)
    assert (bot.heard, out) == ([], "")


async def test_a_person_is_greeted_and_prompted() -> None:
    out = Screen()
    terminal = Terminal(tools(), stdin=Keyboard(b"hi\n"), stdout=out)
    bot = Bot(terminal, [cards.BUTTONS, cards.BUTTONS])
    await terminal.listen(bot.receive)
    assert [one.event for one in bot.heard] == [Began(), Said("hi")]
    assert out.getvalue().count("> ") == 2


async def test_a_card_that_comes_by_itself_is_followed_by_the_prompt() -> None:
    out = Screen()
    terminal = Terminal(tools(), stdin=Keyboard(b""), stdout=out)
    terminal._prompted = True
    await terminal.send(post(Address("terminal", "me")), cards.BUTTONS)
    assert out.getvalue().startswith("\nGood to see you.")
    assert out.getvalue().endswith("\n\n> ")


async def test_a_changed_card_says_so() -> None:
    out = io.StringIO()
    terminal = Terminal(tools(), stdout=out)
    sent = await terminal.send(post(Address("terminal", "me"), on="t1"), cards.BUTTONS)
    assert sent == "t1"
    assert out.getvalue().startswith("en:terminal.changed\nGood to see you.")


async def test_a_notice_is_one_line() -> None:
    _, out = await talk(b"b\n", notice="You answered this one.")
    assert out == "You answered this one.\n\n"


async def test_a_store_that_is_down_is_said_and_the_talk_goes_on() -> None:
    _, out = await talk(b"a\nb\n", down=True)
    assert out == "en:terminal.cannot_save\n\n" * 2


async def test_a_card_that_never_comes_does_not_stop_the_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adapter, "WAIT", 0.01)
    monkeypatch.setattr(Bot, "say", lambda *_, **__: asyncio.sleep(0))
    bot, out = await talk(b"a\nb\n", cards.HELLO, cards.HELLO)
    assert (len(bot.heard), out) == (2, "")


async def test_a_long_line_is_cut_and_its_rest_is_no_line() -> None:
    bot, _ = await talk("é".encode() * 100_000 + b"\nb\n")
    assert [one.event for one in bot.heard] == [Said("é" * 4000), Said("b")]


async def test_bytes_that_are_no_text_do_no_harm() -> None:
    bot, _ = await talk(b"\xff\xfe\x00\x1b[2J\n\xf0\x9f\xa6\n")
    assert [one.event for one in bot.heard] == [Said("\ufffd\ufffd[2J"), Said("\ufffd")]


async def test_events_have_names_of_their_own_and_the_settings_address() -> None:
    bot, _ = await talk(b"a\na\n")
    assert len({one.id for one in bot.heard}) == 2
    assert {one.address for one in bot.heard} == {Address("terminal", "me")}


def test_settings_name_the_person_and_the_language() -> None:
    made = connect({"user": "ada", "locale": "fr"}, tools())
    assert (made._user, made._locale) == ("ada", "fr")


async def test_an_output_that_nobody_reads_refuses() -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    terminal = Terminal(tools(), stdout=Closed())
    with pytest.raises(Refused):
        await terminal.send(post(Address("terminal", "me")), cards.HELLO)


async def test_an_output_of_few_letters_gets_question_marks() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    await Terminal(tools(), stdout=out).send(post(Address("terminal", "me")), cards.ARABIC)
    assert b"?" in raw.getvalue()
    assert b"POST-INFO" in raw.getvalue()


async def test_waiting_for_a_line_can_be_cancelled() -> None:
    import socket  # noqa: PLC0415 - only here

    near, far = socket.socketpair()
    with near, far, near.makefile("rb", buffering=0) as stdin:
        chat = Terminal(tools(), stdin=cast("BinaryIO", stdin), stdout=io.StringIO())
        listening = asyncio.create_task(chat.listen(Bot(chat, []).receive))
        await asyncio.sleep(0)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        assert listening.cancelled()
        far.sendall(b"late\n")


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("/start abc", Began("abc")),
        ("/Forget-Me", Commanded("forget_me")),
        ("/startle", Commanded("startle")),
        ("/", Said("/")),
        ("b", Said("b")),
    ],
)
def test_a_line_is_a_command_or_words(typed: str, event: object) -> None:
    assert decode.event(typed) == event


@given(st.binary(max_size=300))
def test_no_line_breaks_the_decoder(line: bytes) -> None:
    assert isinstance(decode.event(decode.text(line)), Began | Commanded | Said)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_what_is_printed_is_the_plain_form(card: Message) -> None:
    assert _bare(encode.lines(card)) == _bare(card.plain())


def _bare(text: str) -> str:
    return "".join(text.replace("> ", "").split())


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_press_can_be_typed_as_printed(card: Message) -> None:
    if card.many:
        return
    for letter, choice in zip(card.letters(), card.choices, strict=True):
        assert f"{letter}) " in encode.lines(card)
        typed = card.typed(decode.text(letter.lower().encode()))
        assert typed is not None
        assert typed.action == choice.action


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_no_line_is_wider_than_the_terminal(card: Message) -> None:
    wide = [line for line in encode.lines(card).split("\n") if encode.columns(line) > encode.WIDTH]
    assert wide == []


def test_every_line_of_a_specimen_keeps_its_mark() -> None:
    said = Span("word " * 60)
    specimen = Specimen("sms", cards.say("EXAMPLE"), ((said,),))
    label, *rest = encode.lines(Message(body=(specimen,), lang="en")).split("\n")
    assert label == "EXAMPLE"
    assert len(rest) > 3
    assert all(line.startswith("> ") for line in rest)


def test_a_long_answer_goes_on_under_its_first_word() -> None:
    lines = encode.lines(cards.LONG, 40).split("\n")
    assert "   back of your own bank card to ask" in lines


def test_an_address_is_never_torn() -> None:
    address = "hxxps://" + "a" * 100 + "[.]example"
    card = Message(body=(Para((Span(f"Go to {address} now"),)),), lang="en")
    assert address in encode.lines(card).split("\n")


def test_a_title_is_bold_on_a_terminal_only() -> None:
    assert encode.lines(cards.LESSON, bold=True).startswith(
        "\x1b[1mA parcel that needs a small payment\x1b[0m\n\nDelivery"
    )
    assert encode.lines(cards.ANSWERED, bold=True).startswith("\x1b[1m❌ Not quite\x1b[0m\n\nE")
    assert "\x1b" not in encode.lines(cards.LESSON)


def test_no_text_can_steer_the_terminal() -> None:
    assert encode.wrapped("a\x1b[2Jb\x07\x9b", 72) == "a[2Jb"


WORDS = st.lists(st.text("abc你好،ابت", min_size=1, max_size=12), max_size=40).map(" ".join)


@given(st.sampled_from(["", "> ", "A) ", "- ", "[12] "]), WORDS)
def test_wrapping_loses_nothing_and_keeps_its_width(head: str, text: str) -> None:
    rows = encode.wrapped(head + text, 20).split("\n")
    strip = 2 if head == "> " else 0
    assert "".join("".join(row[strip:] for row in rows).split()) == "".join(
        (head + text)[strip:].split()
    )
    wide = [row for row in rows if encode.columns(row) > 20]
    assert all("，" in row or "." in row or len(row[len(head) :].split()) == 1 for row in wide)


async def test_a_chat_whose_reader_left_ends() -> None:
    class Left(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    terminal = Terminal(tools(), stdin=io.BytesIO(b"hi\n"), stdout=Left())
    bot = Bot(terminal, [], "A notice.")
    async with asyncio.timeout(10):
        await terminal.listen(bot.receive)


async def test_a_chat_whose_reader_left_waits_for_no_card() -> None:
    class Left(io.StringIO):
        def write(self, text: str) -> int:
            if text:
                raise BrokenPipeError
            return 0

    terminal = Terminal(tools(), stdin=io.BytesIO(b"a\nb\n"), stdout=Left())
    heard: list[str] = []

    async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        heard.extend(one.id for one in batch)
        with suppress(Refused):
            await terminal.send(post(Address("terminal", "me")), cards.BUTTONS)
        return [Receipt(posts=1)]

    async with asyncio.timeout(4):
        await terminal.listen(receive)
    assert len(heard) == 1


async def test_what_cannot_be_saved_is_said_in_the_language_of_the_cards() -> None:
    out = io.StringIO()
    terminal = Terminal(tools(), stdin=io.BytesIO(b"a\n"), stdout=out)
    await terminal.send(post(Address("terminal", "me")), replace(cards.BUTTONS, lang="ar"))
    await terminal.listen(Bot(terminal, [], "", down=True).receive)
    assert "ar:terminal.cannot_save" in out.getvalue()


async def test_without_streams_nothing_is_heard_or_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setattr("sys.stdout", None)
    bot = Bot(Terminal(tools()), [])
    await bot.platform.listen(bot.receive)
    assert bot.heard == []


def test_a_row_ends_what_it_isolates_and_the_next_goes_on_with_it() -> None:
    text = "\u200fكلمة \u2066one two three four\u2069 كلمة"
    assert encode.wrapped(text, 12).split("\n") == [
        "\u200fكلمة \u2066one two\u2069",
        "\u200f\u2066three four\u2069",
        "\u200fكلمة",
    ]
    assert encode.wrapped(text, 72) == text
