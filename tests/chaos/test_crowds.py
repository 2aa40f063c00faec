"""Many at once: triggers of one conversation, and people who want the same case."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from handover.errors import Refused
from handover.messages import Acted, Author, Claim, HandoverStatus, Opened
from tests.chaos.arena import FINAL, Arena, Talk, person, until

ROUNDS = range(2)


@pytest.mark.parametrize("number", ROUNDS)
async def test_fifty_triggers_at_once_are_one_handover(arena: Arena, number: int) -> None:
    await arena.hire(person("solo", f"solo-{number}"))
    talk = await arena.talk(assign={"to": f"role:solo-{number}"}, ticket="tickets")
    opened = await fifty_triggers(talk)
    await until(talk.is_open, "everything that a handover does at once is done")
    await talk.say("that was all")
    detail = await talk.detail()
    assert {one.handover_id for one in opened} == {str(talk.handover)}
    assert [one.number for one in await talk.handovers()] == [1]
    assert (detail.status, len(detail.tasks), len(await talk.log("opened"))) == (HandoverStatus.open, 1, 1)
    assert await talk.said_by(Author.system) == [FINAL]
    assert await talk.said_by(Author.bot) == []
    assert arena.tickets.opened.count(str(talk.handover)) == 1
    assert sorted(await talk.said_by(Author.contact)) == sorted(talk.posted)
    told = [
        one.event for one in (await arena.store.notifications.inbox("solo")).items if one.conversation_id == talk.id
    ]
    assert sorted(told) == ["conversation_assigned", "task_assigned"]


async def fifty_triggers(talk: Talk) -> list[Opened]:
    """25 messages that ask for a person and 25 presses of the button, by several clients, in no order."""
    acts: list[Callable[[], Awaitable[Opened | None]]] = [talk.press] * 25
    acts += [partial(talk.post, talk.next_text("get me a human")) for _ in range(25)]
    random.shuffle(acts)
    answers = await asyncio.gather(*(act() for act in acts))
    return [one for one in answers if one is not None]


@pytest.mark.parametrize("number", ROUNDS)
async def test_of_twenty_who_claim_at_once_one_wins_and_the_others_are_told_who(arena: Arena, number: int) -> None:
    people = [f"p{one}" for one in range(20)]
    await arena.hire(*(person(one, "crowd") for one in people))
    talk = await arena.talk()
    await talk.press()
    await until(talk.is_open, "the handover is open")
    claims = [arena.client.claim(talk.handover, Claim(staff_id=one)) for one in people]
    answers = await asyncio.gather(*claims, return_exceptions=True)
    [winner] = [one for one in answers if isinstance(one, Acted)]
    refused = [one for one in answers if isinstance(one, Refused)]
    assert len(refused) == 19
    assert {(one.code, one.holder, one.since) for one in refused} == {
        ("already_claimed", winner.assignee, winner.since)
    }
    assert (await talk.detail()).assignee == winner.assignee
    assert len(await talk.log("claimed")) == 1
    assert [text for text in await talk.said_by(Author.system) if re.search("joined", text)] == [
        "Support Agent joined the conversation."
    ]
