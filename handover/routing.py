"""Who gets a case: staff + load + what is asked for -> one of them, fair between equals and the same when asked again."""

from collections.abc import Sequence
from typing import NamedTuple

from handover.casefile import Assigned, AssignRequest, Holder
from handover.staff import Access, Staff


class Candidate(NamedTuple):
    """A staff member with the open cases that they hold, and when they last got one (a growing number; 0: never)."""

    staff: Staff
    load: int
    last_assigned: int

    @property
    def free(self) -> bool:
        return self.load < self.staff.capacity


class Choice(NamedTuple):
    """Who was chosen, and by which of the targets."""

    candidate: Candidate
    target: str


def choose(
    targets: Sequence[str],
    candidates: Sequence[Candidate],
    *,
    skills: Sequence[str] = (),
    asked: Sequence[str] = (),
    holder: str | None = None,
) -> Choice | None:
    """The first of the targets that finds an available person who was not asked yet; None where none does.

    `manager` is the holder's manager, otherwise any. A role picks the lightest load under capacity, and of equals the one
    whose last case is longest ago. A named user and a manager are asked even when they are full.
    """
    there = [one for one in candidates if one.staff.enabled and one.staff.available and one.staff.id not in asked]
    for target in targets:
        found = _find(target, there, candidates, skills, holder)
        if found is not None:
            return Choice(found, target)
    return None


def assign(request: AssignRequest, candidates: Sequence[Candidate]) -> Assigned:
    """Who gets the case that the request is about; where nobody does, who is told of it."""
    # An owner comes first, even when full; one who is away or gone is passed over like any other target.
    targets = [f"user:{request.owner}", *request.targets] if request.owner else request.targets
    choice = choose(targets, candidates, skills=request.skills, asked=request.asked, holder=request.holder)
    if choice is None:
        return Assigned(tell=to_tell(targets, candidates))
    person = choice.candidate.staff
    return Assigned(holder=holder_of(person), target=choice.target, ahead=choice.candidate.load)


def to_tell(targets: Sequence[str], candidates: Sequence[Candidate]) -> list[str]:
    """Whom to tell that nobody could be found: the members of the roles asked for, and the managers."""
    roles = {target.removeprefix("role:") for target in targets if target.startswith("role:")}
    members = [one.staff.id for one in candidates if one.staff.enabled and roles & set(one.staff.roles)]
    managers = [one.staff.id for one in candidates if one.staff.enabled and is_manager(one.staff)]
    return list(dict.fromkeys(members + managers))


def managers_of(staff_id: str | None, everybody: Sequence[Staff]) -> list[str]:
    """Who answers for a person's work: their own manager, otherwise all managers; those who are disabled are left out."""
    there = {one.id: one for one in everybody if one.enabled}
    own = next((one.manager for one in everybody if one.id == staff_id), None)
    return [own] if own in there else [one.id for one in there.values() if is_manager(one)]


def is_manager(staff: Staff) -> bool:
    return "manager" in staff.roles or staff.access in (Access.manager, Access.admin)


def holder_of(staff: Staff) -> Holder:
    """What a handover knows of the person on the case."""
    return Holder(staff_id=staff.id, name=staff.name, manager=staff.manager, manages=is_manager(staff))


def _find(
    target: str, there: Sequence[Candidate], everybody: Sequence[Candidate], skills: Sequence[str], holder: str | None
) -> Candidate | None:
    if target == "manager":
        return _manager(there, everybody, holder)
    kind, _, name = target.partition(":")
    if kind == "user":
        return next((one for one in there if one.staff.id == name), None)
    skilled = [one for one in there if name in one.staff.roles and set(skills) <= set(one.staff.skills) and one.free]
    return min(skilled, key=_fairness, default=None)


def _manager(there: Sequence[Candidate], everybody: Sequence[Candidate], holder: str | None) -> Candidate | None:
    own = next((one.staff.manager for one in everybody if one.staff.id == holder), None)
    managers = [one for one in there if is_manager(one.staff) or one.staff.id == own]
    return min(managers, key=lambda one: (one.staff.id != own, *_fairness(one)), default=None)


def _fairness(one: Candidate) -> tuple[int, int, str]:
    return one.load, one.last_assigned, one.staff.id
