"""What a program in another language may get wrong: no payload sent straight to Temporal holds anything up."""

import asyncio
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from handover.messages import Author, ByStaff, HandoverStatus
from tests.workflows.town import Town

PATIENCE = 20.0
"""A run that stands still would let its caller wait for ever."""


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    """A payload as some other SDK, or a broken program, may put it on the wire."""
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


WRONG = [
    raw(b""),
    raw(b"null"),
    raw(b"7"),
    raw(b'"I want to talk to a human"'),
    raw(b"[]"),
    raw(b"{"),
    raw(b"\xff\xfe"),
    raw(b"[" * 10_000),
    raw(b"{}", "no/such-encoding"),
    raw(b"{}", "binary/encrypted"),
    raw(b"{}", "binary/plain"),
    raw(b"", "binary/null"),
    RawValue(Payload(data=b"{}")),
]
"""Wrong for every signal."""

WRONG_MESSAGES: list[Any] = [
    {"message_id": "x"},
    {"text": "no id"},
    {"message_id": 7, "text": "a number"},
    {"message_id": "x", "text": {"body": "nested"}},
    {"message_id": "x", "text": None},
    {"message_id": "x" * 201, "text": "a long id"},
    {"message_id": "x", "text": "when?", "sent_at": "yesterday"},
    {"message_id": "x", "text": "where?", "sent_at": "2026-11-21T10:00:00"},
    {"message_id": "x", "text": "which version?", "v": 2},
    {"messageId": "x", "Text": "other names"},
    raw(b'{"message_id": "x", "text": "\\ud800"}'),
]


WRONG_COMPLETIONS: list[Any] = [
    {"outcome": 7},
    {"outcome": ["closed"]},
    {"outcome": "closed", "task_id": 1},
    {"outcome": "closed", "staff_id": {"id": "sarah"}},
    {"outcome": "scheduled", "follow_up_at": "next week"},
    {"outcome": "closed", "v": "1.0"},
]

CONVERSATION_UPDATES = ["request_human", "take_over", "close", "reopen"]
HANDOVER_UPDATES = [
    "claim",
    "reply",
    "note",
    "reassign",
    "snooze",
    "hand_back",
    "complete_task",
    "cancel",
    "add_trigger",
]


async def test_a_conversation_goes_on_after_any_message_that_is_none(town: Town) -> None:
    await town.say("hello")
    run = town.conversation_run()
    for wrong in [*WRONG, *WRONG_MESSAGES]:
        await run.signal("post_message", wrong)
    await run.signal("post_message")
    await run.signal("post_message", args=[{"message_id": "two", "text": "arguments"}, "and one more"])
    await run.signal("no_such_signal", {"message_id": "x", "text": "y"})
    await town.say("still there?")
    await town.until(lambda: _answered(town, "still there?"))
    assert "hello" in await town.said_by(Author.contact)


async def test_a_handover_goes_on_after_any_completion_that_is_none(town: Town) -> None:
    await town.hand_over()
    run = town.handover_run()
    for wrong in [*WRONG, *WRONG_COMPLETIONS]:
        await run.signal("task_completed", wrong)
    await run.signal("task_completed")
    await run.signal("task_completed", args=[{"outcome": "closed"}, "and one more"])
    await run.signal("contact_wrote", raw(b"{}", "binary/plain"))
    await run.signal("task_completed", {"outcome": "done"})
    await town.until(lambda: _has_logged(town, "signal_refused"))
    assert (await town.detail()).status is HandoverStatus.open
    await run.signal("task_completed", {"outcome": "closed", "note": "Called back."})
    assert (await run.result()).startswith("Completed by")


async def test_an_update_of_the_wrong_shape_is_refused_and_holds_up_nothing(town: Town) -> None:
    await town.hand_over()
    for name in CONVERSATION_UPDATES:
        await _is_refused(town.conversation_run(), name)
    for name in HANDOVER_UPDATES:
        await _is_refused(town.handover_run(), name)
    done = await town.handover_run().execute_update("complete_task", {"staff_id": "omar", "outcome": "closed"})
    assert done["status"] == "completed"
    await town.client.close(town.conversation_id, ByStaff(staff_id="sarah"))


async def test_a_conversation_is_told_what_it_takes(town: Town) -> None:
    await town.say("hello")
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await town.conversation_run().execute_update("request_human", raw(b"{}", "binary/plain"))
    assert isinstance(refusal.value.cause, ApplicationError)
    assert refusal.value.cause.type == "invalid_request"
    assert "request_human takes one JSON object" in refusal.value.cause.message


async def _is_refused(run: WorkflowHandle[Any, Any], name: str) -> None:
    for wrong in [*WRONG, {"staff_id": 7, "text": 8, "number": "x", "outcome": []}]:
        await _is_refused_with(run, name, [wrong])
    for args in ([], [{"staff_id": "sarah"}, "and one more"]):
        await _is_refused_with(run, name, args)


async def _is_refused_with(run: WorkflowHandle[Any, Any], name: str, args: list[Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(WorkflowUpdateFailedError):
            await run.execute_update(name, args=args)


async def _has_logged(town: Town, kind: str) -> bool:
    return bool(await town.log(kind))


async def _answered(town: Town, text: str) -> bool:
    spoken = await town.said_by(Author.contact, Author.bot)
    return text in spoken and len(spoken) > spoken.index(text) + 1
