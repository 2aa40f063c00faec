"""The team's settings: what files, the API and the staff page share."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from handover.bot import Id, Settings
from handover.quiet import QuietHours


class Access(StrEnum):
    staff = "staff"
    manager = "manager"
    admin = "admin"


NotifyChannel = Literal["inbox", "email", "sms", "slack", "teams", "push"]


MAX_ADDRESS = 500
"""How long an address may be: that of a Teams workflow has three hundred characters."""


class Notify(Settings):
    """Which event reaches this person by which channel. Escalations and problems come to the inbox whatever stands here."""

    conversation_assigned: list[NotifyChannel] = ["inbox", "email"]
    task_assigned: list[NotifyChannel] = ["inbox", "email"]
    reminder: list[NotifyChannel] = ["inbox", "email"]
    escalation: list[NotifyChannel] = ["inbox", "email"]
    problem: list[NotifyChannel] = ["inbox", "email"]
    update: list[NotifyChannel] = ["inbox", "email"]
    review: list[NotifyChannel] = ["inbox", "email"]


class Staff(Settings):
    """A person who answers."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    roles: list[Id] = []
    skills: list[Id] = []
    manager: Id | None = None
    capacity: Annotated[int, Field(strict=True, ge=0, le=1000)] = 8
    access: Access = Access.staff
    enabled: bool = True
    available: bool = True
    notify: Notify = Notify()
    quiet: QuietHours | None = None
    addresses: dict[NotifyChannel, Annotated[str, Field(max_length=MAX_ADDRESS)]] = {}


class Team(Settings):
    """A staff file."""

    staff: list[Staff]
