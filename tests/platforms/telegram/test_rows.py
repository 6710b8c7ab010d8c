"""Rows T8, T10, U8 and A14 of trust.md on a whole bot: the judge is what stands in the chats."""

import asyncio
import random
import re
from datetime import datetime, timedelta
from itertools import permutations

from bot.core.card import Card, Text
from bot.core.effects import Decision, Say
from bot.core.events import Address, Began, Incoming
from bot.core.message import Rich, Span
from tests.platforms.scripted import NOW
from tests.platforms.telegram.people import Home, bot, home, listening
from tests.platforms.telegram.server import BotApi, Shown, chat, refuse, serving, who

ME, OTHER = Address("telegram", "7"), Address("telegram", "8")
OLD, NEW = Address("telegram", "-5"), Address("telegram", "-1005")
FURTHER = ("set:often:daily", "set:hour:18.00", "set:country:fr")
"""What somebody presses after their first answer, until they are ready."""

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


async def settled(house: Home) -> None:
    """Send all that is owed, in a house that does nothing by itself."""
    while await house.outbox.once(house.turns.take):
        pass


async def test_t8_who_blocked_us_hears_nothing_until_they_come_back(api: BotApi) -> None:
    async with home(bot(api), running=False) as house:
        await house.turns.take([Incoming("t:1", ME, NOW, Began())])
        await settled(house)
        api.fail("sendMessage", refuse(403, "Forbidden: bot was blocked by the user"))
        await house.turns.take([Incoming("t:2", ME, NOW, Began())])
        await settled(house)
        sent = api.counts["sendMessage"]
        await settled(house)
        assert (sent, api.counts["sendMessage"]) == (2, 2)
        await house.turns.take([Incoming("t:3", ME, NOW, Began())])
        await settled(house)
    assert len(api.chats[7]) == 2


async def test_t10_a_post_to_a_group_that_moved_stands_once_at_its_new_address(
    api: BotApi,
) -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    api.fail("sendMessage", refuse(400, words, migrate_to_chat_id=int(NEW.id)))
    async with home(bot(api), running=False) as house:
        event = Incoming("t:1", ME, NOW, Began())
        async with house.base.batch([event]) as batch:
            ((learner, incoming),) = batch.fresh
            say = Say(Card(title=Text("help.title")), to=OLD)
            await batch.keep([(incoming, Decision(learner, (say,)))], NOW)
        await house.base.release(NOW)
        await settled(house)
        await settled(house)
    assert {place: len(shown) for place, shown in api.chats.items() if shown} == {int(NEW.id): 1}
    assert api.counts["sendMessage"] == 2


async def test_u8_a_press_on_an_inaccessible_message_is_answered_with_a_fresh_card(
    api: BotApi,
) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: len(api.chats[7]) == 1)
        held = {"message_id": 1, "date": 0, "chat": chat(7)}
        pressed = {"id": "q1", "from": who(7), "chat_instance": "1", "message": held}
        api.push({"callback_query": {**pressed, "data": "lang:en"}})
        await api.until(lambda: len(api.chats[7]) == 2)
    assert api.chats[7][0].edits == 0
    assert "track:en:citizen" in api.chats[7][1].tokens


async def joined(api: BotApi, person: int) -> Shown:
    """Answer the first question, and return the card."""
    api.say("/start", person)
    await api.until(lambda: bool(api.chats[person]))
    card = api.chats[person][0]
    for token, next_ in (
        ("lang:en", "track:en:citizen"),
        ("track:en:citizen", "answer:acc-01-q1:b"),
        ("answer:acc-01-q1:b", "set:often:daily"),
    ):
        api.press(card, token, person)
        await api.until(lambda next_=next_: next_ in card.tokens)  # type: ignore[misc]  # bound at once
    return card


async def test_a14_a_replayed_button_and_another_persons_change_nothing(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        card = await joined(api, 7)
        before = await house.base.known(ME)
        stood = (card.text, card.tokens)
        api.press(card, "answer:acc-01-q1:b", 8)
        api.press(card, "set:often:never", 8)
        api.press(card, "go:pause", 8)
        api.say("/help", 8)
        await api.until(lambda: not api.updates)
        assert await house.base.known(ME) == before
        assert (card.text, card.tokens) == stood, "pressed by another, it stays as it was"
        assert await house.base.known(OTHER) is None, "nor is anything kept of who pressed"
        for token in ("answer:acc-01-q1:b", "answer:acc-01-q1:a", "answer:acc-01-q1:b"):
            api.press(card, token, 7)
        await api.until(lambda: not api.updates)
        after = await house.base.known(ME)
        assert before is not None
        assert after is not None
        assert (after.answers, after.right) == (before.answers, before.right) == (1, 1)
        assert after.learner.points == before.learner.points


def spelled(_: str, text: Text) -> Rich:
    """Say a text as its key and what is filled in."""
    return (Span(" ".join((text.key, *(str(value) for _, value in text.values)))),)


async def test_a14_no_pair_of_people_and_buttons_changes_anything_of_another(api: BotApi) -> None:
    """Four people who stand at four places; each presses every button that another one has."""
    people = range(7, 11)
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        for person in people:
            await joined(api, person)
        for stands, steps in zip(people, (0, 1, 2, 3), strict=True):
            card = api.chats[stands][0]
            for token, next_ in list(zip(FURTHER, (*FURTHER[1:], "enough"), strict=True))[:steps]:
                api.press(card, token, stands)
                await api.until(lambda card=card, next_=next_: next_ in card.tokens)  # type: ignore[misc]  # bound at once
        pairs = 0
        for owner, other in permutations(people, 2):
            held = await house.base.known(Address("telegram", str(owner)))
            assert held is not None
            card = api.chats[owner][0]
            stood = (card.text, card.tokens, card.edits)
            for token in card.tokens:
                query = f"q{api.number}"
                api.press(card, token, other)
                await api.until(lambda query=query: query in _told(api))  # type: ignore[misc]  # bound at once
                pairs += 1
            assert await house.base.known(Address("telegram", str(owner))) == held
            assert (card.text, card.tokens, card.edits) == stood
        assert pairs >= 36


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


async def test_a14_an_old_button_and_an_old_code_are_refused_and_change_nothing(
    api: BotApi,
) -> None:
    hands = Hands()
    telegram = bot(api, now=hands)
    async with (
        home(telegram, now=hands, say=spelled) as house,
        listening(telegram, house.turns.receive),
    ):
        card = await joined(api, 7)
        for token, next_ in zip(FURTHER, (*FURTHER[1:], "enough"), strict=True):
            api.press(card, token, 7)
            await api.until(lambda next_=next_: next_ in " ".join(card.tokens))  # type: ignore[misc]  # bound at once
        api.say("/link", 7)
        await api.until(lambda: CODE.search(api.chats[7][-1].text) is not None)
        found = CODE.search(api.chats[7][-1].text)
        assert found is not None
        hands.at += timedelta(days=400)
        before, newest = await house.base.known(ME), api.chats[7][-1].id
        for number, token in enumerate(
            ("answer:acc-01-q1:b", "answer:acc-01-q1:a", "lang:fr", "track:en:senior"), 1
        ):
            query = f"q{api.number}"
            api.press(card, token, 7)
            await api.until(lambda query=query: query in _told(api))  # type: ignore[misc]  # bound at once
            assert _told(api)[query] == "press.before", token
            await api.until(lambda number=number: len(_after(api, newest)) == number)  # type: ignore[misc]  # bound at once
            assert await house.base.known(ME) == before, token
        api.say(f"/link {found[0]}", 8)
        await api.until(lambda: bool(api.chats[8]))
        assert "link.unknown" in api.chats[8][0].text, "too old is told as wrong and used are"
        assert await house.base.known(OTHER) is None
        assert await house.base.known(ME) == before


def _told(api: BotApi) -> dict[str, str]:
    """Return what each press was told, by the name of the press."""
    return {tick["callback_query_id"]: tick.get("text", "") for tick in api.ticks}


def _after(api: BotApi, newest: int) -> list[Shown]:
    """Return what person 7 was shown since the message *newest*."""
    return [shown for shown in api.chats[7] if shown.id > newest]


def test_a14_forged_payloads_change_nothing_and_the_intake_goes_on() -> None:
    """2,000 payloads over the wire: random bytes, and tokens of ours with one part changed."""
    asyncio.run(_forged())


async def _forged() -> None:
    dice = random.Random(14)  # noqa: S311 - a test's dice
    async with (
        serving() as api,
        home(bot(api)) as house,
        listening(house.platform, house.turns.receive),
    ):
        card = await joined(api, 7)
        before = await house.base.known(ME)
        for at in range(2000):
            letters = "".join(
                chr(dice.choice((dice.randrange(33, 127), 0x1F600, 0x627))) for _ in range(9)
            )
            data = (
                letters if at % 2 else f"{dice.choice(('answer', 'set', 'quiz', 'own'))}:{letters}"
            )
            api.press(card, data, 7)
        await api.until(lambda: not api.updates, 60)
        after = await house.base.known(ME)
        assert before is not None
        assert after == before
        shown = len(api.chats[7])
        api.say("/help", 7)
        await api.until(lambda: len(api.chats[7]) > shown)
