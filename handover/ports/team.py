"""The team: who gets a case, who is there when, and how the managers change it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from handover.casefile import Assigned, AssignRequest, HoursRequest
from handover.hours import Calendar
from handover.staff import Staff


class LookUpOpenings(Protocol):
    def __call__(self, request: HoursRequest, available: bool) -> Calendar:
        """When the team is there by its hours."""
        ...


class Team(Protocol):
    async def staff(self, staff_id: str) -> Staff:
        """One person. Raises NotFound."""
        ...

    async def managers_of(self, staff_id: str | None) -> list[str]:
        """Who answers for a person's work: their manager, otherwise all of them."""
        ...

    async def assign(self, request: AssignRequest) -> Assigned:
        """Choose and reserve in one transaction; the same key returns the same assignment."""
        ...


class People(Protocol):
    """The team as its managers change it."""

    async def change(self, staff_id: str, change: Callable[[Sequence[Staff]], Staff]) -> tuple[Staff | None, Staff]:
        """Store what `change` makes of the team's member, one change at a time: the person before and after. What it
        raises changes nothing."""
        ...

    async def loads(self) -> dict[str, int]:
        """How many open cases each person holds; those who hold none are left out."""
        ...
