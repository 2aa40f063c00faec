"""Canned replies: texts that a team keeps ready, filled in for one contact and one person when they are inserted."""

from handover.errors import Refused
from handover.wording import fill, first_name, placeholders

PLACEHOLDERS = ("contact_name", "agent_name")
MOST_TITLE = 60
MOST_TEXT = 4000


def checked(title: str, text: str) -> tuple[str, str]:
    """A title on one line and a text, as they are kept. Raises Refused `unusable_reply` in words that say what is allowed."""
    title, text = " ".join(title.split()), text.strip()
    for value, what, most in ((title, "title", MOST_TITLE), (text, "text", MOST_TEXT)):
        if not value:
            raise Refused("unusable_reply", f"The {what} is empty: write something first.")
        if len(value) > most:
            raise Refused("unusable_reply", f"The {what} is too long: at most {most} characters.")
    unknown = sorted(placeholders(text) - set(PLACEHOLDERS))
    if unknown:
        allowed = " and ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Refused("unusable_reply", f"There is no {{{unknown[0]}}}; allowed are {allowed}.")
    return title, text


def filled(text: str, contact_name: str, staff_name: str) -> str:
    """The text for a contact, who may have no name yet, by a person under their first name."""
    return fill(text, {"contact_name": contact_name or "there", "agent_name": first_name(staff_name)})
