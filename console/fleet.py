"""Fleet control in a terminal: one order for everything that matches, with a progress bar."""

import asyncio
import uuid
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from console.api import Api, ApiRefused, Json
from console.plain import plain
from console.tables import show_table
from handover.routing import is_manager
from handover.staff import Access, Staff

_DONE = {"reassign": "reassigned", "snooze": "snoozed", "hand_back": "handed back"}


class Fleet:
    """Gives an order and shows what becomes of each handover."""

    def __init__(self, api: Api, console: Console) -> None:
        self.api = api
        self.console = console
        self.told: list[Json] = []
        self.matched: int | None = None

    async def order(self, order: Json, key: str | None = None) -> bool:
        """Carry it out; False where something that matched was not done, or the answer was cut off.

        key: of an order that was cut off, which then goes on where it was.
        """
        order = {**order, "staff_id": order.get("staff_id") or await self._only_manager()}
        key = key or uuid.uuid4().hex
        try:
            answer = await self._watch(order, key)
        except (ApiRefused, asyncio.CancelledError):
            self._say_how_to_go_on(key)
            raise
        if order["dry_run"]:
            self._show_what_matches()
            return bool(answer)
        return self._report(order["act"], answer, key)

    async def _only_manager(self) -> str:
        """Somebody has to answer for it: whose name it is done in, where nobody is named and only one can be.

        An admin, as the first start makes one, is meant only where there is no other manager.
        """
        team = [Staff.model_validate(one) for one in (await self.api.get("/staff"))["items"]]
        able = [one for one in team if one.enabled and is_manager(one)]
        managers = [one for one in able if one.access is not Access.admin] or able
        if len(managers) != 1:
            names = ", ".join(one.id for one in managers) or "nobody: the team has no manager"
            raise ApiRefused(f"Say with --by in which manager's name: {names}.", wrong=True)
        self.console.print(f"In the name of {plain(managers[0].name)}.", markup=False, highlight=False)
        return managers[0].id

    async def _watch(self, order: Json, key: str) -> Json:
        """Follow the order to its last line, which is returned: the sum. Empty where the lines broke off."""
        last: Json = {}
        with _progress(self.console) as bar:
            task = bar.add_task(order["act"].replace("_", " "), total=None)
            async for line in self.api.lines("/handovers/bulk", order, idempotency_key=key):
                if self.matched is None:
                    self.matched = line["matched"]
                    bar.update(task, total=self.matched)
                elif "handover_id" in line:
                    self.told.append(line)
                    bar.advance(task)
                else:
                    last = line
        return last

    def _show_what_matches(self) -> None:
        table = Table("Handover", "Status", "Assignee")
        for one in self.told:
            table.add_row(one["handover_id"], one["status"], Text(one.get("assignee") or "nobody"))
        if self.told:
            show_table(self.console, table)
        else:
            self.console.print("Nothing matches.")

    def _report(self, act: str, answer: Json, key: str) -> bool:
        failed = [one for one in self.told if one["result"] != "done"]
        for one in failed:
            self.console.print(Text(plain(f"{one['handover_id']}: {one['detail']}"), "red"), soft_wrap=True)
        done = f"{len(self.told) - len(failed)} of {self.matched} {_DONE[act]}."
        self.console.print(done, highlight=False)
        if not answer or answer["unanswered"]:
            self._say_how_to_go_on(key)
        return bool(answer) and not failed

    def _say_how_to_go_on(self, key: str) -> None:
        if self.matched is not None:
            text = f"What was done stays done. The same command with --key {key} goes on with the rest."
            self.console.print(text, highlight=False, soft_wrap=True)


def body(act: str, query: Json, **more: Any) -> Json:
    """An order as the API takes it: what is not set is left out."""
    return {"act": act.replace("-", "_"), "query": _set(query), "dry_run": False, **_set(more)}


def _set(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )
