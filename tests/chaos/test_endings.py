"""What happens in the same instant as an end: of a case, of a shift, of a conversation."""

import asyncio
import random
import uuid
from collections import Counter

import pytest

from handover.messages import Author, ByStaff, Claim, CompleteTask, ConversationStatus, HandBack, Outcome, Reply
from handover.staff import Access
from tests.chaos.arena import Arena, Gate, Talk, later, person, until
from tests.chaos.conftest import Announce

ANN = ByStaff(staff_id="ann")


@pytest.fixture(autouse=True)
async def ann(arena: Arena) -> None:
    await arena.hire(person("ann"))


class TestTriggerAndCompletion:
    """The contact asks for a person while the one who has the case completes it."""

    async def test_at_random_moments_the_trigger_joins_or_opens_and_is_never_lost(
        self, arena: Arena, announce: Announce
    ) -> None:
        talks = [await arena.talk() for _ in range(12)]
        outcomes = Counter(await asyncio.gather(*map(collision, talks)))
        announce(f"a trigger beside a completion: {dict(outcomes)}")
        assert outcomes.keys() <= {"joined", "opened"}

    async def test_a_trigger_while_the_end_is_settled_is_not_lost(
        self, arena: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        talk = await arena.talk()
        await a_case_with_the_bot_speaking(talk)
        gate = Gate(arena.store.handovers.save)
        monkeypatch.setattr(arena.store.handovers, "save", gate)
        completion = asyncio.create_task(complete(talk))
        await gate.reached.wait()
        await talk.say("a human, please")
        gate.open.set()
        await completion
        await talk.say("that was all")
        assert await where_the_trigger_is(talk) == "opened"

    async def test_an_end_that_is_reported_while_a_trigger_joins_wedges_nothing(
        self, arena: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        talk = await arena.talk()
        await a_case_with_the_bot_speaking(talk)
        gate = Gate(arena.signals.join, behind=True)
        monkeypatch.setattr(arena.signals, "join", gate)
        await talk.post(talk.next_text("a human, please"))
        await gate.reached.wait()
        await complete(talk)
        gate.open.set()
        last = talk.next_text("that was all")
        await talk.post(last)
        await until(lambda: talk.is_recorded(last), "the conversation goes on", seconds=5)


async def collision(talk: Talk) -> str:
    """Where the trigger ended up."""
    await a_case_with_the_bot_speaking(talk)
    lead = random.uniform(-0.15, 0.15)
    asks = random.choice([talk.press, lambda: talk.post(talk.next_text("a human, please"))])
    await asyncio.gather(later(lead, asks), later(-lead, lambda: complete(talk)))
    await talk.say("that was all")
    return await where_the_trigger_is(talk)


async def a_case_with_the_bot_speaking(talk: Talk) -> None:
    await talk.say("hello")
    await talk.arena.client.take_over(talk.id, ANN)
    await talk.arena.client.hand_back(talk.handover, HandBack(staff_id="ann"))
    await until(lambda: talk.has_logged("handed_back"), "the bot has the conversation back")


async def complete(talk: Talk) -> None:
    await talk.arena.client.complete(talk.handover, CompleteTask(staff_id="ann", outcome=Outcome.closed))


async def where_the_trigger_is(talk: Talk) -> str:
    await talk.handover_run().result()
    still_open = [one.number for one in await talk.handovers() if not one.status.ended]
    found = ["joined"] * len(await talk.log("joined")) + ["opened"] * len(still_open)
    return " and ".join(found) or "lost"


@pytest.mark.parametrize("change", [{"available": False}, {"enabled": False}], ids=["shift ends", "disabled"])
async def test_who_goes_with_cases_open_is_passed_over_and_gets_no_new_one(
    arena: Arena, change: dict[str, bool]
) -> None:
    """The reminder goes to the next rung instead, and the next case to a colleague."""
    role = f"role-{uuid.uuid4().hex[:6]}"
    early, boss = person(f"a-{role}", role, manager=f"boss-{role}"), person(f"boss-{role}", access=Access.manager)
    await arena.hire(early, boss)
    ladder = [{"after": "1s", "to": "assignee", "repeat": "1s"}, {"after": "1h", "to": "manager"}]
    action = {"assign": {"to": f"role:{role}"}, "ladder": ladder}
    talk, second = await arena.talk(**action), await arena.talk(**action)
    await talk.press()
    await until(talk.is_open, "the handover is open")
    assert (await talk.detail()).assignee == early.id
    await arena.hire(early.model_copy(update=change), person(f"b-{role}", role))
    await second.press()
    await until(second.is_open, "the second handover is open")
    assert (await second.detail()).assignee == f"b-{role}"
    await until(lambda: talk.is_held_by(boss.id), "the next rung has the case")
    rungs = [one.text for one in await talk.log("rung")]
    passed_over = rungs.index("Rung 1: nobody is left to ask (assignee)")
    assert rungs[passed_over + 1] == f"Rung 2: now with {boss.name} (manager)"


async def test_an_answer_that_is_ready_after_the_close_does_not_leave(arena: Arena) -> None:
    talk = await arena.talk()
    arena.assistant.hold.clear()
    first = await talk.say("hello")
    await arena.client.close(talk.id, ANN)
    arena.assistant.hold.set()
    assert await talk.run().result() == "Closed by ann"
    assert await talk.said_by(Author.contact, Author.bot) == [first]


async def test_who_writes_after_the_close_meets_a_bot_that_knows_what_was_said(arena: Arena) -> None:
    """A new run: its turns and handovers count on from where the old one was, so that no key is used twice."""
    talk = await arena.talk()
    await a_handover_that_a_person_has_answered_and_completed(talk)
    before = (await arena.client.view(talk.id)).turns
    await arena.client.close(talk.id, ANN)
    await talk.run().result()
    last = await talk.say("I am back")
    await until(lambda: talk.bot_has_answered(last), "the new run answers")
    [question] = [one for one in arena.assistant.asked if one.text == last]
    assert "We come at nine." in [line.text for line in question.transcript]
    assert [line.text for line in question.transcript if line.author is Author.contact] == talk.posted[:-1]
    view = await arena.client.view(talk.id)
    assert (view.status, view.turns) == (ConversationStatus.bot, before + 1)
    assert talk.answered_by_bot() == talk.posted
    assert (await talk.press()).number == 2


async def a_handover_that_a_person_has_answered_and_completed(talk: Talk) -> None:
    client = talk.arena.client
    text = await talk.say("hello")
    await until(lambda: talk.bot_has_answered(text), "the bot answers")
    await talk.press()
    await client.claim(talk.handover, Claim(staff_id="ann"))
    await client.reply(talk.handover, Reply(staff_id="ann", message_id="r1", text="We come at nine."))
    await complete(talk)
    await until(talk.has_no_handover, "the conversation has heard of the end")
