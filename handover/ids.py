"""The names by which conversations, handovers and tasks are found, in Temporal, over HTTP and in the store."""

import re
from typing import NamedTuple

from handover.errors import NotFound

TASK_QUEUE = "handover"

SEARCH_ATTRIBUTES = (
    "ConversationStatus",
    "HandoverReason",
    "HandoverPriority",
    "AssignedTo",
    "BotId",
    "Channel",
    "ContactId",
)
"""What operators find runs by, all of type Keyword; registered with Temporal before the first run."""

CONVERSATION_ID = r"^[A-Za-z0-9._:-]{1,128}$"
"""What a conversation's id may look like, as a regular expression."""

SETTINGS_ID = r"^[a-z0-9][a-z0-9_-]{0,62}$"
"""What the id of a bot, a staff member, a role, a scenario or an action may look like."""

MODEL_NAME = r"^[A-Za-z0-9@][A-Za-z0-9@._:/+-]{0,199}$"
"""What a language model's name may look like, as servers name them: gpt-5-mini, llama3:8b, org/model."""


class HandoverId(NamedTuple):
    """A handover: the conversation that it belongs to and its number there, counted from 1."""

    conversation_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.conversation_id}~{self.number}"

    @property
    def workflow_id(self) -> str:
        return f"handover/{self.conversation_id}/{self.number}"


class TaskId(NamedTuple):
    """A task: the handover that it belongs to and its number there, counted from 1."""

    conversation_id: str
    handover_number: int
    number: int

    def __str__(self) -> str:
        return f"{self.conversation_id}~{self.handover_number}~{self.number}"

    @property
    def handover(self) -> HandoverId:
        return HandoverId(self.conversation_id, self.handover_number)


def conversation_workflow_id(conversation_id: str) -> str:
    """The Temporal workflow id of a conversation."""
    return f"conversation/{conversation_id}"


def conversation_of(workflow_id: str) -> str | None:
    """The conversation of a workflow id; None where it is not one of a conversation."""
    conversation_id = workflow_id.removeprefix("conversation/")
    is_one = conversation_id != workflow_id and re.fullmatch(CONVERSATION_ID, conversation_id)
    return conversation_id if is_one else None


def parse_handover_id(text: str) -> HandoverId:
    """Read `{conversation}~{number}`; raises NotFound for anything else, as for a handover that does not exist."""
    match = re.fullmatch(r"([A-Za-z0-9._:-]{1,128})~([1-9][0-9]{0,8})", text)
    if match is None:
        raise NotFound("handover", text)
    return HandoverId(match[1], int(match[2]))


def parse_task_id(text: str) -> TaskId:
    """Read `{conversation}~{number}~{task}`; raises NotFound for anything else."""
    match = re.fullmatch(r"([A-Za-z0-9._:-]{1,128})~([1-9][0-9]{0,8})~([1-9][0-9]{0,8})", text)
    if match is None:
        raise NotFound("task", text)
    return TaskId(match[1], int(match[2]), int(match[3]))
