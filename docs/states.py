"""Writes docs/states.md from the code's own table of moves.

.venv/bin/python -m docs.states
"""

from pathlib import Path

from handover.lifecycle import HOLDER_ONLY, MOVES, SPEAKER, Event
from handover.messages import HandoverStatus

PAGE = Path(__file__).with_name("states.md")

_HEAD = """# The states of a handover

Made from `handover/lifecycle.py` by `.venv/bin/python -m docs.states`; a test holds the two together. A row is what happens, a
column is the state in which it happens, a cell is the state after it; – is refused, with who ended the handover and when.
What is marked * is for the holder and managers alone.
"""

_MEANING = {
    Event.claimed: "a person takes the case",
    Event.replied: "a person writes to the contact",
    Event.noted: "a person writes a note for colleagues",
    Event.reassigned: "the case is given to somebody else, who is asked anew",
    Event.snoozed: "no rung and no idle time before a time",
    Event.handed_back: "a person lets the bot answer again; the task stays",
    Event.went_idle: "the contact waited too long for the person",
    Event.reactivated: "nobody acted in time: the bot answers again",
    Event.escalated: "a task ends with the outcome needs_escalation",
    Event.resumed: "the time of a follow-up has come",
    Event.completed: "a task ends with the outcome closed",
    Event.scheduled: "a task ends with the outcome scheduled",
    Event.cancelled: "the contact or a manager takes the handover back",
    Event.reopened: "a manager takes up a case again that was ended wrongly",
}

_CONVERSATION = """
## Who speaks to the contact

The state of the conversation after the same events: the bot answers in `bot`, and is silent in `escalated` (nobody has acted)
and `human`. – leaves it as it is, and so does reassigning a case that waits for its follow-up; a case that goes idle within its
pause leaves the bot silent. Opening a handover makes it `escalated`, stepping in without a trigger `human`. It is `closed` by a
person or after `close_after` of silence, with no open handover; the next message opens it again as `bot`.
"""


def table() -> str:
    """Every event in every state, as a Markdown table."""
    states = list(HandoverStatus)
    head = "| what happens | means | " + " | ".join(states) + " |"
    rows = [f"| {_named(event)} | {_MEANING[event]} | {_cells(event, states)} |" for event in Event]
    return "\n".join([head, "|---" * (len(states) + 2) + "|", *rows])


def _named(event: Event) -> str:
    return f"{event.replace('_', ' ')}{'*' if event in HOLDER_ONLY else ''}"


def _cells(event: Event, states: list[HandoverStatus]) -> str:
    return " | ".join(MOVES.get((state, event), "–") for state in states)


def speakers() -> str:
    """Who speaks after every event, as a Markdown table."""
    rows = [f"| {event.replace('_', ' ')} | {SPEAKER.get(event, '–')} |" for event in Event]
    return "\n".join(["| what happens | conversation |", "|---|---|", *rows])


def page() -> str:
    return f"{_HEAD}\n{table()}\n{_CONVERSATION}\n{speakers()}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
