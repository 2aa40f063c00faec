"""Workflows on the time-skipping server, over a real store and the built-in assistant."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.workflows.town import Town, time_skipping_server


@pytest.fixture
async def server() -> AsyncIterator[object]:
    """A server for each test: what another test left unfinished would hold up its clock."""
    async with time_skipping_server() as environment:
        yield environment


@pytest.fixture
async def town(server: object, tmp_path: Path) -> AsyncIterator[Town]:
    """A town with the HVAC bot, its team, a worker, and a clock that can be moved."""
    async with Town.with_people(server, tmp_path) as town:
        yield town
