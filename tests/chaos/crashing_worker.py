"""A worker that dies when it is told to: right behind an effect, before anybody has heard that it was made.

    python tests/chaos/crashing_worker.py FOLDER

In FOLDER, `up` holds the worker's process id once it works, and whoever writes the name of a point into `order` has it
end there by SIGKILL, once. The next worker starts at once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from client import WorkflowSignals, connect
from settings import AppSettings
from store import Store
from tests.chaos.arena import Thinking
from worker import make_activities, make_worker

WHILE_OPENING = ("open", "put_task", "tag", "put", "mark_left")
ON_THE_LADDER = ("assign", "save", "report", "notify")
POINTS = {
    "team": ["assign"],
    "handovers": ["open", "save", "put_task", "tag"],
    "transcripts": ["take", "put", "mark_left"],
}


def may_die_behind(owner: Any, call: str, point: str, order: Path) -> None:
    """From now on the call ends the process where the order says so: its effect is there, its answer is not."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, call)

    async def call_and_perhaps_die(*arguments: Any, **named: Any) -> Any:
        result = await original(*arguments, **named)
        die_if_ordered(point, order)
        return result

    setattr(owner, call, call_and_perhaps_die)


def die_if_ordered(point: str, order: Path) -> None:
    if order.exists() and order.read_text() == point:
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


async def work(folder: Path, keeper: int) -> None:
    """Work until killed, or until whoever would start it again is gone."""
    settings = AppSettings()
    store, order = Store.at(settings.database), folder / "order"
    temporal = await connect()
    signals = WorkflowSignals(temporal)
    for name, calls in POINTS.items():
        for call in calls:
            may_die_behind(getattr(store, name), call, call, order)
    may_die_behind(store.notifications, "put", "notify", order)
    may_die_behind(signals, "report", "report", order)
    async with make_worker(temporal, make_activities(store, Thinking(), signals), settings):
        say_that_it_works(folder)
        while os.getppid() == keeper:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def say_that_it_works(folder: Path) -> None:
    written = folder / "up.new"
    written.write_text(str(os.getpid()))
    written.replace(folder / "up")


def keep_working(folder: Path) -> None:
    """Start a worker whenever the one before was killed. It is forked, so that it need not load everything anew."""
    keeper = os.getpid()
    while True:
        child = os.fork()
        if child == 0:
            asyncio.run(work(folder, keeper))
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit("The worker ended by itself.")


if __name__ == "__main__":
    keep_working(Path(sys.argv[1]))
