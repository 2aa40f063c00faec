"""Runs the backends of examples/, and looks at what came of it."""

import os
import subprocess
import uuid
from pathlib import Path

from console.api import Api
from console.server import api_key
from engine.stack import ROOT, Stack

SECONDS = 120


def play(stack: Stack, command: list[str], folder: Path = ROOT) -> tuple[str, list[str]]:
    """Run an example for a new conversation: the conversation's id, and the lines that it printed."""
    conversation = f"example-{uuid.uuid4().hex[:8]}"
    environment = os.environ | {
        "HANDOVER_URL": stack.url,
        "HANDOVER_API_KEY": api_key(stack.plan),
        "TEMPORAL_ADDRESS": stack.temporal_address,
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    ran = subprocess.run(
        [*command, conversation], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return conversation, ran.stdout.splitlines()


async def check(api: Api, conversation: str, lines: list[str]) -> None:
    """It was answered, handed over and completed: so says the example, and so does Handover."""
    answer, handed_over, ended = lines
    assert answer.startswith("bot: ")
    assert "18:00" in answer
    assert handed_over == f"handed over: {conversation}~1"
    assert ended.lower().startswith("completed")
    detail = await api.get(f"/handovers/{conversation}~1")
    assert (detail["status"], detail["tasks"][0]["outcome"], detail["tasks"][0]["note"]) == (
        "completed",
        "closed",
        "Called back.",
    )
