"""A card as Telegram is sent it: its text, and each row of buttons in brackets."""

from telegram import ForceReply, InlineKeyboardButton

from bot.core.message import Message
from bot.platforms.telegram.encode import drawn


def shown(message: Message) -> str:
    """Return text and buttons of the payload."""
    made = drawn(message)
    rows: list[str] = []
    if isinstance(made.under, ForceReply):
        rows = [f"(a reply: {made.under.input_field_placeholder or ''})"]
    elif made.under:
        rows = [" ".join(map(_button, row)) for row in made.under.inline_keyboard]
    return "\n".join([made.text, "", *rows] if rows else [made.text])


def _button(button: InlineKeyboardButton) -> str:
    return f"[{button.text}: {button.url}]" if button.url else f"[{button.text}]"
