"""API keys, for admins: what programs say who they are with (docs/people.md)."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from handover.api_keys import LONGEST_NAME
from handover.bot import Id
from handover.staff import Access
from handover.views import KeyView, NewKey, Page
from web.access import Admin
from web.bodies import Body
from web.keys import make_key
from web.keys import revoke_key as revoke
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1/keys", tags=["keys"], responses=RESPONSES)

KeyId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class KeyBody(Body):
    """A key for a program."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="What you will know it by.")]
    access: Annotated[
        Access | None,
        Field(description="What it may do: left out, what `staff_id` may; without one, what staff may."),
    ] = None
    staff_id: Annotated[Id | None, Field(description="On whose behalf it acts.")] = None


@router.get("")
async def list_keys(parts: Parts, who: Admin) -> Page[KeyView]:
    """All keys, oldest first, the revoked ones included; without their texts, which are kept nowhere."""
    return Page(items=await parts.door.keys())


@router.post("", status_code=201)
async def make(body: KeyBody, parts: Parts, who: Admin) -> NewKey:
    """Make a key. Its text is in this answer, and never shown again."""
    return await make_key(parts, who, body.name, body.access, body.staff_id)


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: KeyId, parts: Parts, who: Admin) -> None:
    """Revoke a key: it opens nothing any more from now on, and the sessions that it opened are over. No key
    revokes itself: 403."""
    await revoke(parts, who, key_id)
