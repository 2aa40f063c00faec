"""The adapter of Zendesk against a server that refuses what Zendesk refuses."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from handover.bot import Priority
from handover.errors import TryAgain, Undeliverable
from handover.messages import Author, Contact
from handover.outside import Ticket
from handover.ports import Line
from handover.ticket import ticket_of
from integrations.zendesk import ZendeskTickets
from integrations.zendesk_api import PAGE_SIZE, ZendeskAccount, ZendeskApi
from tests.unit.make import START, case
from tests.vendors.zendesk import Zendesk, does_it_and_hangs_up, hangs_up, says, shows_nothing
from tests.vendors.zendesk_wire import EMAIL, TOKEN


@pytest.fixture
async def zendesk() -> AsyncIterator[Zendesk]:
    async with Zendesk.opened() as zendesk:
        yield zendesk


@pytest.fixture
def api(zendesk: Zendesk) -> ZendeskApi:
    return ZendeskApi(ZendeskAccount(zendesk.url, EMAIL, SecretStr(TOKEN)))


@pytest.fixture
def tickets(api: ZendeskApi) -> ZendeskTickets:
    return ZendeskTickets(api)


def a_ticket(text: str = "My furnace is cold", **values: Any) -> Ticket:
    contact = Contact(name="Jamie Rivera", email="jamie@example.com", tags=["VIP customer"])
    lines = [Line(Author.contact, text, START, 1)]
    return ticket_of(case(**{"contact": contact, **values}), lines, "https://handover.example.org")


async def test_a_ticket_is_one_that_zendesk_takes(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    assert await tickets.open_ticket(a_ticket()) == f"#35 {zendesk.url}/agent/tickets/35"
    fields = zendesk.tickets[35].fields
    assert (fields["type"], fields["priority"], fields["due_at"]) == ("task", "normal", "2026-11-17T09:00:00Z")
    assert fields["tags"] == ["handover", "human_handover", "vip_customer"]
    assert fields["requester"] == {"name": "Jamie Rivera", "email": "jamie@example.com"}
    assert zendesk.refused == []


@pytest.mark.parametrize(
    ("priority", "there"), [("low", "low"), ("medium", "normal"), ("high", "high"), ("urgent", "urgent")]
)
async def test_priorities(tickets: ZendeskTickets, zendesk: Zendesk, priority: str, there: str) -> None:
    await tickets.open_ticket(a_ticket(priority=Priority(priority)))
    assert zendesk.tickets[35].fields["priority"] == there


async def test_a_long_conversation_is_taken_too(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    lines = [Line(Author.contact, "<&>🙂" * 2000, START, row) for row in range(1, 200)]
    await tickets.open_ticket(ticket_of(case(), lines, ""))
    assert zendesk.refused == []
    assert zendesk.tickets[35].first.endswith("[handover 199]")


async def test_who_left_no_address_is_no_requester(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    await tickets.open_ticket(a_ticket(contact=Contact(name="Jamie", phone="+15550100")))
    assert "requester" not in zendesk.tickets[35].fields
    assert "Phone: +15550100" in zendesk.tickets[35].first


async def test_who_left_no_name_is_called_by_their_address(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    await tickets.open_ticket(a_ticket(contact=Contact(email="jamie@example.com")))
    assert zendesk.tickets[35].fields["requester"] == {"name": "jamie", "email": "jamie@example.com"}


@pytest.mark.parametrize("email", ["jamie at example", "blocked@example.com"])
async def test_whom_zendesk_will_not_have_costs_no_ticket(
    tickets: ZendeskTickets, zendesk: Zendesk, email: str
) -> None:
    zendesk.suspended.add("blocked@example.com")
    await tickets.open_ticket(a_ticket(contact=Contact(name="Jamie", email=email)))
    assert "requester" not in zendesk.tickets[35].fields
    assert f"Email: {email}" in zendesk.tickets[35].first


async def test_the_same_handover_has_one_ticket(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    assert await tickets.open_ticket(a_ticket()) == await tickets.open_ticket(a_ticket("More was said"))
    assert len(zendesk.tickets) == 1
    zendesk.forget_keys()
    await tickets.open_ticket(a_ticket("Much later"))
    assert len(zendesk.tickets) == 1


async def test_one_that_was_made_and_is_not_shown_is_waited_for(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    zendesk.write_faults = [does_it_and_hangs_up]
    with pytest.raises(TryAgain):
        await tickets.open_ticket(a_ticket())
    zendesk.read_faults = [shows_nothing, shows_nothing]
    with pytest.raises(TryAgain, match="has begun to make the ticket"):
        await tickets.open_ticket(a_ticket("More was said"))
    assert await tickets.open_ticket(a_ticket("More was said")) == f"#35 {zendesk.url}/agent/tickets/35"
    assert len(zendesk.tickets) == 1


async def test_the_wrong_token_names_its_settings_and_not_itself(zendesk: Zendesk) -> None:
    tickets = ZendeskTickets(ZendeskApi(ZendeskAccount(zendesk.url, EMAIL, SecretStr("wrong-token"))))
    with pytest.raises(TryAgain, match="HANDOVER_ZENDESK_EMAIL, HANDOVER_ZENDESK_TOKEN") as error:
        await tickets.open_ticket(a_ticket())
    assert "wrong-token" not in str(error.value)
    assert "wrong-token" not in repr(error.value.__cause__)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (says(500), "Zendesk answered 500"),
        (says(403), "does not let us in (403)"),
        (says(404), "look at HANDOVER_ZENDESK_URL"),
        (says(301, Location="https://elsewhere.example.org/"), "is somewhere else (301)"),
        (says(200, {"tickets": [{"id": "x"}]}), "can't be read: ZendeskTicket id, status"),
        (hangs_up, "could not be reached"),
    ],
)
async def test_what_may_pass_is_tried_again(
    tickets: ZendeskTickets, zendesk: Zendesk, fault: object, words: str
) -> None:
    zendesk.read_faults = [fault]  # type: ignore[list-item]
    with pytest.raises(TryAgain) as error:
        await tickets.open_ticket(a_ticket())
    assert words in str(error.value)
    assert error.value.after is None


@pytest.mark.parametrize(("header", "after"), [("30", 30), ("99999999999", 3600), ("soon", None), ("-1", None)])
async def test_how_long_it_wants_to_be_left_alone(
    tickets: ZendeskTickets, zendesk: Zendesk, header: str, after: int | None
) -> None:
    zendesk.read_faults = [says(429, Retry_After=header)]
    with pytest.raises(TryAgain) as error:
        await tickets.open_ticket(a_ticket())
    assert error.value.after == (None if after is None else timedelta(seconds=after))


async def test_what_it_refuses_says_why(tickets: ZendeskTickets, zendesk: Zendesk) -> None:
    zendesk.write_faults = [says(422, {"error": "RecordInvalid", "description": "No", "details": {"base": ["odd"]}})]
    with pytest.raises(Undeliverable, match=r"refused it \(422\)"):
        await tickets.open_ticket(a_ticket())
    zendesk.write_faults = [says(422, {"error": {"title": "odd", "message": "shape"}})]
    with pytest.raises(Undeliverable, match="shape"):
        await tickets.open_ticket(a_ticket())
    assert zendesk.tickets == {}


async def test_all_comments_are_read_however_many_there_are(api: ZendeskApi, zendesk: Zendesk) -> None:
    await ZendeskTickets(api).open_ticket(a_ticket())
    ben = zendesk.person("Ben", "ben@example.org")
    for number in range(2 * PAGE_SIZE + 3):
        zendesk.comment(zendesk.tickets[35], ben, f"comment {number}")
    found = await api.comments(35)
    assert [one.text for one in found.comments][1:] == [f"comment {number}" for number in range(2 * PAGE_SIZE + 3)]
    assert {one.name for one in found.users.values()} == {"Ben", "Handover"}
    assert zendesk.refused == []
