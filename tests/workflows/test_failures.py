"""Systems outside that fail: each step is tried again by itself, and what fails for good reaches a manager."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from adapters import Outside
from handover.errors import Undeliverable
from handover.ids import parse_task_id
from handover.messages import Claim, CompleteTask, ConversationStatus, HandoverStatus, Outcome
from handover.outside import Ticket
from handover.staff import Staff
from integrations.letters import Letter
from tests.workflows.town import Town

HOURS = timedelta(hours=1)


class Tickets:
    """A ticket system that answers with these, one after another, and the last one for ever: a reference or an error."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers: list[str | Exception] = list(answers)
        self.asked: list[Ticket] = []

    async def open_ticket(self, ticket: Ticket) -> str:
        self.asked.append(ticket)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class MailServer:
    """Takes mails while it is up."""

    def __init__(self) -> None:
        self.up = True
        self.refuses = ""
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, address: str, letter: Letter) -> None:
        if not self.up:
            raise ConnectionError("the mail server does not answer")
        if self.refuses and address == self.refuses:
            raise Undeliverable(f"nobody is reached at {address}")
        self.sent += [(address, one.event, one.key) for one in letter.notifications]


@pytest.fixture
def mail() -> MailServer:
    return MailServer()


@pytest.fixture
def tickets() -> Tickets:
    return Tickets("#4711")


@pytest.fixture
async def town(server: object, tmp_path: Path, mail: MailServer, tickets: Tickets) -> AsyncIterator[Town]:
    outside = Outside(senders={"email": mail}, ticketing={"zendesk": tickets})
    async with Town.with_people(server, tmp_path, outside=outside) as town:
        await town.change_bot(actions={"follow_up": {"ticket": "zendesk"}, "urgent": {}, "specialist": {}})
        await town.store.settings.put_staff(
            Staff.model_validate(
                {
                    "id": "omar",
                    "name": "Omar Haddad",
                    "roles": ["manager"],
                    "access": "manager",
                    "addresses": {"email": "omar@example.org"},
                }
            )
        )
        yield town


async def test_a_ticket_holds_the_whole_case_and_is_shown_on_the_handover(town: Town, tickets: Tickets) -> None:
    await town.hand_over()
    await town.until(lambda: _action(town, "ticket", "done"))
    assert (await town.detail()).actions["ticket"].text == "#4711"
    [ticket] = tickets.asked
    assert ticket.external_id == str(town.handover)
    assert "I want to talk to a human" in ticket.about
    assert [one.text for one in ticket.said][:1] == ["I want to talk to a human"]


async def test_a_ticket_system_that_is_down_for_a_while_holds_up_nothing(town: Town, tickets: Tickets) -> None:
    tickets.answers = [*[ConnectionError("no route")] * 6, "#4711"]
    await town.say("I want to talk to a human")
    await town.until(lambda: _action(town, "task", "done"))
    await town.until(lambda: _action(town, "message", "done"))
    assert (await town.detail()).actions["ticket"].status == "running"
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.pass_time(HOURS)
    await town.until(lambda: _action(town, "ticket", "done"))
    assert len(tickets.asked) == 7
    assert await town.log("action_failed") == []


async def test_what_fails_for_good_is_shown_and_a_manager_hears_of_it(town: Town, tickets: Tickets) -> None:
    tickets.answers = [ApplicationError("the account was closed", non_retryable=True)]
    await town.say("I want to talk to a human")
    await town.until(lambda: _was_told(town, "omar", "problem"))
    assert (await town.detail()).actions["ticket"].status == "failed"
    [line] = await town.log("action_failed")
    assert line.text == "ticket failed for good: the account was closed"


async def test_an_address_that_leads_nowhere_is_for_good_at_once(town: Town, mail: MailServer) -> None:
    """No day is waited for that."""
    person = {"id": "sarah", "name": "Sarah", "roles": ["support"], "addresses": {"email": "sarah@nowhere.example"}}
    await town.store.settings.put_staff(Staff.model_validate(person))
    await town.change_bot(actions={"follow_up": {"assign": {"to": "user:sarah"}}, "urgent": {}, "specialist": {}})
    mail.refuses = "sarah@nowhere.example"
    await town.say("I want to talk to a human")
    await town.until(lambda: _was_told(town, "omar", "problem"))
    [line] = await town.log("action_failed")
    why = "Sarah could not be told by email (nobody is reached at sarah@nowhere.example)"
    assert line.text == f"notify failed for good: {why}"


@pytest.mark.slow
async def test_a_day_without_an_answer_is_for_good(town: Town, tickets: Tickets) -> None:
    tickets.answers = [ConnectionError("no route")]
    await town.say("I want to talk to a human")
    await town.until(lambda: _action(town, "message", "done"))
    await _pass_hours(town, 25)
    await town.until(lambda: _was_told(town, "omar", "problem"))
    assert [one.text for one in await town.log("action_failed")] == [
        "ticket failed for good: ConnectionError: no route"
    ]
    assert len(await town.log("rung")) == 2


async def test_a_mail_server_that_is_down_stops_neither_the_ladder_nor_a_person(town: Town, mail: MailServer) -> None:
    mail.up = False
    await town.say("I want to talk to a human")
    await town.until(lambda: _action(town, "message", "done"))
    await _pass_hours(town, 25)
    assert [one.text.partition(":")[0] for one in await town.log("rung")] == ["Reminded Sarah Lindgren", "Rung 2"]
    acted = await town.client.claim(town.handover, Claim(staff_id="omar"))
    assert acted.status is HandoverStatus.acknowledged
    assert (await town.conversation()).status is ConversationStatus.human
    await town.client.complete(
        parse_task_id((await town.detail()).tasks[-1].task_id),
        CompleteTask(staff_id="omar", outcome=Outcome.closed),
    )
    assert (await town.detail()).status is HandoverStatus.completed
    assert "escalation" in await town.told("omar")


async def test_a_mail_that_was_late_is_sent_once(town: Town, mail: MailServer) -> None:
    mail.up = False
    await town.say("I want to talk to a human")
    await town.until(lambda: _action(town, "message", "done"))
    await _pass_hours(town, 13)
    mail.up = True
    await _pass_hours(town, 1)
    assert {event for address, event, _ in mail.sent if address == "sarah@example.org"} >= {"reminder"}
    assert len({key for *_, key in mail.sent}) == len(mail.sent)


async def _pass_hours(town: Town, hours: int) -> None:
    """In short steps: while something is tried again and again, the test server takes its time to skip a day."""
    for _ in range(hours):
        await town.pass_time(HOURS)


async def _action(town: Town, name: str, status: str) -> bool:
    page = await town.store.reads.handovers(conversation_id=town.conversation_id)
    state = (await town.detail()).actions.get(name) if page.items else None
    return state is not None and state.status == status


async def _was_told(town: Town, staff_id: str, event: str) -> bool:
    return event in await town.told(staff_id)
