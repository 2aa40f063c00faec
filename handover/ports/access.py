"""Who may come in, and what repeated requests are answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from handover.staff import Access
from handover.views import AuditView, KeyView, NewKey, Page, SessionView, SignInView


class Receipt(NamedTuple):
    """Where an actor's request stands: go on with it, it is being worked on, it has this answer, or its key was used for
    another request."""

    state: Literal["new", "in_progress", "done", "other"]
    status: int | None = None
    answer: dict[str, Any] | None = None


class Doorkeeper(Protocol):
    """Who may come in, what they were answered, and what they tried. Secrets are given out once and never kept in clear."""

    async def create_key(
        self, name: str, staff_id: str | None = None, access: Access = Access.admin, made_by: str = ""
    ) -> NewKey:
        """A key that may do at most what `access` says, on behalf of `staff_id` where one is given."""
        ...

    async def key(self, secret: str) -> KeyView | None:
        """The key that a caller shows; None where it is unknown or revoked."""
        ...

    async def keys(self) -> list[KeyView]: ...

    async def revoke_key(self, key_id: int, by: str = "") -> KeyView:
        """Close a key for good, and the sessions that it has opened. Raises NotFound."""
        ...

    async def open_session(self, staff_id: str, lasts: timedelta, browser: str = "", key_id: int | None = None) -> str:
        """`key_id`: the key that opens it, and with which it ends."""
        ...

    async def sessions(self, staff_id: str, current: str = "") -> list[SessionView]:
        """A person's open sessions, newest first; `current` is the token of the one that asks."""
        ...

    async def close_one(self, staff_id: str, session_id: str) -> None:
        """End one of a person's own sessions."""
        ...

    async def session(self, token: str) -> str | None:
        """Whose session it is; None where it is unknown or over."""
        ...

    async def close_session(self, token: str) -> None: ...

    async def close_sessions(self, staff_id: str) -> None:
        """End all sessions of one person."""
        ...

    async def set_password(self, staff_id: str, password: str) -> None:
        """It replaces the one before, and ends the person's one-time link and all their sessions."""
        ...

    async def password_fits(self, staff_id: str | None, password: str) -> bool:
        """Whether this is the person's password; it takes as long for nobody."""
        ...

    async def sign_ins(self) -> dict[str, SignInView]:
        """How each person can sign in; those who can't yet are left out."""
        ...

    async def make_link(self, staff_id: str, made_by: str, lasts: timedelta) -> str:
        """A one-time link to choose a password; it replaces the person's link before it."""
        ...

    async def link(self, token: str) -> str | None:
        """Whose link it is; None where it is unknown, used or over."""
        ...

    async def redeem_link(self, token: str, password: str) -> str | None:
        """Use a link up by choosing a password: whose it was; None where it is unknown, used or over."""
        ...

    async def drop_link(self, staff_id: str) -> None: ...

    async def begin_try(self, allowances: Mapping[str, int]) -> timedelta:
        """Count a try to sign in before its password is looked at; how long to wait where there were too many.
        `allowances`: what it counts for, each with its free tries."""
        ...

    async def forget_tries(self, subjects: Sequence[str]) -> None: ...

    async def begin(self, actor: str, key: str, request_hash: str) -> Receipt:
        """Where the request stands; `new` must be followed by `finish` or `abandon`."""
        ...

    async def finish(self, actor: str, key: str, status: int, answer: dict[str, Any]) -> None:
        """Keep the answer to a request that has begun."""
        ...

    async def abandon(self, actor: str, key: str) -> None:
        """Forget a request that came to nothing: it may be begun anew."""
        ...

    async def audit(self, kind: str, actor: str, text: str) -> None: ...

    async def refused(self, kind: str, actor: str, text: str, address: str) -> None:
        """Write down what anybody can cause as often as they like: lines are shared, and say how often."""
        ...

    async def audits(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        actor: str | None = None,
        kind: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AuditView]:
        """The log, newest first: from `since` on, before `until`, of one actor, of one kind."""
        ...
