"""Row R2 of trust.md, 7: SIGTERM in mid send ends in good order, and the rest waits."""

from pathlib import Path
from time import monotonic

from tests.faults.chatting import on_telegram
from tests.faults.test_takeover import PEOPLE, owed
from tests.platforms.telegram import server as telegram

STOP_SECONDS = 10.0
"""Source: trust.md, R2."""


async def test_r2_a_stop_in_mid_send_ends_what_is_on_its_way_and_leaves_no_doubt(
    tmp_path: Path,
) -> None:
    async with telegram.serving() as api:
        served = on_telegram(tmp_path, api)
        await served.start()
        try:
            await api.until(lambda: api.counts["getUpdates"] > 0, 60)
            url = f"sqlite:///{served.database}"
            key, journal = (Path(f"{served.database}.{end}") for end in ("key", "erased"))
            await owed(url, key, journal)
            await api.until(lambda: api.counts["sendMessage"] > PEOPLE // 3, 60)
            began = monotonic()
            await served.stop()
            took = monotonic() - began
        finally:
            served.kill()
            await served.ended()
        seen = len(api.chats)
        left = dict(served.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
        assert left == {"sent": seen, "pending": PEOPLE - seen}
        assert took < STOP_SECONDS
        await served.start()
        try:
            await api.until(lambda: len(api.chats) == PEOPLE, 60)
        finally:
            served.kill()
            await served.ended()
        assert {len(shown) for shown in api.chats.values()} == {1}
