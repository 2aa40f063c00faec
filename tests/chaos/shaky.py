"""An arena whose worker and Temporal server are processes of their own, killed at any moment and back at once."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from engine.process import Process, wait_until
from engine.stack import ROOT, free_port
from engine.temporal import temporal_answers, temporal_process
from handover.errors import Unavailable
from tests.chaos.arena import Arena, until

Result = TypeVar("Result")


class Shaky:
    """What is killed here has no chance to finish anything: every kill is a SIGKILL."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.url = f"sqlite+aiosqlite:///{folder / 'handover.db'}"
        self.temporal = temporal_process(folder / "temporal.db", folder / "temporal.log", port=port, ui_port=None)
        self.worker = _worker(folder, self.address, self.url)
        self.killed: Counter[str] = Counter()
        self._up = folder / "up"
        self._order = folder / "order"

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path) -> AsyncIterator[tuple["Shaky", Arena]]:
        """The processes, and an arena to play in."""
        shaky = cls(folder)
        await shaky.temporal.start()
        try:
            assert await temporal_answers(shaky.address), shaky.temporal.tail()
            async with Arena.without_worker(shaky.address, shaky.url) as arena:
                await shaky.worker.start()
                await shaky._works_again(former="", seconds=60)
                yield shaky, arena
        finally:
            await shaky.worker.stop()
            await shaky.temporal.stop()

    async def kill_worker_after(self, seconds: float) -> None:
        """At a random moment, wherever it is."""
        await asyncio.sleep(seconds)
        former = self._up.read_text()
        os.kill(int(former), signal.SIGKILL)
        await self._note_killed("anywhere", former)

    async def kill_worker_behind(self, point: str) -> None:
        """Behind the next effect of this kind; anywhere, where there is none for a while."""
        former = self._up.read_text()
        self._order_end_behind(point)

        async def obeyed() -> bool:
            return not self._order.exists()

        if await wait_until(obeyed, 5) or not self._withdrawn():
            await self._note_killed(point, former)
        else:
            await self.kill_worker_after(0)

    def _withdrawn(self) -> bool:
        """Take the order back; False where it has been obeyed in the last moment."""
        try:
            self._order.unlink()
        except FileNotFoundError:
            return False
        return True

    def _order_end_behind(self, point: str) -> None:
        written = self._order.with_suffix(".new")
        written.write_text(point)
        written.replace(self._order)

    async def _note_killed(self, where: str, former: str) -> None:
        self.killed[where] += 1
        assert await self._works_again(former, seconds=60), self.worker.tail()

    async def _works_again(self, former: str, seconds: float) -> bool:
        """Another worker has taken the place of the former one."""

        async def works() -> bool:
            return self._up.exists() and self._up.read_text() != former

        return await wait_until(works, seconds)

    async def kill_temporal(self) -> None:
        assert self.temporal.pid is not None
        os.kill(self.temporal.pid, signal.SIGKILL)
        await self.temporal.ended()
        self.killed["the Temporal server"] += 1
        await self.temporal.start()
        assert await temporal_answers(self.address), self.temporal.tail()


def _worker(folder: Path, address: str, url: str) -> Process:
    environment = os.environ | {"TEMPORAL_ADDRESS": address, "HANDOVER_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests" / "chaos" / "crashing_worker.py"), str(folder)]
    return Process("worker", command, folder / "worker.log", environment)


async def patiently(act: Callable[[], Awaitable[Result]]) -> Result:
    """Ask until there is an answer, as a client does whose request failed while everything was down."""
    answers: list[Result] = []

    async def answered() -> bool:
        try:
            answers.append(await act())
        except Unavailable:
            await asyncio.sleep(random.uniform(0, 0.2))
        return bool(answers)

    await until(answered, "an answer", seconds=120)
    return answers[0]
