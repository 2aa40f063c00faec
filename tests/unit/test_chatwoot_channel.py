"""What Handover writes into Chatwoot: once each, as text, and so that agents there see how a handover stands."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.chatwoot import ChatwootChannel
from channels.chatwoot_api import MAX_ANSWER, ChatwootApi, ChatwootTrouble, TokenRefused
from handover.bot import Priority
from handover.casefile import Case, Holder, TaskState
from handover.errors import NotFound, Undeliverable
from handover.messages import Author, Contact, ConversationStatus, HandoverStatus, Outcome
from handover.outside import Followed, Parcel
from handover.ports import Line
from handover.staff import Staff
from tests.unit.make import case as make_case
from tests.vendors.chatwoot import (
    BOT_TOKEN,
    BOTS_MAY_BEFORE,
    PAUSE,
    USER_TOKEN,
    Chatwoot,
    answers,
    does_it_and_hangs_up,
    fails,
    hangs_up,
    has_too_much_to_do,
)
from tests.vendors.chatwoot_shapes import ACCOUNT, Talk

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADDRESSES = {"sarah": "Sarah@Example.org", "ben": ""}


class Store:
    """A team of two, and a transcript."""

    def __init__(self) -> None:
        self.lines: list[Line] = [Line(Author.contact, "My heating shows {{contact.email}}", NOW, 1)]

    async def staff(self, staff_id: str) -> Staff:
        if staff_id not in ADDRESSES:
            raise NotFound("staff member", staff_id)
        return Staff(id=staff_id, name=staff_id, addresses={"email": ADDRESSES[staff_id]})

    async def transcript(self, conversation_id: str, limit: int = 100) -> list[Line]:
        return self.lines


@pytest.fixture
async def there() -> AsyncIterator[Chatwoot]:
    async with Chatwoot.opened() as there:
        there.keeps = True
        yield there


@pytest.fixture
def talk(there: Chatwoot) -> Talk:
    return there.new_talk()


def channel_of(there: Chatwoot, user_token: str = USER_TOKEN, token: str = BOT_TOKEN) -> ChatwootChannel:
    store: Any = Store()
    return ChatwootChannel(ChatwootApi(there.url, token, user_token), store, store)


def parcel(talk: Talk, text: str = "Hello", key: str = "turn/1/answer", **changes: Any) -> Parcel:
    values = {"author": Author.bot, "contact": Contact(), "row": 1, "channel": "chatwoot", "key": key, "text": text}
    return Parcel(conversation_id=f"chatwoot:{ACCOUNT}:{talk.id}", **(values | changes))


def case_of(talk: Talk, **changes: Any) -> Case:
    sarah = Holder(staff_id="sarah", name="Sarah Lindgren")
    due = NOW + timedelta(hours=24)
    task = TaskState(number=1, title="Follow up: heating", priority=Priority.medium, due_at=due, created_at=NOW)
    base = make_case().model_copy(update={"conversation_id": f"chatwoot:{ACCOUNT}:{talk.id}", "channel": "chatwoot"})
    return base.model_copy(update={"holder": sarah, "task": task} | changes)


def ended_as(status: str) -> dict[str, Any]:
    return {"status": HandoverStatus(status), "completed_at": NOW, "ended_by": "sarah", "outcome": Outcome.closed}


def followed(talk: Talk, status: str, case: Case | None, told: dict[str, Any] | None = None) -> Followed:
    return Followed(
        conversation_id=f"chatwoot:{ACCOUNT}:{talk.id}",
        channel="chatwoot",
        status=ConversationStatus(status),
        contact=Contact(tags=["HVAC code", "human_handover"]),
        case=case,
        told=told or {},
    )


# ---- messages ------------------------------------------------------------------------------------------------------------


async def test_a_message_is_written_once_however_often_it_is_carried(there: Chatwoot, talk: Talk) -> None:
    channel = channel_of(there)
    assert await channel.send(parcel(talk)) == await channel.send(parcel(talk))
    assert there.public(talk) == ["Hello"]
    assert there.refused == []


@pytest.mark.parametrize("user_token", [USER_TOKEN, ""])
async def test_an_answer_that_was_lost_does_not_write_it_twice(there: Chatwoot, talk: Talk, user_token: str) -> None:
    there.faults["messages create"] = [does_it_and_hangs_up]
    channel = channel_of(there, user_token)
    with pytest.raises(ChatwootTrouble, match="could not be reached"):
        await channel.send(parcel(talk))
    assert await channel.send(parcel(talk)) == str(talk.said[0].id)
    assert there.public(talk) == ["Hello"]


async def test_an_older_chatwoot_that_shows_bots_nothing_still_takes_messages(there: Chatwoot, talk: Talk) -> None:
    there.bots_may = set(BOTS_MAY_BEFORE)
    await channel_of(there, user_token="").send(parcel(talk))
    assert there.public(talk) == ["Hello"]


async def test_what_an_agent_wrote_there_is_not_written_again(there: Chatwoot, talk: Talk) -> None:
    written = parcel(talk, key="reply/sarah/cw-1042", author=Author.person)
    assert await channel_of(there).send(written) == "1042"
    assert there.asked == []
    await channel_of(there).send(parcel(talk, key="reply/sarah/cw-1042", author=Author.bot))
    await channel_of(there).send(parcel(talk, "Two", key="reply/sarah/mine-cw-1042", author=Author.person))
    assert there.public(talk) == ["Hello", "Two"]


async def test_a_person_s_words_begin_with_how_the_contact_knows_them(there: Chatwoot, talk: Talk) -> None:
    await channel_of(there).send(parcel(talk, author=Author.person, label="Sarah from Northwind"))
    assert there.public(talk) == ["Sarah from Northwind: Hello"]


async def test_templates_and_mentions_stay_text(there: Chatwoot, talk: Talk) -> None:
    await channel_of(there).send(parcel(talk, "Type {{contact.email}} or {% raw %} or [x](mention://user/1/x)"))
    [shown] = there.public(talk)
    assert shown.replace("\u200b", "") == "Type {{contact.email}} or {% raw %} or [x](mention://user/1/x)"
    assert "mention://" not in shown


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (fails, "Chatwoot answered 503: Service unavailable"),
        (has_too_much_to_do, "429"),
        (hangs_up, "could not be reached"),
        (answers(302, {}), "HANDOVER_CHATWOOT_URL"),
        (answers(422, {"error": "Too many messages"}), "Too many messages"),
        (answers(200, b"<html>"), "HANDOVER_CHATWOOT_URL"),
        (answers(200, []), "did not say how it calls it"),
        (answers(200, b" " * (MAX_ANSWER + 1)), "more than 4 MB"),
    ],
)
async def test_what_is_tried_again(there: Chatwoot, talk: Talk, fault: Any, words: str) -> None:
    there.faults["messages create"] = [fault]
    with pytest.raises(ChatwootTrouble, match=words):
        await channel_of(there).send(parcel(talk))
    await channel_of(there).send(parcel(talk))
    assert there.public(talk) == ["Hello"]


@pytest.mark.parametrize(("fault", "pause"), [(has_too_much_to_do, timedelta(seconds=PAUSE)), (fails, None)])
async def test_chatwoot_says_when_to_come_again(
    there: Chatwoot, talk: Talk, fault: Any, pause: timedelta | None
) -> None:
    there.faults["messages create"] = [fault]
    with pytest.raises(ChatwootTrouble) as raised:
        await channel_of(there).send(parcel(talk))
    assert raised.value.after == pause


@pytest.mark.parametrize("fault", [answers(422, {"error": "Content is too long"}), answers(403, {"error": "No"})])
async def test_what_is_refused_for_good_says_why(there: Chatwoot, talk: Talk, fault: Any) -> None:
    there.faults["messages create"] = [fault]
    with pytest.raises(Undeliverable, match=r"Content is too long|No"):
        await channel_of(there).send(parcel(talk))


async def test_a_conversation_that_is_gone(there: Chatwoot, talk: Talk) -> None:
    del there.talks[talk.id]
    with pytest.raises(Undeliverable, match="does not have this conversation"):
        await channel_of(there).send(parcel(talk))
    told = await channel_of(there).follow(followed(talk, "escalated", case_of(talk)))
    assert "gone" in told
    asked = len(there.refused)
    assert await channel_of(there).follow(followed(talk, "escalated", case_of(talk), told)) == told
    assert len(there.refused) == asked, "it was asked again for what is gone"
    there.talks[talk.id] = talk
    told = await channel_of(there).follow(followed(talk, "human", case_of(talk), told))
    assert (talk.status, "gone" in told) == ("open", False)


@pytest.mark.parametrize("conversation_id", ["web-1", "chatwoot:1", "chatwoot:0:1", "chatwoot:1:x", "chatwoot:1:2:3"])
async def test_a_conversation_that_is_not_there_at_all(there: Chatwoot, conversation_id: str, talk: Talk) -> None:
    with pytest.raises(Undeliverable, match="chatwoot:ACCOUNT:NUMBER"):
        await channel_of(there).send(parcel(talk).model_copy(update={"conversation_id": conversation_id}))
    assert there.asked == []


async def test_a_wrong_token_names_its_setting_and_never_itself(there: Chatwoot, talk: Talk) -> None:
    with pytest.raises(TokenRefused, match="check HANDOVER_CHATWOOT_TOKEN") as caught:
        await channel_of(there, "", token="not-the-token").send(parcel(talk))
    assert "not-the-token" not in str(caught.value)


# ---- how a handover stands -----------------------------------------------------------------------------------------------


async def test_a_handover_opens_the_conversation_with_all_its_context(there: Chatwoot, talk: Talk) -> None:
    talk.labels = ["winter"]
    channel = channel_of(there)
    told = await channel.follow(followed(talk, "escalated", case_of(talk)))
    assert (talk.status, talk.assignee, talk.labels[0]) == ("open", there.agents[0], "winter")
    assert {"hvac-code", "human_handover"} <= set(talk.labels)
    [note] = there.notes(talk)
    assert "Assigned to: Sarah Lindgren" in note
    assert "Task: Follow up: heating, due 2026-11-22 12:00 UTC" in note
    assert "{{contact.email}}" in note.replace("\u200b", "")
    assert there.public(talk) == []
    asked = len(there.asked)
    assert await channel.follow(followed(talk, "human", case_of(talk), told)) == told
    assert len(there.asked) == asked, "what is told was told again"
    assert there.refused == []


@pytest.mark.parametrize(
    "action", ["toggle_status", "messages create", "assignments create", "labels create", "agents"]
)
@pytest.mark.parametrize("fault", [does_it_and_hangs_up, fails])
async def test_a_fault_anywhere_doubles_nothing(there: Chatwoot, talk: Talk, action: str, fault: Any) -> None:
    there.faults[action] = [fault]
    channel = channel_of(there)
    with pytest.raises(ChatwootTrouble):
        await channel.follow(followed(talk, "escalated", case_of(talk)))
    await channel.follow(followed(talk, "escalated", case_of(talk)))
    assert (talk.status, talk.assignee, len(there.notes(talk))) == ("open", there.agents[0], 1)
    assert len(talk.labels) == len(set(talk.labels))


async def test_without_a_person_s_token_everything_but_the_assignee_is_shown(there: Chatwoot, talk: Talk) -> None:
    await channel_of(there, user_token="").follow(followed(talk, "escalated", case_of(talk)))
    assert (talk.status, talk.assignee, len(there.notes(talk))) == ("open", None, 1)
    assert "human_handover" in talk.labels


async def test_an_older_chatwoot_gets_status_and_note(there: Chatwoot, talk: Talk) -> None:
    there.bots_may = set(BOTS_MAY_BEFORE)
    await channel_of(there, user_token="").follow(followed(talk, "escalated", case_of(talk)))
    assert (talk.status, talk.labels, len(there.notes(talk))) == ("open", [], 1)


@pytest.mark.parametrize("staff_id", ["ben", "nobody"])
async def test_a_holder_who_is_not_in_chatwoot_leaves_the_assignee(there: Chatwoot, talk: Talk, staff_id: str) -> None:
    talk.assignee = there.agents[1]
    case = case_of(talk, holder=Holder(staff_id=staff_id, name="Ben Okafor"))
    await channel_of(there).follow(followed(talk, "escalated", case))
    assert talk.assignee == there.agents[1]
    assert "Assigned to: Ben Okafor" in there.notes(talk)[0]


async def test_a_label_that_was_taken_away_there_is_not_added_again(there: Chatwoot, talk: Talk) -> None:
    channel = channel_of(there)
    told = await channel.follow(followed(talk, "escalated", case_of(talk)))
    talk.labels = []
    again = case_of(talk).model_copy(update={"number": 2})
    await channel.follow(followed(talk, "escalated", again, told))
    assert talk.labels == []
    assert len(there.notes(talk)) == 2


@pytest.mark.parametrize(
    ("status", "ended", "wanted"),
    [
        ("bot", None, "pending"),
        ("bot", "completed", "resolved"),
        ("bot", "cancelled", "pending"),
        ("closed", None, "resolved"),
    ],
)
async def test_when_people_are_done_it_is_the_bot_s_or_over(
    there: Chatwoot, talk: Talk, status: str, ended: str | None, wanted: str
) -> None:
    channel = channel_of(there)
    told = await channel.follow(followed(talk, "human", case_of(talk)))
    end = (
        {"status": HandoverStatus(ended), "completed_at": NOW, "ended_by": "sarah", "outcome": Outcome.closed}
        if ended
        else {}
    )
    told = await channel.follow(followed(talk, status, case_of(talk, **end), told))
    assert talk.status == wanted
    assert [note.splitlines()[0] for note in there.notes(talk)[1:]] == (
        [
            f"Handover 1 was {ended} by Sarah Lindgren"
            + (": closed." if ended == "completed" else ". The bot answers again.")
        ]
        if ended
        else []
    )
    asked = len(there.asked)
    assert await channel.follow(followed(talk, status, case_of(talk, **end), told)) == told
    assert len(there.asked) == asked


async def test_a_conversation_that_people_never_had_is_left_alone(there: Chatwoot, talk: Talk) -> None:
    assert await channel_of(there).follow(followed(talk, "bot", None)) == {}
    assert there.asked == []
