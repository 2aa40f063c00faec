"""Tests that ask a real model, and cost money: left out unless they are asked for, which is no skip."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SWITCH = "HANDOVER_TEST_REAL_MODEL"
ASKED_FOR = bool(os.environ.get("OPENAI_API_KEY") and os.environ.get(SWITCH))
_left_out = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    config.stash[_left_out] = 0 if ASKED_FOR else len(ours)
    if config.stash[_left_out]:
        items[:] = [item for item in items if item not in ours]
        config.hook.pytest_deselected(items=ours)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(_left_out, 0):
        terminalreporter.write_line(f"{count} tests ask a real model: set OPENAI_API_KEY and {SWITCH}=1 to run them")
