"""People at the browser chat, as threads over plain HTTP, and the server that is killed."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parents[2]
SEE_OTHER = 303
TURNS = 30
"""Answers of one person: fewer than there are items, so that none comes twice."""

_LESSON = re.compile(
    r'<article id="(m-[^"]+)"(?:(?!</article>).)*?value="(quiz:[^"]+)"', re.DOTALL
)
_FORM = re.compile(r'<form method="post" action="/press".*?</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_BUTTON = re.compile(r'<button name="action" value="([^"]+)"')


def serve(on: Mapping[str, str]) -> tuple["subprocess.Popen[str]", str]:
    """Start ``wary serve`` *on* a database, as its settings, and return it with host and port."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("WARY_")},
        **on,
        "WARY_PORT": "0",
        "WARY_PLATFORMS": "web",
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    line = running.stdout.readline().strip()
    assert line.startswith("http://"), line
    return running, urlsplit(line).netloc


def kill(running: "subprocess.Popen[str]") -> None:
    """Kill without a chance to tidy up."""
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert running.stdout is not None
    running.stdout.close()


@dataclass
class Page:
    """One page as a person reads it: what can be pressed on the newest card, and the box."""

    text: str

    @property
    def offered(self) -> dict[str, dict[str, str]]:
        """Actions of the newest card, each with the hidden fields of its form."""
        newest = self.text.rsplit("<article ", 1)[-1]
        return {
            action: dict(_HIDDEN.findall(form))
            for form in _FORM.findall(newest)
            for action in _BUTTON.findall(form)
        }

    @property
    def box(self) -> dict[str, str]:
        """Hidden fields of the box for typed words."""
        return dict(_HIDDEN.findall(self.text.rsplit('id="say"', 1)[-1]))


@dataclass
class Visitor:
    """One person after the other at one seat: presses, types, remembers what was promised.

    An ``answering`` visitor wants no messages, so that nothing but their own presses moves their
    card; each person is known in the database by an hour nobody else has.  After ``TURNS`` answers
    the next person sits down, so that nobody meets an item twice.
    """

    seat: int
    answering: bool
    cookie: str = ""
    person: int = 0
    named: bool = False
    turns: int = 0
    promised: set[tuple[str, str]] = field(default_factory=set)
    """(hour, item) of every answer that was acknowledged."""
    lives: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    """Life of the server to the lesson cards seen in it: message id and lesson.

    Subscribers press nothing once they get lessons: a press turns the lesson's own message into
    the question, and that edit may rightly be made again after a kill.
    """

    @property
    def hour(self) -> str:
        """The hour by which this person can be told from all others."""
        minutes = self.seat * 240 + self.person
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def visit(self, host: str, life: int, stop: threading.Event) -> None:
        """Go on until told to stop or until the server is gone."""
        seen = self.lives.setdefault(life, set())
        try:
            while not stop.is_set():
                if self.answering and self.turns >= TURNS:
                    self.cookie, self.person = "", self.person + 1
                    self.turns, self.named = 0, False
                page = Page(self._ask(host, "GET", "/", None)[1])
                seen.update(_LESSON.findall(page.text))
                self._act(host, page)
        except (OSError, http.client.HTTPException):
            return

    def _act(self, host: str, page: Page) -> None:
        offered = page.offered
        hours = any(action.startswith("set:hour:") for action in offered)
        if hours and (self.answering or not self.named):
            if self._say(host, page, self.hour) == SEE_OTHER:
                self.named = True
        elif self.answering and not self.named and "go:hour" in offered:
            self._press(host, "go:hour", offered)
        elif self.answering and not self.named and "set:urgent:none" in offered:
            self._say(host, page, "/settings")
        elif self.answering and "go:hour" in offered:
            self._say(host, page, "/lesson")
        elif offered and (self.answering or not self._reading(offered)):
            self._press(host, self._choice(list(offered)), offered)

    def _reading(self, offered: dict[str, dict[str, str]]) -> bool:
        """Tell whether a subscriber has arrived: from here on they only look."""
        return any(action == "more" or action.startswith("quiz:") for action in offered)

    def _choice(self, actions: list[str]) -> str:
        """Choose what leads to the next answer: Don't know, which every question judges."""
        often = "set:often:never" if self.answering else "set:often:daily"
        for wanted in ("lang:en", "track:en:citizen", often):
            if wanted in actions:
                return wanted
        onward = [a for a in actions if a.endswith(":dk")]
        onward += [a for a in actions if a.startswith(("quiz:", "more", "set:country:"))]
        return (onward or actions)[0]

    def _press(self, host: str, action: str, offered: dict[str, dict[str, str]]) -> None:
        status, _ = self._ask(host, "POST", "/press", {**offered[action], "action": action})
        if status == SEE_OTHER and action.endswith(":dk") and self.answering:
            self.turns += 1
            self.promised.add((self.hour, action.split(":")[1]))

    def _say(self, host: str, page: Page, text: str) -> int:
        return self._ask(host, "POST", "/say", {**page.box, "text": text})[0]

    def _ask(
        self, host: str, method: str, path: str, fields: dict[str, str] | None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(host, timeout=10)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{host}"
        try:
            body = urlencode(fields) if fields is not None else None
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            cookies = [c.split(";")[0] for c in answer.headers.get_all("Set-Cookie") or []]
            if cookies and not self.cookie:
                self.cookie = "; ".join(cookies)
            return answer.status, text
        finally:
            connection.close()


def life(
    on: Mapping[str, str],
    people: Sequence[Visitor],
    number: int,
    over: Callable[[threading.Event], None],
) -> None:
    """Let everybody go on, in the life of that *number*, until *over* returns; then kill."""
    running, host = serve(on)
    stop = threading.Event()
    threads = [
        threading.Thread(target=one.visit, args=(host, number, stop), daemon=True)
        for one in people
    ]
    for thread in threads:
        thread.start()
    over(stop)
    kill(running)
    stop.set()
    for thread in threads:
        thread.join(20)
