"""What is shown to us on Telegram: which updates are a message to look at, and the answer."""

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import Address, Commanded, Event, Incoming, Said, Shown, Unreadable, Where
from bot.platforms.telegram import decode
from tests.platforms.scripted import NOW
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi, refuse

PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100200, "type": "supergroup"}
ORIGIN = {"type": "hidden_user", "sender_user_name": "Bank", "date": 1}
WHO = {"id": 7, "is_bot": False, "language_code": "en"}
CANARY = "CANARY your parcel is held, pay 1.99 at https://post-delivery.example/pay?id=88 today"
THEIRS = {"message_id": 40, "date": 1, "chat": GROUP, "from": {"id": 9}, "text": CANARY}
OURS = {**THEIRS, "from": {"id": 31415, "is_bot": True, "username": "WaryBot"}}
TOPIC = {**THEIRS, "forum_topic_created": {"name": "Alerts"}}


def heard(chat: dict[str, Any], **more: object) -> Incoming | None:
    held = {"message_id": 41, "date": 1, "from": WHO, "chat": chat, **more}
    return decode.incoming({"update_id": 5, "message": held}, NOW, "WaryBot")


def meant(chat: dict[str, Any], **more: object) -> Event | None:
    found = heard(chat, **more)
    return found.event if found else None


@pytest.mark.parametrize(
    ("more", "event"),
    [
        ({"forward_origin": ORIGIN, "text": "pay"}, Shown("pay", "41", "forward")),
        ({"forward_origin": ORIGIN, "text": "/start x"}, Shown("/start x", "41", "forward")),
        ({"forward_origin": ORIGIN, "sticker": {}}, Shown("", "41", "forward")),
        ({"forward_origin": ORIGIN, "photo": [], "caption": "a"}, Shown("a", "41", "file")),
        ({"photo": []}, Shown("", "41", "file")),
        (
            {"photo": [], "caption": "/lesson is it real?"},
            Shown("/lesson is it real?", "41", "file"),
        ),
        ({"document": {}, "caption": "\x00pay"}, Shown("pay", "41", "file")),
        ({"video": {}, "caption": 7}, Shown("", "41", "file")),
        ({"forward_origin": 7, "text": "pay"}, Said("pay")),
        ({"voice": {}}, Unreadable()),
        ({"text": "/check"}, Commanded("check")),
        ({"text": "/check Hi mum"}, Commanded("check", "Hi mum")),
        (
            {"text": "/check", "reply_to_message": {"message_id": 40, "text": "pay"}},
            Shown("pay", "40", "reply"),
        ),
        (
            {"text": "/check", "reply_to_message": {"message_id": 40, "photo": []}},
            Shown("", "40", "file"),
        ),
        ({"text": "hello", "reply_to_message": THEIRS}, Said("hello")),
        ({"text": "/lesson", "reply_to_message": THEIRS}, Commanded("lesson")),
    ],
)
def test_what_a_private_chat_shows(more: dict[str, object], event: Event) -> None:
    assert meant(PRIVATE, **more) == event


@pytest.mark.parametrize(
    ("more", "event"),
    [
        ({"text": "@WaryBot", "reply_to_message": THEIRS}, Shown(CANARY, "40", "reply", True)),
        (
            {"text": "hm, @warybot?", "reply_to_message": THEIRS},
            Shown(CANARY, "40", "reply", True),
        ),
        (
            {"text": "/check@WaryBot", "reply_to_message": THEIRS},
            Shown(CANARY, "40", "reply", True),
        ),
        ({"text": "/check pay now"}, Shown("pay now", "41", "forward", True)),
        ({"text": "/check"}, Commanded("check")),
        ({"text": "/check", "reply_to_message": TOPIC}, Commanded("check")),
        ({"text": "/check@OtherBot", "reply_to_message": THEIRS}, None),
        ({"text": "@WaryBot", "reply_to_message": TOPIC}, None),
        ({"text": "@WaryBot", "reply_to_message": OURS}, None),
        ({"text": "@WaryBot", "reply_to_message": "x"}, None),
        ({"text": "@WaryBotany", "reply_to_message": THEIRS}, None),
        ({"text": "me@WaryBot", "reply_to_message": THEIRS}, None),
        ({"text": "hello", "reply_to_message": THEIRS}, None),
        ({"text": "@WaryBot is this real?"}, None),
        ({"forward_origin": ORIGIN, "text": "pay"}, None),
        ({"photo": []}, None),
    ],
)
def test_a_group_shows_a_message_only_to_whoever_is_named(
    more: dict[str, object], event: Event | None
) -> None:
    assert meant(GROUP, **more) == event


def test_without_knowing_our_own_name_nobody_names_us() -> None:
    held: dict[str, object] = {"message_id": 41, "from": WHO, "chat": GROUP, "text": "@WaryBot"}
    update = {"update_id": 5, "message": {**held, "reply_to_message": THEIRS}}
    assert decode.incoming(update, NOW) is None


def test_who_asks_in_a_group_is_who_acted() -> None:
    found = heard(GROUP, text="/check", reply_to_message=THEIRS)
    assert found is not None
    assert found.address == Address("telegram", "7")
    assert found.where == Where(Address("telegram", "-100200"))


def test_the_pictures_of_one_album_are_one_event() -> None:
    names = set()
    for number in (1, 2, 3):
        held: dict[str, object] = {"message_id": number, "from": WHO, "chat": PRIVATE, "photo": []}
        update = {"update_id": number, "message": {**held, "media_group_id": "13579"}}
        found = decode.incoming(update, NOW)
        assert found is not None
        names.add(found.id)
    assert names == {"telegram:album:13579"}
    odd = heard(PRIVATE, photo=[], media_group_id="../x")
    assert odd is not None
    assert odd.id == "telegram:5"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["message_id", "text", "caption", "photo", "from", "is_bot", "date"]),
            inner,
            max_size=3,  # Without it a mutation can grow without end.
        )
    ),
    max_leaves=9,
)


@given(
    JUNK, JUNK, JUNK, st.sampled_from([PRIVATE, GROUP]), st.sampled_from(["/check", "@WaryBot"])
)
def test_u6_no_shape_of_what_is_shown_raises(
    one: object, two: object, three: object, chat: dict[str, Any], text: str
) -> None:
    more = {"text": text, "reply_to_message": one, "message_id": two, "media_group_id": three}
    for found in (
        heard(chat, **more),
        heard(chat, **{**more, "forward_origin": {}, "caption": three, "photo": two}),
        heard(chat, **{**more, "text": one, "forward_origin": two, "date": three}),
    ):
        assert found is None or found.id.startswith("telegram:")


def holding(folder: Path, text: bytes) -> list[str]:
    """The names of the files in *folder* that hold *text*."""
    files = list(folder.iterdir())
    assert files
    return [file.name for file in files if text in file.read_bytes()]


async def test_a_forwarded_message_is_answered_by_a_reply_and_is_kept_nowhere(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    base = tmp_path / "wary.db"
    url = f"sqlite:///{base}"
    async with home(bot(api), url) as house, listening(house.platform, house.turns.receive):
        api.say(CANARY, forward_origin=ORIGIN, message_id=40)
        await api.until(lambda: len(api.chats[7]) == 1)
        api.say(CANARY)
        api.say(f"/check {CANARY}")
        api.say("", photo=[{"file_id": "f"}], caption=CANARY)
        api.say("/check", chat=GROUP, reply_to_message=THEIRS)
        await api.until(lambda: len(api.chats[7]) == 4 and bool(api.chats[-100200]))
        await api.until(lambda: not api.updates)
    sent = [given for method, _, given in api.calls if method == "sendMessage"]
    assert sent[0]["reply_parameters"] == {"message_id": 40, "allow_sending_without_reply": True}
    assert [one["reply_parameters"]["message_id"] for one in sent if one["chat_id"] < 0] == [40]
    assert "check.title" in api.chats[7][0].text
    assert "CANARY" not in repr(sent)
    assert "CANARY" not in caplog.text
    assert holding(tmp_path, b"CANARY") == []


async def test_a_shown_message_that_is_gone_is_answered_all_the_same(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/check", reply_to_message={"message_id": 2**62, "text": "x"})
        api.say("/check", reply_to_message={"message_id": -3, "text": "x"})
        await api.until(lambda: len(api.chats[7]) == 2)
    sent = [given for method, _, given in api.calls if method == "sendMessage"]
    assert all(
        one["reply_parameters"]["allow_sending_without_reply"]
        for one in sent
        if "reply_parameters" in one
    )


async def test_a_place_that_takes_no_answer_harms_nobody(api: BotApi) -> None:
    api.fail("sendMessage", refuse(403, "Forbidden: bot was kicked from the supergroup chat"))
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/check", chat=GROUP, reply_to_message=THEIRS)
        await api.until(lambda: api.counts["sendMessage"] == 1)
        api.say("/check")
        await api.until(lambda: len(api.chats[7]) == 1)
