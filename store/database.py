"""One database, SQLite or PostgreSQL, for the whole process: sessions that read, sessions that write, and migrations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from store.events import publish
from store.migrating import migrate

BUSY_SECONDS = 10
"""How long a writer waits for another process that is writing to the same SQLite file."""


class Database:
    """A database by its URL: `sqlite+aiosqlite:///PATH` or `postgresql+asyncpg://…`.

    A write transaction on SQLite begins as a writer (BEGIN IMMEDIATE): one that began by reading could fail where another
    process wrote in between. On PostgreSQL the repositories lock the rows that they decide on.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, pool_pre_ping=not _is_sqlite(url))
        self._queue: AbstractAsyncContextManager[Any] = nullcontext()
        if _is_sqlite(url):
            _prepare_sqlite(self._engine)
            # Writers of one process queue up here, in order; SQLite's own busy wait is neither fair nor quick.
            self._queue = asyncio.Lock()
        writing = self._engine.execution_options(writes=True)
        self._readers = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writers = async_sessionmaker(writing, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one state of the database and changes nothing."""
        async with self._readers() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction, committed at the end, with the events that were emitted in it."""
        async with self._queue, self._writers.begin() as session:
            yield session
            await publish(session)

    async def migrate(self) -> None:
        """Bring the tables to the newest revision; any number of processes may do so at once."""
        await migrate(self._engine)

    async def ping(self) -> None:
        """Return where the database answers; raises what its driver raises where it does not."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._engine.dispose()


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _prepare_sqlite(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    event.listen(engine.sync_engine, "invalidate", _on_invalidate)


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: _on_begin does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_invalidate(connection: Any, _record: object, _error: object) -> None:
    # A cancelled statement's cursor can outlive its connection, and would hold the write lock for as long.
    connection.rollback()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
