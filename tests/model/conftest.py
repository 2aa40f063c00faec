"""One server, one worker and one store for all runs: starting them anew for each would take longer than the runs."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.model.stage import Stage
from tests.workflows.town import time_skipping_server


@pytest.fixture(scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    logging.getLogger("temporalio.activity").setLevel(logging.CRITICAL)  # they are made to fail, hundreds of times
    folder: Path = tmp_path_factory.mktemp("model")
    async with time_skipping_server() as environment, Stage.built(environment, folder) as stage:
        yield stage
