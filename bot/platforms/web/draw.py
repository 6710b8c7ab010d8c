"""The browser chat's page for one visitor: their cards, with the page's own words around them.

Rule 1: the page speaks the language of its newest card, or what the switch was set to since.
"""

import secrets
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.core.card import Text
from bot.core.events import Address
from bot.core.message import words
from bot.platforms.web import encode, guard, languages
from bot.platforms.web.session import Session
from bot.ports import StoreDown, Tools

CHROME = (
    "web.title",
    "web.demo",
    "web.bot",
    "web.skip",
    "web.chat",
    "web.language",
    "web.message",
    "web.send",
    "web.help",
    "web.lost",
    "web.panels",
    "web.back",
)
"""Keys of the page's own words."""

STATIC = Path(__file__).with_name("static")
_ASSETS = {
    name: f"/static/{name}?v={blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()}"
    for name in ("app.css", "app.js")
}


class Drawing:
    """Draws pages with the words of the deployment."""

    def __init__(self, tools: Tools) -> None:
        """Take words, languages and panels from *tools*."""
        self._tools = tools

    async def page(
        self, request: Request, session: Session, status: int = 200, typed: str = ""
    ) -> Response:
        """Return the page of *session*; *typed* waits in the message box to be sent again."""
        lang = self._language(request, session)
        seal = encode.Seal(guard.token(session.key), secrets.token_urlsafe(16))
        page = encode.Page(
            lang=lang,
            rtl=self._tools.rtl(lang),
            version=session.version,
            seal=seal,
            words=self._chrome(lang),
            languages=tuple((tag, self._own_name(tag)) for tag in self._tools.languages),
            cards=tuple(
                encode.article(shown.message, shown.id, shown.version, seal)
                for shown in session.log
            ),
            notice=session.notice,
            loud=session.loud,
            typed=typed,
            aside=await self._aside(session, lang),
            assets=_ASSETS,
        )
        drawn = HTMLResponse(encode.page(page), status)
        guard.remember(drawn, request, guard.COOKIE, session.key)
        return drawn

    async def _aside(self, session: Session, lang: str) -> encode.Drawn | None:
        """Return the panels beside the chat, empty while they cannot be drawn."""
        if not self._tools.aside:
            return None
        try:
            html = await self._tools.aside(Address("web", session.key), lang)
        except StoreDown:
            html = ""
        return encode.Drawn(Markup(html), f"{crc32(html.encode()):08x}")  # noqa: S704 - our own

    def guess(self, request: Request) -> str:
        """Return the language that the switch was set to, or the one the browser asks for."""
        chosen = request.cookies.get("lang", "")
        if chosen in self._tools.languages:
            return chosen
        accepted = request.headers.get("accept-language", "")
        return languages.best(accepted, self._tools.fit) or self._tools.languages[0]

    def _language(self, request: Request, session: Session) -> str:
        newest = session.log[-1].message if session.log else None
        return session.chrome or (newest.lang if newest else self.guess(request))

    def _chrome(self, lang: str) -> dict[str, str]:
        return {key: words(self._tools.translate(lang, Text(key))) for key in CHROME}

    def _own_name(self, tag: str) -> str:
        return words(self._tools.translate(tag, Text(f"language.{tag}")))

    def text(self, request: Request, session: Session, key: str) -> str:
        """Return the words of *key* in the language of the page."""
        return words(self._tools.translate(self._language(request, session), Text(key)))

    def sentence(self, request: Request, key: str, status: int) -> Response:
        """Return a page of one sentence, in the language the browser asks for."""
        lang = self.guess(request)
        page = encode.Page(
            lang=lang,
            rtl=self._tools.rtl(lang),
            version=0,
            seal=encode.Seal("", ""),
            words=self._chrome(lang),
            notice=words(self._tools.translate(lang, Text(key))),
            assets=_ASSETS,
        )
        return HTMLResponse(encode.notice(page), status)
