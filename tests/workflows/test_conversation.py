"""Turns, duplicates, failed attempts, closing, and runs that go on as new ones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionDescription

import workflows.conversation as conversation_module
from handover.bot import Bot
from handover.casefile import Case, Take
from handover.errors import Refused
from handover.messages import Author, ByStaff, Claim, ConversationStatus, PostedMessage, RequestHuman
from handover.ports import Line, Question
from handover.turns import Facts, Score
from tests.workflows.town import Town


class Scripted:
    """An assistant that answers with what it was asked, and knows a few words. `hold` keeps it thinking until it is set."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def read(self, question: Question) -> Facts:
        self.asked.append(question)
        await self.hold.wait()
        if self.meanwhile is not None:
            await self.meanwhile()
        wants_human = Score(score=float("human" in question.text), matched="human")
        return Facts(
            answer=f"You said: {question.text}",
            grounded="unknown" not in question.text,
            helped=False if "wrong" in question.text else True if "perfect" in question.text else None,
            scores={"human_requested": wants_human},
            unavailable="no model answers" if "outage" in question.text else "",
        )

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        return "What the contact wants."


@pytest.fixture
def assistant() -> Scripted:
    return Scripted()


@pytest.fixture
async def town(server: object, tmp_path: Path, assistant: Scripted) -> AsyncIterator[Town]:
    async with Town.with_people(server, tmp_path, assistant) as town:
        yield town


async def test_every_message_is_answered_once_and_in_order(town: Town) -> None:
    for number in range(5):
        await town.say(f"message {number}")
        await town.until(partial(_said, town, f"You said: message {number}"))
    assert await town.said_by(Author.bot) == [f"You said: message {number}" for number in range(5)]


async def test_the_same_message_again_changes_nothing(town: Town) -> None:
    for _ in range(3):
        await town.say("hello", message_id="m1")
    await town.say("bye", message_id="m2")
    await town.until(lambda: _said(town, "You said: bye"))
    assert await town.said_by(Author.contact) == ["hello", "bye"]
    assert await town.said_by(Author.bot) == ["You said: hello", "You said: bye"]


async def test_messages_that_arrive_during_a_turn_make_one_next_turn(town: Town, assistant: Scripted) -> None:
    assistant.hold.clear()
    await town.say("first")
    for text in ("second", "third"):
        await town.client.post(town.conversation_id, PostedMessage(message_id=text, text=text))
    assistant.hold.set()
    await town.until(lambda: _said(town, "You said: second\nthird"))
    assert await town.said_by(Author.bot) == ["You said: first", "You said: second\nthird"]


async def test_rejecting_the_third_answer_hands_over(town: Town) -> None:
    for number, text in enumerate(["my heating is loud", "wrong", "wrong again"], start=1):
        await town.say(text)
        await town.until(partial(_bot_spoke, town, number))
    await town.say("still wrong")
    await town.until(lambda: _is_handed_over(town))
    detail = await town.detail()
    assert (detail.reason, detail.evidence[0].kind, detail.evidence[0].score) == ("failed_to_resolve", "count", 3)
    assert "unresolved" in detail.tags


async def test_a_turn_that_helped_sets_the_count_to_zero(town: Town) -> None:
    texts = ["my heating is loud", "wrong", "wrong", "perfect", "wrong", "wrong"]
    for number, text in enumerate(texts, start=1):
        await town.say(text)
        await town.until(partial(_bot_spoke, town, number))
    assert (await town.conversation()).handover is None


async def test_a_model_that_is_away_hands_over(town: Town) -> None:
    await town.say("there is an outage")
    await town.until(lambda: _is_handed_over(town))
    detail = await town.detail()
    assert detail.reason == "bot_unavailable"
    assert "bot-unavailable" in detail.tags


async def test_no_grounded_answer_hands_over_with_the_gaps_own_message(town: Town) -> None:
    await town.say("something unknown")
    await town.until(lambda: _is_handed_over(town))
    await town.until(lambda: _said(town, "We couldn't find the exact details right now. We've assigned this"))
    assert (await town.detail()).reason == "lack_of_information"
    assert (await town.detail()).actions["ticket"].status == "skipped"


async def test_an_answer_being_written_when_the_button_is_pressed_is_thrown_away(
    town: Town, assistant: Scripted
) -> None:
    assistant.hold.clear()
    await town.say("my heating is loud")
    await town.client.request_human(town.conversation_id, RequestHuman())
    assistant.hold.set()
    await town.until(lambda: _is_kept(town, 1))
    assert await town.said_by(Author.bot) == []


async def test_an_answer_being_written_when_a_person_steps_in_is_thrown_away(town: Town, assistant: Scripted) -> None:
    assistant.hold.clear()
    await town.say("my heating is loud")
    await town.client.take_over(town.conversation_id, ByStaff(staff_id="sarah"))
    assistant.hold.set()
    await town.until(lambda: _is_kept(town, 1))
    assert await town.said_by(Author.bot) == []


async def test_an_answer_that_the_fence_holds_back_is_not_lost_for_whoever_comes_next(
    town: Town, assistant: Scripted
) -> None:
    """Somebody has taken the conversation, and the workflow has not heard of it yet."""
    await town.say("hello")
    await town.until(lambda: _bot_spoke(town, 1))
    take = Take(
        key="taken",
        conversation_id=town.conversation_id,
        status=ConversationStatus.human,
        handover=None,
        assignee="mei",
    )
    assistant.meanwhile = lambda: town.store.transcripts.take(take)
    await town.say("my heating is loud")
    await town.until(lambda: _is_kept(town, 1))
    assert await town.said_by(Author.bot) == ["You said: hello"]


async def test_what_a_person_has_answered_the_bot_does_not_answer_again(town: Town) -> None:
    from tests.workflows.test_handover import acted_by, complete

    await town.hand_over()
    await town.say("my heating is loud")
    await town.client.reply(town.handover, acted_by("omar"))
    assert (await town.client.view(town.conversation_id)).kept == 0
    await complete(town, "omar")
    await town.say("thank you")
    await town.until(lambda: _bot_spoke(town, 1))
    assert await town.said_by(Author.bot) == ["You said: thank you"]


async def test_the_bot_reads_what_the_person_said(town: Town, assistant: Scripted) -> None:
    from tests.workflows.test_handover import acted_by, complete

    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, acted_by("sarah", text="We come at nine."))
    await complete(town, "sarah")
    await town.say("When do you come?")
    await town.until(lambda: _said(town, "You said: When do you come?"))
    before = [(line.author, line.text) for line in assistant.asked[-1].transcript]
    assert (Author.person, "We come at nine.") in before


async def test_a_quiet_conversation_closes_after_7_days_and_the_next_message_opens_it_again(town: Town) -> None:
    await town.say("hello")
    await town.until(lambda: _said(town, "You said: hello"))
    await town.pass_time(timedelta(days=6, hours=23))
    assert (await town.conversation()).status is ConversationStatus.bot
    await town.pass_time(timedelta(hours=2))
    assert await town.conversation_run().result() == "Closed by handover"
    assert (await town.conversation()).status is ConversationStatus.closed
    await town.say("I am back")
    await town.until(lambda: _said(town, "You said: I am back"))
    assert (await town.conversation()).status is ConversationStatus.bot


async def test_a_message_from_before_the_close_is_not_answered_again(town: Town) -> None:
    await town.say("hello", message_id="m1")
    await town.until(lambda: _said(town, "You said: hello"))
    await town.say("and hello again")
    await town.until(lambda: _said(town, "You said: and hello again"))
    await town.client.close(town.conversation_id, ByStaff(staff_id="sarah"))
    await town.conversation_run().result()
    await town.say("hello", message_id="m1")
    await town.say("new", message_id="m2")
    await town.until(lambda: _said(town, "You said: new"))
    assert await town.said_by(Author.bot) == ["You said: hello", "You said: and hello again", "You said: new"]


async def test_a_conversation_with_an_open_handover_cannot_be_closed(town: Town) -> None:
    await town.hand_over()
    with pytest.raises(Refused) as refusal:
        await town.client.close(town.conversation_id, ByStaff(staff_id="sarah"))
    assert refusal.value.code == "handover_open"


async def test_signals_of_no_sense_are_passed_over(town: Town) -> None:
    await town.say("hello")
    run = town.conversation_run()
    for nonsense in ({}, {"message_id": "x"}, {"text": "no id"}, {"message_id": 7, "text": []}, "text", None, [1, 2]):
        await run.signal("post_message", nonsense)
    await run.signal("handover_changed", {"nothing": True})
    await town.say("still there?")
    await town.until(lambda: _said(town, "You said: still there?"))
    assert await town.said_by(Author.contact) == ["hello", "still there?"]


async def test_the_toggle_is_off(town: Town) -> None:
    await town.change_bot(enabled=False)
    await town.say("I want a human")
    await town.until(lambda: _bot_spoke(town, 1))
    assert "+1 555 0199" in (await town.said_by(Author.bot))[0]
    assert (await town.conversation()).handover is None
    with pytest.raises(Refused, match="555 0199"):
        await town.client.request_human(town.conversation_id, RequestHuman())


async def test_new_settings_are_used_from_the_next_turn_on(town: Town) -> None:
    await town.say("hello")
    await town.until(lambda: _bot_spoke(town, 1))
    await town.change_bot(trigger_mode="button")
    await town.say("I want a human")
    await town.until(lambda: _bot_spoke(town, 2))
    assert "Talk to a person" in (await town.said_by(Author.bot))[1]
    assert (await town.conversation()).handover is None


class TestLongConversations:
    """Runs of three turns each, so that a conversation soon needs another one."""

    @pytest.fixture(autouse=True)
    def short_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(conversation_module, "TURNS_A_RUN", 3)

    async def test_nothing_is_lost_from_run_to_run(self, town: Town) -> None:
        first = (await self._start(town)).run_id
        for number in range(10):
            await town.say(f"message {number}", message_id=f"m{number}")
        await town.say("message 0", message_id="m0")
        await town.until(lambda: _is_answered(town, "message 9"))
        assert await town.said_by(Author.contact) == ["start", *(f"message {number}" for number in range(10))]
        assert (await town.conversation_run().describe()).run_id != first

    async def test_an_open_handover_outlives_the_run_that_opened_it(self, town: Town) -> None:
        first = (await self._start(town)).run_id
        await town.hand_over()
        for number in range(6):
            await town.say(f"waiting {number}")
        await town.until(lambda: _is_kept(town, 6))
        assert (await town.conversation_run().describe()).run_id != first
        before = await town.client.view(town.conversation_id)
        assert before.handover is not None
        assert before.handover.reason == "human_requested"
        await town.client.claim(town.handover, Claim(staff_id="sarah"))
        view = await town.client.view(town.conversation_id)
        assert view.status is ConversationStatus.human
        assert view.handover is not None
        assert view.handover.assignee == "sarah"

    @staticmethod
    async def _start(town: Town) -> WorkflowExecutionDescription:
        await town.say("start")
        await town.until(lambda: _bot_spoke(town, 1))
        return await town.conversation_run().describe()


async def _said(town: Town, part: str) -> bool:
    return any(part in text for text in await town.said_by())


async def _bot_spoke(town: Town, times: int) -> bool:
    return len(await town.said_by(Author.bot)) >= times


async def _is_answered(town: Town, part: str) -> bool:
    return any(part in text for text in await town.said_by(Author.bot))


async def _is_handed_over(town: Town) -> bool:
    page = await town.store.reads.handovers(conversation_id=town.conversation_id)
    return bool(page.items) and bool((await town.detail()).actions)


async def _is_kept(town: Town, count: int) -> bool:
    return (await town.client.view(town.conversation_id)).kept == count
