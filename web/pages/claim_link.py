"""A link from a mail by which a person claims a case without signing in.

Looking at it changes nothing: scanners of mail follow every link. Only the page's one button claims. The link says who it is
for and which case it is about, and is good for that alone; the case itself is shown to those who sign in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from handover.claim_link import LONGEST_TOKEN, ClaimLink, read_claim_token
from handover.errors import NotFound, Refused, Unavailable
from handover.staff import Staff
from handover.views import HandoverDetail
from web.access import check_origin, refuse_foreign
from web.acts import claim as claim_case
from web.acts import name_of
from web.pages.rendering import PageRoute, page
from web.refusals import address_of, note_refusal
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Token = Annotated[str, Path(max_length=LONGEST_TOKEN)]
FREE_WRONG_LINKS = 20
"""How many links that are none may come from one place before it has to wait, and is not written down each time."""
_PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""The address is the permission: no other site is told of it."""


@dataclass(frozen=True)
class Visit:
    """Somebody with a link that is good: who they are, and how the case stands."""

    link: ClaimLink
    person: Staff
    case: HandoverDetail


@router.api_route("/claim/{token}", methods=["GET", "HEAD"])
async def look(request: Request, token: Token, parts: Parts) -> Response:
    """The page with its button."""
    visit = await _visit(request, parts, token)
    return visit if isinstance(visit, Response) else await _standing(request, parts, visit)


@router.post("/claim/{token}")
async def claim(request: Request, token: Token, parts: Parts) -> Response:
    """Claim the case. Of two people one has it, and the other is told who."""
    await _check_own_form(request, parts)
    visit = await _visit(request, parts, token)
    if isinstance(visit, Response):
        return visit
    try:
        await claim_case(parts, str(visit.link.handover), visit.person.id)
    except Refused as error:
        return await _refused(request, parts, visit, error)
    except Unavailable:
        return _shown(request, "unavailable", 503, visit)
    await _audit(parts, "claimed_by_link", visit.link)
    return _shown(request, "claimed", 200, visit)


async def _visit(request: Request, parts: Services, token: str) -> Visit | Response:
    """Whose visit it is; a page that says why where the link is not good."""
    link = read_claim_token(parts.secret, token)
    if link is None:
        return await _unknown(request, parts)
    if link.is_over(datetime.now(UTC)):
        return _shown(request, "over", 410)
    try:
        person = await parts.team.staff(link.staff_id)
        case = await parts.reads.handover(str(link.handover))
    except NotFound:
        return _shown(request, "unknown", 404)
    if not person.enabled:
        await note_refusal(
            parts, "claim_link_refused", request, actor=f"person:{link.staff_id}", text=f"{link.handover}: disabled,"
        )
        return _shown(request, "disabled", 403)
    return Visit(link, person, case)


async def _unknown(request: Request, parts: Services) -> Response:
    """A link that nobody here has signed: whoever tries many has to wait."""
    counted = {f"claim links from {address_of(request)}": FREE_WRONG_LINKS}
    if await parts.door.begin_try(counted):
        return _shown(request, "too_many", 429)
    await parts.door.audit("claim_link_refused", "unknown", f"{request.method} from {address_of(request)}")
    return _shown(request, "unknown", 404)


async def _standing(request: Request, parts: Services, visit: Visit) -> Response:
    """What the button would do now, or why there is none."""
    case = visit.case
    if case.status.ended:
        return _shown(
            request, "ended", 200, visit, holder=await name_of(parts, case.completed_by), since=case.completed_at
        )
    if case.status == "open":
        return _shown(request, "open", 200, visit)
    if case.assignee == visit.person.id:
        return _shown(request, "claimed", 200, visit)
    return _shown(request, "taken", 200, visit, holder=await name_of(parts, case.assignee), since=_since(case))


async def _refused(request: Request, parts: Services, visit: Visit, error: Refused) -> Response:
    """Somebody was faster: who, and since when."""
    await _audit(parts, "claim_link_late", visit.link)
    state = "taken" if error.code == "already_claimed" else "ended"
    return _shown(request, state, 409, visit, holder=await name_of(parts, error.holder), since=error.since)


def _since(case: HandoverDetail) -> datetime | None:
    """Since when the one who has the case has it, as the log says."""
    claims = [one.at for one in case.log if one.kind == "claimed" and one.actor == case.assignee]
    return max(claims, default=None)


async def _check_own_form(request: Request, parts: Services) -> None:
    """The form of our own page. It says `null` for its origin, since the page tells nobody where it comes from: then the
    browser's own word counts. Nothing hangs on it: there is no cookie, and who knows the address may claim anyway."""
    if request.headers.get("origin") != "null":
        await check_origin(request, parts)
    elif request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        await refuse_foreign(request, parts)


async def _audit(parts: Services, kind: str, link: ClaimLink) -> None:
    await parts.door.audit(kind, f"person:{link.staff_id}", str(link.handover))


def _shown(
    request: Request,
    state: str,
    status: int,
    visit: Visit | None = None,
    *,
    holder: str = "",
    since: datetime | None = None,
) -> Response:
    answer = page(
        request,
        "claim_link.html",
        status,
        state=state,
        person=visit.person if visit else None,
        case_page=f"/inbox/{visit.link.handover.conversation_id}" if visit else "/inbox",
        holder=holder,
        since=since,
    )
    answer.headers.update(_PRIVATE)
    return answer
