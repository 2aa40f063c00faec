"""What Zendesk refuses in a ticket, in its words (https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/)."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

Details = dict[str, list[dict[str, str]]]

PRIORITIES = ("urgent", "high", "normal", "low")
TYPES = ("problem", "incident", "question", "task")
LONGEST_COMMENT = 65_535
_KNOWN = {"subject", "comment", "requester", "priority", "tags", "external_id", "type", "due_at"}
_KNOWN_OF_COMMENT = {"body", "html_body", "public"}
_TAG = re.compile(r"[^\s,A-Z]{1,255}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def wrong_ticket(ticket: Any, suspended: Collection[str]) -> Details:
    """What is wrong with a new ticket, by its fields."""
    if not isinstance(ticket, dict):
        return {"base": [{"description": "ticket: missing"}]}
    unknown = sorted(ticket.keys() - _KNOWN)
    found: Details = {"base": [{"description": f"unknown: {unknown}"}]} if unknown else {}
    checks = {
        "subject": _subject(ticket.get("subject")),
        "comment": wrong_comment(ticket.get("comment")),
        "priority": _one_of("Priority", ticket.get("priority", "normal"), PRIORITIES),
        "type": _one_of("Type", ticket.get("type", "question"), TYPES),
        "due_at": _due_at(ticket),
        "tags": _tags(ticket.get("tags", [])),
        "external_id": _external_id(ticket.get("external_id", "")),
        "requester": _requester(ticket.get("requester"), suspended),
    }
    return found | {name: [{"description": wrong}] for name, wrong in checks.items() if wrong}


def wrong_comment(comment: Any) -> str:
    if not isinstance(comment, dict) or comment.keys() - _KNOWN_OF_COMMENT:
        return f"Comment: not one: {comment!r}"
    texts = [comment[name] for name in ("body", "html_body") if name in comment]
    if len(texts) != 1 or not isinstance(texts[0], str) or not texts[0].strip():
        return "Description: cannot be blank"
    if len(texts[0].encode()) > LONGEST_COMMENT:
        return "Description: is too long (maximum is 65535 characters after encoding)"
    return "" if isinstance(comment.get("public", True), bool) else "Comment: public is no boolean"


def _subject(subject: Any) -> str:
    fits = isinstance(subject, str) and subject.strip() and len(subject) <= 255 and "\n" not in subject
    return "" if fits else "Subject: cannot be blank, and is too long (maximum is 255 characters)"


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    return "" if value in allowed else f"{name}: {value} is not included in the list"


def _due_at(ticket: dict[str, Any]) -> str:
    if "due_at" not in ticket:
        return ""
    if ticket.get("type") != "task":
        return "Due date: only tasks have one"
    try:
        at = datetime.fromisoformat(ticket["due_at"])
    except (TypeError, ValueError):
        return f"Due date: {ticket['due_at']!r} is no ISO 8601"
    return "" if at.tzinfo is not None else "Due date: without a time zone"


def _tags(tags: Any) -> str:
    if not isinstance(tags, list) or not all(isinstance(one, str) and _TAG.fullmatch(one) for one in tags):
        return f"Tags: {tags!r}"
    return "" if len(" ".join(tags)) <= 5096 else "Tags: too many"


def _external_id(external_id: Any) -> str:
    return "" if isinstance(external_id, str) and len(external_id) <= 255 else "External: too long, or no text"


def _requester(requester: Any, suspended: Collection[str]) -> str:
    if requester is None:
        return ""
    if not isinstance(requester, dict) or requester.keys() != {"name", "email"} or not requester["name"].strip():
        return f"Requester: Name: is too short (minimum one character): {requester!r}"
    if not _EMAIL.fullmatch(requester["email"]):
        return f"Requester: Email:  {requester['email']} is not properly formatted"
    return "Requester: is suspended." if requester["email"] in suspended else ""
