"""A handover's story as a timeline: why it was opened, what was done, what happened since, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from handover.casefile import ActionState
from handover.views import HandoverDetail, LogView
from web.pages import words

Kind = Literal["trigger", "actions", "person", "time", "failed", "log", "next"]

_KINDS: dict[str, Kind] = {
    "rung": "time",
    "rung_skipped": "time",
    "overdue": "time",
    "reactivated": "time",
    "went_idle": "time",
    "resumed": "time",
    "action_failed": "failed",
    "signal_refused": "failed",
}
_NAMED_BY_ID = frozenset({"cancelled", "reopened", "task_completed"})
"""Kinds of lines that name who did it by their staff id."""


@dataclass(frozen=True)
class Moment:
    """One thing of the story. `at`: None for what has no time of its own. `lines`: more about it, each with its state."""

    kind: Kind
    text: str
    at: datetime | None = None
    lines: list[tuple[str, str]] = field(default_factory=list)
    after: str = ""
    """For what comes: the words behind its time."""


def story(handover: HandoverDetail, names: Mapping[str, str], staff_id: str) -> list[Moment]:
    """From the trigger to what comes next, in the order of time. `staff_id`: who reads it."""
    log = [line for line in handover.log if line.kind != "opened"]  # the trigger says it, with its evidence
    begun = next((index for index, line in enumerate(log) if line.kind != "assigned"), len(log))
    first, later = ([_of_the_log(line, names) for line in part] for part in (log[:begun], log[begun:]))
    done = [_trigger(handover, names), *first, *_actions(handover), *later]
    return [*done, *_coming(handover, handover.assignee == staff_id)]


def _trigger(handover: HandoverDetail, names: Mapping[str, str]) -> Moment:
    lines = [(words.evidence(one, names), "") for one in handover.evidence]
    if handover.bot_version and handover.evidence and handover.evidence[0].kind not in ("person", "button"):
        lines.append((f"By version {handover.bot_version} of the bot's rules", ""))
    return Moment("trigger", words.reason(handover.reason), handover.opened_at, lines)


def _actions(handover: HandoverDetail) -> list[Moment]:
    if not handover.actions:
        return []
    lines: list[tuple[str, str]] = [(_action(name, one), one.status) for name, one in handover.actions.items()]
    kind: Kind = "failed" if any(state == "failed" for _, state in lines) else "actions"
    return [Moment(kind, "What the handover does at once", lines=lines)]


def _action(name: str, one: ActionState) -> str:
    said = f"{words.ACTIONS.get(name, name)}: {words.ACTION_STATES.get(one.status, one.status)}"
    return f"{said}, {one.text}" if one.text and one.status != "done" else said


def _of_the_log(line: LogView, names: Mapping[str, str]) -> Moment:
    kind = _KINDS.get(line.kind, "person" if line.actor in names else "log")
    text = line.text
    if line.kind in _NAMED_BY_ID:
        text = text.replace(f"by {line.actor}", f"by {names.get(line.actor, line.actor)}", 1)
    if line.kind == "task_completed":
        text = text.replace("needs_escalation", "needs escalation")
    return Moment(kind, text, line.at)


def _coming(handover: HandoverDetail, is_mine: bool) -> list[Moment]:
    """The next step, and the due time where something else comes before it."""
    if handover.status.ended:
        return []
    coming: list[Moment] = []
    if handover.next_step:
        before, after = words.next_step(handover.next_step, is_mine)
        coming.append(Moment("next", before, handover.next_at, after=after))
    task = next((one for one in reversed(handover.tasks) if one.status == "open"), None)
    if task is not None and not task.overdue and task.due_at != handover.next_at:
        coming.append(Moment("next", "The task is due", task.due_at))
    return sorted(coming, key=lambda one: (one.at is None, one.at or handover.opened_at))
