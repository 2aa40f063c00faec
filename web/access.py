"""Who is calling: a backend with its key, or a person with a session."""

from dataclasses import dataclass
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from handover.api_keys import lesser
from handover.errors import NotFound
from handover.people import By, access_of
from handover.staff import Access
from handover.views import KeyView
from web.problems import ApiError
from web.refusals import note_refusal
from web.services import Parts, Services

SESSION_COOKIE = "handover_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer …`")


@dataclass(frozen=True)
class Caller:
    """Somebody who may use the API. An admin's key without a staff id may act for everybody and names who in the request; a
    lesser one without acts for nobody."""

    name: str
    staff_id: str | None
    manages: bool
    access: Access = Access.staff

    @property
    def by(self) -> By:
        """As the rules about changing people know them."""
        return By(self.staff_id, self.access)

    @property
    def signature(self) -> str:
        """Who did it, as it is kept with what they made: the person, or the name of the key."""
        return self.staff_id or self.name

    def acts_as(self, staff_id: str | None) -> str:
        """On whose behalf this is done. Raises ApiError where that is nobody, or somebody else."""
        if self.staff_id is not None:
            if staff_id not in (None, self.staff_id):
                raise ApiError(403, "not_your_name", f"You act as {self.staff_id}, not as {staff_id}.")
            return self.staff_id
        if self.access is not Access.admin:
            raise ApiError(
                403, "acts_for_nobody", "This key acts for nobody on the team: use one that acts for a person."
            )
        if not staff_id:
            raise ApiError(422, "invalid_request", "staff_id: say on whose behalf this is done.")
        return staff_id

    def counted_for(self, assignee: str | None) -> str | None:
        """Whose numbers these are: None is everybody's, an empty one what nobody has. Staff see their own. Raises ApiError
        where they ask for others'."""
        if self.manages:
            return assignee
        if self.staff_id is None or assignee not in (None, self.staff_id):
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
        await note_refusal(parts, "missing_key", request)
        raise ApiError(401, "unauthorized", "Send an API key: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})
    await check_origin(request, parts, person.name)
    return person


async def manager(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller who may change settings."""
    if not who.manages:
        raise ApiError(403, "managers_only", "This is for managers and admins.")
    return who


async def admin(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller who looks after the installation."""
    if who.access is not Access.admin:
        raise ApiError(403, "admins_only", "This is for admins.")
    return who


async def by_session(request: Request, parts: Services) -> Caller | None:
    """The person whose session cookie the request carries."""
    token = request.cookies.get(SESSION_COOKIE)
    staff_id = await parts.door.session(token) if token else None
    return await _person(parts, f"person:{staff_id}", staff_id) if staff_id else None


async def check_origin(request: Request, parts: Services, actor: str = "unknown") -> None:
    """A page of another site must not act with a person's cookie. `actor`: whose it is. Raises ApiError 403, and writes it
    down."""
    if request.method not in _SAFE_METHODS and _is_foreign(request):
        await refuse_foreign(request, parts, actor)


async def refuse_foreign(request: Request, parts: Services, actor: str = "unknown") -> NoReturn:
    """Raises ApiError 403, after writing it down."""
    await note_refusal(parts, "foreign_origin", request, actor=actor)
    raise ApiError(403, "foreign_origin", "This request comes from another site's page.")


def _is_foreign(request: Request) -> bool:
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin" if origin is None else "")
    same_host = origin is not None and _host_in(origin) == request.headers.get("host")
    return (site not in ("same-origin", "none") and not same_host) or (origin is not None and not same_host)


def _host_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


async def _by_key(request: Request, parts: Services, secret: str) -> Caller:
    key = await parts.door.key(secret)
    if key is None:
        await note_refusal(parts, "wrong_key", request)
        raise ApiError(
            401, "unauthorized", "This key is not known here, or was revoked.", {"WWW-Authenticate": "Bearer"}
        )
    found = await _caller_of(parts, key)
    if found is None:
        await note_refusal(parts, "key_of_nobody", request, actor=name_of_key(key))
        raise ApiError(403, "unknown_staff", f"This key acts for {key.staff_id}, who is not on the team (any more).")
    return found


async def still_admitted(request: Request, parts: Services) -> bool:
    """Whether the caller of a stream that stays open may still be told: a key may have been revoked, a session ended."""
    _, _, secret = request.headers.get("authorization", "").partition(" ")
    if not secret:
        return await by_session(request, parts) is not None
    key = await parts.door.key(secret.strip())
    return key is not None and await _caller_of(parts, key) is not None


async def _caller_of(parts: Services, key: KeyView) -> Caller | None:
    """Who acts with this key; None where it acts for somebody who is not on the team."""
    if key.staff_id is None:
        return _caller(name_of_key(key), None, key.access)
    return await _person(parts, name_of_key(key), key.staff_id, key.access)


def name_of_key(key: KeyView) -> str:
    """As the audit log calls it."""
    return f"key:{key.id}"


async def _person(parts: Services, name: str, staff_id: str, most: Access = Access.admin) -> Caller | None:
    try:
        staff = await parts.team.staff(staff_id)
    except NotFound:
        return None
    return _caller(name, staff_id, lesser(access_of(staff), most)) if staff.enabled else None


def _caller(name: str, staff_id: str | None, access: Access) -> Caller:
    return Caller(name, staff_id, access is not Access.staff, access)


Who = Annotated[Caller, Depends(caller)]
Manager = Annotated[Caller, Depends(manager)]
Admin = Annotated[Caller, Depends(admin)]
