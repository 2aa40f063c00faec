"""A store to test with, on SQLite and, where HANDOVER_TEST_POSTGRES names one, on a PostgreSQL database.

HANDOVER_TEST_POSTGRES: `postgresql+asyncpg://USER@HOST:PORT/NAME`. Its tables are emptied before each test, so NAME must
contain `test`.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import make_url, text

from store import Database, Store
from store.tables import Base
from tests.unit.store_world import Clock

POSTGRES = os.environ.get("HANDOVER_TEST_POSTGRES", "")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    await _migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
async def postgres() -> str:
    """A PostgreSQL database with all tables and whatever was left in them; empty where there is none."""
    if not POSTGRES:
        return ""
    if "test" not in (make_url(POSTGRES).database or ""):
        pytest.fail("HANDOVER_TEST_POSTGRES must name a database with `test` in its name: its tables are emptied")
    await _migrate(POSTGRES)
    return POSTGRES


@pytest.fixture(params=["sqlite", "postgres"] if POSTGRES else ["sqlite"])
async def url(request: pytest.FixtureRequest, template: Path, postgres: str, tmp_path: Path) -> str:
    """Where an empty database is, its tables made."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{copy(template, tmp_path / 'store.db')}"
    await _empty(postgres)
    return postgres


async def _migrate(address: str) -> None:
    database = Database(address)
    await database.migrate()
    await database.close()


async def _empty(address: str) -> None:
    """Delete all rows and count from 1 again; TRUNCATE makes a new file for each table, which takes three times as long."""
    tables = "".join(f"DELETE FROM {table.name};" for table in reversed(Base.metadata.sorted_tables))
    counters = (
        "PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL;"
    )
    database = Database(address)
    async with database.write() as session:
        await session.execute(text(f"DO $$ BEGIN {tables} {counters} END $$"))
    await database.close()


@pytest.fixture
async def store(url: str, clock: Clock) -> AsyncIterator[Store]:
    database = Database(url)
    yield Store(database, clock)
    await database.close()


@pytest.fixture
async def other(url: str, clock: Clock) -> AsyncIterator[Store]:
    """The same store as another process has it: an engine of its own."""
    database = Database(url)
    yield Store(database, clock)
    await database.close()
