"""Plays stories on the time-skipping server and writes down their histories.

    .venv/bin/python -m tests.replay.record

Histories that are committed stay as they are: they stand for runs that are alive when new code is deployed. After a change
that needs new ones, record under a new name (`--as NAME`) and keep the old.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from handover.ids import parse_task_id
from handover.messages import (
    ByStaff,
    Claim,
    CompleteTask,
    Contact,
    HandBack,
    Note,
    Outcome,
    Reassign,
    Reply,
    RequestHuman,
    Snooze,
)
from tests.workflows.town import Town, time_skipping_server

HISTORIES = Path(__file__).parent / "histories"
HOURS = timedelta(hours=1)

Story = Callable[[Town], Awaitable[None]]


async def completed(town: Town) -> None:
    """Asked for, claimed, answered, completed, and the bot back."""
    await town.say("What are your opening hours?")
    await town.hand_over(Contact(name="Jamie Rivera", phone="+13125550142", email="jamie@example.org"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="r1", text="We come tomorrow at nine."))
    await town.say("Thank you!")
    await _complete(town, "sarah", Outcome.closed)
    await town.say("When do you come?")


async def forgotten(town: Town) -> None:
    """Nobody acts: the bot comes back, the ladder repeats, and the contact asks again."""
    await town.hand_over()
    await town.say("Hello?")
    await town.pass_time(9 * HOURS)
    await town.client.request_human(town.conversation_id, RequestHuman())
    await town.pass_time(60 * HOURS)


async def worked(town: Town) -> None:
    """Everything that people can do with a case."""
    await town.hand_over()
    await town.client.note(town.handover, Note(staff_id="mei", message_id="n1", text="I know them."))
    await town.client.snooze(town.handover, Snooze(staff_id="omar", until=await town.now() + 2 * HOURS))
    await town.client.claim(town.handover, Claim(staff_id="ben"))
    await town.say("Are you there?")
    await town.pass_time(9 * HOURS)
    await town.client.claim(town.handover, Claim(staff_id="ben"))
    await town.client.hand_back(town.handover, HandBack(staff_id="ben"))
    await town.client.reassign(town.handover, Reassign(staff_id="omar", to="user:mei"))
    await _complete(town, "mei", Outcome.needs_escalation)
    follow_up_at = await town.now() + 24 * HOURS
    await _complete(town, "omar", Outcome.scheduled, follow_up_at=follow_up_at)
    await town.pass_time(25 * HOURS)
    await _complete(town, "omar", Outcome.closed, unnecessary=True)


async def reopened(town: Town) -> None:
    """Nobody is there: the ladder waits for the opening. The case is ended by mistake, and a manager takes it up again."""
    opening = await town.now() + 10 * HOURS
    hours = {"time_zone": "UTC", "open": f"Mo-Su {opening:%H:%M}-{opening + 8 * HOURS:%H:%M}"}
    await town.change_bot(hours=hours, actions={"follow_up": {"ticket": "zendesk"}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    await town.say("I am at jamie@example.org")
    await town.pass_time(18 * HOURS)
    await _complete(town, "omar", Outcome.closed)
    await town.client.reopen(town.handover, ByStaff(staff_id="omar"), "The furnace is still cold")
    await town.pass_time(30 * HOURS)
    await _complete(town, "omar", Outcome.closed)


async def _complete(town: Town, staff_id: str, outcome: Outcome, **more: object) -> None:
    task = parse_task_id((await town.detail()).tasks[-1].task_id)
    await town.client.complete(task, CompleteTask.model_validate({"staff_id": staff_id, "outcome": outcome, **more}))


STORIES: list[Story] = [completed, forgotten, worked, reopened]


async def record(story: Story, name: str) -> None:
    """Play one story and write the histories of its two workflows."""
    async with time_skipping_server() as server:
        with tempfile.TemporaryDirectory() as folder:
            async with Town.with_people(server, Path(folder)) as town:
                town.conversation_id = f"recorded-{story.__name__}"
                await story(town)
                for kind, run in (("conversation", town.conversation_run()), ("handover", town.handover_run())):
                    history = await run.fetch_history()
                    (HISTORIES / f"{name}-{story.__name__}-{kind}.json").write_text(history.to_json() + "\n")


async def main(name: str) -> None:
    HISTORIES.mkdir(exist_ok=True)
    for story in STORIES:
        await record(story, name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="name", default="first", help="what the recordings are called")
    asyncio.run(main(parser.parse_args().name))
