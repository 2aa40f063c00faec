"""The same case in the real workflow and in the simulation: the same rungs, at the same times, with the same people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from handover.documents import read_team
from handover.messages import Contact, Reply
from handover.openings import look_up
from handover.simulation.arrivals import Arrival
from handover.simulation.course import Course, What
from handover.simulation.plan import Plan
from handover.simulation.rota import Played
from handover.simulation.run import Setting, simulate
from handover.staff import Staff
from handover.views import LogView
from tests.example import BOT_FILE, example_bot
from tests.workflows.town import Town

HOURS = timedelta(hours=1)
ALIKE = timedelta(seconds=30)
"""How far the two may lie apart: the real one needs real time for what it does."""

KINDS = {
    What.assigned: "assigned",
    What.reminded: "rung",
    What.passed_on: "rung",
    What.nobody_left: "rung",
    What.bot_back: "reactivated",
    What.overdue: "overdue",
    What.went_idle: "went_idle",
}
"""What the handover log calls what happens in a simulation."""

LADDERS: list[Any] = [
    {},
    {
        "follow_up": {
            "assign": {"to": "role:support"},
            "ladder": [
                {"after": "1h", "to": "role:dispatch"},
                {"after": "2h", "to": "role:dispatch"},
                {"after": "half_due", "to": "assignee"},
                {"after": "due", "to": "manager", "repeat": "5h"},
            ],
            "task": {"due": "6h"},
            "reactivate_after": "150m",
        }
    },
    {"follow_up": {"assign": {"to": "role:support"}, "working_time": True, "task": {"due": "9h"}}},
]


def the_team() -> list[Staff]:
    file = BOT_FILE.with_name("staff.yaml")
    return read_team(file.read_text(), str(file))


def simulated(
    handover: dict[str, Any], opened: datetime, plan: dict[str, Any], hours: float, luck: Callable[[str], float]
) -> Course:
    setting = Setting(example_bot(**handover), the_team(), Plan.model_validate(plan))
    arrival = Arrival("case-1", opened, "human_requested")
    played = Played(opened - 24 * HOURS, opened + hours * HOURS)
    return simulate(setting, [arrival], played, luck, look_up).courses[0]


def alike(course: Course, log: list[LogView]) -> None:
    """Each thing in the simulation is in the log, in the same order, at the same time, with the same person."""
    mine = [(KINDS[one.what], one) for one in course.events if one.what in KINDS]
    real = [one for one in log if one.kind in KINDS.values()]
    assert [kind for kind, _ in mine] == [one.kind for one in real]
    names = {person.id: person.name for person in the_team()}
    for (_, here), there in zip(mine, real, strict=True):
        assert abs(here.at - there.at) <= ALIKE, (here, there.text)
        if here.what in (What.assigned, What.reminded, What.passed_on):
            assert here.who is not None
            assert names[here.who] in there.text


def settings_of(actions: dict[str, Any], **handover: Any) -> dict[str, Any]:
    return {"actions": {"urgent": {}, "specialist": {}, **actions}, **handover} if actions else handover


@pytest.mark.parametrize("actions", LADDERS, ids=["the example's", "with nobody left", "the usual one in working time"])
async def test_nobody_acts(town: Town, actions: dict[str, Any]) -> None:
    handover = settings_of(actions, hours={"open": "24/7" if not actions else "06:00-12:00,13:00-20:00"})
    await town.change_bot(**handover)
    await town.hand_over(Contact(email="jamie@example.org"))
    opened = (await town.detail()).opened_at
    await town.pass_time(75 * HOURS)
    course = simulated(handover, opened, {"pace": {"forgets": 1.0}}, 75, lambda name: 0.5)
    detail = await town.detail()
    assert len([one for one in detail.log if one.kind == "rung"]) >= 3
    alike(course, detail.log)
    assert course.due == detail.tasks[0].due_at
    assert course.case.priority == detail.priority


async def test_somebody_answers_and_then_leaves_the_contact_waiting(town: Town) -> None:
    actions = {"follow_up": {"assign": {"to": "user:sarah"}, "ladder": [{"after": "3h", "to": "manager"}]}}
    handover = settings_of(actions)
    await town.change_bot(**handover)
    await town.hand_over(Contact(email="jamie@example.org"))
    opened = (await town.detail()).opened_at
    await town.pass_time(HOURS)
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="r1", text="Hello, how can I help?"))
    await town.pass_time(HOURS)
    await town.say("What are your opening hours?")
    await town.pass_time(25 * HOURS)
    plan = {"pace": {"notice": "1h", "handling": "1h", "forgets": 0.4, "leaves_waiting": 1.0}}
    course = simulated(handover, opened, plan, 27, lambda name: 0.9 if name == "case-1/asked-0/forgets" else 0.0)
    detail = await town.detail()
    assert [one.kind for one in detail.log if one.kind == "went_idle"] == ["went_idle"]
    alike(course, detail.log)
    assert course.wait is not None
    assert abs(course.wait - HOURS) <= ALIKE
