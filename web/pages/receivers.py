"""To whom a case can be given, by the same choice that is made when it is: who would be refused says why."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handover.routing import Candidate, choose
from handover.staff import Staff


class Receiver(NamedTuple):
    """Somebody to choose: `to` as a reassignment names them, and what to call them. `possible`: they could have it now."""

    to: str
    name: str
    possible: bool


class Receivers(NamedTuple):
    """The people, the roles, and whoever manages."""

    people: list[Receiver]
    roles: list[Receiver]
    manager: Receiver


def receivers(team: Sequence[Staff], loads: Mapping[str, int], holder: str | None) -> Receivers:
    """Everybody but the holder. Skills that an action asks for are looked at only when the case is given away."""
    candidates = [Candidate(person, loads.get(person.id, 0), 0) for person in team]

    def possible(to: str) -> bool:
        return choose([to], candidates, asked=[holder] if holder else [], holder=holder) is not None

    def receiver(to: str, name: str, why_not: str) -> Receiver:
        return Receiver(to, name, True) if possible(to) else Receiver(to, f"{name} ({why_not})", False)

    others = [one for one in candidates if one.staff.enabled and one.staff.id != holder]
    roles = sorted({role for one in candidates if one.staff.enabled for role in one.staff.roles})
    return Receivers(
        [receiver(f"user:{one.staff.id}", _named(one), "away") for one in others],
        [receiver(f"role:{role}", f"Somebody in {role}", "all are away or full") for role in roles],
        receiver("manager", "The manager", "none is there"),
    )


def _named(one: Candidate) -> str:
    """A person who is full can be given a case by name all the same; whoever does it should know."""
    return one.staff.name if one.free else f"{one.staff.name}, has {one.load} of {one.staff.capacity}"
