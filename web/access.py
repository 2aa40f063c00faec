"""Who is calling: a backend with its key, or a person with a session."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from handover.errors import NotFound
from handover.people import By, access_of
from handover.routing import is_manager
from handover.staff import Access
from web.problems import ApiError
from web.services import Parts, Services

SESSION_COOKIE = "handover_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer …`")


@dataclass(frozen=True)
class Caller:
    """Somebody who may use the API. A key without a staff id may act for everybody and names who in the request."""

    name: str
    staff_id: str | None
    manages: bool
    access: Access = Access.staff

    @property
    def by(self) -> By:
        """As the rules about changing people know them."""
        return By(self.staff_id, self.access)

    def acts_as(self, staff_id: str | None) -> str:
        """On whose behalf this is done. Raises ApiError where that is nobody, or somebody else."""
        if self.staff_id is not None:
            if staff_id not in (None, self.staff_id):
                raise ApiError(403, "not_your_name", f"You act as {self.staff_id}, not as {staff_id}.")
            return self.staff_id
        if not staff_id:
            raise ApiError(422, "invalid_request", "staff_id: say on whose behalf this is done.")
        return staff_id

    def counted_for(self, assignee: str | None) -> str | None:
        """Whose numbers these are: None is everybody's, an empty one what nobody has. Staff see their own. Raises ApiError
        where they ask for others'."""
        if self.manages:
            return assignee
        if assignee not in (None, self.staff_id):
            raise ApiError(403, "managers_only", "Only managers and admins see the numbers of other people.")
        return self.staff_id


async def caller(
    request: Request, parts: Parts, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """The caller of this request. Raises ApiError 401 where there is no valid key and no session."""
    if bearer is not None:
        return await _by_key(request, parts, bearer.credentials)
    person = await by_session(request, parts)
    if person is None:
        raise ApiError(401, "unauthorized", "Send an API key: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})
    check_origin(request)
    return person


async def manager(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller who may change settings."""
    if not who.manages:
        raise ApiError(403, "managers_only", "This is for managers and admins.")
    return who


async def by_session(request: Request, parts: Services) -> Caller | None:
    """The person whose session cookie the request carries."""
    token = request.cookies.get(SESSION_COOKIE)
    staff_id = await parts.door.session(token) if token else None
    return await _person(parts, f"person:{staff_id}", staff_id) if staff_id else None


def check_origin(request: Request) -> None:
    """A page of another site must not act with a person's cookie."""
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin" if origin is None else "")
    same_host = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    if (site not in ("same-origin", "none") and not same_host) or (origin is not None and not same_host):
        raise ApiError(403, "foreign_origin", "This request comes from another site's page.")


async def _by_key(request: Request, parts: Services, secret: str) -> Caller:
    key = await parts.door.key(secret)
    if key is None:
        await parts.door.audit("wrong_key", "unknown", f"{request.method} {request.url.path}")
        raise ApiError(
            401, "unauthorized", "This key is not known here, or was revoked.", {"WWW-Authenticate": "Bearer"}
        )
    if key.staff_id is None:
        return Caller(f"key:{key.id}", None, manages=True, access=Access.admin)
    found = await _person(parts, f"key:{key.id}", key.staff_id)
    if found is None:
        raise ApiError(403, "unknown_staff", f"This key acts for {key.staff_id}, who is not on the team (any more).")
    return found


async def _person(parts: Services, name: str, staff_id: str) -> Caller | None:
    try:
        staff = await parts.team.staff(staff_id)
    except NotFound:
        return None
    return Caller(name, staff_id, is_manager(staff), access_of(staff)) if staff.enabled else None


Who = Annotated[Caller, Depends(caller)]
Manager = Annotated[Caller, Depends(manager)]
