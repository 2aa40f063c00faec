"""The team: who is there, what they do, and for managers: adding, changing and disabling people."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from handover.documents import validated
from handover.errors import Problem, SettingsError
from handover.ids import SETTINGS_ID
from handover.people import access_of, may_change
from handover.sign_in import LINK_LASTS
from handover.staff import Access, Staff
from handover.views import SignInView
from web.pages.forms import problems_by_field, staff_fields, text_fields, typed_of
from web.pages.guard import Managing, Me, SignedIn
from web.pages.rendering import PageRoute, page, see, status_of
from web.problems import ApiError
from web.services import Parts, Services
from web.team import change_person, with_fields

router = APIRouter(route_class=PageRoute, include_in_schema=False)

StaffId = Annotated[str, Path(pattern=SETTINGS_ID)]
_NO_SIGN_IN = SignInView(has_password=False, link_until=None)


@dataclass(frozen=True)
class Member:
    """A person as the list shows them: with the open cases that they hold."""

    person: Staff
    access: Access
    manager: str
    load: int
    sign_in: SignInView
    may_change: bool


@router.get("/team")
async def team_page(request: Request, parts: Parts, me: SignedIn, saved: str = "") -> Response:
    """Everybody, those who are disabled last."""
    members = await _members(parts, me)
    name = next((one.person.name for one in members if one.person.id == saved), "")
    return page(request, "team.html", me=me, members=members, saved=name)


@router.get("/team/new")
async def new_person(request: Request, parts: Parts, me: Managing) -> Response:
    """The empty form."""
    return await _show(request, parts, me, None, typed={"capacity": "8", "access": "staff"})


@router.post("/team/new")
async def add_person(request: Request, parts: Parts, me: Managing) -> Response:
    """Add somebody, and show the link with which they choose a password."""
    typed = await text_fields(request)
    staff_id = typed.get("id", "").strip().lower()

    def make(before: Staff | None) -> Staff:
        person = validated(Staff, {"id": staff_id} | staff_fields(typed), "staff")
        if before is not None:
            raise SettingsError("staff", [Problem("id", f"{before.name} has this id; allowed is an id of their own")])
        return person

    try:
        person = await change_person(parts, me.caller, staff_id, make)
    except (SettingsError, ApiError) as error:
        return await _show(request, parts, me, None, typed=typed, error=error)
    return await _show_link(request, parts, me, person, f"{person.name} is on the team now.")


@router.get("/team/{staff_id}")
async def one_person(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """One person, to be changed."""
    return await _show(request, parts, me, await parts.team.staff(staff_id))


@router.post("/team/{staff_id}")
async def save_person(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """Change a person; what was typed stays where it is refused."""
    typed = await text_fields(request)
    try:
        await change_person(
            parts, me.caller, staff_id, lambda before: with_fields(before, staff_id, staff_fields(typed, before))
        )
    except (SettingsError, ApiError) as error:
        return await _show(request, parts, me, await parts.team.staff(staff_id), typed=typed, error=error)
    return see(f"/team?saved={staff_id}#{staff_id}")


@router.get("/team/{staff_id}/{part}")
async def back_to_the_person(staff_id: StaffId, part: str, me: Managing) -> Response:
    """A form leaves its address in the browser; loaded again, it is the person's page."""
    return see(f"/team/{staff_id}")


@router.post("/team/{staff_id}/link")
async def new_link(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """A one-time link for somebody who has no password yet, or has forgotten it."""
    person = await parts.team.staff(staff_id)
    return await _show_link(request, parts, me, person, "")


@router.post("/team/{staff_id}/disable")
async def disable(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """Nobody is removed: their cases, and what they said, go on naming them."""
    return await _set(request, parts, me, staff_id, enabled=False)


@router.post("/team/{staff_id}/enable")
async def enable(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """Somebody comes back."""
    return await _set(request, parts, me, staff_id, enabled=True)


@router.post("/team/{staff_id}/away")
async def away(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """For somebody who went home without saying so."""
    return await _set(request, parts, me, staff_id, available=False)


@router.post("/team/{staff_id}/available")
async def available(request: Request, staff_id: StaffId, parts: Parts, me: Managing) -> Response:
    """For somebody who is there again."""
    return await _set(request, parts, me, staff_id, available=True)


async def _set(request: Request, parts: Services, me: Me, staff_id: str, **fields: bool) -> Response:
    try:
        await change_person(parts, me.caller, staff_id, lambda before: with_fields(before, staff_id, fields))
    except (SettingsError, ApiError) as error:
        return await _show(request, parts, me, await parts.team.staff(staff_id), error=error)
    return see(f"/team/{staff_id}")


async def _show_link(request: Request, parts: Services, me: Me, person: Staff, done: str) -> Response:
    """The person's page with a new link, which is shown this once."""
    if not may_change(me.caller.by, person):
        raise ApiError(403, "admins_only", f"Only an admin may make a link for {person.name}.")
    if not person.enabled:
        raise ApiError(409, "disabled", f"{person.name} is disabled: enable them first.")
    token = await parts.door.make_link(person.id, me.staff_id, LINK_LASTS)
    await parts.door.audit("link_made", me.caller.name, f"a one-time link for {person.id}")
    link = f"{parts.settings.public_url.rstrip('/')}/invitation/{token}"
    return await _show(request, parts, me, person, link=link, done=done)


async def _show(
    request: Request,
    parts: Services,
    me: Me,
    person: Staff | None,
    *,
    typed: Mapping[str, str] | None = None,
    error: SettingsError | ApiError | None = None,
    link: str = "",
    done: str = "",
) -> Response:
    """The page of a person; of a new one without `person`. After a refusal with what was typed."""
    if person is not None and not may_change(me.caller.by, person):
        raise ApiError(403, "admins_only", f"Only an admin may change {person.name}.")
    members = await _members(parts, me)
    context: dict[str, Any] = {
        "me": me,
        "member": next((one for one in members if person and one.person.id == person.id), None),
        "others": [one.person for one in members if person is None or one.person.id != person.id],
        "levels": _levels(me, person),
        "typed": typed if typed is not None else typed_of(person),
        "problems": problems_by_field(error) if isinstance(error, SettingsError) else {},
        "refused": error.detail if isinstance(error, ApiError) else "",
        "link": link,
        "done": done,
    }
    return page(request, "person.html", status_of(error) if error else 200, **context)


def _levels(me: Me, person: Staff | None) -> Sequence[Access]:
    """The access that may be given: only admins make managers and admins."""
    if me.caller.access is Access.admin:
        return list(Access)
    return [person.access] if person is not None else [Access.staff]


async def _members(parts: Services, me: Me) -> list[Member]:
    team, loads, sign_ins = await asyncio.gather(parts.admin.team(), parts.people.loads(), parts.door.sign_ins())
    names = {person.id: person.name for person in team}
    members = [
        Member(
            person=person,
            access=access_of(person),
            manager=names.get(person.manager, person.manager) if person.manager else "",
            load=loads.get(person.id, 0),
            sign_in=sign_ins.get(person.id, _NO_SIGN_IN),
            may_change=may_change(me.caller.by, person),
        )
        for person in team
    ]
    return sorted(members, key=lambda one: (not one.person.enabled, one.person.name.casefold(), one.person.id))
