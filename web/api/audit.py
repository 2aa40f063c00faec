"""The audit log, for admins: who did what, and what was refused."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from handover.views import AuditView, Page
from web.access import Admin
from web.filters import Part
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=RESPONSES)


class AuditList(Part):
    """A part of the audit log. A filter that is left out matches all."""

    since: Annotated[AwareDatetime | None, Field(description="Written down from then on.")] = None
    until: Annotated[AwareDatetime | None, Field(description="Written down before then.")] = None
    actor: Annotated[str | None, Field(description="Who: `person:ann`, `key:1`, `unknown`, `terminal` …")] = None
    kind: Annotated[str | None, Field(description="What: `wrong_key`, `signed_in` …")] = None


@router.get("")
async def list_audit(asked: Annotated[AuditList, Query()], parts: Parts, who: Admin) -> Page[AuditView]:
    """The audit log, newest first. Refusals that anybody can cause are counted: `times`, up to `last_at`."""
    return await parts.door.audits(**asked.model_dump())
