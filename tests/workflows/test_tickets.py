"""Tickets in real systems over HTTP, with the clock moved: however long one is away, there is one ticket, and nothing waits."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import make_outside
from handover.messages import Claim, CompleteTask, Contact, HandoverStatus, Outcome, Reply
from settings import AppSettings
from store import Store
from tests.vendors import zendesk_wire as vendor
from tests.vendors.ticket_receiver import SECRET, TicketReceiver
from tests.vendors.zendesk import Zendesk, does_it_and_hangs_up, fails, says, shows_nothing
from tests.workflows.town import Town

HOUR = timedelta(hours=1)
JAMIE = Contact(name="Jamie Rivera", email="jamie@example.com", phone="+15550100")


@pytest.fixture
async def zendesk() -> AsyncIterator[Zendesk]:
    async with Zendesk.opened() as zendesk:
        yield zendesk


@pytest.fixture
async def receiver() -> AsyncIterator[TicketReceiver]:
    async with TicketReceiver.opened() as receiver:
        yield receiver


@pytest.fixture
async def town(
    server: object, tmp_path: Path, zendesk: Zendesk, receiver: TicketReceiver, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """As whoever runs Handover connects both: by the environment."""
    given = {"ZENDESK_URL": zendesk.url, "ZENDESK_EMAIL": vendor.EMAIL, "ZENDESK_TOKEN": vendor.TOKEN}
    given |= {"TICKET_WEBHOOK_URL": receiver.url, "TICKET_WEBHOOK_SECRET": SECRET, "DATA_DIR": str(tmp_path)}
    for name, value in given.items():
        monkeypatch.setenv(f"HANDOVER_{name}", value)
    settings = AppSettings()
    outside = make_outside(settings, Store.at(settings.database))
    async with Town.with_people(server, tmp_path, outside=outside) as town:
        await opens_tickets_in(town, "zendesk")
        yield town


async def opens_tickets_in(town: Town, system: str) -> None:
    await town.change_bot(actions={"follow_up": {"ticket": system}, "urgent": {}, "specialist": {}})


async def test_the_ticket_says_everything(town: Town, zendesk: Zendesk) -> None:
    await town.say("What does error code E3 mean?", contact=JAMIE)
    await town.hand_over()
    await town.until(lambda: _ticket_is(town, "done"))
    [ticket] = zendesk.tickets.values()
    assert (await _text(town)) == f"#{ticket.id} {zendesk.url}/agent/tickets/{ticket.id}"
    assert ticket.fields["external_id"] == str(town.handover)
    assert ticket.fields["subject"].startswith("Follow up: ")
    assert zendesk.users[ticket.requester_id]["email"] == "jamie@example.com"
    due = (await town.detail()).tasks[0].due_at
    assert ticket.fields["due_at"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert "human_handover" in ticket.fields["tags"]
    for part in ("What does error code E3 mean?", "I want to talk to a human", "Jamie Rivera", "+15550100"):
        assert part in ticket.first
    assert f'href="/inbox/{town.conversation_id}"' in ticket.fields["comment"]["html_body"]
    assert ticket.comments[0].public is False
    assert zendesk.refused == []


async def test_zendesk_is_down_for_an_hour_and_nothing_waits_for_it(town: Town, zendesk: Zendesk) -> None:
    """A person claims, answers and completes meanwhile; then there is one ticket, with what was said meanwhile in it."""
    zendesk.is_down = True
    await town.say("I want to talk to a human", contact=JAMIE)
    await town.until(lambda: _action_is(town, "message", "done"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="1", text="Hello, Sarah here."))
    await town.pass_time(HOUR)
    assert (await town.detail()).actions["ticket"].status == "running"
    assert zendesk.asked, "it was not even tried"
    await town.client.complete(town.handover, CompleteTask(staff_id="sarah", outcome=Outcome.closed))
    assert (await town.detail()).status is HandoverStatus.completed
    zendesk.is_down = False
    await town.pass_time(timedelta(minutes=10))
    await town.until(lambda: _ticket_is(town, "done"))
    [ticket] = zendesk.tickets.values()
    assert "Hello, Sarah here." in ticket.first
    assert await town.log("action_failed") == []


async def test_the_answer_is_lost_after_the_ticket_was_made(town: Town, zendesk: Zendesk) -> None:
    zendesk.write_faults = [does_it_and_hangs_up]
    await town.hand_over(JAMIE)
    await town.pass_time(timedelta(minutes=1))
    await town.until(lambda: _ticket_is(town, "done"))
    [ticket] = zendesk.tickets.values()
    assert (await _text(town)).startswith(f"#{ticket.id} ")
    assert zendesk.asked.count("POST /api/v2/tickets.json") == 1, "it was made again, and not looked for"


async def test_a_ticket_that_is_not_shown_yet_is_not_made_again(town: Town, zendesk: Zendesk) -> None:
    """Zendesk's list lags behind, and the contact has written since: the key is the same, the ticket is not."""
    zendesk.write_faults = [does_it_and_hangs_up]
    zendesk.read_faults = [shows_nothing] * 4
    await town.say("I want to talk to a human", contact=JAMIE)
    await town.until(lambda: _is(len(zendesk.tickets) == 1))
    await town.say("Are you there?")
    await town.pass_time(timedelta(minutes=5))
    await town.until(lambda: _ticket_is(town, "done"))
    assert len(zendesk.tickets) == 1
    assert zendesk.asked.count("POST /api/v2/tickets.json") > 1, "the key was never asked for again"


async def test_a_wait_that_zendesk_asks_for_is_kept(town: Town, zendesk: Zendesk) -> None:
    zendesk.read_faults = [says(429, Retry_After="1800")]
    await town.say("I want to talk to a human")
    await town.until(lambda: _action_is(town, "message", "done"))
    await town.until(lambda: _is(len(zendesk.asked) == 1))
    await town.pass_time(timedelta(minutes=29))
    assert len(zendesk.asked) == 1
    await town.pass_time(timedelta(minutes=2))
    await town.until(lambda: _ticket_is(town, "done"))


async def test_what_zendesk_refuses_has_failed_at_once_and_says_why(town: Town, zendesk: Zendesk) -> None:
    wrong = {"base": [{"description": "Branch: is needed when creating the ticket"}]}
    document = {"error": "RecordInvalid", "description": "Record validation errors", "details": wrong}
    zendesk.write_faults = [says(422, document)]
    await town.say("I want to talk to a human")
    await town.until(lambda: _ticket_is(town, "failed"))
    assert await _text(town) == (
        "Zendesk refused it (422): Record validation errors; Branch: is needed when creating the ticket"
    )
    assert zendesk.asked.count("POST /api/v2/tickets.json") == 1


async def test_who_asks_ten_times_gets_one_ticket(town: Town, zendesk: Zendesk) -> None:
    for _ in range(10):
        await town.say("I want to talk to a human")
    await town.until(lambda: _ticket_is(town, "done"))
    assert len(zendesk.tickets) == 1


async def test_the_same_by_webhook(town: Town, receiver: TicketReceiver) -> None:
    """Down for an hour, then its answer is lost: one ticket, under the name that the receiver gave it."""
    await opens_tickets_in(town, "webhook")
    receiver.is_down, receiver.answers = True, [(503, "busy"), None]
    await town.say("I want to talk to a human", contact=JAMIE)
    await town.until(lambda: _action_is(town, "message", "done"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.pass_time(HOUR)
    assert receiver.tickets == {}
    receiver.is_down = False
    await town.pass_time(timedelta(minutes=30))
    await town.until(lambda: _ticket_is(town, "done"))
    [ticket] = receiver.tickets.values()
    assert await _text(town) == "OPS-1"
    assert ticket["external_id"] == str(town.handover)
    assert "I want to talk to a human" in ticket["text"]
    assert receiver.tries >= 4
    assert receiver.refused == []


async def test_another_system_is_connected_but_not_this_one(town: Town, zendesk: Zendesk) -> None:
    await opens_tickets_in(town, "jira")
    await town.say("I want to talk to a human")
    await town.until(lambda: _ticket_is(town, "skipped"))
    assert await _text(town) == "jira is not connected, so no ticket was opened"


async def test_a_server_error_is_no_refusal(town: Town, zendesk: Zendesk) -> None:
    zendesk.write_faults = [fails, says(401, {"error": "Couldn't authenticate you"})]
    await town.say("I want to talk to a human")
    await town.until(lambda: _action_is(town, "message", "done"))
    await town.pass_time(timedelta(minutes=2))
    await town.until(lambda: _ticket_is(town, "done"))
    assert len(zendesk.tickets) == 1


async def _ticket_is(town: Town, status: str) -> bool:
    return await _action_is(town, "ticket", status)


async def _action_is(town: Town, name: str, status: str) -> bool:
    page = await town.store.reads.handovers(conversation_id=town.conversation_id)
    state = (await town.detail()).actions.get(name) if page.items else None
    return state is not None and state.status == status


async def _text(town: Town) -> str:
    return (await town.detail()).actions["ticket"].text


async def _is(condition: bool) -> bool:
    return condition
