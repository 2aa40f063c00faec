"""Messages to a channel outside that is down for a while, or says no: in their order, once, and nothing else waits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import Outside
from channels.carrier import ChannelCarrier
from handover.errors import Undeliverable
from handover.messages import Author, ByStaff, Claim, Contact, Reply
from handover.outside import Followed, Parcel
from tests.workflows.town import Town

HOUR = timedelta(hours=1)


class Line:
    """A way to the contact outside: up, or down, or closed to some words. `shown`: each state that it was told."""

    def __init__(self) -> None:
        self.up = True
        self.refuses = ""
        self.took: list[str] = []
        self.keys: list[str] = []
        self.tries = 0
        self.shown: list[str] = []

    async def send(self, parcel: Parcel) -> str:
        self.tries += 1
        if not self.up:
            raise ConnectionError("the line is down")
        if self.refuses and self.refuses in parcel.text:
            raise Undeliverable("The contact wants no more messages")
        self.took.append(parcel.text)
        self.keys.append(parcel.key)
        return f"line-{len(self.took)}"

    async def follow(self, followed: Followed) -> dict[str, Any]:
        if not self.up:
            raise ConnectionError("the line is down")
        if followed.told.get("status") != followed.status:
            self.shown.append(followed.status)
        return {"status": str(followed.status)}


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def town(server: object, tmp_path: Path, line: Line) -> AsyncIterator[Town]:
    async with Town.with_people(server, tmp_path, outside=Outside(remote={"line": line})) as town:
        town.channel = "line"
        yield town


def holds(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return condition()

    return look


async def states(town: Town) -> list[str]:
    page = await town.store.reads.messages(town.conversation_id, notes=True)
    return [one.state for one in page.items if one.author != "contact"]


async def test_the_story_over_a_channel_outside(town: Town, line: Line) -> None:
    await town.say("What does error code E3 mean?")
    await town.until(holds(lambda: len(line.took) == 1))
    await town.hand_over(Contact(phone="+15550100"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="1", text="Hello, Sarah here."))
    await town.until(holds(lambda: "Hello, Sarah here." in line.took))
    await town.until(holds(lambda: line.shown[-1:] == ["human"]))
    assert line.shown[-2:] == ["escalated", "human"]
    assert len(set(line.keys)) == len(line.keys)
    await town.until(lambda: _are_sent(town))


async def test_a_channel_that_is_down_for_an_hour(town: Town, line: Line) -> None:
    """The handover goes on, a person claims and writes; then everything arrives once and in its order."""
    line.up = False
    await town.say("What does error code E3 mean?")
    await town.until(holds(lambda: line.tries > 0))
    await town.hand_over(Contact(phone="+15550100"))
    acted = await town.client.claim(town.handover, Claim(staff_id="sarah"))
    assert not acted.still_leaving
    for number in ("1", "2"):
        await town.client.reply(town.handover, Reply(staff_id="sarah", message_id=number, text=f"Reply {number}"))
    assert "sent" not in await states(town)
    await town.pass_time(HOUR)
    assert (line.took, (await town.detail()).status) == ([], "acknowledged")
    line.up = True
    await town.pass_time(timedelta(minutes=10))
    await town.until(holds(lambda: line.took[-1:] == ["Reply 2"]))
    said = [text for text in await town.said_by() if text in line.took]
    assert line.took == said, "in another order than they were written"
    assert len(set(line.keys)) == len(line.keys)
    assert not any("E3" in text for text in line.took), "the bot's answer came after the person"


async def test_what_is_refused_says_why_and_the_next_is_sent(town: Town, line: Line) -> None:
    line.refuses = "Reply 1"
    await town.hand_over(Contact(phone="+15550100"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    for number in ("1", "2"):
        await town.client.reply(town.handover, Reply(staff_id="sarah", message_id=number, text=f"Reply {number}"))
    await town.until(holds(lambda: "Reply 2" in line.took))
    page = await town.store.reads.messages(town.conversation_id, notes=True)
    [failed] = [one for one in page.items if one.state == "failed"]
    assert (failed.text, failed.failed) == ("Reply 1", "The contact wants no more messages")


async def test_after_a_day_it_is_given_up(town: Town, line: Line) -> None:
    line.up = False
    await town.say("What does error code E3 mean?")
    await town.until(holds(lambda: line.tries > 0))
    await town.pass_time(25 * HOUR)
    await town.pass_time(timedelta(minutes=10))
    await town.until(lambda: _is(town, ["failed"]))
    page = await town.store.reads.messages(town.conversation_id, notes=True)
    assert page.items[-1].failed.startswith("It was tried for a day: ")
    line.up = True
    await town.say("And what does error code E4 mean?")
    await town.pass_time(timedelta(minutes=10))
    await town.until(holds(lambda: len(line.took) == 1))


async def test_what_follows_is_not_given_up_with_it_when_the_worker_dies_over_that(
    town: Town, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is noted as failed, and whoever noted it dies before it can say so: noting is repeated."""
    died: list[str] = []
    give_up = ChannelCarrier.give_up

    async def and_dies(self: ChannelCarrier, *given: str) -> bool:
        more = await give_up(self, *given)
        if not died:
            died.append(given[-1])
            raise ConnectionError("the worker is gone")
        return more

    monkeypatch.setattr(ChannelCarrier, "give_up", and_dies)
    line.up = False
    await town.hand_over(Contact(phone="+15550100"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    first, *others = await town.said_by(Author.system)
    assert others, "there is nothing behind the first"
    await town.pass_time(24 * HOUR + timedelta(minutes=10))
    await town.until(holds(lambda: died != []))
    line.up = True
    await town.pass_time(timedelta(minutes=10))
    await town.until(holds(lambda: line.took[-1:] == others[-1:]))
    assert (line.took, (await states(town))[0]) == (others, "failed")
    assert first not in line.took


async def test_the_channel_is_shown_that_a_person_has_closed(town: Town, line: Line) -> None:
    """No handover is open, and nothing else changes or is said afterwards."""
    await town.say("What does error code E3 mean?")
    await town.until(holds(lambda: line.shown == ["bot"]))
    await town.client.close(town.conversation_id, ByStaff(staff_id="sarah"))
    await town.until(holds(lambda: line.shown == ["bot", "closed"]))


async def test_the_channel_is_shown_that_a_silent_conversation_has_closed(town: Town, line: Line) -> None:
    await town.say("What does error code E3 mean?")
    await town.until(holds(lambda: line.shown == ["bot"]))
    await town.pass_time(7 * 24 * HOUR + HOUR)
    await town.until(holds(lambda: line.shown == ["bot", "closed"]))


async def _is(town: Town, wanted: list[str]) -> bool:
    return await states(town) == wanted


async def _are_sent(town: Town) -> bool:
    return set(await states(town)) == {"sent"}
