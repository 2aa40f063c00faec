"""The HVAC walkthrough over HTTP, and everything that may be killed while it plays."""

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from temporalio.client import Client, WorkflowHandle

from console.api import Api
from console.demo import BOT_FILE, play
from console.pace import at_demo_pace
from console.server import api_key
from console.stage import Stage
from console.story import Story
from engine.process import wait_until
from engine.stack import Stack
from handover.documents import read_bot
from handover.ids import conversation_workflow_id
from tests.example import put_example_bot
from tests.integration.conftest import started
from workflows.conversation import TURNS_A_RUN

QUIET = Console(quiet=True)


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with started(tmp_path) as stack:
        await put_example_bot(stack)
        yield stack


def stage_for(api: Api) -> Stage:
    return Stage(api, QUIET, f"story-{uuid.uuid4().hex[:8]}")


async def test_the_story_as_the_demo_plays_it(own_stack: Stack) -> None:
    async with Api.at(own_stack.url, api_key(own_stack.plan)) as api:
        stage = stage_for(api)
        await play(api, Story(stage))
        assert [one["kind"] for one in stage.detail["log"]].count("opened") == 1
        assert len(stage.detail["tasks"]) == 1
        assert sum(one["author"] == "system" and "Someone from the team" in one["text"] for one in stage.messages) == 1


async def test_the_story_survives_a_kill_of_the_worker_before_every_step(own_stack: Stack) -> None:
    async with Api.at(own_stack.url, api_key(own_stack.plan)) as api:
        stage = stage_for(api)

        async def kill(step: str) -> None:
            await kill_worker(own_stack)

        await play(api, Story(stage, patience=120, before_step=kill))
        assert_told_once(stage)


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
async def test_a_kill_in_the_middle_of_a_handover_loses_and_repeats_nothing(own_stack: Stack, delay: float) -> None:
    async with Api.at(own_stack.url, api_key(own_stack.plan)) as api:
        stage = stage_for(api)
        path = f"/conversations/{stage.conversation_id}/messages"
        await api.post(path, {"message_id": "1", "text": "I want to talk to a human"})
        await asyncio.sleep(delay)
        await kill_worker(own_stack)
        await api.post(path, {"message_id": "2", "text": "Please hurry"})
        assert await stage.until(lambda: everything_is_done(stage), 60)
        assert [one["text"] for one in stage.messages if one["author"] == "contact"] == [
            "I want to talk to a human",
            "Please hurry",
        ]
        assert_told_once(stage)


async def test_a_restart_of_everything_while_a_timer_runs(tmp_path: Path) -> None:
    """The reactivation's time passes while nothing runs; it happens once, as soon as everything is back."""
    async with started(tmp_path) as stack, Api.at(stack.url, api_key(stack.plan)) as api:
        await api.put("/bots/hvac", at_demo_pace(read_bot(BOT_FILE.read_text(), "bot.yaml")))
        stage = stage_for(api)
        path = f"/conversations/{stage.conversation_id}/messages"
        await api.post(path, {"message_id": "1", "text": "I want to talk to a human"})
        assert await stage.until(lambda: everything_is_done(stage), 30)
        await api.post(path, {"message_id": "2", "text": "What are your opening hours?"})
        assert await stage.until(lambda: stage.said("contact", "opening hours"), 30)
    await asyncio.sleep(8)
    async with started(tmp_path) as stack, Api.at(stack.url, api_key(stack.plan)) as api:
        stage.api = api
        assert await stage.until(lambda: stage.said("bot") and stage.logged("reactivated"), 60)
        kinds = [one["kind"] for one in stage.detail["log"]]
        assert kinds.count("reactivated") == 1
        assert len([one for one in stage.messages if one["author"] == "bot"]) == 1


async def test_everything_is_killed_and_started_again(tmp_path: Path) -> None:
    """kill -9 of Temporal, the worker and the web process: what was accepted is there afterwards."""
    async with started(tmp_path) as stack, Api.at(stack.url, api_key(stack.plan)) as api:
        await put_example_bot(stack)
        stage = stage_for(api)
        await api.post(
            f"/conversations/{stage.conversation_id}/messages", {"message_id": "1", "text": "I want to talk to a human"}
        )
        assert await stage.until(lambda: everything_is_done(stage), 30)
        for process in (stack.temporal, stack.worker, stack.web):
            assert process is not None
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        assert await stage.until(lambda: stage.conversation.get("status") == "escalated", 60)
        body = {"staff_id": "omar", "message_id": "r1", "text": "I am here."}
        await stage.patiently(lambda: api.post(f"/handovers/{stage.detail['handover_id']}/reply", body), 90)
        assert await stage.until(lambda: stage.said("person", "I am here."), 30)
        assert_told_once(stage)


async def has_gone_on(run: WorkflowHandle[Any, Any]) -> bool:
    """Whether a workflow is in another run than its first."""
    described = await run.describe()
    return described.raw_description.workflow_execution_info.first_run_id != described.run_id


async def test_an_open_handover_outlives_the_run_that_opened_it(own_stack: Stack) -> None:
    """On a real server, where a child could die with its parent's run."""
    async with Api.at(own_stack.url, api_key(own_stack.plan)) as api:
        stage = stage_for(api)
        path = f"/conversations/{stage.conversation_id}/messages"
        await api.post(path, {"message_id": "0", "text": "I want to talk to a human"})
        assert await stage.until(lambda: everything_is_done(stage), 30)
        temporal = await Client.connect(own_stack.temporal_address)
        run = temporal.get_workflow_handle(conversation_workflow_id(stage.conversation_id))
        number = 0
        while not await has_gone_on(
            run
        ):  # what comes in a burst is one turn, so it takes some more on a loaded machine
            number += 1
            assert number < 4 * TURNS_A_RUN
            await api.post(path, {"message_id": str(number), "text": f"waiting {number}"}, wait=0.04)
        assert await stage.until(lambda: stage.said("contact", f"waiting {number}"), 60)
        claimed = await api.post(f"/handovers/{stage.detail['handover_id']}/claim", {"staff_id": "sarah"})
        assert claimed["assignee"] == "sarah"
        assert await stage.until(lambda: stage.conversation["status"] == "human", 30)


async def kill_worker(stack: Stack) -> None:
    """kill -9; the stack starts another one by itself."""

    async def runs() -> bool:
        return stack.worker.pid is not None

    assert await wait_until(runs, 30)
    assert stack.worker.pid is not None
    os.kill(stack.worker.pid, signal.SIGKILL)


def everything_is_done(stage: Stage) -> bool:
    actions = stage.detail.get("actions") or {}
    return bool(actions) and all(state["status"] != "running" for state in actions.values())


def assert_told_once(stage: Stage) -> None:
    """One handover, one task, one final message."""
    assert stage.detail["number"] == 1
    assert len(stage.detail["tasks"]) == 1
    finals = [one for one in stage.messages if "Someone from the team will get back" in one["text"]]
    assert len(finals) == 1
