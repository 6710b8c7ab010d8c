"""The terminal as a platform: a typed line comes in, cards are printed.

Rule 1: the next line is read when the cards that answer the last one have been printed, so that
the transcript of a script is in order.
"""

import asyncio
import secrets
import sys
import threading
from contextlib import suppress
from io import BytesIO, FileIO, StringIO
from queue import SimpleQueue
from typing import BinaryIO, TextIO

from bot.core.can import Can
from bot.core.card import Text
from bot.core.events import Event, Incoming
from bot.core.message import Message, words
from bot.platforms.terminal import decode, encode, files
from bot.platforms.terminal.record import Record
from bot.ports import Limits, Post, Receipt, Receive, Refused, StoreDown, Tools

LIMITS = Limits(2000.0)
"""Cards a second: nobody throttles a print."""

WAIT = 5.0
"""Longest time that the next line waits for the cards of the last, in seconds."""

CAN = Can(
    text=20_000,
    label=60,
    per_row=1,
    buttons=99,
    action=200,
    menu=0,
    modal=False,
    private_reply=True,
    local_time=False,
    silent=True,
    protect=False,
    copy=False,
    edit_hours=0,
    delete_hours=0,
    push="on_request",
)
"""Source: chat.md, 2.5."""


class Terminal:
    """The chat on standard input and output."""

    def __init__(
        self,
        tools: Tools,
        *,
        user: str = "me",
        locale: str = "en",
        stdin: BinaryIO | None = None,
        stdout: TextIO | None = None,
        record: Record | None = None,
    ) -> None:
        """Speak with *user* through the given streams, or those of the process.

        With a *record* the talk is written down, and what is typed presses the newest card as a
        finger does: that card changes, as in an app with buttons.
        """
        self._tools = tools
        self._record = record
        self._user = user
        self._locale = locale
        self._stdin = stdin
        self._spoken = locale
        self._stdout = stdout or sys.stdout or StringIO()
        self._tty = self._stdout.isatty()
        self._prompted = False
        self._unread = False
        self._printed: dict[str, int] = {}
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        """Return ``terminal``."""
        return "terminal"

    @property
    def can(self) -> Can:
        """Return what lines of text can show and do."""
        return CAN

    @property
    def limits(self) -> Limits:
        """Return how many cards a second are printed at most."""
        return LIMITS

    async def listen(self, receive: Receive) -> None:
        """Hand every line to *receive*, until the end of input or until nobody reads."""
        with suppress(Refused):
            await self._talk(receive)

    async def _talk(self, receive: Receive) -> None:
        stdin = self._stdin or _keyboard()
        reader = Reader(stdin)
        ask = self._tty and stdin.isatty()
        if ask:
            await self._turn(receive, self._event("/start"))
        while not self._unread:
            self._prompted = ask
            self._print("> " if ask else "")
            line = await reader.line()
            self._prompted = False
            if line is None:
                return
            said = decode.text(line)
            if said:
                await self._turn(receive, self._event(said))

    def _event(self, said: str) -> Event:
        pressed = self._record.said(said) if self._record else None
        return pressed or decode.event(said)

    async def send(self, post: Post, message: Message) -> str:
        """Print *message*, one that changes an earlier one with a line that says so.

        Raises:
            Refused: nobody reads the output any more.
        """
        self._spoken = message.lang
        changed = Text("terminal.changed")
        first = f"{words(self._tools.translate(message.lang, changed))}\n" if post.on else ""
        self._say(first + encode.lines(message, bold=self._tty))
        if message.carried:
            self._say(files.handed(message, self._tools))
        for event in self._printed:
            self._printed[event] += post.answers in {event, ""}
        passed, self._changed = self._changed, asyncio.Event()
        passed.set()
        number = post.on or post.nonce or secrets.token_hex(8)
        if self._record:
            answer = post.answers in self._printed
            self._record.shown(message, number, changed=bool(post.on), answer=answer)
        return number

    async def _turn(self, receive: Receive, event: Event) -> None:
        """Report *event*, print its notice, and wait for the cards that answer it."""
        what = decode.incoming(
            event, secrets.token_hex(16), self._user, self._tools.now(), self._locale
        )
        self._printed[what.id] = 0
        try:
            receipts = await receive([what])
        except StoreDown:
            receipts = [Receipt(self._unsaved(what))]
        await self._answered(what.id, sum(receipt.posts for receipt in receipts))
        for receipt in receipts:
            if receipt.text:
                self._say(encode.wrapped(receipt.text, encode.WIDTH))
            if receipt.text and self._record:
                self._record.noticed(receipt.text)

    def _unsaved(self, what: Incoming) -> str:
        """Print first aid where *what* asks for it, else return that nothing can be saved."""
        message = self._tools.aid(what) if self._tools.aid else None
        if message is None:
            said = self._tools.translate(self._spoken, Text("terminal.cannot_save"))
            return words(said)
        self._spoken = message.lang
        self._say(encode.lines(message, bold=self._tty))
        return ""

    async def _answered(self, event: str, cards: int) -> None:
        """Wait until *cards* that answer *event* were printed, at most ``WAIT`` seconds."""
        try:
            async with asyncio.timeout(WAIT):
                while self._printed[event] < cards and not self._unread:
                    await self._changed.wait()
        except TimeoutError:
            pass  # They are printed when they come.
        finally:
            del self._printed[event]

    def _say(self, text: str) -> None:
        """Print *text* with a blank line after it, and the prompt again where it stood."""
        again = "> " if self._prompted else ""
        self._print(f"{chr(10) if again else ''}{text}\n\n{again}")

    def _print(self, text: str) -> None:
        known = self._stdout.encoding or "utf-8"
        try:
            self._stdout.write(text.encode(known, "replace").decode(known))
            self._stdout.flush()
        except OSError as closed:
            self._unread = True
            self._changed.set()  # Whoever waits for a card waits in vain.
            message = "the terminal takes no more text"
            raise Refused(message) from closed


def _keyboard() -> BinaryIO | FileIO:
    # The caller may have closed our input: then there is nothing to hear.
    return FileIO(sys.stdin.fileno(), closefd=False) if sys.stdin else BytesIO()


class Reader:
    """Lines of a stream, read by a thread of its own one at a time, as they are asked for.

    The thread is a daemon and reads no buffered stream: neither a cancelled wait nor the end of
    the process waits for a person to press Enter.
    """

    def __init__(self, stream: BinaryIO | FileIO) -> None:
        """Read *stream* from where it stands."""
        self._stream = stream
        self._wanted: SimpleQueue[asyncio.Future[bytes | None]] = SimpleQueue()
        threading.Thread(target=self._serve, name="terminal", daemon=True).start()

    async def line(self) -> bytes | None:
        """Return the next line, cut to what may be typed, or None at the end of input."""
        wanted: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._wanted.put(wanted)
        return await wanted

    def _serve(self) -> None:
        line: bytes | None = b""
        while line is not None:
            wanted = self._wanted.get()
            line = self._read()
            try:
                wanted.get_loop().call_soon_threadsafe(_give, wanted, line)
            except RuntimeError:
                return  # The loop is closed: nobody waits any more.

    def _read(self) -> bytes | None:
        try:
            line = self._stream.readline(4 * decode.LINE_CHARACTERS)
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = self._stream.readline(1 << 16)
        except (OSError, ValueError):
            return None
        return line or None


def _give(wanted: asyncio.Future[bytes | None], line: bytes | None) -> None:
    if not wanted.done():
        wanted.set_result(line)
