"""The demo: starts a whole Handover and plays the HVAC walkthrough on it."""

import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from console.api import Api, ApiRefused
from console.pace import at_demo_pace
from console.server import api_key, running, show_addresses, stop_on_signals
from console.stage import Stage
from console.story import DidNotHappen, Story
from engine.stack import StackPlan
from handover.documents import read_bot

BOT_FILE = Path(__file__).resolve().parent.parent / "examples" / "hvac" / "bot.yaml"
FirstLinkOf = Callable[[StackPlan], Awaitable[tuple[str, str] | None]]
"""As console.server.FirstLink, for the place that the demo keeps its data in."""


async def demo(plan: StackPlan, console: Console, first_link: FirstLinkOf, *, once: bool, keep_data: bool) -> int:
    """Play the story; then serve until Ctrl-C, unless `once`. Returns 0, or 1 where something did not happen.

    Without `keep_data` everything is kept in a folder of its own that is removed at the end.
    """
    stop = stop_on_signals()
    with _place(plan, keep_data) as plan:
        async with running(plan, console, stop) as stack:
            if stack is None:
                return 1
            show_addresses(stack, console, await first_link(plan))
            failed = await _play(stack.url, api_key(plan), console)
            if not once:
                console.print("The story is over; everything goes on until Ctrl-C. Try it yourself.", style="bold")
                await stop.wait()
    return failed


async def play(api: Api, story: Story) -> None:
    """Put the bot at the demo's pace and play. Raises DidNotHappen or ApiRefused."""
    bot = read_bot(BOT_FILE.read_text(encoding="utf-8"), str(BOT_FILE))
    await api.put(f"/bots/{bot.id}", at_demo_pace(bot))
    await story.play()


async def _play(url: str, key: str, console: Console) -> int:
    async with Api.at(url, key) as api:
        stage = Stage(api, console, f"demo-{uuid.uuid4().hex[:8]}")
        try:
            await play(api, Story(stage))
        except (DidNotHappen, ApiRefused) as error:
            console.print(str(error), style="bold red", markup=False)
            return 1
    console.print("Everything in the story happened.", style="bold green")
    return 0


@contextmanager
def _place(plan: StackPlan, keep_data: bool) -> Iterator[StackPlan]:
    if keep_data:
        yield plan
        return
    with tempfile.TemporaryDirectory(prefix="handover-demo-", ignore_cleanup_errors=True) as folder:
        yield replace(plan, data_dir=Path(folder))
