"""What agents do in Zendesk happens here, once, whatever webhooks come, and what is said here is seen there."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import make_outside, with_zendesk_agents
from client import HandoverClient, WorkflowSignals
from handover.messages import Author, ByStaff, Claim, CompleteTask, Contact, HandoverStatus, Outcome, Reply
from handover.outside import Errand
from settings import AppSettings
from store import Store
from tests.vendors import zendesk_wire as vendor
from tests.vendors.zendesk import Zendesk, does_it_and_hangs_up, says
from tests.vendors.zendesk_wire import Ticket
from tests.workflows.town import Town

JAMIE = Contact(name="Jamie Rivera", email="jamie@example.com")


@pytest.fixture
async def zendesk() -> AsyncIterator[Zendesk]:
    async with Zendesk.opened() as zendesk:
        yield zendesk


@pytest.fixture
def stand_in() -> str:
    """HANDOVER_ZENDESK_AGENT."""
    return ""


@pytest.fixture
async def town(server: Any, tmp_path: Path, zendesk: Zendesk, stand_in: str) -> AsyncIterator[Town]:
    account = {"zendesk_url": zendesk.url, "zendesk_email": vendor.EMAIL, "zendesk_token": vendor.TOKEN}
    settings = AppSettings.model_validate({"data_dir": tmp_path, "zendesk_agent": stand_in, **account})
    store = Store.at(settings.database)
    outside = with_zendesk_agents(make_outside(settings, store), settings, store, HandoverClient(server.client))
    async with Town.with_people(server, tmp_path, outside=outside) as town:
        await town.change_bot(actions={"follow_up": {"ticket": "zendesk"}, "urgent": {}, "specialist": {}})
        yield town
    await store.close()


@pytest.fixture
async def ticket(town: Town, zendesk: Zendesk) -> Ticket:
    """Jamie's, whose case Sarah has got and not claimed yet."""
    await town.hand_over(JAMIE)
    assert (await town.detail()).assignee == "sarah"
    return zendesk.tickets[35]


@pytest.fixture
def sarah(zendesk: Zendesk) -> int:
    return zendesk.person("Sarah Lindgren", "Sarah@Example.org")


@pytest.fixture
def kim(zendesk: Zendesk) -> int:
    """An agent who is not on the team."""
    return zendesk.person("Kim Stone", "kim@example.org")


async def look(town: Town) -> None:
    """A webhook came."""
    errand = Errand(carrier="zendesk", conversation_id=town.conversation_id)
    await WorkflowSignals(town.environment.client).wake(errand)


async def until_said(town: Town, text: str, author: Author = Author.person) -> None:
    async def is_said() -> bool:
        return text in await town.said_by(author)

    await town.until(is_said)


async def until_in(town: Town, ticket: Ticket, words: str) -> None:
    async def is_there() -> bool:
        return any(words in one.text for one in ticket.comments[1:])

    await town.until(is_there)


async def until_status(town: Town, status: HandoverStatus) -> None:
    async def has_it() -> bool:
        return (await town.detail()).status is status

    await town.until(has_it)


async def test_a_public_comment_reaches_the_contact_in_the_agents_name(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    zendesk.comment(ticket, sarah, "Hello Jamie.\nWhich model is it?")
    await look(town)
    await until_said(town, "Hello Jamie.\nWhich model is it?")
    detail = await town.detail()
    assert (detail.status, detail.assignee) == (HandoverStatus.acknowledged, "sarah")
    for _ in range(3):
        await look(town)
    zendesk.comment(ticket, sarah, "Are you there?")
    await look(town)
    await until_said(town, "Are you there?")
    assert (await town.said_by(Author.person)).count("Hello Jamie.\nWhich model is it?") == 1
    assert await town.said_by(Author.note) == []


async def test_comment_and_solution_at_once_in_whatever_order_they_are_told(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    zendesk.comment(ticket, sarah, "It is E3: turn it off and on.")
    zendesk.solve(ticket, sarah, "handover_converted")
    await look(town)
    await until_status(town, HandoverStatus.completed)
    assert "It is E3: turn it off and on." in await town.said_by(Author.person)
    [task] = (await town.detail()).tasks
    assert (task.outcome, task.completed_by) == (Outcome.closed, "sarah")
    assert task.note == "Solved in Zendesk: ticket #35 by Sarah Lindgren"
    assert (await town.detail()).converted


async def test_solved_again_after_it_was_completed_changes_nothing(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    await town.client.complete(town.handover, CompleteTask(staff_id="sarah", outcome=Outcome.closed, note="by phone"))
    zendesk.solve(ticket, sarah, status="closed")
    await look(town)
    await until_read(town, zendesk)
    [task] = (await town.detail()).tasks
    assert task.note == "by phone"
    assert len(ticket.comments) == 1


async def test_reopened_here_it_stays_open_though_the_ticket_is_solved(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    zendesk.solve(ticket, sarah)
    await look(town)
    await until_status(town, HandoverStatus.completed)
    await town.pass_time(timedelta(minutes=5))
    await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
    await until_status(town, HandoverStatus.open)
    await until_read(town, zendesk)
    assert (await town.detail()).status is HandoverStatus.open


async def test_an_agent_who_is_not_on_the_team_acts_in_the_holders_name_and_it_is_noted(
    town: Town, zendesk: Zendesk, ticket: Ticket, kim: int
) -> None:
    comment = zendesk.comment(ticket, kim, "Kim here.")
    await look(town)
    await until_said(town, "Kim Stone wrote this in Zendesk, ticket #35.", Author.note)
    assert await town.said_by(Author.person) == ["Kim here."]
    assert (await town.detail()).assignee == "sarah"
    zendesk.solve(ticket, kim)
    await look(town)
    await until_status(town, HandoverStatus.completed)
    assert (await town.detail()).tasks[0].note == "Solved in Zendesk: ticket #35 by Kim Stone"
    assert comment.text == "Kim here."


@pytest.mark.parametrize("stand_in", ["omar"])
async def test_or_in_the_name_of_whoever_stands_for_agents(
    town: Town, zendesk: Zendesk, ticket: Ticket, kim: int
) -> None:
    zendesk.comment(ticket, kim, "Kim here.")
    await look(town)
    await until_said(town, "Kim Stone wrote this in Zendesk, ticket #35.", Author.note)
    assert (await town.detail()).assignee == "omar"


async def test_an_agent_may_write_though_a_colleague_has_the_case(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    """Who may write in a ticket, Zendesk has decided."""
    await town.store.settings.put_staff(
        (await town.store.team.staff("ben")).model_copy(update={"addresses": {"email": "ben@example.org"}})
    )
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    zendesk.comment(ticket, zendesk.person("Ben Okafor", "ben@example.org"), "Ben here.")
    await look(town)
    await until_said(town, "Ben Okafor wrote this in Zendesk, ticket #35.", Author.note)
    assert (await town.detail()).assignee == "sarah"


async def test_what_is_private_is_a_note_and_so_is_what_a_contact_mails(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    zendesk.comment(ticket, sarah, "They seem upset.", public=False)
    zendesk.comment(ticket, ticket.requester_id, "Any news?")
    await look(town)
    await until_said(town, "Jamie Rivera in Zendesk, ticket #35:\nAny news?", Author.note)
    assert "Sarah Lindgren in Zendesk, ticket #35:\nThey seem upset." in await town.said_by(Author.note)
    assert await town.said_by(Author.person) == []


async def test_what_is_said_here_later_is_seen_there_once(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    """By private comments, so that nobody is mailed their own words; and what came from there does not go back."""
    zendesk.comment(ticket, sarah, "Which model is it?")
    await look(town)
    await until_said(town, "Which model is it?")
    zendesk.write_faults = [does_it_and_hangs_up]
    await town.say("An NW-350 <b>")
    await until_in(town, ticket, "An NW-350 <b>")
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="1", text="Thank you."))
    await until_in(town, ticket, "Thank you.")
    await town.pass_time(timedelta(minutes=5))
    ours = [one for one in ticket.comments if one.author_id == zendesk.me]
    assert not any(one.public for one in ours)
    everything = "\n".join(one.text for one in ours)
    assert everything.count("An NW-350 <b>") == everything.count("Thank you.") == 1
    assert "Which model is it?" not in everything
    assert "in Zendesk" not in "".join(await town.said_by(Author.note)), "our own comments came back"


async def test_what_cannot_be_sent_any_more_says_so_in_the_ticket_once(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    await town.client.complete(town.handover, CompleteTask(staff_id="sarah", outcome=Outcome.closed))
    late = zendesk.comment(ticket, sarah, "One more thing")
    await look(town)
    await until_in(town, ticket, f"Comment {late.id} was not sent to the contact: handover {town.handover} has ended.")
    await look(town)
    await until_read(town, zendesk)
    assert len(ticket.comments) == 3
    assert await town.said_by(Author.person) == []


async def test_a_comment_of_pictures_alone_is_not_sent(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    zendesk.comment(ticket, sarah, "")
    await look(town)
    await until_in(town, ticket, "it has no text, and attachments are not carried")
    assert await town.said_by(Author.person) == []


async def test_a_long_comment_arrives_in_parts(town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int) -> None:
    text = "ä" * 10_000 + "end"
    zendesk.comment(ticket, sarah, text)
    await look(town)

    async def is_all_there() -> bool:
        return "".join(await town.said_by(Author.person)) == text

    await town.until(is_all_there)
    assert len(await town.said_by(Author.person)) == 2


async def test_zendesk_is_away_when_its_webhook_comes(town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int) -> None:
    zendesk.comment(ticket, sarah, "Hello")
    zendesk.solve(ticket, sarah)
    zendesk.is_down = True
    await look(town)
    await town.pass_time(timedelta(hours=1))
    assert (await town.detail()).status is HandoverStatus.open
    zendesk.is_down = False
    await town.pass_time(timedelta(minutes=10))
    await until_status(town, HandoverStatus.completed)
    assert await town.said_by(Author.person) == ["Hello"]


async def test_a_wait_that_zendesk_asks_for_is_kept_here_too(
    town: Town, zendesk: Zendesk, ticket: Ticket, sarah: int
) -> None:
    await until_read(town, zendesk)
    zendesk.comment(ticket, sarah, "Hello")
    zendesk.read_faults = [says(429, Retry_After="1800")]
    before = len(zendesk.asked)
    await look(town)
    await town.until(_later(lambda: len(zendesk.asked) == before + 1))
    await town.pass_time(timedelta(minutes=29))
    assert len(zendesk.asked) == before + 1
    await town.pass_time(timedelta(minutes=2))
    await until_said(town, "Hello")


async def until_read(town: Town, zendesk: Zendesk) -> None:
    """Whatever was under way has been done: nothing waits for Zendesk any more, and a new look reads everything."""
    run = town.environment.client.get_workflow_handle(f"courier/zendesk/{town.conversation_id}")
    await run.result()
    before = len(zendesk.asked)
    await look(town)
    await town.until(_later(lambda: len(zendesk.asked) > before))
    await town.environment.client.get_workflow_handle(f"courier/zendesk/{town.conversation_id}").result()


def _later(condition: Callable[[], bool]) -> Callable[[], Any]:
    async def is_so() -> bool:
        return condition()

    return is_so
