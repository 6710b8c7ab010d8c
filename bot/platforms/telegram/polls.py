"""When a question posted in a channel is a quiz of Telegram's own, and what is sent then.

Rule 1: only open practice, whose card tells its key: whoever votes first sees it.
Rule 2: what does not fit whole is no quiz but a card, because nothing of a question may be cut.
"""

from collections.abc import Mapping

from bot.core.card import Para
from bot.core.message import Message, words

QUESTION, OPTION, WHY, LINES = 300, 100, 200, 2
"""Longest parts, in characters, and most line feeds of the explanation.

Source: Telegram, sendPoll.
"""

FEWEST, MOST = 2, 12
"""Options of a poll.  Source: Telegram, sendPoll."""


def quiz(message: Message) -> Mapping[str, object] | None:
    """Return what ``sendPoll`` takes of *message*, None where it is no quiz or would not fit."""
    keys = [at for at, choice in enumerate(message.choices) if choice.right]
    if len(keys) != 1 or not FEWEST <= len(message.choices) <= MOST:
        return None
    asked = [words(block.text) for block in message.body if isinstance(block, Para)]
    question = "\n\n".join(asked)
    options = [words(choice.label) for choice in message.choices]
    why = words(message.why) if message.why else ""
    whole = len(asked) == len(message.body)
    short = all(1 <= len(option) <= OPTION for option in options)
    if not whole or not short or not 1 <= len(question) <= QUESTION:
        return None
    fits = len(why) <= WHY and why.count("\n") <= LINES
    return {
        "question": question,
        "options": [{"text": option} for option in options],
        "type": "quiz",
        "correct_option_ids": keys,
        "explanation": why if why and fits else None,
        "is_anonymous": True,
    }
