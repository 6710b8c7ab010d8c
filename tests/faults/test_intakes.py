"""kill -9 while people chat: 100 updates, two kills, 100 handled, 0 lost, 0 double.

Rule 1: the judge is what the service saw and what the database holds.
Rule 2: an update has its effects once.  A press edits its card, and an edit may be made again:
nobody sees anything twice.  What Telegram cannot tell apart is a *new* message whose fate the
kill has hidden: it is said again (trust.md, 6.3), and no message but such a one is.
Rule 3: Discord hands an interaction to whoever is on the line, and to nobody else: what is
pressed while the bot is down fails in front of the person, who presses again.  So a press that
was heard is handled at most once, and every person gets to the end of their questions.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.chatting import (
    KILLS,
    STEPS,
    Caller,
    Reaper,
    Served,
    crowd,
    free_port,
    learns,
    lives,
    on_discord,
    on_telegram,
    studies,
)
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import refusal
from tests.platforms.telegram import server as telegram

PEOPLE = max(20, KILLS * 4)
UPDATES = PEOPLE * (1 + len(STEPS))
SECRET = "Planted-Webhook_Secret"  # noqa: S105 - invented
CALLS = ("sendMessage", "editMessageText", "answerCallbackQuery")


def _on_telegram(
    patch: pytest.MonkeyPatch, api: telegram.BotApi, reaper: Reaper, calls: Sequence[str] = CALLS
) -> Reaper:
    """Let *reaper* kill at those *calls*."""
    dying = reaper.over(api._apply, lambda method, _: method in calls, _died)
    patch.setattr(api, "_apply", dying)
    return reaper


def _died() -> object:
    raise telegram.No(502, "nobody is there to hear it")


def _on_discord(
    patch: pytest.MonkeyPatch, guild: discord.Server, reaper: Reaper, counts: Callable[..., bool]
) -> Reaper:
    """Let *reaper* kill at the calls that count."""
    dying = reaper.over(guild._answer, counts, lambda: refusal(502, 0))
    patch.setattr(guild, "_answer", dying)
    return reaper


async def test_of_100_updates_polled_two_kills_lose_none_and_double_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegram.serving() as api:
        served = on_telegram(tmp_path, api)
        reaper = _on_telegram(monkeypatch, api, Reaper.of(served, 1, PEOPLE * 8))
        await lives(served, _all_taken(api))
        assert reaper.kills == KILLS
        _judge_telegram(served, api)


async def _all_taken(api: telegram.BotApi) -> None:
    """Let everybody chat, and wait until the bot has told Telegram that it has everything."""
    await crowd(range(1, PEOPLE + 1), lambda person: learns(api, person))
    await api.until(lambda: not api.updates, 30)


async def test_of_100_updates_called_two_kills_lose_none_and_double_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegram.serving() as api:
        port = free_port()
        url = f"http://127.0.0.1:{port}/telegram"
        served = on_telegram(
            tmp_path,
            api,
            WARY_PORT=str(port),
            WARY_TELEGRAM_WEBHOOK_URL=url,
            WARY_TELEGRAM_WEBHOOK_SECRET=SECRET,
        )
        reaper = _on_telegram(monkeypatch, api, Reaper.of(served, 3, PEOPLE * 8))
        caller = Caller(api, url, SECRET)
        calling = asyncio.create_task(caller.run())
        people = crowd(range(1, PEOPLE + 1), lambda person: learns(api, person))
        await lives(served, people)
        calling.cancel()
        assert reaper.kills == KILLS
        assert caller.statuses.count(200) == UPDATES
        assert api.counts["getUpdates"] == 0
        _judge_telegram(served, api)


def _judge_telegram(served: Served, api: telegram.BotApi) -> None:
    numbers = range(101, 101 + UPDATES)
    taken = served.rows("SELECT id, state FROM seen WHERE id LIKE 'telegram:%'")
    assert dict(taken) == {f"telegram:{number}": "done" for number in numbers}
    _judge_answers(served)
    assert all(STEPS[-1][1] in shown[0].tokens for shown in api.chats.values())
    copies = sum(len(shown) - 1 for shown in api.chats.values())
    [(again,)] = served.rows("SELECT sum(attempts - 1) FROM outbox WHERE on_message = ''")
    sys.stdout.write(f"updates {UPDATES}, kills {KILLS}, new messages said again {copies}\n")
    assert copies <= again
    edits = Counter(method for method, _, _ in api.calls)["editMessageText"]
    assert edits >= PEOPLE * len(STEPS)


def _judge_answers(served: Served) -> None:
    """Every answer counts once, and no post is owed, lost or in doubt."""
    noted = served.rows(
        "SELECT count(*), sum(points) FROM notes WHERE kind = 'answer' GROUP BY learner_id"
    )
    assert noted == [(1, 10)] * PEOPLE
    states = {state for (state,) in served.rows("SELECT DISTINCT state FROM outbox")}
    assert states <= {"sent", "skipped"}, states
    assert served.rows("PRAGMA integrity_check") == [("ok",)]


async def test_of_100_presses_on_the_gateway_two_kills_lose_none_and_double_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with discord.serving() as guild:
        served = on_discord(tmp_path, guild)
        reaper = _on_discord(monkeypatch, guild, Reaper.of(served, 6, PEOPLE * 8), _is_answer)
        begun: dict[str, list[str]] = {}

        async def chat(number: int) -> None:
            user = str(500_000_000_000_000_000 + number)
            begun[user] = await studies(guild, user)

        await lives(served, crowd(range(PEOPLE), chat))
        assert reaper.kills == KILLS
        assert guild.complaints == []
        _judge_discord(served, guild, begun)


def _is_answer(method: str, path: str, _: object) -> bool:
    return method in {"PATCH", "POST"} and "/applications/" not in path


def _judge_discord(served: Served, guild: discord.Server, begun: dict[str, list[str]]) -> None:
    answered = {one["id"] for one in guild.tokens.values() if "type" in one}
    taken = served.rows("SELECT id, state FROM seen WHERE id LIKE 'discord:%'")
    names = [name.removeprefix("discord:") for name, _ in taken]
    assert {state for _, state in taken} == {"done"}
    assert len(names) == len(set(names)) >= UPDATES
    lost = answered - set(names)
    sys.stdout.write(
        f"interactions {len(guild.tokens)}, answered {len(answered)}, handled {len(names)}, "
        f"answered and not handled {len(lost)}, kills {KILLS}\n"
    )
    _judge_answers(served)
    for user, commands in begun.items():
        cards = [one for one in guild.seen() if one.channel == guild.room(user)]
        # Who asked twice, because a kill made them wait, may be answered twice.
        assert 1 <= len(cards) <= len(set(commands) & set(names)), [one.text for one in cards]
        assert any(STEPS[-1][1] in one.buttons for one in cards)


async def test_an_answer_to_a_command_that_the_kill_caught_on_its_way_is_seen_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with discord.serving() as guild:
        served = on_discord(tmp_path, guild)
        reaper = _on_discord(monkeypatch, guild, Reaper(served, [(1, False)]), _is_card)

        async def begin() -> None:
            await guild.until(lambda: guild.lines)
            await guild.command("500000000000000001", "start")
            await guild.until(lambda: reaper.kills == 1)
            # Said again, or looked for: either is a call about the messages of the channel.
            await guild.until(lambda: [c for c in guild.calls if c.path.endswith("/messages")])

        await lives(served, begin())
        assert reaper.kills == 1
        assert [one.edits for one in guild.seen()] == [1]
        assert served.rows("SELECT state, attempts FROM outbox") == [("sent", 2)]
        assert guild.complaints == []


def _is_card(method: str, path: str, _: object) -> bool:
    return method == "PATCH" and path.endswith("/messages/@original")


async def test_on_telegram_a_new_message_the_kill_has_hidden_is_the_one_thing_said_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegram.serving() as api:
        served = on_telegram(tmp_path, api)
        deaths = Reaper(served, [(1, False), (3, False)])
        reaper = _on_telegram(monkeypatch, api, deaths, CALLS[:2])
        await lives(served, learns(api, 7))
        assert reaper.kills == 2
        said, again = api.chats[7]
        assert again.edits == 0
        assert STEPS[-1][1] in said.tokens
        [(copies,)] = served.rows("SELECT sum(attempts - 1) FROM outbox WHERE on_message = ''")
        assert copies == 1
        noted = served.rows("SELECT count(*), sum(points) FROM notes WHERE kind = 'answer'")
        assert noted == [(1, 10)]
