"""A card as the page shows it: the text of its HTML, and its buttons in brackets."""

from html.parser import HTMLParser

from bot.core.message import Message
from bot.platforms.web.encode import Seal, article

BLOCKS = {"p", "li", "div", "h1", "h2", "h3", "form", "ul", "ol", "footer", "header", "label"}
"""Elements that begin a line."""


def shown(message: Message) -> str:
    """Return the text of the page's article."""
    reader = _Reader()
    reader.feed(str(article(message, "preview", 1, Seal("", ""))))
    lines = (" ".join(line.split()) for line in "".join(reader.said).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Gathers the text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block, and a bracket at a button."""
        if tag in BLOCKS:
            self.said.append("\n")
        elif tag == "button":
            self.said.append(" [")
        elif tag == "input" and dict(attrs).get("type") in {"checkbox", "radio"}:
            self.said.append("[ ] ")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in BLOCKS:
            self.said.append("\n")
        elif tag == "button":
            self.said.append("]")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.said.append(data.replace("\n", " "))
