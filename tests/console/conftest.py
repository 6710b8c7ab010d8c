"""A console over a SQLite database in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import connect
from tests.console.desks import House, house
from tests.store.people import KEY


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    store = await connect("sqlite://", key=KEY)
    yield house(store, tmp_path)
    await store.close()
