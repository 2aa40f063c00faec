"""A whole Handover on free ports: the embedded Temporal server, one worker, the HTTP API."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from console.api import Api
from console.server import api_key
from engine.stack import Stack, StackPlan
from tests.example import put_example_bot

Start = Callable[[Path], AbstractAsyncContextManager[Stack]]


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[Stack]:
    """A stack on this data directory, ended at the end."""
    stack = Stack(StackPlan(data_dir=folder, port=0, temporal_port=0, ui_port=None))
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with started(tmp_path_factory.mktemp("stack")) as stack:
        await put_example_bot(stack)
        yield stack


@pytest.fixture(scope="module")
async def api(stack: Stack) -> AsyncIterator[Api]:
    async with Api.at(stack.url, api_key(stack.plan)) as api:
        yield api


async def attachment(stack: Stack, conversation_id: str, row: int) -> httpx2.Response:
    """What the API gives of the first attachment of a message."""
    headers = {"Authorization": f"Bearer {api_key(stack.plan)}"}
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, trust_env=False) as http:
        return await http.get(f"/v1/conversations/{conversation_id}/messages/{row}/attachments/0")
