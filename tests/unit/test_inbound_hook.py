"""The door for signed webhooks of any system: what is taken, into which conversation, and that all comes in once."""

import json
from datetime import UTC, datetime
from typing import Any

from handover.errors import Refused, Unavailable
from handover.messages import Author, Contact
from store import Store
from tests.unit.hook_world import DATA, DOOR, OLDER, Workflows, event, send, signed
from tests.unit.store_world import BOT, begin, told
from tests.unit.web_world import Http

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.hook_fixtures"]


async def test_a_message_reaches_its_conversation(hook_http: Http, hook_workflows: Workflows) -> None:
    contact: dict[str, Any] = {"id": "u7", "name": "Jamie", "phone": "+15550100", "email": "j@example.org"}
    sent_at = "2026-11-16T09:00:00+01:00"
    contact |= {"tags": ["vip"], "fields": {"model": "NW-200"}}
    answer = await send(hook_http, event(contact=contact, sent_at=sent_at) | {"timestamp": sent_at})
    assert (answer.status_code, answer.json()) == (
        202,
        {"conversation_id": "messenger:42", "message_id": "m-1", "duplicate": False},
    )
    [(conversation_id, message, start)] = hook_workflows.posted
    assert (conversation_id, message.message_id, message.text) == ("messenger:42", "m-1", DATA["text"])
    assert message.sent_at == datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert start == {"bot_id": BOT.id, "channel": "messenger", "contact": Contact(**contact)}


async def test_a_delivery_that_comes_again_changes_nothing(hook_http: Http, hook_workflows: Workflows) -> None:
    first, again = await send(hook_http, event()), await send(hook_http, event())
    assert (first.json()["duplicate"], again.status_code, again.json()["duplicate"]) == (False, 202, True)
    assert len(hook_workflows.posted) == 1


async def test_a_message_that_comes_in_another_delivery_is_a_duplicate(hook_http: Http) -> None:
    await send(hook_http, event())
    assert (await send(hook_http, event(), id="evt-2")).json()["duplicate"] is True
    assert (await send(hook_http, event(conversation_id="43"), id="evt-3")).json()["duplicate"] is False


async def test_a_request_for_a_person_is_made_once(hook_http: Http, hook_workflows: Workflows) -> None:
    asked = event("human.requested", message_id=None, text="A technician, please", contact={"name": "Jamie"})
    answers = [await send(hook_http, asked), await send(hook_http, asked)]
    assert [one.status_code for one in answers] == [202, 202]
    assert [one.json() for one in answers] == [
        {"conversation_id": "messenger:42", "duplicate": False},
        {"conversation_id": "messenger:42", "duplicate": True},
    ]
    [(conversation_id, request, start, key)] = hook_workflows.pressed
    assert (conversation_id, request.text, key) == (
        "messenger:42",
        "A technician, please",
        "inbound/messenger/evt-1",
    )
    assert (start.bot_id, start.channel, start.contact) == (BOT.id, "messenger", Contact(name="Jamie"))


async def test_what_the_bot_does_not_do_is_told_in_its_words(hook_http: Http, hook_workflows: Workflows) -> None:
    hook_workflows.trouble = Refused("handovers_off", "This bot hands nothing over.")
    answer = await send(hook_http, event("human.requested", message_id=None))
    assert (answer.status_code, answer.json()["detail"]) == (409, "This bot hands nothing over.")


async def test_a_message_that_did_not_arrive_says_why(hook_http: Http, now_store: Store) -> None:
    await begin(now_store, "messenger:42")
    put = await now_store.transcripts.put(
        told("answer", conversation_id="messenger:42", author=Author.person), waits=True
    )
    assert put.row is not None
    failure = event("message.undelivered", message_id="theirs-1", text=None, reason="The contact has blocked you")
    early = await send(hook_http, failure)
    assert (early.status_code, early.json()["detail"]) == (404, "There is no message 'theirs-1'.")
    await now_store.transcripts.mark_left(put.row, "theirs-1")
    assert (await send(hook_http, failure)).status_code == 202
    page = await now_store.reads.messages("messenger:42", notes=True)
    assert [one.failed for one in page.items] == ["messenger says: The contact has blocked you"]


async def test_nobody_reports_on_messages_of_other_channels(hook_http: Http, now_store: Store) -> None:
    await begin(now_store, "other:42")
    put = await now_store.transcripts.put(told("answer", conversation_id="other:42", author=Author.person), waits=True)
    assert put.row is not None
    await now_store.transcripts.mark_left(put.row, "theirs-1")
    failure = event("message.undelivered", message_id="theirs-1", text=None, reason="no")
    assert (await send(hook_http, failure)).status_code == 404
    page = await now_store.reads.messages("other:42")
    assert [one.failed for one in page.items] == [""]


async def test_what_could_not_be_done_is_taken_at_the_next_try(hook_http: Http, hook_workflows: Workflows) -> None:
    hook_workflows.trouble = Unavailable("Temporal does not answer.")
    assert (await send(hook_http, event())).status_code == 503
    hook_workflows.trouble = None
    again = await send(hook_http, event())
    assert (again.status_code, again.json()["duplicate"], len(hook_workflows.posted)) == (202, False, 1)


async def test_a_secret_may_be_changed_while_both_are_in_use(hook_http: Http, hook_workflows: Workflows) -> None:
    assert (await send(hook_http, event(), secret=OLDER)).status_code == 202
    body = json.dumps(event(message_id="m-2")).encode()
    headers = signed(body, "evt-2")
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]
    assert (await hook_http.post(DOOR, content=body, headers=headers)).status_code == 202
    assert len(hook_workflows.posted) == 2
