"""Who may come in: API keys and sessions, of which only hashes are kept."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, select

from handover.errors import NotFound
from handover.views import KeyView, SessionView
from store import shapes
from store.audit import Audit
from store.credentials import Credentials
from store.receipts import Receipts
from store.secrets import SECRET_BYTES, plain_hash
from store.tables import KeyRow, SessionRow
from store.writing import Repository

_SHORT = 16
"""How many characters of a session's hash name it to its owner."""
_USE_NOTED_EVERY = timedelta(minutes=1)


class Keys(Repository):
    async def create_key(self, name: str, staff_id: str | None = None) -> str:
        """A new key, in clear this once. `staff_id`: on whose behalf it acts."""
        secret = token_urlsafe(SECRET_BYTES)
        async with self._database.write() as session:
            session.add(KeyRow(hash=plain_hash(secret), name=name, staff_id=staff_id, created_at=self._clock()))
        return secret

    async def admit(self, secret: str, name: str) -> None:
        """Know a key that was made elsewhere: the one that is set, or kept in a file. Repeated, nothing changes."""
        async with self._database.write() as session:
            if await session.scalar(select(KeyRow.id).where(KeyRow.hash == plain_hash(secret))) is None:
                session.add(KeyRow(hash=plain_hash(secret), name=name, staff_id=None, created_at=self._clock()))

    async def key(self, secret: str) -> KeyView | None:
        """The key that a caller shows; None where it is unknown or revoked. Its use is noted, to the minute."""
        async with self._database.read() as session:
            row = await session.scalar(
                select(KeyRow).where(KeyRow.hash == plain_hash(secret), KeyRow.revoked_at.is_(None))
            )
        if row is None:
            return None
        if row.last_used_at is None or row.last_used_at < self._clock() - _USE_NOTED_EVERY:
            await self._note_use(row.id)
        return shapes.key(row)

    async def _note_use(self, key_id: int) -> None:
        async with self._database.write() as session:
            row = await session.get_one(KeyRow, key_id)
            row.last_used_at = self._clock()

    async def keys(self) -> list[KeyView]:
        """All keys, oldest first, the revoked ones included."""
        async with self._database.read() as session:
            return [shapes.key(row) for row in await session.scalars(select(KeyRow).order_by(KeyRow.id))]

    async def revoke_key(self, key_id: int) -> None:
        """Close a key for good. Raises NotFound."""
        async with self._database.write() as session:
            row = await session.get(KeyRow, key_id)
            if row is None:
                raise NotFound("key", str(key_id))
            row.revoked_at = row.revoked_at or self._clock()


class Sessions(Repository):
    async def open_session(self, staff_id: str, lasts: timedelta, browser: str = "") -> str:
        """A new session's token, in clear this once. `browser`: what its owner will know it by."""
        token = token_urlsafe(SECRET_BYTES)
        now = self._clock()
        async with self._database.write() as session:
            await session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            times = {"opened_at": now, "expires_at": now + lasts}
            session.add(SessionRow(hash=plain_hash(token), staff_id=staff_id, browser=browser, **times))
        return token

    async def session(self, token: str) -> str | None:
        """Whose session it is; None where it is unknown or over."""
        async with self._database.read() as session:
            row = await session.get(SessionRow, plain_hash(token))
        return row.staff_id if row is not None and self._is_open(row.expires_at) else None

    def _is_open(self, expires_at: datetime) -> bool:
        return expires_at > self._clock()

    async def sessions(self, staff_id: str, current: str = "") -> list[SessionView]:
        """A person's open sessions, newest first; `current` is the token of the one that asks."""
        mine = select(SessionRow).where(SessionRow.staff_id == staff_id, SessionRow.expires_at > self._clock())
        async with self._database.read() as session:
            rows = await session.scalars(mine.order_by(SessionRow.expires_at.desc(), SessionRow.hash))
            return [_session(row, plain_hash(current)) for row in rows]

    async def close_one(self, staff_id: str, session_id: str) -> None:
        """End one of a person's own sessions, by the id that `sessions` gives; an unknown one is over anyway."""
        mine = SessionRow.staff_id == staff_id
        async with self._database.write() as session:
            await session.execute(
                delete(SessionRow).where(mine, SessionRow.hash.startswith(session_id, autoescape=True))
            )

    async def close_session(self, token: str) -> None:
        """End one session; an unknown one is over anyway."""
        async with self._database.write() as session:
            await session.execute(delete(SessionRow).where(SessionRow.hash == plain_hash(token)))

    async def close_sessions(self, staff_id: str) -> None:
        """End all sessions of one person."""
        async with self._database.write() as session:
            await session.execute(delete(SessionRow).where(SessionRow.staff_id == staff_id))


class Access(Keys, Sessions, Credentials, Receipts, Audit):
    """Implements handover.ports.Doorkeeper."""


def _session(row: SessionRow, current: str) -> SessionView:
    return SessionView(
        id=row.hash[:_SHORT], browser=row.browser, opened_at=row.opened_at, is_current=row.hash == current
    )
