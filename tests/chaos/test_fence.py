"""The ownership fence: a person takes the conversation while the bot is writing, at every moment of a turn."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from activities.errands import Errands
from activities.message import MessageActivities
from handover.ids import HandoverId
from handover.messages import Author, ByStaff, Claim, CompleteTask, HandBack, Outcome, Reply
from handover.outside import Errand
from store import Store
from tests.chaos.arena import Arena, Outlet, Talk, dev_server, later, person, quoted, until
from tests.chaos.conftest import Announce
from tests.unit.store_world import begin, take, told

pytest_plugins = ["tests.unit.store_fixtures"]

RACES = 40 if os.environ.get("HANDOVER_TEST_POSTGRES") else 60
AT_ONCE = 6
"""How many conversations race at the same time."""


class NoCourier:
    """Nothing is carried outside here."""

    async def wake(self, errand: Errand) -> None:
        raise AssertionError(errand)


Act = Callable[[], Awaitable[bool]]
"""A person's act; tells whether its answer said that a message of the bot may still be leaving."""


class Race(NamedTuple):
    """How one race ended. `late`: what the bot said between the answer to the person and the person's letting go."""

    kind: str
    won: bool
    begun: bool
    still_leaving: bool
    late: list[str]

    @property
    def outcome(self) -> str:
        if self.won:
            return "answers that won"
        return "answers thrown away" if self.begun else "answers never begun"


@pytest.fixture
async def arena(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Arena]:
    """An arena on each database. Bot, way to the contact and store take their random time, so that every gap is open for
    a while: an act that comes late into one is what the fence is there for."""
    async with dev_server(tmp_path) as address, Arena.opened(address, url) as arena:
        await arena.hire(person("ann"))
        arena.assistant.delay = lambda: random.uniform(0, random.choice((0.08, 0.4)))
        arena.outlet.delay = lambda: random.uniform(0, random.choice((0.02, 0.4)))
        monkeypatch.setattr(arena.store.handovers, "save", slowed(arena.store.handovers.save, 0.2))
        yield arena


def slowed(call: Callable[..., Awaitable[None]], slowest: float) -> Callable[..., Awaitable[None]]:
    async def after_a_while(*arguments: object) -> None:
        await later(random.uniform(0, slowest), lambda: call(*arguments))

    return after_a_while


async def test_nothing_of_the_bot_leaves_once_a_person_has_the_conversation(arena: Arena, announce: Announce) -> None:
    count(await races(arena, RACES), announce)


@pytest.mark.slow
async def test_a_thousand_races_for_a_conversation(arena: Arena, announce: Announce) -> None:
    counts = count(await races(arena, 1000), announce)
    assert counts["answers that won"] > 50, "hardly a race was close: the bot did not win"
    assert counts["answers thrown away"] > 50, "hardly a race was close: the person did not win"


async def test_an_answer_that_has_left_is_not_handed_to_the_channel_again(store: Store) -> None:
    """A step is repeated where its answer was lost; a person may have claimed the conversation meanwhile."""
    outlet = Outlet()
    deliver = MessageActivities(store.transcripts, {"web": outlet}, Errands(NoCourier(), (), ())).deliver
    await begin(store)
    first = await deliver(told(epoch=0))
    await store.transcripts.take(take())
    assert await deliver(told(epoch=0)) == first.model_copy(update={"before": True})
    assert outlet.again == []


def count(races: list[Race], announce: Announce) -> Counter[str]:
    """How the races ended; none with a late word of the bot, unless the person was told that one may still come."""
    late = [race for race in races if race.late and not race.still_leaving]
    leaving = sum(race.still_leaving for race in races)
    counts = Counter(race.outcome for race in races)
    told = ", ".join(f"{outcome}: {number}" for outcome, number in sorted(counts.items()))
    announce(f"races: {len(races)}, {told}, still leaving: {leaving}, late: {len(late)}")
    assert not late
    return counts


async def races(arena: Arena, number: int) -> list[Race]:
    """So many races, four in each conversation."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> list[Race]:
        async with places:
            return await Duel(await arena.talk(reactivate_after="0s")).run()

    return [race for found in await asyncio.gather(*(one() for _ in range(number // 4))) for race in found]


class Duel:
    """One conversation in which bot and person compete, and the checks that nothing that was said is lost."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.client = talk.arena.client
        self.handover = talk.handover
        self.by_person: set[str] = set()

    async def run(self) -> list[Race]:
        """All ways of taking a conversation from a bot that is speaking."""
        await self.talk.say("hello")
        races = [
            await self.race("take over", self.take_over, release=self.hand_back),
            await self.race("claim", self.claim, release=self.hand_back),
            await self.race("reply", self.reply, release=self.complete),
        ]
        await self.let_the_bot_come_back()
        races.append(await self.race("claim after reactivation", self.claim, release=self.complete))
        assert await self.talk.said_by(Author.contact) == self.talk.posted
        return races

    async def race(self, kind: str, act: Act, release: Callable[[], Awaitable[object]]) -> Race:
        """The contact writes and a person acts, in this order or the other, as close as it gets."""
        text, lead = self.talk.next_text(), random.uniform(-0.02, 0.2)

        async def acts() -> tuple[bool, float]:
            return await act(), time.monotonic()

        (still_leaving, answered), _ = await asyncio.gather(
            later(lead, acts), later(-lead, lambda: self.talk.post(text))
        )
        await self.talk.say("and now?")  # is taken in behind the turn that the race was about
        over = time.monotonic()
        sent = self.talk.arena.outlet.of_bot(self.talk.id)
        race = Race(
            kind=kind,
            won=any(text in quoted(one.delivery.text) for one in sent),
            begun=any(text in asked.text.splitlines() for asked in self.talk.arena.assistant.asked),
            still_leaving=still_leaving,
            late=[one.delivery.text for one in sent if answered < one.at < over],
        )
        await release()
        await until(self.everything_is_answered, f"everything is answered after {kind}")
        return race

    # ---- what people do --------------------------------------------------------------------------------------------------

    async def take_over(self) -> bool:
        await self.client.take_over(self.talk.id, ByStaff(staff_id="ann"))
        return False

    async def claim(self) -> bool:
        return (await self.client.claim(self.handover, Claim(staff_id="ann"))).still_leaving

    async def reply(self) -> bool:
        act = Reply(staff_id="ann", message_id="r1", text="I am here.")
        return (await self.client.reply(self.handover, act)).still_leaving

    async def hand_back(self) -> None:
        await self.client.hand_back(self.handover, HandBack(staff_id="ann"))

    async def complete(self) -> None:
        await self._note_what_was_answered()
        await self.client.complete(self.handover, CompleteTask(staff_id="ann", outcome=Outcome.closed))
        self.handover = HandoverId(self.talk.id, self.handover.number + 1)

    async def let_the_bot_come_back(self) -> None:
        """A handover that nobody acts on, so that the bot answers while it is open."""
        await self.talk.press()
        await until(lambda: self.talk.has_logged("reactivated", self.handover.number), "the bot comes back")

    # ---- what came of it -------------------------------------------------------------------------------------------------

    async def everything_is_answered(self) -> bool:
        """By the bot, each message once; or by a person, who saw all that was said before they wrote."""
        by_bot = self.talk.answered_by_bot()
        assert len(by_bot) == len(set(by_bot)), "the bot answered a message twice"
        return set(self.talk.posted) <= {*by_bot, *self.by_person}

    async def _note_what_was_answered(self) -> None:
        said = await self.talk.messages()
        replied = max((one.row for one in said if one.author is Author.person), default=0)
        self.by_person = {one.text for one in said if one.author is Author.contact and one.row < replied}
