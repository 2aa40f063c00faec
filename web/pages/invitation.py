"""A one-time link: whoever was given it chooses a password, and is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from handover.errors import NotFound
from handover.sign_in import SHORTEST_PASSWORD, password_fault
from handover.staff import Staff
from web.access import check_origin
from web.pages.entry import open_session
from web.pages.rendering import PageRoute, page, see
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Token = Annotated[str, Path(max_length=200)]
Text = Annotated[str, Form(max_length=500)]


@router.get("/invitation/{token}")
async def invitation(request: Request, token: Token, parts: Parts) -> Response:
    """The form; opening it uses nothing up."""
    person = await _whose(parts, token)
    return _over(request) if person is None else _form(request, person)


@router.post("/invitation/{token}")
async def accept(request: Request, token: Token, parts: Parts, password: Text = "", again: Text = "") -> Response:
    """Choose the password: it ends all other sessions of the person, and the link."""
    await check_origin(request, parts)
    person = await _whose(parts, token)
    if person is None:
        return _over(request)
    fault = password_fault(password, person) or ("The two are not the same." if again != password else "")
    if fault:
        return _form(request, person, fault)
    if await parts.door.redeem_link(token, password) is None:
        return _over(request)
    await parts.door.audit("password_set", f"person:{person.id}", "with a one-time link")
    answer = see("/inbox")
    await open_session(request, answer, parts, person.id)
    return answer


async def _whose(parts: Services, token: str) -> Staff | None:
    staff_id = await parts.door.link(token)
    if staff_id is None:
        return None
    try:
        person = await parts.team.staff(staff_id)
    except NotFound:
        return None
    return person if person.enabled else None


def _form(request: Request, person: Staff, fault: str = "") -> Response:
    status = 422 if fault else 200
    return page(request, "invitation.html", status, person=person, fault=fault, shortest=SHORTEST_PASSWORD)


def _over(request: Request) -> Response:
    return page(request, "invitation.html", 404, person=None)
