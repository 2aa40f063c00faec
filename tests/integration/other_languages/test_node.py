"""The backend in Node: signal-with-start, an update and a signal from another SDK, with the documented JSON."""

from pathlib import Path

from console.api import Api
from engine.stack import Stack
from tests.integration.backends import check, play


async def test_a_backend_in_node(stack: Stack, api: Api, node_folder: Path) -> None:
    await check(api, *play(stack, ["node", "over_temporal.mjs"], node_folder))
