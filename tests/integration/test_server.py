"""The command line as people type it: the server, a chat, the tasks, what lines would trigger."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from console.api import Api
from console.server import api_key
from engine.process import wait_until
from engine.stack import ROOT, Stack, free_port

STARTER = [sys.executable, str(ROOT / "starter.py")]
NAMES = ("temporal", "worker", "web")


class Server:
    """`starter.py server` on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        ports = ["--port", str(self.port), "--temporal-port", str(free_port()), "--ui-port", str(free_port())]
        self.command = [*STARTER, "server", "--data-dir", str(folder), *ports]
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = os.environ | {"HANDOVER_API_KEY": "a-fixed-key"}
        self.process = await asyncio.create_subprocess_exec(
            *self.command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert await wait_until(self.is_ready, 60)

    async def is_ready(self) -> bool:
        try:
            async with httpx2.AsyncClient(trust_env=False) as http:
                return (await http.get(f"http://127.0.0.1:{self.port}/readyz")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def end(self, number: int) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    def pids(self) -> list[int]:
        """The processes that it started."""
        files = [self.folder / "logs" / f"{name}.pid" for name in NAMES]
        return [int(file.read_text()) for file in files if file.exists()]

    async def are_gone(self, pids: list[int]) -> bool:
        async def gone() -> bool:
            return not any(runs(pid) for pid in pids)

        return await wait_until(gone, 20)

    async def history(self, conversation: str) -> list[str]:
        async with Api.at(f"http://127.0.0.1:{self.port}", "a-fixed-key") as api:
            return [one["text"] for one in (await api.get(f"/conversations/{conversation}/messages"))["items"]]


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Server]:
    server = Server(folder)
    try:
        await server.start()
        yield server
    finally:
        await server.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_everything_that_it_started(tmp_path: Path, number: int) -> None:
    async with running(tmp_path) as server:
        pids = server.pids()
        assert len(pids) == len(NAMES)
        assert await server.end(number) == 0
        assert await server.are_gone(pids)


async def test_killed_and_started_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        async with Api.at(f"http://127.0.0.1:{server.port}", "a-fixed-key") as api:
            await api.post("/conversations/c1/messages", {"message_id": "1", "text": "Hello"}, wait=20)
        before, left_over = await server.history("c1"), server.pids()
        await server.end(signal.SIGKILL)
        await server.start()
        assert await server.history("c1") == before
        assert await server.are_gone(left_over)


async def test_a_second_one_on_the_same_data_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        pids = server.pids()
        second = await asyncio.create_subprocess_exec(*server.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, errors = await second.communicate()
        assert second.returncode == 1
        assert b"Another Handover runs on" in errors
        assert server.pids() == pids
        assert await server.is_ready()


async def typed(*words: str, lines: str = "", **environment: str) -> tuple[int, str, str]:
    """A command's exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *STARTER,
        *words,
        env=os.environ | {"COLUMNS": "200"} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(lines.encode()), 60)
    return process.returncode or 0, out.decode(), errors.decode()


async def test_a_chat_in_the_terminal_and_the_task_that_comes_of_it(stack: Stack) -> None:
    key = {"HANDOVER_API_KEY": api_key(stack.plan), "HANDOVER_URL": stack.url}
    lines = "What are your opening hours?\nI want to talk to a human\n\n"
    code, out, _ = await typed("chat", "--conversation", "in-terminal", lines=lines, **key)
    assert code == 0
    assert "Bot: We are open Monday to Friday" in out
    assert "Someone from the team" in out
    code, out, _ = await typed("tasks", **key)
    assert code == 0
    assert "in-terminal~1~1" in out


async def test_a_server_that_is_not_there_is_one_clear_line() -> None:
    code, _, errors = await typed("tasks", HANDOVER_URL=f"http://127.0.0.1:{free_port()}", HANDOVER_API_KEY="x")
    assert code == 1
    assert errors.startswith("Handover does not answer")
    assert len(errors.splitlines()) == 1


async def test_lines_in_and_one_object_a_line_out() -> None:
    code, out, _ = await typed("detect", "-", lines="Get me a real person\nWhat does a visit cost?\n")
    first, second = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert (first["scenario"], second["scenario"]) == ("human_requested", None)
    assert first["score"] >= first["evidence"][0]["threshold"]


async def test_wrong_settings_are_named_by_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text("id: x\nname: X\nhandover:\n  trigger_mode: never\n")
    code, _, errors = await typed("detect", "--bot", str(file), "-")
    assert code == 2
    assert f"{file}, line 4: handover.trigger_mode: 'never' is not known" in errors


async def test_a_bot_of_ones_own_is_loaded_and_answers_on_its_channel(stack: Stack, api: Api, tmp_path: Path) -> None:
    """Over HTTP and Temporal: the folder's knowledge is what the bot says, and the example's bot answers elsewhere."""
    key = {"HANDOVER_API_KEY": api_key(stack.plan), "HANDOVER_URL": stack.url}
    (tmp_path / "bot.yaml").write_text("id: garden\nname: Garden\nchannels: [letters]\nknowledge: ['*.md']\n")
    (tmp_path / "staff.yaml").write_text("staff:\n  - {id: fern, name: Fern}\n")
    code, _, errors = await typed("load", str(tmp_path), **key)
    assert (code, errors.splitlines()[-1]) == (2, "Nothing was changed.")
    assert f"{tmp_path}/bot.yaml, line 4: knowledge.0: '*.md' finds no file; allowed are files in {tmp_path}" in errors
    (tmp_path / "roses.md").write_text("# Roses\n\nRoses are pruned in March.\n")
    code, out, errors = await typed("load", str(tmp_path), **key)
    assert (code, errors) == (0, "")
    assert out.splitlines() == [
        "Staff fern: added",
        "Bot garden: added, version 1",
        "Knowledge of garden: changed, 1 document, version 2",
    ]
    asked = {"message_id": "1", "text": "When are roses pruned?"}
    said = await api.post("/conversations/by-letter/messages", asked | {"channel": "letters"}, wait=20)
    assert "Roses are pruned in March." in said["replies"][0]["text"]
    said = await api.post("/conversations/on-the-web/messages", asked, wait=20)
    assert "March" not in said["replies"][0]["text"]
    bots = [(await api.get(f"/conversations/{one}"))["bot_id"] for one in ("by-letter", "on-the-web")]
    assert bots == ["garden", "hvac"]
