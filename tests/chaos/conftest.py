"""Races on a real Temporal dev server, over a real store."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.chaos.arena import Arena, dev_server

Announce = Callable[[str], None]


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a Temporal server."""
    async with dev_server(tmp_path_factory.mktemp("engine")) as address:
        yield address


@pytest.fixture(scope="module")
async def arena(temporal: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    """An arena on SQLite that the tests of a module share; each plays in conversations of its own."""
    folder = tmp_path_factory.mktemp("arena")
    async with Arena.opened(temporal, f"sqlite+aiosqlite:///{folder / 'handover.db'}") as arena:
        yield arena


@pytest.fixture
def announce(capsys: pytest.CaptureFixture[str]) -> Announce:
    """Print past pytest's capture: the counts of a race belong into the output, also where it is green."""

    def announce(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}")

    return announce
