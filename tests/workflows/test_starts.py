"""What a program in another language may get wrong when it starts a conversation by itself, on a real Temporal server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

import worker
from engine.temporal import find_temporal
from handover.ids import SEARCH_ATTRIBUTES, TASK_QUEUE
from handover.messages import Author, PostedMessage
from tests.workflows.test_payloads import PATIENCE, raw
from tests.workflows.town import Town


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    known = [part for name in SEARCH_ATTRIBUTES for part in ("--search-attribute", f"{name}=Keyword")]
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=find_temporal(),
        dev_server_extra_args=known,
    ) as server:
        yield server


UNFINISHED: list[dict[str, Any]] = [
    {},
    {"conversation_id": ""},
    {"conversation_id": None},
    {"conversation_id": 7},
    {"conversationId": "another name"},
    {"bot_id": 7, "channel": ["sms"], "contact": "Dana"},
    {"bot_id": None, "channel": None, "contact": None, "carried": None},
    {"channel": "", "contact": {"v": 2, "name": "of a later version"}},
    {"contact": {"fields": 7, "tags": "vip", "status": "unheard of", "owner": ["sarah"]}},
]
"""Good enough for a beginning."""

UNUSABLE: list[list[Any]] = [
    [raw(b"[]")],
    [raw(b"7")],
    [raw(b'"web-1"')],
    [raw(b"null")],
    [raw(b"{")],
    [raw(b"")],
    [raw(b"{}", "no/such-encoding")],
    [raw(b"{}", "binary/plain")],
    [raw(b"", "binary/null")],
    [{"v": 2}],
    [{"carried": 7}],
    [{"carried": {"waiting": "nothing of ours"}}],
    [{}, "and one more"],
    [],
]


async def starts(town: Town, args: list[Any], workflow_id: str = "") -> WorkflowHandle[Any, Any]:
    """Signal-with-start, as any SDK has it."""
    return await town.environment.client.start_workflow(
        "ConversationWorkflow",
        args=args,
        id=workflow_id or f"conversation/{town.conversation_id}",
        task_queue=TASK_QUEUE,
        start_signal="post_message",
        start_signal_args=[PostedMessage(message_id="1", text="What does error code E3 mean?")],
    )


async def failure(run: WorkflowHandle[Any, Any]) -> ApplicationError:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(WorkflowFailureError) as ended:
            await run.result()
    assert isinstance(ended.value.cause, ApplicationError)
    return ended.value.cause


async def test_a_conversation_begins_with_whatever_of_its_start_can_be_read(town: Town) -> None:
    own = town.conversation_id
    for number, given in enumerate(UNFINISHED):
        town.conversation_id = f"{own}-{number}"
        run = await starts(town, [given])
        await town.until(lambda: _bot_answered(town))
        assert (await town.conversation()).channel == "web", given
        await run.terminate()


async def test_what_is_right_of_a_contact_is_kept(town: Town) -> None:
    contact = {"name": 7, "phone": "+15550100", "email": "x" * 300, "tags": ["regular"]}
    await starts(town, [{"bot_id": "hvac", "contact": contact}])
    await town.until(lambda: _bot_answered(town))
    known = (await town.conversation()).contact
    assert (known.name, known.phone, known.email, known.tags) == ("", "+15550100", "", ["regular"])


async def test_what_can_not_be_used_ends_the_run_and_the_next_begins_anew(town: Town) -> None:
    own = town.conversation_id
    for number, given in enumerate(UNUSABLE):
        town.conversation_id = f"{own}-{number}"
        failed = await failure(await starts(town, given))
        assert failed.type == "invalid_request", given
        assert "It takes one JSON object; docs/backends.md has its fields." in failed.message
    await starts(town, [{}])
    await town.until(lambda: _bot_answered(town))
    assert await town.said_by(Author.contact) == ["What does error code E3 mean?"]


async def test_the_failure_says_what_was_wrong_and_repeats_nothing_of_it(town: Town) -> None:
    failed = await failure(await starts(town, [{"v": 2, "contact": {"name": "Dana Secret"}}]))
    assert failed.message.startswith("The conversation could not begin: v: Input should be 1.")
    assert "Secret" not in failed.message
    nameless = await failure(await starts(town, [{}], workflow_id="my-own-id"))
    assert "the workflow id 'my-own-id' is not conversation/{id}" in nameless.message


@workflow.defn(name="FormerRun")
class FormerRun:
    """Hands on what no conversation can read."""

    @workflow.run
    async def run(self) -> None:
        workflow.continue_as_new(args=[{"conversation_id": "c1", "carried": {"v": 2}}], workflow="ConversationWorkflow")


@pytest.fixture
def former_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that knows this workflow as well."""
    monkeypatch.setattr(worker, "WORKFLOWS", [*worker.WORKFLOWS, FormerRun])


async def test_a_run_that_was_handed_something_waits_for_a_worker_that_can_read_it(
    former_run: None, town: Town
) -> None:
    """To end it would lose the messages that it was handed."""
    client = town.environment.client
    run = await client.start_workflow("FormerRun", id=f"conversation/{town.conversation_id}", task_queue=TASK_QUEUE)
    latest = client.get_workflow_handle(run.id)

    async def stands_still() -> bool:
        events = [one async for one in latest.fetch_history_events()]
        failed = [one for one in events if one.HasField("workflow_task_failed_event_attributes")]
        text = "".join(one.workflow_task_failed_event_attributes.failure.message for one in failed)
        return "What the run before has handed on can't be read: carried.v: Input should be 1" in text

    await town.until(stands_still)
    assert (await latest.describe()).status is WorkflowExecutionStatus.RUNNING
    await latest.terminate()


async def _bot_answered(town: Town) -> bool:
    page = await town.store.reads.conversations(limit=100)
    known = any(one.conversation_id == town.conversation_id for one in page.items)
    return known and bool(await town.said_by(Author.bot))
