"""What API keys may do, and who may give them what."""

from handover.errors import Problem
from handover.people import By, access_of
from handover.staff import Access, Staff
from handover.views import KeyView

LONGEST_NAME = 100
_ORDER = (Access.staff, Access.manager, Access.admin)


def lesser(one: Access, other: Access) -> Access:
    """The one of the two that may do less."""
    return min(one, other, key=_ORDER.index)


def access_of_key(by: By, asked: Access | None, person: Staff | None) -> Access:
    """What a new key may do: what was asked for, otherwise what whom it acts for may; a key for nobody is for a chat backend,
    which needs no more than staff do."""
    if asked is not None:
        return asked
    return lesser(by.access, access_of(person)) if person is not None else Access.staff


def key_problems(by: By, access: Access, person: Staff | None) -> list[Problem]:
    """Why this key can't be made: nobody gives more than they have, and whom a key acts for says what it may do."""
    if lesser(access, by.access) is not access:
        return [Problem("access", f"a key may do no more than who makes it; allowed is {_up_to(by.access)}")]
    if person is None:
        return []
    if not person.enabled:
        return [Problem("staff_id", f"{person.name} is disabled; allowed is somebody who is not")]
    if access is not access_of(person):
        return [
            Problem("access", f"a key that acts for {person.name} may do what they may; allowed is {access_of(person)}")
        ]
    return []


def name_problems(name: str) -> list[Problem]:
    """What is wrong with the name of a key."""
    if not name or len(name) > LONGEST_NAME:
        return [Problem("name", f"it has {len(name)} characters; allowed are 1 to {LONGEST_NAME}")]
    return []


def may_sign_in(key: KeyView, person: Staff) -> bool:
    """Whether somebody who has this key may come in as this person: a session may do all that the person may."""
    theirs = access_of(person)
    acts_for_them = key.access is Access.admin if key.staff_id is None else key.staff_id == person.id
    return acts_for_them and lesser(key.access, theirs) is theirs


def in_words(key: KeyView) -> str:
    """One line for the audit log."""
    acts = f"acts for {key.staff_id}" if key.staff_id else f"as {key.access}"
    return f"key {key.id} “{key.name}”, {acts}"


def _up_to(access: Access) -> str:
    return ", ".join(_ORDER[: _ORDER.index(access) + 1])
