"""A card as Discord is sent it: the text of its components, and its controls in brackets."""

from collections.abc import Iterator

from bot.core.message import Message
from bot.platforms.discord.encode import message as payload


def shown(message: Message) -> str:
    """Return texts and controls of the payload, a component a line."""
    return "\n".join(_lines(payload(message)["components"]))


def _lines(components: object) -> Iterator[str]:
    for part in components if isinstance(components, list) else []:
        match part:
            case {"type": 10, "content": content}:
                yield str(content)
            case {"type": 1, "components": [{"type": 3, "options": options, **menu}]}:
                yield f"[v {menu.get('placeholder', '')}]"
                yield from (f"  ( ) {option['label']}" for option in options)
            case {"type": 1, "components": buttons}:
                yield " ".join(_button(button) for button in buttons)
            case {"components": inner}:
                yield from _lines(inner)
            case _:
                yield f"<component {part.get('type')}>"


def _button(button: dict[str, object]) -> str:
    url = f": {button['url']}" if "url" in button else ""
    return f"[{button.get('label', '')}{url}]"
