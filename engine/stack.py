"""A whole Handover on one machine: the engine, one worker, and the HTTP API with the pages."""

import asyncio
import fcntl
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx2

from engine.process import Process, wait_until
from engine.temporal import temporal_answers, temporal_process

READY_SECONDS = 60.0
ROOT = Path(__file__).resolve().parent.parent


class StackFailed(Exception):
    """Something did not start; the text says what, and what its log ends with."""


@dataclass(frozen=True)
class StackPlan:
    """Where a stack listens and keeps its files. A port of 0 takes a free one; no `ui_port`: no Temporal UI."""

    data_dir: Path
    port: int = 8000
    temporal_port: int = 7233
    ui_port: int | None = 8233
    temporal_address: str | None = None
    temporal_binary: str = ""
    host: str = "127.0.0.1"


class Stack:
    """Starts its processes in order, starts again what dies, and ends them in the opposite order."""

    def __init__(self, plan: StackPlan) -> None:
        self.plan = plan
        self.port = plan.port or free_port()
        self.ui_port = free_port() if plan.ui_port == 0 else plan.ui_port
        self._temporal_port = plan.temporal_port or free_port()
        self.temporal_address = plan.temporal_address or f"127.0.0.1:{self._temporal_port}"
        self.url = f"http://{plan.host}:{self.port}"
        self.public_url = os.environ.get("HANDOVER_PUBLIC_URL", self.url)
        logs = plan.data_dir / "logs"
        environment = self._environment()
        self.temporal: Process | None = None
        if plan.temporal_address is None:
            self.temporal = temporal_process(
                plan.data_dir / "temporal.db",
                logs / "temporal.log",
                port=self._temporal_port,
                ui_port=self.ui_port,
                binary=plan.temporal_binary,
            )
        self.worker = Process("worker", [sys.executable, str(ROOT / "worker.py")], logs / "worker.log", environment)
        self.web = Process("web", self._web_command(), logs / "web.log", environment)
        self._watchers: list[asyncio.Task[None]] = []
        self._lock: TextIO | None = None

    async def start(self) -> None:
        """Start everything; returns once messages are answered. Raises StackFailed."""
        self.plan.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock_data_dir()
        self._check_ports()
        if self.temporal is not None:
            await self.temporal.start()
        if not await temporal_answers(self.temporal_address):
            raise StackFailed(f"Temporal at {self.temporal_address} does not answer.\n{self._tail(self.temporal)}")
        await asyncio.gather(self.worker.start(), self.web.start())
        if not await wait_until(self._ready, READY_SECONDS):
            raise StackFailed(f"Handover did not get ready.\n{self._tail(self.web)}\n{self._tail(self.worker)}")
        self._watchers = [asyncio.create_task(self._keep_alive(one)) for one in self._processes()]

    async def stop(self) -> None:
        """End everything that was started: first what takes work in, last what keeps it."""
        for watcher in self._watchers:
            watcher.cancel()
        for process in reversed(self._processes()):
            await process.stop()
        if self._lock is not None:
            self._lock.close()

    def _processes(self) -> list[Process]:
        return ([self.temporal] if self.temporal else []) + [self.worker, self.web]

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "HANDOVER_DATA_DIR": str(self.plan.data_dir.resolve()),
            "HANDOVER_PUBLIC_URL": self.public_url,
            "TEMPORAL_ADDRESS": self.temporal_address,
            "PYTHONPATH": str(ROOT),
        }

    def _web_command(self) -> list[str]:
        command = [sys.executable, "-m", "uvicorn", "--factory", "web.app:create_app", "--log-level", "warning"]
        command += ["--host", self.plan.host, "--port", str(self.port), "--timeout-graceful-shutdown", "3"]
        return [*command, "--app-dir", str(ROOT)]

    async def _ready(self) -> bool:
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.url}/readyz", timeout=3)).status_code == 200
        except httpx2.HTTPError:
            return False

    async def _keep_alive(self, process: Process) -> None:
        """Start a process again whenever it dies; the others go on, and nothing is lost meanwhile."""
        while True:
            await process.ended()
            await asyncio.sleep(0.3)
            await process.start()

    def _lock_data_dir(self) -> None:
        """One stack on a data directory. The system lets go of the lock when this process ends, however it does."""
        self._lock = (self.plan.data_dir / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackFailed(
                f"Another Handover runs on {self.plan.data_dir}; choose another with --data-dir."
            ) from None

    def _check_ports(self) -> None:
        ports = (
            [self.port] if self.temporal is None else [self.port, self._temporal_port, *filter(None, [self.ui_port])]
        )
        taken = [str(port) for port in ports if _is_taken(port)]
        left_over = any(
            (self.plan.data_dir / "logs" / f"{name}.pid").exists() for name in ("temporal", "worker", "web")
        )
        if taken and not left_over:
            raise StackFailed(
                f"Port {', '.join(taken)} is in use; choose others with --port, --temporal-port, --ui-port."
            )

    @staticmethod
    def _tail(process: Process | None) -> str:
        return f"The end of {process.log}:\n{process.tail()}" if process else ""


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
