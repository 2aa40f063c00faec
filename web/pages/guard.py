"""Pages for staff: who is signed in, and nobody else."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from web.access import by_session, check_origin
from web.pages.rendering import SignInFirst
from web.services import Parts, Services


@dataclass(frozen=True)
class Me:
    """The person in front of the page."""

    staff_id: str
    name: str
    manages: bool


async def me(request: Request, parts: Parts) -> Me:
    """Who is signed in. Raises SignInFirst, and ApiError where the request comes from another site's page."""
    found = await by_session(request, parts)
    if found is None or found.staff_id is None:
        raise SignInFirst(_page_to_return_to(request))
    check_origin(request)
    return Me(found.staff_id, (await parts.team.staff(found.staff_id)).name, found.manages)


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
