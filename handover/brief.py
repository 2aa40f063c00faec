"""What the person who takes over reads: the task's title and its description."""

from collections.abc import Sequence

from handover.casefile import Case
from handover.messages import Author
from handover.ports import Line
from handover.wording import fill, shortened

LAST_MESSAGES = 8
_SPEAKER = {Author.contact: "Contact", Author.bot: "Bot", Author.system: "Handover", Author.note: "Note"}


def title(case: Case, template: str) -> str:
    """The task's title, on one line."""
    values = {
        "request": shortened(case.trigger.request, 80) or "see the conversation",
        "reason": reason_in_words(case.trigger.reason),
        "contact_name": case.contact.name or "the contact",
    }
    return shortened(fill(template, values), 200)


def description(case: Case, transcript: Sequence[Line], summary: str) -> str:
    """Everything needed to act without reading the conversation, on one screen."""
    contact = case.contact
    tags = dict.fromkeys([*contact.tags, *case.policy.tags])
    parts = [
        f"Request: {case.trigger.request or 'see the last messages'}",
        f"Reason: {reason_in_words(case.trigger.reason)}",
        f"Name: {contact.name or 'not known'}\nPhone: {contact.phone or 'not known'}\nEmail: {contact.email or 'not known'}",
        "\n".join(f"{name}: {value}" for name, value in contact.fields.items()),
        f"Tags: {', '.join(tags)}" if tags else "",
        f"Summary: {summary}" if summary else "",
        "Last messages:\n" + "\n".join(map(_spoken, transcript[-LAST_MESSAGES:])),
    ]
    return "\n\n".join(part for part in parts if part)


def reason_in_words(reason: str) -> str:
    """A scenario's name as people say it; a custom rule's name stays as it is."""
    return reason.replace("_", " ")


def _spoken(line: Line) -> str:
    return f"{line.label or _SPEAKER.get(line.author, 'Team')}: {shortened(line.text, 240)}"
