"""Pages for staff: who is signed in, and nobody else."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from handover.staff import Access
from web.access import Caller, by_session, check_origin
from web.pages.rendering import SignInFirst
from web.problems import ApiError
from web.services import Parts, Services


@dataclass(frozen=True)
class Me:
    """The person in front of the page. `away`: cases that would come to them pass them over; who takes none is never away."""

    staff_id: str
    name: str
    manages: bool
    away: bool
    caller: Caller


async def me(request: Request, parts: Parts) -> Me:
    """Who is signed in. Raises SignInFirst, and ApiError where the request comes from another site's page."""
    found = await by_session(request, parts)
    if found is None or found.staff_id is None:
        raise SignInFirst(_page_to_return_to(request))
    await check_origin(request, parts, found.name)
    person = await parts.team.staff(found.staff_id)
    return Me(person.id, person.name, found.manages, not person.available and person.capacity > 0, found)


async def managing(me: Annotated[Me, Depends(me)]) -> Me:
    """A manager or admin. Raises ApiError for everybody else."""
    if not me.manages:
        raise ApiError(403, "managers_only", "This page is for managers and admins.")
    return me


async def administering(me: Annotated[Me, Depends(me)]) -> Me:
    """An admin. Raises ApiError for everybody else."""
    if me.caller.access is not Access.admin:
        raise ApiError(403, "admins_only", "This page is for admins.")
    return me


async def still_signed_in(request: Request, parts: Services) -> bool:
    """Whether the session of a page that stays open has not ended meanwhile."""
    return await by_session(request, parts) is not None


def _page_to_return_to(request: Request) -> str:
    """The page itself; for a form, the page that it was on."""
    path = request.url.path
    if request.method != "GET":
        return path.rsplit("/", 1)[0] or "/"
    return f"{path}?{request.url.query}" if request.url.query else path


SignedIn = Annotated[Me, Depends(me)]
Managing = Annotated[Me, Depends(managing)]
Administering = Annotated[Me, Depends(administering)]
