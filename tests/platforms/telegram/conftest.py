"""The service that the tests of this folder speak to."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.telegram.server import BotApi, serving


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving() as running:
        yield running
