"""The follow-ups on people's lists, as a table."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.api import Api
from console.tables import show_table
from handover.trying import is_test


async def show_tasks(api: Api, console: Console, assignee: str | None, status: str | None) -> None:
    """Tasks by their due time."""
    filters = {name: value for name, value in {"assignee": assignee, "status": status}.items() if value}
    tasks = (await api.get("/tasks", **filters, limit=200))["items"]
    table = Table("Task", "Title", "Assignee", "Priority", "Due", "Status")
    for task in tasks:
        due = task["due_at"][:16].replace("T", " ") + (" (overdue)" if task["overdue"] else "")
        cells = [
            task["task_id"],
            ("Test: " if is_test(task["channel"]) else "") + task["title"],
            task["assignee"] or "nobody yet",
            task["priority"],
            due,
            task["status"],
        ]
        table.add_row(*(Text(cell) for cell in cells))
    if tasks:
        show_table(console, table)
    else:
        console.print("No tasks.")
