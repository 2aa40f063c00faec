"""What lists are asked for: one model a list, so that a filter means the same wherever it is used."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from handover.messages import HandoverStatus

Assignee = Annotated[str | None, Field(description="A staff id. Empty (`assignee=`): what nobody has.")]


class Filters(BaseModel):
    """A query's parameters: one that is not known is refused, since a filter with a typo would match everything."""

    model_config = ConfigDict(extra="forbid")


class Part(Filters):
    """Which part of a list."""

    after: Annotated[str | None, Field(description="`next` of the part before; left out: from the beginning.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="The most items in a part.")] = 50


class CaseFilters(Filters):
    """Which handovers. A filter that is left out matches all."""

    bot_id: str | None = None
    assignee: Assignee = None
    reason: Annotated[str | None, Field(description="A scenario, or the name of a rule.")] = None
    since: Annotated[AwareDatetime | None, Field(description="Opened from then on.")] = None
    until: Annotated[AwareDatetime | None, Field(description="Opened before then.")] = None


class NumbersFilters(CaseFilters):
    """Which handovers are counted, and where weeks and days begin."""

    conversation_id: str | None = None
    time_zone: Annotated[
        str, Field(max_length=64, description="Of the weeks and hours of the answer, like `Europe/Berlin`.")
    ] = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no time zone has this name; allowed is one like Europe/Berlin, or UTC")
        return name


class HandoverFilters(CaseFilters):
    """Which handovers. A filter that is left out matches all."""

    conversation_id: str | None = None
    status: Annotated[Sequence[HandoverStatus] | None, Field(description="One status, or several of them.")] = None
    breached: Annotated[
        bool | None, Field(description="Whether a due time passed with something left to do, as the numbers count it.")
    ] = None
    escalated: Annotated[
        bool | None, Field(description="Whether somebody further up was asked, or nobody was left to ask.")
    ] = None


class HandoverList(HandoverFilters, Part):
    """A part of the handover log."""


class TaskList(Part):
    """A part of the tasks."""

    assignee: Assignee = None
    status: Annotated[str | None, Field(description="`open`, `completed`, `cancelled`; `overdue`: open and late.")] = (
        None
    )


class ConversationList(Part):
    """A part of the conversations."""

    status: Annotated[
        str | None,
        Field(
            description="`bot`, `escalated`, `human` or `closed`; of those with an open handover, `overdue`: it is late; "
            "`further_up`: somebody further up was asked."
        ),
    ] = None
    assignee: Assignee = None


class NotificationList(Part):
    """A part of one person's inbox."""

    staff_id: Annotated[str | None, Field(description="Whose; a key that acts for one person may leave it out.")] = None
    unread: Annotated[bool, Field(description="Only what was not read yet.")] = False
