"""The proof that the workflows do what the specification says: random people, contacts, timers and failures.

Every plan is played on the real workflows and on the model of tests/model/spec.py, and compared after each act.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.model.plans import Plan, plans
from tests.model.player import Player
from tests.model.stage import Stage

RUNS, RUNS_SLOW = 50, 500
LOOSE = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@settings(LOOSE, max_examples=RUNS, derandomize=True)
@given(plan=plans())
async def test_the_workflows_do_what_the_specification_says(stage: Stage, plan: Plan) -> None:
    """The same plans each time, so that a red run is about the change that was made."""
    await Player.play(stage, plan)


@pytest.mark.slow
@settings(LOOSE, max_examples=RUNS_SLOW, print_blob=True, phases=[Phase.generate, Phase.shrink])
@given(plan=plans(most=12))
async def test_many_more_runs_each_of_them_new(stage: Stage, plan: Plan) -> None:
    """Other plans each time; a failing one is printed, shrunk, with what repeats it."""
    await Player.play(stage, plan)
