"""Runs that are alive when new code is deployed: their recorded histories must replay on it."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.replay.record import HISTORIES
from worker import WORKFLOWS, make_workflow_runner

RECORDED = sorted(HISTORIES.glob("*.json"))


def replayer() -> Replayer:
    return Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=make_workflow_runner())


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


def test_there_are_recordings_of_both_workflows() -> None:
    kinds = {file.stem.rsplit("-", 1)[1] for file in RECORDED}
    assert kinds == {"conversation", "handover"}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_recorded_run_replays_on_the_code_of_today(file: Path) -> None:
    await replayer().replay_workflow(history(file))


async def test_a_change_that_would_break_a_run_is_noticed() -> None:
    """The same history with another activity in it, as if the code had been changed."""
    recorded = next(file for file in RECORDED if file.stem.endswith("handover")).read_text()
    changed = recorded.replace('"name": "assign"', '"name": "assign_differently"')
    assert changed != recorded
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json("changed", changed))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_recording_names_no_machine(file: Path) -> None:
    identities = {value for value in _values(json.loads(file.read_text()), "identity") if value}
    assert identities <= {"recorded"}


def _values(tree: object, name: str) -> list[str]:
    if isinstance(tree, dict):
        own = [str(tree[name])] if name in tree else []
        return own + [value for one in tree.values() for value in _values(one, name)]
    if isinstance(tree, list):
        return [value for one in tree for value in _values(one, name)]
    return []
