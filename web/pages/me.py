"""A person's own page: whether they are there, how they are told, their password and their sessions."""

from typing import Any

from fastapi import APIRouter, Request, Response

from handover.errors import SettingsError
from handover.quiet import DAYS
from handover.sign_in import SHORTEST_PASSWORD, allowances, password_fault
from handover.staff import Staff
from web.access import SESSION_COOKIE
from web.pages.entry import open_session, own_page
from web.pages.forms import ADDRESSES, addresses, problems_by_field, text_fields, typed_of
from web.pages.guard import Me, SignedIn
from web.pages.quiet_fields import quiet_of, quiet_typed, refuse_what_would_vanish
from web.pages.rendering import PageRoute, page, see
from web.refusals import address_of
from web.services import Parts, Services
from web.team import change_oneself

router = APIRouter(route_class=PageRoute, include_in_schema=False)

CHANNELS: dict[str, str] = {
    "inbox": "Inbox",
    "email": "Email",
    "sms": "SMS",
    "slack": "Slack",
    "teams": "Teams",
    "push": "Push",
}
EVENTS = {
    "conversation_assigned": "A conversation is assigned to me",
    "task_assigned": "A task is assigned to me",
    "reminder": "A reminder: something of mine waits or becomes due",
    "update": "News of my case",
    "escalation": "An escalation: nobody has acted in time",
    "problem": "A problem: something failed for good",
    "review": "The weekly review, for managers",
}
ADDRESS_HINTS = {
    "email": "You can also sign in with it.",
    "sms": "With its country code, as in +4915112345678.",
    "slack": "Your member id, from your profile there; or a webhook of your own.",
    "teams": "The address of a workflow “When a webhook request is received”, as Teams shows it.",
    "push": "As in ntfy://topic, pover://user@token or pbul://token.",
}
DAY_NAMES = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


@router.get("/me")
async def own_settings(request: Request, parts: Parts, me: SignedIn, saved: str = "") -> Response:
    """Everything that a person sets for themselves."""
    return await _show(request, parts, me, saved=saved)


@router.get("/me/{part}")
async def back(part: str, me: SignedIn) -> Response:
    """A refused form leaves its address in the browser."""
    return see("/me")


@router.post("/me/availability")
async def set_availability(request: Request, parts: Parts, me: SignedIn) -> Response:
    """There or away, from any page."""
    typed = await text_fields(request)
    await change_oneself(parts, me.caller, {"available": typed.get("available") == "yes"})
    return see(own_page(typed.get("back", "/me")))


@router.post("/me/notifications")
async def set_notifications(request: Request, parts: Parts, me: SignedIn) -> Response:
    """Which event by which channel, when only by the inbox, and where the channels reach the person."""
    typed = await text_fields(request)
    person = await parts.team.staff(me.staff_id)
    fields = {"notify": _notify(typed), "quiet": quiet_of(typed), "addresses": addresses(typed, person)}
    try:
        refuse_what_would_vanish(typed, person)
        await change_oneself(parts, me.caller, fields)
    except SettingsError as error:
        return await _show(request, parts, me, typed=typed, error=error)
    return see("/me?saved=notifications")


@router.post("/me/password")
async def set_password(request: Request, parts: Parts, me: SignedIn) -> Response:
    """A new password; every other session ends, this one goes on."""
    typed = await text_fields(request)
    person = await parts.team.staff(me.staff_id)
    field, fault = await _password_fault(request, parts, person, typed)
    if fault:
        return await _show(request, parts, me, password_fault={field: fault})
    await parts.door.set_password(me.staff_id, typed["password"])
    await parts.door.audit("password_set", me.caller.name, "by themselves")
    answer = see("/me?saved=password")
    await open_session(request, answer, parts, me.staff_id)
    return answer


@router.post("/me/sessions")
async def end_session(request: Request, parts: Parts, me: SignedIn) -> Response:
    """Sign out on another browser, lost or lent."""
    typed = await text_fields(request)
    if typed.get("session"):
        await parts.door.close_one(me.staff_id, typed["session"])
        await parts.door.audit("session_ended", me.caller.name, "one session")
    return see("/me?saved=sessions")


async def _password_fault(request: Request, parts: Services, person: Staff, typed: dict[str, str]) -> tuple[str, str]:
    """The field that is wrong, and what is wrong about it."""
    fault = password_fault(typed.get("password", ""), person)
    if fault:
        return "password", fault
    if typed.get("again") != typed["password"]:
        return "again", "The two are not the same."
    sign_in = (await parts.door.sign_ins()).get(person.id)
    if sign_in is None or not sign_in.has_password:
        return "", ""
    counted = allowances(person.id, address_of(request))
    if await parts.door.begin_try(counted):
        return "current", "Too many wrong passwords. Try again in a minute."
    if not await parts.door.password_fits(person.id, typed.get("current", "")):
        await parts.door.audit("sign_in_refused", person.id, "wrong password when changing it")
        return "current", "This is not your password."
    await parts.door.forget_tries(list(counted))
    return "", ""


def _notify(typed: dict[str, str]) -> dict[str, list[str]]:
    """The ticked boxes, named `notify.EVENT.CHANNEL`."""
    return {event: [one for one in CHANNELS if f"notify.{event}.{one}" in typed] for event in EVENTS}


async def _show(
    request: Request,
    parts: Services,
    me: Me,
    *,
    typed: dict[str, str] | None = None,
    error: SettingsError | None = None,
    password_fault: dict[str, str] | None = None,
    saved: str = "",
) -> Response:
    person = await parts.team.staff(me.staff_id)
    sign_in = (await parts.door.sign_ins()).get(me.staff_id)
    ticked = _notify(typed) if typed is not None else person.notify.model_dump()
    context: dict[str, Any] = {
        "me": me,
        "person": person,
        "channels": CHANNELS,
        "events": EVENTS,
        "ticked": ticked,
        "addresses": ADDRESSES,
        "typed": typed if typed is not None else typed_of(person) | quiet_typed(person),
        "days": DAY_NAMES,
        "address_hints": ADDRESS_HINTS,
        "problems": problems_by_field(error) | (password_fault or {}),
        "has_password": sign_in is not None and sign_in.has_password,
        "shortest": SHORTEST_PASSWORD,
        "sessions": await parts.door.sessions(me.staff_id, request.cookies.get(SESSION_COOKIE, "")),
        "saved": saved,
    }
    return page(request, "me.html", 422 if error or password_fault else 200, **context)
