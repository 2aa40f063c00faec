"""Tickets by signed webhook, against a receiver that has the reference library of Standard Webhooks."""

from collections.abc import AsyncIterator

import pytest

from handover.errors import TryAgain, Undeliverable
from handover.messages import Author, Contact
from handover.outside import Ticket
from handover.ports import Line
from handover.ticket import ticket_of
from integrations.ticket_webhook import OPENED, WebhookTickets
from tests.unit.make import START, case
from tests.vendors.ticket_receiver import SECRET, TicketReceiver


@pytest.fixture
async def receiver() -> AsyncIterator[TicketReceiver]:
    async with TicketReceiver.opened() as receiver:
        yield receiver


@pytest.fixture
def tickets(receiver: TicketReceiver) -> WebhookTickets:
    return WebhookTickets(receiver.url, SECRET)


def a_ticket(conversation_id: str = "c1") -> Ticket:
    made = case(contact=Contact(name="Jamie Rivera", email="jamie@example.com"), conversation_id=conversation_id)
    return ticket_of(made, [Line(Author.contact, "Kaputt 🙂", START, 1)], "https://handover.example.org")


async def test_the_receiver_is_told_everything_and_names_the_ticket(
    tickets: WebhookTickets, receiver: TicketReceiver
) -> None:
    assert await tickets.open_ticket(a_ticket()) == "OPS-1"
    [ticket] = receiver.tickets.values()
    assert ticket["external_id"] == "c1~1"
    assert ticket["contact"]["email"] == "jamie@example.com"
    assert ticket["said"] == [
        {"row": 1, "author": "contact", "who": "Jamie Rivera", "at": "2026-11-16T09:00:00Z", "text": "Kaputt 🙂"}
    ]
    assert "    Kaputt 🙂" in ticket["text"]
    assert (ticket["priority"], ticket["due_at"]) == ("medium", "2026-11-17T09:00:00Z")
    assert ticket["link"] == "https://handover.example.org/inbox/c1"
    assert receiver.refused == []


async def test_the_same_handover_has_the_same_name_for_ever(tickets: WebhookTickets, receiver: TicketReceiver) -> None:
    receiver.answers = [None]
    with pytest.raises(TryAgain):
        await tickets.open_ticket(a_ticket("a.b:c"))
    assert await tickets.open_ticket(a_ticket("a.b:c")) == "OPS-1"
    assert await tickets.open_ticket(a_ticket("other")) == "OPS-2"
    assert [name.count(".") for name in receiver.tickets] == [0, 0]


@pytest.mark.parametrize(
    ("body", "name"),
    [("", OPENED), ("thanks", OPENED), ("[1]", OPENED), ('{"reference": null}', OPENED), ('{"reference": 7}', "7")],
)
async def test_a_receiver_that_gives_no_name(
    tickets: WebhookTickets, receiver: TicketReceiver, body: str, name: str
) -> None:
    receiver.answers = [(202, body or " ")]
    assert await tickets.open_ticket(a_ticket()) == name


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "answered 500: oh no"), (404, "answered 404"), (429, "answered 429"), (302, "answered 302")],
)
async def test_what_may_pass_is_tried_again(
    tickets: WebhookTickets, receiver: TicketReceiver, status: int, words: str
) -> None:
    receiver.answers = [(status, "oh\nno")]
    with pytest.raises(TryAgain, match=words):
        await tickets.open_ticket(a_ticket())


async def test_a_receiver_that_knows_another_secret(receiver: TicketReceiver) -> None:
    tickets = WebhookTickets(receiver.url, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    with pytest.raises(TryAgain, match="HANDOVER_TICKET_WEBHOOK_SECRET") as error:
        await tickets.open_ticket(a_ticket())
    assert "AAAA" not in str(error.value)
    assert receiver.tickets == {}


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
async def test_what_it_refuses_has_failed_for_good(
    tickets: WebhookTickets, receiver: TicketReceiver, status: int
) -> None:
    receiver.answers = [(status, "no such queue")]
    with pytest.raises(Undeliverable, match="no such queue"):
        await tickets.open_ticket(a_ticket())


async def test_nobody_is_there() -> None:
    with pytest.raises(TryAgain, match=r"The receiver of tickets: 127\.0\.0\.1 could not be reached"):
        await WebhookTickets("http://127.0.0.1:1025/", SECRET).open_ticket(a_ticket())
