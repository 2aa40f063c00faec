"""Plain words for what the inbox shows: reasons, evidence, states, lengths of time, and who was faster."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from handover.errors import Refused
from handover.messages import Evidence

REASONS = {
    "human_requested": "Asked for a person",
    "lack_of_information": "The bot had no answer",
    "failed_to_resolve": "The bot's answers did not help",
    "negative_sentiment": "Upset",
    "high_value": "High value",
    "complex_request": "Complex request",
    "bot_unavailable": "The bot could not answer",
    "taken_over": "A person stepped in",
}

CONVERSATION_STATES = {
    "bot": "With the bot",
    "escalated": "Waiting for a person",
    "human": "With a person",
    "closed": "Closed",
}

CASE_STATES = {"overdue": "Overdue", "further_up": "Asked further up"}
"""Of conversations with an open handover: what a manager looks after."""

ACTION_STATES = {"running": "under way", "done": "done", "failed": "failed", "skipped": "skipped"}

ACTIONS = {
    "tags": "Tag the contact",
    "notify": "Tell the assignee",
    "task": "Create the task",
    "message": "Tell the contact",
    "ticket": "Open a ticket",
}

TOLD = {
    "conversation_assigned": "Given to you",
    "task_assigned": "A task for you",
    "reminder": "Reminder",
    "escalation": "Escalation",
    "problem": "Something failed",
    "update": "News",
    "review": "Weekly review",
}
"""What kind of thing a notification is about."""

_FASTER = {
    "already_claimed": "{holder} was faster and claimed this handover{since}.",
    "handover_open": "A handover is already open here: claim that one.",
    "not_yours": "{holder} holds this handover{taken}. Only they or a manager may do that.",
    "already_completed": "{holder} already completed this{since}.",
    "already_cancelled": "{holder} already cancelled this{since}.",
    "last_rung": "There is nobody further up to ask: {holder} is the last one.",
}


_FIELDS = {"until": "Until", "follow_up_at": "Follow up at"}
"""What the forms of a case call the times that are picked in them."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) UTC")


def reason(name: str) -> str:
    """Why a handover was opened; a custom rule has its own name."""
    return REASONS.get(name, name.replace("_", " "))


def evidence(one: Evidence, names: Mapping[str, str]) -> str:
    """What was seen that made a rule fire."""
    match one.kind:
        case "phrase":
            return f"Sounds like “{one.matched}”: {_share(one.score)}, and {_share(one.threshold)} is enough"
        case "keyword":
            return f"Contains “{one.matched}”"
        case "model":
            return f"Read as “{one.matched}”: {_share(one.score)}, and {_share(one.threshold)} is enough"
        case "tag":
            return f"The contact has the tag “{one.matched}”"
        case "button":
            return f"Pressed “{one.matched}”"
        case "person":
            return f"{names.get(one.matched, one.matched)} stepped in without being asked"
    return f"Counted: {one.matched}"


def next_step(step: str, is_mine: bool) -> tuple[str, str]:
    """What happens next, in two parts: the time stands between them. "The bot comes back" … "unless you act"."""
    before, _, after = step.partition(" unless ")
    if before == "The follow-up's time has come":
        before = "The follow-up's time comes"
    if is_mine:
        before = before.replace("The assignee is reminded", "You are reminded")
        after = after.replace("a person acts", "you act").replace("the contact is answered", "you answer the contact")
    return before, f"unless {after}" if after else ""


def in_parts(text: str) -> list[str | datetime]:
    """What a log says, with the times in it by themselves: each reader is shown them in their own zone."""
    parts = _TIME.split(text)
    return [_time(part) if index % 2 else part for index, part in enumerate(parts) if part]


def _time(text: str) -> str | datetime:
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        return f"{text} UTC"


def refusal(error: Refused, names: Mapping[str, str], now: datetime) -> str:
    """Why an act was refused: who was faster, and since when; or at which field the time is that can't be."""
    if error.code == "time_out_of_range":
        field, colon, text = str(error).partition(":")
        return f"{_FIELDS.get(field, field)}{colon}{text} Nothing was changed."
    template = _FASTER.get(error.code)
    if template is None or (error.holder is None and "{holder}" in template):
        return str(error)
    holder = names.get(error.holder or "", error.holder or "")
    since = ago(error.since, now) if error.since else ""
    return template.format(holder=holder, since=since and f" {since}", taken=since and f", taken {since}")


def ago(at: datetime, now: datetime) -> str:
    """How long since or until a time: "3 min ago", "in 3 h 12 min"."""
    length = at - now
    if abs(length) < timedelta(seconds=45):
        return "now" if length > timedelta(0) else "just now"
    words = _length(abs(length))
    return f"in {words}" if length > timedelta(0) else f"{words} ago"


def full_time(at: datetime) -> str:
    """A time in full, for a tooltip and for readers without JavaScript."""
    return f"{at.astimezone(UTC):%A, %d %B %Y, %H:%M:%S} UTC"


def _length(length: timedelta) -> str:
    """Two units at most: "2 d 3 h", "3 h 12 min", "40 min". live.js says it in the same words."""
    minutes = round(length.total_seconds() / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next((index for index, (count, _) in enumerate(units) if count), 2)
    shown = [f"{count} {unit}" for count, unit in units[first : first + 2] if count]
    return " ".join(shown) or "1 min"


def _share(value: float) -> str:
    return f"{value:.0%}"
