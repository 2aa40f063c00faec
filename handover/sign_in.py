"""How people sign in: who a name means, which passwords are good enough, and how long to wait after wrong ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handover.staff import Staff

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
LINK_LASTS = timedelta(days=7)
"""How long a one-time link may be used to choose a password."""

LONGEST_WAIT = timedelta(minutes=1)
"""Longer, and whoever knows a name could keep its owner out; shorter, and guessing would become worthwhile."""
FORGET_TRIES_AFTER = timedelta(minutes=30)


def whom(name: str, team: Sequence[Staff]) -> Staff | None:
    """Who signs in by this staff id or email; None for nobody, for those who are disabled, and for an email of two."""
    name = name.strip().casefold()
    there = [person for person in team if person.enabled]
    by_id = [person for person in there if person.id == name]
    by_email = [person for person in there if name and person.addresses.get("email", "").strip().casefold() == name]
    found = by_id or by_email
    return found[0] if len(found) == 1 else None


def password_fault(password: str, person: Staff) -> str:
    """What is wrong with a new password, in words for the person; empty where it is good enough."""
    if len(password) < SHORTEST_PASSWORD:
        return (
            f"Use {SHORTEST_PASSWORD} characters or more: a few words that don't belong together are easy to remember."
        )
    if len(password) > LONGEST_PASSWORD:
        return f"Use {LONGEST_PASSWORD} characters or fewer."
    if len(set(password)) < 4:
        return "Use more than three different characters."
    if password.strip().casefold() in _easily_guessed(person):
        return "Use something that is not your name, your staff id or your email."
    return ""


def allowances(name: str, address: str) -> dict[str, int]:
    """What wrong passwords are counted for, and how many are free: little for a name from one place; more for a name from
    everywhere, or anybody could make its owner wait; more for a place, where a whole office may sit behind one address.
    """
    name = "".join(one for one in name.strip().casefold() if one.isprintable())[:100]
    return {f"name {name} from {address}": 5, f"name {name}": 20, f"address {address}": 50}


def wait_left(tries: int, free: int, last_at: datetime, now: datetime) -> timedelta:
    """How long the next try has to wait after so many wrong ones: not at all at first, then twice as long each time."""
    if tries < free:
        return timedelta(0)
    doublings = min(tries - free, 10)
    return max(timedelta(0), last_at + min(timedelta(seconds=2 << doublings), LONGEST_WAIT) - now)


def _easily_guessed(person: Staff) -> set[str]:
    return {text.strip().casefold() for text in (person.id, person.name, person.addresses.get("email", "")) if text}
