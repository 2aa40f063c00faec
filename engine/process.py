"""Processes that belong together: started in their own session, watched, started again, and ended in order."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path


class Process:
    """One process with a log file. It does not get the terminal's Ctrl-C: whoever started it ends it in order."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environment = environment
        self._running: asyncio.subprocess.Process | None = None
        self._pid_file = log.with_suffix(".pid")

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running and self._running.returncode is None else None

    async def start(self) -> None:
        """Start it, after ending what an earlier Handover on this data directory left behind."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        await self._end_left_over()
        with self.log.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._running.pid))

    async def ended(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        assert self._running is not None
        return await self._running.wait()

    async def stop(self, seconds: float = 20.0) -> None:
        """Ask it to end, and after so many seconds make it."""
        if self._running is None:
            return
        if self._running.returncode is None:
            self._running.terminate()
            try:
                await asyncio.wait_for(self._running.wait(), seconds)
            except TimeoutError:
                self._running.kill()
                await self._running.wait()
        self._pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    async def _end_left_over(self) -> None:
        """A killed supervisor leaves its processes running; they would hold the ports and the files."""
        pid = _read_pid(self._pid_file)
        if pid is None or not _runs(pid, self._command[0]):
            return
        os.kill(pid, signal.SIGTERM)

        async def gone() -> bool:
            return not _runs(pid, self._command[0])

        if not await wait_until(gone, 15):
            os.kill(pid, signal.SIGKILL)


def _read_pid(file: Path) -> int | None:
    text = file.read_text() if file.exists() else ""
    return int(text) if text.isdigit() else None


def _runs(pid: int, program: str) -> bool:
    """Whether this process still is the program that was started; on systems without /proc nothing is ended."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return program.encode() in words


async def wait_until(condition: Callable[[], Awaitable[bool]], seconds: float, every: float = 0.05) -> bool:
    """Ask again and again until the condition holds; False where it did not within so many seconds."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if await condition():
            return True
        await asyncio.sleep(every)
    return False
