"""Alembic without its command line: the tables are brought to the newest revision when a process starts."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

_LOCK = 7_305_801_125
"""The number of PostgreSQL's advisory lock for migrations; any number that nobody else uses."""

_TRIES, _PAUSE_SECONDS = 100, 0.1


async def migrate(engine: AsyncEngine) -> None:
    """Upgrade to the newest revision in one transaction, one process after the other."""
    if engine.dialect.name == "sqlite":
        await _switch_to_wal(engine)
    async with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        await connection.run_sync(upgrade)


async def _switch_to_wal(engine: AsyncEngine) -> None:
    """The file remembers the mode. SQLite does not wait while another process is switching, so we do."""
    for tries_left in reversed(range(_TRIES)):
        try:
            await _set_journal_mode(engine)
            return
        except OperationalError as error:
            if "locked" not in str(error) or not tries_left:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


async def _set_journal_mode(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(_use_wal)


def _use_wal(connection: Connection) -> None:
    cursor = connection.connection.cursor()  # the bare one: inside a transaction the mode cannot change
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables of a connection's database up to a revision; those beyond it stay."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
