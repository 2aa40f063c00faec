"""A model's server that fails in every way, under the whole of Handover on a real Temporal server: each conversation ends in an
answer or in one handover with one task and one message, never in silence, and nothing is said twice."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from adapters import Outside, make_assistant
from handover.ids import HandoverId, parse_task_id
from handover.messages import Author, Claim, CompleteTask, ConversationStatus, Evidence, Outcome
from settings import AppSettings
from tests.chaos.arena import FINAL, Arena, Talk, dev_server, make_bot, person, until
from tests.model_server.bodies import FORM
from tests.model_server.faults import FAULTS, SECRET
from tests.model_server.server import KEY, ModelServer
from worker import make_activities, make_worker

ASKS, ASKS_FOR_A_PERSON = "What does a tune-up cost?", "I want to talk to a human"
MENDED_BY_NOTHING = {
    *("429, an hour", "429, no quota", "400", "401", "404, no such model", "404, no such API"),
    *("refuses", "the filter"),
}
"""Where another try would end in the same, so that there is none."""
AT_ONCE = 5
"""Conversations: more would only wait for this process, and the time limits of the turns would notice."""
ENVIRONMENT = {
    "OPENAI_API_KEY": KEY,
    "HANDOVER_OPENAI_TIMEOUT_SECONDS": "14",
    "HANDOVER_OPENAI_TRY_SECONDS": "4",
    "HANDOVER_OPENAI_RETRIES": "1",
    "HANDOVER_GRACEFUL_SHUTDOWN_SECONDS": "1",
}


class Town:
    """An arena whose bots are answered by the model's server: each conversation has a bot with a model of its own."""

    def __init__(self, arena: Arena, model_server: ModelServer) -> None:
        self.arena = arena
        self.model_server = model_server

    async def talk(self) -> tuple[Talk, str]:
        """A conversation, and the name of its model."""
        name = f"model-{uuid.uuid4().hex[:8]}"
        await self.arena.store.settings.put_bot(make_bot(name).model_copy(update={"model": name}))
        return Talk(self.arena, name), name

    async def with_fault_that_stays(self, fault: str) -> Talk:
        talk, model = await self.talk()
        self.model_server.plan(model, then=FAULTS[fault])
        return talk

    async def with_fault_that_passes(self, fault: str) -> Talk:
        talk, model = await self.talk()
        self.model_server.plan(model, FAULTS[fault])
        return talk


BY_RESPONSES = pytest.mark.parametrize("town", ["responses"], indirect=True)
BY_CHAT = pytest.mark.parametrize("town", ["chat"], indirect=True)
"""Every fault stays in both, and passes in one: that each means the same in both is what the unit tests show."""


@pytest.fixture(scope="module")
async def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Temporal, a worker with its assistant from the settings, and the model's server, which refused no request as such."""
    folder = tmp_path_factory.mktemp(f"model-{request.param}")
    url = f"sqlite+aiosqlite:///{folder / 'handover.db'}"
    async with (
        ModelServer.opened() as model_server,
        dev_server(folder) as address,
        Arena.without_worker(address, url) as arena,
    ):
        await arena.hire(person("sarah"))
        settings = settings_for(model_server, responses=request.param == "responses")
        outside = Outside(channels={"web": arena.outlet})
        activities = make_activities(arena.store, make_assistant(settings), arena.signals, outside)
        async with make_worker(arena.temporal, activities, settings):
            yield Town(arena, model_server)
        assert model_server.refused == []
        assert arena.outlet.again == []


def settings_for(model_server: ModelServer, *, responses: bool) -> AppSettings:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        environment.setenv("OPENAI_BASE_URL", model_server.url)
        environment.setenv("HANDOVER_OPENAI_RESPONSES", str(responses))
        return AppSettings()


async def for_every_fault(play: Callable[[str], Awaitable[None]]) -> None:
    """Play a story with each fault, several side by side; whatever fails says with which."""
    places = asyncio.Semaphore(AT_ONCE)

    async def played(fault: str) -> None:
        async with places:
            try:
                await play(fault)
            except BaseException as error:
                error.add_note(f"The fault: {fault}")
                raise

    async with asyncio.TaskGroup() as stories:
        for fault in FAULTS:
            stories.create_task(played(fault))


@BY_RESPONSES
async def test_a_fault_that_stays_ends_in_one_handover(town: Town) -> None:
    async def play(fault: str) -> None:
        talk = await town.with_fault_that_stays(fault)
        await talk.say(ASKS)
        await until(talk.is_open, "the conversation is handed over")
        detail = await talk.detail()
        assert detail.reason == "bot_unavailable"
        [evidence] = detail.evidence
        assert told_in_our_words(evidence)
        await talk.say("Is anybody there?")
        assert (await talk.press()).number == 1
        await assert_one_handover(talk)
        assert await talk.said_by(Author.bot) == []

    await for_every_fault(play)


@BY_CHAT
async def test_a_person_is_had_in_words_while_the_model_fails(town: Town) -> None:
    async def play(fault: str) -> None:
        talk = await town.with_fault_that_stays(fault)
        await talk.say(ASKS_FOR_A_PERSON)
        await until(talk.is_open, "the conversation is handed over")
        await assert_one_handover(talk)

    await for_every_fault(play)


@BY_CHAT
@pytest.mark.parametrize("fault", ["never answers", "refuses"])
async def test_a_person_is_had_by_the_button_while_the_model_fails(town: Town, fault: str) -> None:
    """The model is not asked whether; it is asked for a summary, and the task does not wait for it for long."""
    talk = await town.with_fault_that_stays(fault)
    assert (await talk.press()).number == 1
    await until(talk.is_open, "the conversation is handed over")
    await assert_one_handover(talk)
    assert (await talk.detail()).reason == "human_requested"


@BY_RESPONSES
async def test_a_fault_that_passes_ends_in_an_answer(town: Town) -> None:
    """At once where another try can mend it; otherwise a person has the conversation first, and then the bot answers again."""

    async def play(fault: str) -> None:
        talk = await town.with_fault_that_passes(fault)
        await talk.say(ASKS)
        if fault in MENDED_BY_NOTHING:
            await until(talk.is_open, "the conversation is handed over")
            await assert_one_handover(talk)
            await complete(talk)
            await talk.say(ASKS)
        await until(lambda: has_answered(talk), "the bot answers")
        assert len(await talk.handovers()) == (fault in MENDED_BY_NOTHING)
        assert await talk.said_by(Author.bot) == [FORM["answer"]]

    await for_every_fault(play)


@BY_RESPONSES
async def test_each_bot_asks_its_own_model(town: Town) -> None:
    """What one model's trouble is, is not another's."""
    failing, well = await town.with_fault_that_stays("503"), await town.with_fault_that_passes("503")
    await asyncio.gather(failing.say(ASKS), well.say(ASKS))
    await until(failing.is_open, "the one is handed over")
    await until(lambda: has_answered(well), "the other is answered")
    assert await well.handovers() == []


async def assert_one_handover(talk: Talk) -> None:
    """One handover, one task with a summary of somebody, one final message."""
    [_] = await talk.handovers()
    [task] = (await talk.detail()).tasks
    assert task.description
    assert SECRET not in task.description
    said = Counter(await talk.said_by(Author.bot, Author.system))
    assert said[FINAL] == 1
    assert set(said.values()) == {1}
    view = await talk.arena.client.view(talk.id)
    assert (view.status, view.handover is not None) == (ConversationStatus.escalated, True)


def told_in_our_words(evidence: Evidence) -> bool:
    return evidence.matched.startswith("the ") and SECRET not in evidence.matched and KEY not in evidence.matched


async def complete(talk: Talk) -> None:
    """A person takes the case and finishes it."""
    client = talk.arena.client
    await client.claim(HandoverId(talk.id, 1), Claim(staff_id="sarah"))
    [task] = (await talk.detail()).tasks
    await client.complete(parse_task_id(task.task_id), CompleteTask(staff_id="sarah", outcome=Outcome.closed))
    await until(talk.has_no_handover, "the conversation is the bot's again")


async def has_answered(talk: Talk) -> bool:
    return bool(await talk.said_by(Author.bot))
