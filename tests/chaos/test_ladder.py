"""A ladder that survives: each rung fires exactly once, wherever a worker or the Temporal server dies."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from handover.casefile import Case
from handover.messages import Author, Claim
from handover.staff import Access
from handover.views import HandoverDetail
from store.tables import NotificationRow, ReservationRow
from tests.chaos.arena import FINAL, Arena, Talk, person, until
from tests.chaos.conftest import Announce
from tests.chaos.crashing_worker import ON_THE_LADDER, WHILE_OPENING
from tests.chaos.shaky import Shaky, patiently

ACTION = {
    "assign": {"to": "role:first"},
    "reactivate_after": "1h",
    "ladder": [
        {"after": "1s", "to": "assignee", "repeat": "8s"},
        {"after": "3s", "to": "role:helper", "repeat": "11s"},
        {"after": "6s", "to": "role:expert"},
        {"after": "9s", "to": "manager", "repeat": "9s"},
    ],
}
PEOPLE = [
    *(person(f"{role}{number}", role, manager="boss") for role in ("first", "helper", "expert") for number in (1, 2)),
    person("boss", access=Access.manager),
    person("zoe", access=Access.manager, available=False),
]
REMINDED = re.compile(r"(?P<rung>)Reminded (?P<name>\w+)(?:, time (?P<time>\d+))?")
NOW_WITH = re.compile(r"Rung (?P<rung>\d+): now with (?P<name>\w+) \(\S+\)(?:, time (?P<time>\d+))?")
PASSED_OVER = re.compile(r"Rung (?P<rung>\d+) passed over(?: (?P<times>\d+) times)? for rung \d+")


class Firing(NamedTuple):
    """One firing of a rung as the handover log tells of it."""

    rung: int
    repeat: int
    name: str
    at: datetime

    def due(self, case: Case) -> datetime:
        rung = case.policy.ladder[self.rung]
        return case.armed_at + rung.after + self.repeat * (rung.repeat or timedelta(0))


async def test_each_rung_fires_once_wherever_the_worker_dies(tmp_path: Path, announce: Announce) -> None:
    await survive(tmp_path, announce, rounds=1, kills=10)


@pytest.mark.slow
async def test_each_rung_fires_once_over_two_hundred_crashes(tmp_path: Path, announce: Announce) -> None:
    await survive(tmp_path, announce, rounds=10, kills=20, temporal_dies=True)


async def survive(folder: Path, announce: Announce, *, rounds: int, kills: int, temporal_dies: bool = False) -> None:
    """Rounds of some handovers each, so that no ladder gets longer than it would in life."""
    counts: Counter[str] = Counter()
    async with Shaky.opened(folder) as (shaky, arena):
        await arena.hire(*PEOPLE)
        for _ in range(rounds):
            talks = [await begin(arena) for _ in range(6)]
            for number in range(kills):
                await one_kill(shaky, arena, talks, number)
                if temporal_dies and number == kills // 2:
                    await shaky.kill_temporal()
            counts += await judge(shaky, talks)
    announce(f"killed: {dict(shaky.killed)}")
    announce(", ".join(f"{what}: {count}" for what, count in counts.items()))
    assert shaky.killed.total() - shaky.killed["the Temporal server"] >= rounds * kills


async def begin(arena: Arena) -> Talk:
    """A contact asks for a person, and nobody acts."""
    talk = await arena.talk(**ACTION)
    await patiently(lambda: talk.post(talk.next_text("a human, please")))
    return talk


async def one_kill(shaky: Shaky, arena: Arena, talks: list[Talk], number: int) -> None:
    """Half of the time wherever the worker is, otherwise behind one kind of effect."""
    if number % 2:
        await shaky.kill_worker_after(random.uniform(0, 1.5))
    elif number % 4:
        await shaky.kill_worker_behind(random.choice(ON_THE_LADDER))
    else:
        killed = asyncio.create_task(shaky.kill_worker_behind(random.choice(WHILE_OPENING)))
        await asyncio.sleep(0)
        talks.append(await begin(arena))
        await killed


async def judge(shaky: Shaky, talks: Sequence[Talk]) -> Counter[str]:
    """Wait until every ladder has caught up, have somebody claim each case, and look at what has happened."""
    now = datetime.now(UTC)
    for talk in talks:
        await until(partial(has_caught_up, talk, now), "the ladder catches up", seconds=120)
    killed = asyncio.create_task(shaky.kill_worker_behind("take"))
    await asyncio.gather(*map(claim, talks))
    await killed
    return sum([await check(talk) for talk in talks], Counter())


async def claim(talk: Talk) -> None:
    await patiently(partial(talk.arena.client.claim, talk.handover, Claim(staff_id="zoe")))


async def has_caught_up(talk: Talk, now: datetime) -> bool:
    """All that was due by then has fired or was passed over, and the opening is done."""
    if not await talk.is_open():
        return False
    case = await talk.arena.case(talk.handover)
    due = ((rung, Firing(rung, case.fired.get(rung, 0), "", now)) for rung in range(len(case.policy.ladder)))
    return not any(
        one.due(case) <= now for rung, one in due if rung not in case.fired or case.policy.ladder[rung].repeat
    )


async def check(talk: Talk) -> Counter[str]:
    """Everything happened once: the handover, its task, its message, each rung, and each word to staff."""
    case, detail = await talk.arena.case(talk.handover), await talk.detail()
    assert [one.number for one in await talk.handovers()] == [1]
    assert [one.text for one in detail.log if one.kind == "opened"] == ["Handed over: human requested"]
    assert await talk.said_by(Author.contact) == talk.posted
    assert [text for text in await talk.said_by(Author.system) if "joined" not in text] == [FINAL]
    assert [(task.assignee, task.status) for task in detail.tasks] == [("zoe", "open")]
    assert await places_of(talk) == ["zoe"]
    fired, passed_over = list(firings(detail)), passed_over_in(detail)
    check_each_once_and_in_order(case, fired, passed_over)
    assert await told(talk) == words_to_staff(detail, fired)
    return Counter({"handovers": 1, "rungs fired": len(fired), "rungs passed over": passed_over.total()})


def check_each_once_and_in_order(case: Case, fired: list[Firing], passed_over: Counter[int]) -> None:
    """None twice, none left out, none early, none before one that was due sooner."""
    assert len({(one.rung, one.repeat) for one in fired}) == len(fired)
    for rung in range(len(case.policy.ladder)):
        repeats = [one.repeat for one in fired if one.rung == rung]
        assert len(repeats) + passed_over[rung] == case.fired.get(rung, 0)
        assert all(repeat < case.fired[rung] for repeat in repeats)
    due = [one.due(case) for one in fired]
    assert due == sorted(set(due))
    assert all(one.due(case) <= one.at for one in fired)


def firings(detail: HandoverDetail) -> Iterator[Firing]:
    """What the log tells of rungs, in its order."""
    for line in detail.log:
        if line.kind == "rung":
            match = REMINDED.fullmatch(line.text) or NOW_WITH.fullmatch(line.text)
            assert match, line.text
            yield Firing(int(match["rung"] or 1) - 1, int(match["time"] or 1) - 1, match["name"].lower(), line.at)


def passed_over_in(detail: HandoverDetail) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in detail.log:
        if line.kind == "rung_skipped":
            match = PASSED_OVER.fullmatch(line.text)
            assert match, line.text
            found[int(match["rung"]) - 1] += int(match["times"] or 1)
    return found


def words_to_staff(detail: HandoverDetail, fired: list[Firing]) -> Counter[tuple[str, str]]:
    """Who must have been told of what, by the log: the reminded; and of a new holder both, the new and the former one."""
    [assigned] = [line.text for line in detail.log if line.kind == "assigned"]
    holder = assigned.removeprefix("Assigned to ").split()[0].lower()
    words = Counter([(holder, "conversation_assigned"), (holder, "task_assigned")])
    for one in fired:
        if one.rung == 0:
            assert one.name == holder
            words[holder, "reminder"] += 1
        else:
            words.update((staff_id, "escalation") for staff_id in {one.name, holder})
            holder = one.name
    return words


async def told(talk: Talk) -> Counter[tuple[str, str]]:
    """Who was told of what, as the inboxes have it."""
    rows = select(NotificationRow.staff_id, NotificationRow.event).where(NotificationRow.conversation_id == talk.id)
    async with talk.arena.store.database.read() as session:
        return Counter((staff_id, event) for staff_id, event in await session.execute(rows))


async def places_of(talk: Talk) -> list[str]:
    """Whose load the case counts for."""
    rows = select(ReservationRow.staff_id).where(ReservationRow.conversation_id == talk.id)
    async with talk.arena.store.database.read() as session:
        return list(await session.scalars(rows))
