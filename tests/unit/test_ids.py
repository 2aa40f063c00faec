"""The names by which conversations, handovers and tasks are found."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.errors import NotFound
from handover.ids import (
    CONVERSATION_ID,
    HandoverId,
    TaskId,
    conversation_workflow_id,
    parse_handover_id,
    parse_task_id,
)

CONVERSATIONS = st.from_regex(r"[A-Za-z0-9._:-]{1,128}", fullmatch=True)
NUMBERS = st.integers(min_value=1, max_value=999_999_999)


def test_workflow_ids_are_those_of_the_contract() -> None:
    assert conversation_workflow_id("web:42") == "conversation/web:42"
    assert HandoverId("web:42", 3).workflow_id == "handover/web:42/3"


def test_a_task_knows_its_handover() -> None:
    assert TaskId("web:42", 3, 1).handover == HandoverId("web:42", 3)


@given(CONVERSATIONS, NUMBERS, NUMBERS)
def test_ids_are_read_back_as_they_were_written(conversation: str, number: int, task: int) -> None:
    assert parse_handover_id(str(HandoverId(conversation, number))) == (conversation, number)
    assert parse_task_id(str(TaskId(conversation, number, task))) == (conversation, number, task)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "c1",
        "c1~",
        "~1",
        "c1~0",
        "c1~-1",
        "c1~01",
        "c1~x",
        "c 1~1",
        "c1~1\n",
        "c/1~1",
        "c1~1~",
        "é~1",
        "c1~9999999999",
    ],
)
def test_anything_else_is_a_handover_that_does_not_exist(wrong: str) -> None:
    with pytest.raises(NotFound, match="There is no handover"):
        parse_handover_id(wrong)


@pytest.mark.parametrize("wrong", ["c1~1", "c1~1~0", "c1~0~1", "c1~1~1~1", "c1~1~1 ", "c1~~1"])
def test_anything_else_is_a_task_that_does_not_exist(wrong: str) -> None:
    with pytest.raises(NotFound, match="There is no task"):
        parse_task_id(wrong)


@pytest.mark.parametrize(
    ("conversation", "allowed"),
    [
        ("a", True),
        ("A-Z.0_9:x", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a/b", False),
        ("a~1", False),
    ],
)
def test_a_conversation_id_is_1_to_128_of_a_few_characters(conversation: str, allowed: bool) -> None:
    assert (re.match(CONVERSATION_ID, conversation) is not None) is allowed
