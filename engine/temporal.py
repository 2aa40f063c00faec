"""The embedded engine: a real Temporal dev server that keeps its runs in a SQLite file."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from engine.process import Process, wait_until
from handover.ids import SEARCH_ATTRIBUTES

_PRAGMAS = ("journal_mode=wal", "synchronous=normal")
"""As fast as memory, and safe from kill -9; a power cut may cost the last moment."""

_DYNAMIC_CONFIG = ("history.transferProcessorMaxPollRPS=500", "history.timerProcessorMaxPollRPS=500")
"""By default a shard's queue is read 20 times a second, and the dev server has few shards: ten turns a second were paced."""


def find_temporal(configured: str = "") -> str:
    """The `temporal` command: the configured one, else the one on PATH, else the one installed beside this Python.

    Raises FileNotFoundError that says what to do.
    """
    if configured:
        return configured
    beside = Path(sys.executable).with_name("temporal")
    found = shutil.which("temporal") or (str(beside) if beside.exists() else None)
    if found is None:
        raise FileNotFoundError(
            "There is no temporal command. Install the Temporal CLI and put it on PATH, or name it in "
            "HANDOVER_TEMPORAL_BINARY, or set TEMPORAL_ADDRESS to use a server that runs elsewhere."
        )
    return found


def temporal_process(file: Path, log: Path, *, port: int, ui_port: int | None, binary: str = "") -> Process:
    """The dev server as a process to be started; without a UI port it has no UI."""
    command = [find_temporal(binary), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--db-filename", str(file), "--log-level", "error"]
    command += ["--ui-port", str(ui_port)] if ui_port else ["--headless"]
    for pragma in _PRAGMAS:
        command += ["--sqlite-pragma", pragma]
    for setting in _DYNAMIC_CONFIG:
        command += ["--dynamic-config-value", setting]
    for name in SEARCH_ATTRIBUTES:
        command += ["--search-attribute", f"{name}=Keyword"]
    return Process("temporal", command, log, environment=dict(os.environ))


async def temporal_answers(address: str, seconds: float = 30.0) -> bool:
    """Whether a Temporal server at HOST:PORT is serving its default namespace, waiting for it so long."""
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client

    async def answers() -> bool:
        try:
            async with asyncio.timeout(2):
                client = await Client.connect(address, lazy=True)
                await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        except Exception:
            return False
        return True

    return await wait_until(answers, seconds)
