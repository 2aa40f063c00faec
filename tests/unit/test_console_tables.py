"""What the terminal commands print is all there in a file, in a pipe, and in a narrow terminal."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from console.server import api_key, show_addresses
from console.tables import show_table
from console.tasks import show_tasks
from engine.stack import Stack, StackPlan

TOKEN = "nQ7x_" * 9
NOTES = [
    "once, within 7 days: choose the password of admin, then add your team",
    "for staff; with a password, or the API key as one of the team",
    "for visitors",
    "every call, to be tried out",
    "every run in plain words",
    "kept in the data directory",
]
TASK: dict[str, Any] = {
    "task_id": "conversation-4711-of-the-contact~1",
    "title": "Call Dana back about the heating that went out twice this week",
    "assignee": "bartholomew",
    "priority": "urgent",
    "due_at": "2026-11-21T20:37:00Z",
    "overdue": True,
    "status": "open",
    "channel": "web",
}


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackPlan:
    monkeypatch.delenv("HANDOVER_API_KEY", raising=False)
    monkeypatch.setenv("HANDOVER_EXAMPLE", "false")
    return StackPlan(data_dir=tmp_path / "a folder [of mine] with a long name, which is not broken anywhere")


def addresses(plan: StackPlan, **more: Any) -> list[str]:
    out = StringIO()
    show_addresses(Stack(plan), Console(file=out, **more), ("admin", TOKEN))
    return out.getvalue().splitlines()


def values(plan: StackPlan) -> list[str]:
    at = "http://127.0.0.1:8000"
    places = [f"{at}/invitation/{TOKEN}", f"{at}/inbox", f"{at}/chat", f"{at}/docs", "http://127.0.0.1:8233"]
    return [*places, api_key(plan)]


LABELS = ["First sign-in", "Inbox", "Chat", "API docs", "Temporal UI", "API key"]


@pytest.mark.parametrize("width", [60, 80])
def test_the_addresses_in_a_file_are_a_whole_fact_a_line(plan: StackPlan, width: int) -> None:
    *facts, end = addresses(plan, width=width)
    assert [line.split("  ")[0] for line in facts] == LABELS
    assert [line.split("  ", 1)[1].split()[0] for line in facts] == values(plan)
    assert [line.rsplit("  ", 1)[1] for line in facts] == NOTES
    assert end == f"Data in {plan.data_dir}; Ctrl-C ends everything."


@pytest.mark.parametrize("width", [20, 60, 80, 300])
def test_a_narrow_terminal_loses_nothing_of_the_addresses(plan: StackPlan, width: int) -> None:
    lines = addresses(plan, width=width, force_terminal=True, color_system=None)
    words = " ".join(" ".join(lines).split())
    for label, value, note in zip(LABELS, values(plan), NOTES, strict=True):
        assert f"{label} {value} {note}" in words
    assert all(any(value in line for line in lines) for value in values(plan))


class Tasks:
    async def get(self, path: str, **filters: object) -> dict[str, Any]:
        return {"items": [TASK]}


async def tasks(**more: Any) -> str:
    out, api = StringIO(), Tasks()
    anything: Any = api
    await show_tasks(anything, Console(file=out, **more), None, None)
    return out.getvalue()


async def test_a_table_in_a_file_has_a_whole_row_a_line() -> None:
    text = await tasks(width=60)
    row = next(line for line in text.splitlines() if TASK["task_id"] in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        TASK["task_id"],
        TASK["title"],
        "bartholomew",
        "urgent",
        "2026-11-21 20:37 (overdue)",
        "open",
    ]


async def test_a_table_in_a_narrow_terminal_goes_on_below() -> None:
    text = await tasks(width=60, force_terminal=True, color_system=None)
    assert max(map(len, text.splitlines())) <= 60
    assert "…" not in text
    cells = [line.split("│")[1].strip() for line in text.splitlines() if line.startswith("│")]
    assert "".join(cells) == TASK["task_id"]


def test_a_head_of_a_table_is_not_cut_either() -> None:
    out = StringIO()
    show_table(Console(file=out, width=12, force_terminal=True, color_system=None), Table("Acknowledged", "Completed"))
    assert "…" not in out.getvalue()
