"""The team's settings: what files, the API and the staff page share."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from handover.bot import Id, Settings


class Access(StrEnum):
    staff = "staff"
    manager = "manager"
    admin = "admin"


NotifyChannel = Literal["inbox", "email", "sms", "slack", "push"]


class Notify(Settings):
    """Which event reaches this person by which channel."""

    conversation_assigned: list[NotifyChannel] = ["inbox", "email"]
    task_assigned: list[NotifyChannel] = ["inbox", "email"]


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
    addresses: dict[NotifyChannel, Annotated[str, Field(max_length=254)]] = {}


class Team(Settings):
    """A staff file."""

    staff: list[Staff]
