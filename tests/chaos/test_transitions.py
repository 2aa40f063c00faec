"""Messages and acts that arrive while something else is half done: a turn, an opening, a claim, a new run."""

import asyncio
import random

import pytest

import workflows.conversation as conversation_module
from handover.messages import Author, ByStaff, Claim, CompleteTask, HandBack, Note, Outcome
from tests.chaos.arena import FINAL, Arena, Gate, Talk, later, person, quoted, until


async def test_messages_that_arrive_during_a_turn_make_one_next_turn(arena: Arena) -> None:
    talk = await arena.talk()
    arena.assistant.hold.clear()
    first = await talk.say()
    meanwhile = [talk.next_text() for _ in range(5)]
    for text in meanwhile:
        await talk.post(text)
    arena.assistant.hold.set()
    await until(lambda: talk.bot_has_answered(*meanwhile), "all is answered")
    answers = [quoted(one.delivery.text) for one in arena.outlet.of_bot(talk.id)]
    assert answers == [[first], meanwhile]


async def test_a_contact_who_writes_all_the_time_is_answered_in_order(arena: Arena) -> None:
    """However the messages fall into turns, each is answered once and none before the one it follows."""
    talk = await arena.talk()
    for _ in range(30):
        await later(random.uniform(0, 0.05), lambda: talk.post(talk.next_text()))
    await until(lambda: talk.bot_has_answered(*talk.posted), "all is answered")
    assert talk.answered_by_bot() == talk.posted == await talk.said_by(Author.contact)


async def test_messages_while_a_handover_opens_are_kept_for_the_person(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(arena.store.handovers.open)
    monkeypatch.setattr(arena.store.handovers, "open", gate)
    talk = await arena.talk()
    await talk.say("a human, please")
    await gate.reached.wait()
    for _ in range(3):
        await talk.post(talk.next_text())
    gate.open.set()
    await until(talk.is_open, "the handover is open")
    await talk.say("that was all")
    assert await talk.said_by(Author.contact) == talk.posted
    assert await talk.said_by(Author.bot, Author.system) == [FINAL]
    await until(lambda: is_waited_for(talk), "the person hears that the contact waits")


async def test_messages_while_a_claim_is_settled_are_kept_and_answered_by_somebody(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arena.hire(person("ann"))
    talk = await arena.talk()
    await talk.press()
    await until(talk.is_open, "the handover is open")
    gate = Gate(arena.store.handovers.save)
    monkeypatch.setattr(arena.store.handovers, "save", gate)
    claim = asyncio.create_task(arena.client.claim(talk.handover, Claim(staff_id="ann")))
    await gate.reached.wait()
    meanwhile = [await talk.say() for _ in range(3)]
    assert not claim.done()
    gate.open.set()
    assert (await claim).assignee == "ann"
    assert await talk.said_by(Author.bot) == []
    await arena.client.hand_back(talk.handover, HandBack(staff_id="ann"))
    await until(lambda: talk.bot_has_answered(*meanwhile), "the bot answers what nobody has answered")
    assert talk.answered_by_bot() == meanwhile == await talk.said_by(Author.contact)


async def test_whoever_steps_in_during_a_turn_hears_that_the_contact_waits(arena: Arena) -> None:
    await arena.hire(person("ann"))
    talk = await arena.talk()
    arena.assistant.hold.clear()
    await talk.say("my heating is loud")
    await arena.client.take_over(talk.id, ByStaff(staff_id="ann"))
    arena.assistant.hold.set()
    await until(lambda: talk.keeps(1), "the message is kept for the person")
    await arena.client.note(talk.handover, Note(staff_id="ann", message_id="n1", text="written down"))
    assert await is_waited_for(talk)


class TestNewRuns:
    """Runs of two turns each: the conversation goes on in a new run all the time."""

    @pytest.fixture(autouse=True)
    def short_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(conversation_module, "TURNS_A_RUN", 2)

    async def test_messages_are_answered_once_and_in_order(self, arena: Arena) -> None:
        talk = await arena.talk()
        for _ in range(25):
            await later(random.uniform(0, 0.15), lambda: talk.post(talk.next_text()))
        await until(lambda: talk.bot_has_answered(*talk.posted), "all is answered")
        assert talk.answered_by_bot() == talk.posted == await talk.said_by(Author.contact)
        described = await talk.run().describe()
        assert described.raw_description.workflow_execution_info.first_run_id != described.run_id

    async def test_what_people_do_meanwhile_is_done(self, arena: Arena) -> None:
        """Stepping in, closing: no act is lost because a new run began at that moment."""
        await arena.hire(person("ann"))
        talks = [await arena.talk() for _ in range(3)]
        await asyncio.gather(*(self._steps_in_again_and_again(talk) for talk in talks))

    @staticmethod
    async def _steps_in_again_and_again(talk: Talk) -> None:
        async def writes() -> None:
            for _ in range(20):
                await later(random.uniform(0, 0.1), lambda: talk.post(talk.next_text()))

        async def steps_in() -> None:
            for number in range(1, 4):
                await asyncio.sleep(random.uniform(0, 0.3))
                opened = await talk.arena.client.take_over(talk.id, ByStaff(staff_id="ann"))
                assert opened.number == number
                handover = talk.handover._replace(number=number)
                await talk.arena.client.complete(handover, CompleteTask(staff_id="ann", outcome=Outcome.closed))
                await until(lambda: talk.has_no_handover(), "the conversation has heard of the end")

        await talk.say()
        await asyncio.gather(writes(), steps_in())
        await until(lambda: talk.bot_has_answered(*talk.posted), "all is answered")
        assert await talk.said_by(Author.contact) == talk.posted


async def is_waited_for(talk: Talk) -> bool:
    return (await talk.arena.case(talk.handover)).waiting_since is not None
