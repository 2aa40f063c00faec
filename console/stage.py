"""Shows a conversation in the terminal as it happens: what is said, what Handover does, and which timer runs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from console.api import Api, ApiRefused, Json
from console.chat import spoken
from console.pace import stands_for

LOOK_SECONDS = 0.15


class Stage:
    """Follows one conversation and prints what is new, in the order in which it happened."""

    def __init__(self, api: Api, console: Console, conversation_id: str) -> None:
        self.api = api
        self.console = console
        self.conversation_id = conversation_id
        self.messages: list[Json] = []
        self.conversation: Json = {}
        self._logged: set[int] = set()
        self._next_step = ""

    def headline(self, text: str) -> None:
        """A part of the story begins."""
        self.console.print(Panel(Text(text), style="bold magenta", expand=False))

    def fact(self, name: str, text: str) -> None:
        """One thing worth seeing, under its name."""
        self.console.print(Text.assemble(("  ✓ ", "green"), (f"{name}: ", "bold"), text))

    @property
    def detail(self) -> Json:
        """The handover, as the API shows it; empty before there is one."""
        return self.conversation.get("detail") or {}

    @property
    def task(self) -> Json:
        """The newest task of the handover; empty before there is one."""
        tasks = self.detail.get("tasks") or [{}]
        return dict(tasks[-1])

    def said(self, author: str, part: str = "") -> bool:
        """Whether somebody has said something that contains these words."""
        return any(one["author"] == author and part.lower() in one["text"].lower() for one in self.messages)

    def logged(self, kind: str, part: str = "") -> bool:
        """Whether the handover log has such a line."""
        return any(one["kind"] == kind and part.lower() in one["text"].lower() for one in self.detail.get("log", []))

    async def look(self) -> None:
        """Fetch what is new and print it."""
        path = f"/conversations/{self.conversation_id}"
        try:
            after = self.messages[-1]["row"] if self.messages else 0
            new = (await self.api.get(f"{path}/messages", after=after))["items"]
            self.conversation = await self.api.get(path)
        except ApiRefused:
            return
        self.messages += new
        lines = [(one["at"], spoken(one)) for one in new] + [(one["at"], _log_line(one)) for one in self._new_log()]
        for _, line in sorted(lines, key=lambda line: str(line[0])):
            self.console.print(line)
        self._show_timer()

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Go on showing what happens until the condition holds; False where it did not within so many seconds."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            await self.look()
            if condition():
                return True
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(LOOK_SECONDS)

    async def patiently(self, act: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
        """Do something through the API, again where it does not answer for a moment."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                return await act()
            except ApiRefused as error:
                if not error.passing or asyncio.get_running_loop().time() > end:
                    raise
            await asyncio.sleep(0.5)

    def _new_log(self) -> list[Json]:
        new = [one for one in self.detail.get("log", []) if one["row"] not in self._logged]
        self._logged |= {one["row"] for one in new}
        return new

    def _show_timer(self) -> None:
        """The next thing that would happen by itself, whenever it changes."""
        text, at = self.conversation.get("next_step") or "", self.conversation.get("next_at")
        if text and text != self._next_step:
            self.console.print(Text(f"  ⏱ {text}{_in(at)}", style="yellow"))
        self._next_step = text


def _log_line(entry: Json) -> Text:
    return Text(f"  ⚙ {entry['text']}", style="blue")


def _in(at: str | None) -> str:
    if at is None:
        return ""
    left = datetime.fromisoformat(at) - datetime.now().astimezone()
    left = max(left, timedelta(0))
    return (
        f", in {left.total_seconds():.0f} s (stands for {stands_for(timedelta(seconds=round(left.total_seconds())))})"
    )
