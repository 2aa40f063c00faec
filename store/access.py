"""Who may come in: API keys and sessions, of which only hashes are kept."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, select

from handover.views import SessionView
from store.audit import Audit
from store.credentials import Credentials
from store.keys import Keys
from store.receipts import Receipts
from store.secrets import SECRET_BYTES, plain_hash
from store.tables import SessionRow
from store.writing import Repository

_SHORT = 16
"""How many characters of a session's hash name it to its owner."""


class Sessions(Repository):
    async def open_session(self, staff_id: str, lasts: timedelta, browser: str = "", key_id: int | None = None) -> str:
        """A new session's token, in clear this once. `browser`: what its owner will know it by. `key_id`: the API key that
        opens it, and with which it ends."""
        token = token_urlsafe(SECRET_BYTES)
        now = self._clock()
        async with self._database.write() as session:
            await session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            times = {"opened_at": now, "expires_at": now + lasts}
            row = SessionRow(hash=plain_hash(token), staff_id=staff_id, browser=browser, key_id=key_id, **times)
            session.add(row)
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
