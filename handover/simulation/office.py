"""The people of a simulated team: who has how much, who gets the next case, and what each of them does now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handover.casefile import Assigned, AssignRequest
from handover.hours import Opening, is_open
from handover.routing import Candidate, assign
from handover.simulation.course import Course
from handover.simulation.plan import Pace, Person
from handover.simulation.rota import Presence, covers
from handover.staff import Staff


@dataclass
class Colleague:
    """Somebody at work. noticed: the cases that they have seen. works_on: one after the other. wakes_at: when they look
    again, because their shift begins then. spells: when they have worked. most: the most cases that they have held."""

    staff: Staff
    pace: Pace
    presence: Presence
    noticed: dict[str, Course] = field(default_factory=dict)
    works_on: Course | None = None
    wakes_at: datetime | None = None
    spells: list[Opening] = field(default_factory=list)
    most: int = 0

    @property
    def id(self) -> str:
        return self.staff.id

    def is_there(self, at: datetime) -> bool:
        return is_open(self.presence.works, at)

    def seen_by_routing(self, at: datetime) -> Staff:
        """As the settings have them at that moment."""
        switched_off = covers(self.presence.off, at)
        return self.staff.model_copy(update={"available": False}) if switched_off else self.staff


def own_pace(person: Person, everybody: Pace) -> Pace:
    """How one person works: what the plan says of them, otherwise of everybody."""
    return everybody.model_copy(
        update={name: own for name in Pace.model_fields if (own := getattr(person, name)) is not None}
    )


class Office:
    """Keeps who has which case, as the store does: one place for each case that has not ended."""

    def __init__(self, people: Iterable[Colleague]) -> None:
        self.people: Mapping[str, Colleague] = {one.id: one for one in sorted(people, key=lambda one: one.id)}
        self._places: dict[str, str] = {}
        self._loads = dict.fromkeys(self.people, 0)
        self._last = dict.fromkeys(self.people, 0)

    def assign(self, request: AssignRequest, now: datetime) -> Assigned:
        """Choose somebody by the rules of routing, and take a place of theirs."""
        candidates = [
            Candidate(one.seen_by_routing(now), self._loads[one.id], self._last[one.id]) for one in self.people.values()
        ]
        found = assign(request, candidates)
        if found.holder is not None:
            self._last[found.holder.staff_id] = max(self._last.values()) + 1
            self.reserve(request.conversation_id, found.holder.staff_id)
        return found

    def load(self, staff_id: str) -> int:
        return self._loads[staff_id]

    def reserve(self, key: str, staff_id: str) -> None:
        """The case takes a place of this person, instead of the one that it had."""
        self.free(key)
        self._places[key] = staff_id
        self._loads[staff_id] += 1
        person = self.people[staff_id]
        person.most = max(person.most, self._loads[staff_id])

    def free(self, key: str) -> None:
        """The case takes nobody's place any more."""
        if (held_by := self._places.pop(key, None)) is not None:
            self._loads[held_by] -= 1
