"""The backends of examples/, run as docs/backends.md says, against a running Handover."""

import sys

import pytest

from console.api import Api
from engine.stack import ROOT, Stack
from tests.integration.backends import check, play

FOLDER = ROOT / "examples" / "backends"


@pytest.mark.parametrize("name", ["over_http.py", "over_temporal.py"])
async def test_a_backend_in_python(stack: Stack, api: Api, name: str) -> None:
    await check(api, *play(stack, [sys.executable, str(FOLDER / name)]))


async def test_a_backend_with_curl(stack: Stack, api: Api) -> None:
    await check(api, *play(stack, [str(FOLDER / "with_curl.sh")]))


async def test_an_example_says_what_is_wrong(stack: Stack) -> None:
    with pytest.raises(AssertionError, match=r"422: .*conversation_id"):
        play(stack, [sys.executable, str(FOLDER / "over_http.py"), "no id at all"])
