"""The frame of the console's pages: words, direction, navigation by role, and the language switch.

Rule 1: every text passes through the escaping of the templates; no HTML is put together here.
Rule 2: a link stands in the navigation only for whoever may follow it: the doors tell.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from bot.console.visit import FORM, SESSION, Visit, keep
from bot.core.card import Text
from bot.core.message import words
from bot.core.role import Right, may
from bot.ports import Tools

PAGES: Final[tuple[tuple[str, str, Right], ...]] = (
    ("/staff", "home", "self"),
    ("/people", "people", "people.see"),
    ("/audit", "audit", "audit.see"),
    ("/installation", "installation", "health.see"),
)
"""The navigation: address, end of the title's key, and what the page needs."""

STYLE: Final = (Path(__file__).with_name("static") / "console.css").read_bytes()
STYLE_AT: Final = f"/console.css?v={blake2b(STYLE, digest_size=6).hexdigest()}"

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Frame:
    """Draws pages with the words of the deployment."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def said(self, lang: str, key: str) -> str:
        """Return the words of ``desk.`` *key* in *lang*."""
        return words(self._tools.translate(lang, Text(f"desk.{key}")))

    def page(
        self, visit: Visit, name: str, status: int = 200, told: str = "", **values: object
    ) -> Response:
        """Return the page *name*; *told*: end of the key of what went wrong, or nothing."""
        lang = visit.lang

        @cache  # one page says a role's name a thousand times
        def said(key: str) -> str:
            return self.said(lang, key)

        html = _TEMPLATES.get_template(f"desk_{name}.html").render(
            said=said,
            name=name,
            lang=lang,
            rtl=self._tools.rtl(lang),
            languages=self._languages(),
            pages=self._pages(visit),
            here=visit.request.url.path,
            signed=visit.signed,
            token=visit.token,
            told=self.said(lang, told) if told else "",
            style=STYLE_AT,
            **values,
        )
        drawn = HTMLResponse(html, status)
        if not visit.request.cookies.get(SESSION):
            keep(drawn, FORM, visit.secret)
        return drawn

    def sentence(self, visit: Visit, key: str, status: int) -> Response:
        """Return a page of one sentence, which says what to do."""
        return self.page(visit, "sentence", status, sentence=self.said(visit.lang, key))

    def sign_in(self, visit: Visit, told: str, status: int = 200, email: str = "") -> Response:
        """Return the page that asks for address and password."""
        return self.page(visit, "in", status, told, email=email)

    def again(self, visit: Visit, told: str, status: int = 200) -> Response:
        """Return the page that asks for a code once more."""
        return self.page(visit, "again", status, told)

    def _languages(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (tag, words(self._tools.translate(tag, Text(f"language.{tag}"))))
            for tag in self._tools.languages
        )

    def _pages(self, visit: Visit) -> tuple[Mapping[str, str], ...]:
        if visit.signed is None:
            return ()
        account = visit.signed.account
        return tuple(
            {"to": to, "title": self.said(visit.lang, f"{end}.title")}
            for to, end, need in PAGES
            if may(account.roles, need, account.scope)
        )
