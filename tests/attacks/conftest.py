"""A model's server for the attacks; it takes nothing that the vendor would refuse."""

from collections.abc import AsyncIterator

import pytest

from tests.model_server.server import ModelServer


@pytest.fixture
async def model_server() -> AsyncIterator[ModelServer]:
    async with ModelServer.opened() as server:
        yield server
        assert server.refused == []
