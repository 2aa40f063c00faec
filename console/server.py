"""The whole of Handover on this machine, until Ctrl-C."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager

from rich.console import Console

from console.tables import Fact, show_facts
from engine.stack import Stack, StackPlan
from keys import first_key
from settings import AppSettings

FirstLink = Callable[[], Awaitable[tuple[str, str] | None]]
"""Makes an admin's one-time link, as (staff id, token); None once an admin has a password."""


async def serve(plan: StackPlan, console: Console, first_link: FirstLink) -> None:
    """Start everything, say where it is, and end it in order on Ctrl-C or SIGTERM."""
    stop = stop_on_signals()
    async with running(plan, console, stop) as stack:
        if stack is not None:
            show_addresses(stack, console, await first_link())
            await stop.wait()
            console.print("Ending everything that was started …")


@asynccontextmanager
async def running(plan: StackPlan, console: Console, stop: asyncio.Event) -> AsyncIterator[Stack | None]:
    """A stack that runs inside the block; None where it was told to stop before it was up."""
    stack = Stack(plan)
    try:
        with console.status("Starting Temporal, a worker and the web process …"):
            up = await _unless(stop, stack.start())
        yield stack if up else None
    finally:
        await stack.stop()


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def show_addresses(stack: Stack, console: Console, first_link: tuple[str, str] | None) -> None:
    """Where to look, and how to get in: with the admin's one-time link as long as no admin has a password."""
    show_facts(console, [*_first_sign_in(stack, first_link), *_addresses(stack)])
    end = f"Data in {stack.plan.data_dir}; Ctrl-C ends everything."
    console.print(end, style="dim", markup=False, highlight=False, soft_wrap=True)


def _first_sign_in(stack: Stack, first_link: tuple[str, str] | None) -> Iterator[Fact]:
    if first_link is not None:
        staff_id, token = first_link
        note = f"once, within 7 days: choose the password of {staff_id}, then add your team"
        yield Fact("First sign-in", f"{stack.public_url}/invitation/{token}", note, "bold")


def _addresses(stack: Stack) -> Iterator[Fact]:
    who = "sarah, ben, mei, omar" if AppSettings().example else "one of the team"
    yield Fact("Inbox", f"{stack.url}/inbox", f"for staff; with a password, or the API key as {who}")
    yield Fact("Chat", f"{stack.url}/chat", "for visitors")
    yield Fact("API docs", f"{stack.url}/docs", "every call, to be tried out")
    if stack.ui_port is not None and stack.temporal is not None:
        yield Fact("Temporal UI", f"http://127.0.0.1:{stack.ui_port}", "every run in plain words")
    yield Fact("API key", api_key(stack.plan), "kept in the data directory")


def api_key(plan: StackPlan) -> str:
    """The key that opens this stack's API."""
    return first_key(AppSettings(data_dir=plan.data_dir))


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do some work, unless told to stop before it is done."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    return False
