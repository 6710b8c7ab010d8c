"""How one message is put: edited where it stands, or said anew.

Rule 1: whoever asks for an edit of what is gone gets a new message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from telegram import ForceReply

from bot.core.message import File, Message, words
from bot.platforms.telegram import encode
from bot.platforms.telegram.buttons import CUT
from bot.platforms.telegram.outcomes import Answered, edited
from bot.platforms.telegram.transport import Client
from bot.ports import Post, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as the service wants it; ``topic`` 0 where there is none."""

    chat: int
    topic: int = 0


async def put(client: Client, post: Post, place: Place, drawn: encode.Drawn) -> str:
    """Edit the message that *post* names, or send a new one where there is none.

    After a last word in a place the bot goes out of it; both may be done twice.
    """
    sent = await _put(client, post, place, drawn)
    if drawn.leaves and place.chat < 0:
        await client.call("LeaveChat", {"chat_id": place.chat})
    return sent


async def _put(client: Client, post: Post, place: Place, drawn: encode.Drawn) -> str:
    if post.on.isdecimal():
        try:
            await _edit(client, int(post.on), place, drawn)
        except Answered as no:
            match edited(no):
                case "same":
                    return post.on
                case "no":
                    raise
        else:
            return post.on
    # Source: Telegram, sendMessage: what is sent unprotected stays so, an edit cannot ask for it.
    new = {"reply_markup": drawn.under, "protect_content": drawn.protect or None}
    return await say(client, "SendMessage", post, place, {**new, **_text(drawn)})


async def say(
    client: Client, method: str, post: Post, place: Place, said: Mapping[str, object]
) -> str:
    """Send something new by *method*, whose own parameters are *said*, and return its id.

    Raises:
        Unknown: the service names no message, so nobody knows whether there is one.
        TelegramError: it was not taken.
    """
    result = await client.call(
        method,
        {
            "chat_id": place.chat,
            "message_thread_id": place.topic or None,
            "disable_notification": post.silent or None,
            "reply_parameters": _reply(post),
            **said,
        },
    )
    match result:
        case {"message_id": int(sent)}:
            return str(sent)
        case _:
            raise Unknown("the message has no id")


async def answer_guest(client: Client, query: str, message: Message) -> str:
    """Answer a chat that we are no member of, by the *query* it sent, and return the answer's id.

    There is one answer a query, without buttons.  Source: Telegram, answerGuestQuery.

    Raises:
        Unknown: the service names no message, so nobody knows whether there is one.
        TelegramError: it was not taken.
    """
    drawn = encode.drawn(message)
    content = {
        "message_text": drawn.text,
        "entities": [one.to_dict() for one in drawn.entities],
        "link_preview_options": {"is_disabled": True},
    }
    result = await client.call(
        "AnswerGuestQuery",
        {
            "guest_query_id": query,
            "result": {
                "type": "article",
                "id": "1",
                "title": words(message.title or ()) or CUT,
                "input_message_content": content,
            },
        },
    )
    match result:
        case {"inline_message_id": str(sent)}:
            return sent
        case _:
            raise Unknown("the message has no id")


async def hand_over(client: Client, post: Post, place: Place, files: Sequence[File]) -> bool:
    """Send *files* as documents, all in one call and so all or none; return whether any went.

    Raises:
        TelegramError: they were not taken.
    """
    if not files:
        return False
    await client.call(
        "SendMediaGroup",
        {
            "chat_id": place.chat,
            "message_thread_id": place.topic or None,
            "disable_notification": post.silent or None,
            "media": [{"type": "document", "media": f"attach://{one.name}"} for one in files],
        },
        files=files,
    )
    return True


async def _edit(client: Client, on: int, place: Place, drawn: encode.Drawn) -> None:
    # A field for an answer cannot be edited in: the next message counts all the same.
    under = None if isinstance(drawn.under, ForceReply) else drawn.under
    await client.call(
        "EditMessageText",
        {
            "chat_id": place.chat,
            "message_id": on,
            "reply_markup": under,
            **_text(drawn),
        },
    )


def _text(drawn: encode.Drawn) -> dict[str, object]:
    return {
        "text": drawn.text,
        "entities": list(drawn.entities) or None,
        "link_preview_options": {"is_disabled": True},
    }


def _reply(post: Post) -> dict[str, object] | None:
    """Return which message *post* replies to; it is sent all the same where that one is gone."""
    if not post.reply_to.isdecimal():
        return None
    return {"message_id": int(post.reply_to), "allow_sending_without_reply": True}


def place_of(address: str) -> Place:
    """Return the chat of an address ``<chat>`` or ``<chat>:<topic>``.

    Raises:
        Refused: it is none of ours.
    """
    chat, _, topic = address.partition(":")
    try:
        return Place(int(chat), int(topic or 0))
    except ValueError:
        pass
    raise Refused("the address is none of Telegram")
