"""What other programs are told of a case: every kind of log line, and what no log line says."""

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest

from handover.casefile import Case, CaseRecord, LogEntry
from handover.events import LOG_EVENTS, Change, EventType, changes
from handover.messages import HandoverStatus, Outcome
from handover.subscriptions import delivery_id, event_of
from handover.turns import Standing
from tests.architecture.tree import ROOT
from tests.unit.make import START
from tests.unit.make import case as a_case
from tests.unit.store_world import task

DAY = timedelta(days=1)


def line(kind: str, text: str = "It happened", actor: str = "ann") -> LogEntry:
    return LogEntry(key=kind, kind=kind, text=text, actor=actor, at=START + DAY)


def told(before: Case | None, after: Case, *kinds: str) -> list[Change]:
    return changes(before, CaseRecord(case=after, entries=[line(kind) for kind in kinds]), START)


def types(before: Case | None, after: Case, *kinds: str) -> list[str]:
    return [str(one.type) for one in told(before, after, *kinds)]


def kinds_that_are_noted() -> set[str]:
    """The first argument of every `note(...)` of the workflows' log."""
    calls = [
        node
        for path in sorted((ROOT / "workflows").glob("*.py"))
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("desk.note", "self.note"))
    ]
    return {str(node.args[0].value) for node in calls if isinstance(node.args[0], ast.Constant)}


def test_every_kind_of_log_line_has_an_event_and_no_other_has_one() -> None:
    noted = kinds_that_are_noted()
    assert {"opened", "rung", "task_completed", "action_failed"} <= noted
    assert noted == set(LOG_EVENTS)


def test_no_two_kinds_are_the_same_event() -> None:
    assert len(set(LOG_EVENTS.values())) == len(LOG_EVENTS)


def test_every_event_is_in_the_documentation_and_nothing_else() -> None:
    page = (ROOT / "docs" / "events.md").read_text("utf-8")
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith(("| `handover.", "| `task."))}
    assert named == {str(one) for one in EventType}


def test_a_kind_that_is_not_known_is_told_all_the_same() -> None:
    assert types(a_case(), a_case(), "something_new") == ["handover.changed"]


def test_opening() -> None:
    case = a_case(task=task())
    assert types(None, case, "opened", "assigned") == ["handover.opened", "handover.assigned", "task.created"]


def test_completing_tells_of_the_task_and_of_the_handover() -> None:
    before = a_case(task=task())
    done = a_case(
        task=task(status="completed"), status=HandoverStatus.completed, outcome=Outcome.closed, ended_by="ann"
    )
    assert types(before, done, "task_completed") == ["task.completed", "handover.completed"]
    assert types(done, done) == []
    last = told(before, done, "task_completed")[-1].data
    assert (last.status, last.outcome, last.actor) == ("completed", "closed", "ann")


def test_a_follow_up_is_scheduled_and_its_task_made() -> None:
    first, second = START + 2 * DAY, START + 3 * DAY
    before = a_case(task=task())
    waits = a_case(task=task(status="completed"), status=HandoverStatus.scheduled, follow_up_at=first)
    assert types(before, waits, "task_completed") == ["task.completed", "handover.scheduled"]
    again = a_case(task=task(2), status=HandoverStatus.scheduled, follow_up_at=first)
    assert types(waits, again) == ["task.created"]
    later = a_case(task=task(2, status="completed"), status=HandoverStatus.scheduled, follow_up_at=second)
    assert types(again, later, "task_completed") == ["task.completed", "handover.scheduled"]


def test_cancelling_takes_the_task_back() -> None:
    before = a_case(task=task())
    cancelled = a_case(task=task(status="cancelled"), status=HandoverStatus.cancelled, ended_by="omar")
    assert types(before, cancelled, "cancelled") == ["handover.cancelled", "task.cancelled"]
    assert types(cancelled, cancelled) == []


def test_a_case_without_a_task() -> None:
    [opened] = told(None, a_case(task=None), "opened")
    assert opened.data.task_id is None


def test_what_is_sent_is_the_log_line_and_how_the_case_stands_and_no_message() -> None:
    case = a_case(task=task(), standing=Standing(), number=3)
    case.contact = case.contact.model_copy(
        update={"name": "Jamie Rivera", "phone": "+15550100", "email": "j@example.org"}
    )
    case.trigger = case.trigger.model_copy(update={"request": "My boiler leaks"})
    [change] = changes(case, CaseRecord(case=case, entries=[line("noted", "Ann  wrote\na note " + "x" * 2000)]), START)
    sent = json.dumps(change.stored())
    assert not [word for word in ("Jamie", "5550100", "example.org", "boiler") if word in sent]
    data = change.stored()["data"]
    assert data.pop("text").startswith("Ann wrote a note")
    assert len(change.data.text) <= 1000
    assert data == {
        "v": 1,
        "conversation_id": case.conversation_id,
        "handover_id": f"{case.conversation_id}~3",
        "number": 3,
        "status": "open",
        "reason": case.trigger.reason,
        "priority": "medium",
        "assignee": "sarah",
        "bot_id": case.bot_id,
        "channel": case.channel,
        "tags": case.policy.tags,
        "due_at": "2026-11-17T09:00:00Z",
        "task_id": f"{case.conversation_id}~3~1",
        "outcome": None,
        "converted": False,
        "unnecessary": False,
        "actor": "ann",
    }
    assert (change.stored()["type"], change.stored()["timestamp"]) == ("handover.noted", "2026-11-17T09:00:00Z")


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("sub_1-12", 12),
        ("sub_1-", None),
        ("sub_1-x", None),
        ("sub_2-12", None),
        ("12", None),
        ("sub_1-" + "9" * 30, None),
    ],
)
def test_a_delivery_is_found_by_its_id(text: str, event: int | None) -> None:
    assert event_of("sub_1", text) == event
    assert event is None or delivery_id("sub_1", event) == text
