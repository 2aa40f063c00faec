"""What comes of "Claim" in Slack: whose the case is, and what everybody who presses is told."""

import logging

import pytest

from handover.errors import NotFound, Refused, Unavailable
from handover.messages import HandoverStatus
from store import Store
from tests.unit.people_world import OMAR, audited
from tests.unit.slack_world import (
    ANN_THERE,
    BEN_THERE,
    NOW,
    PATH,
    PressedClient,
    at_slack,
    message_of,
    post,
    press,
)
from tests.unit.store_world import case_of, open_one, save, staff
from tests.unit.web_world import Http
from tests.vendors.notified import Vendors
from tests.vendors.slack import form, signed
from web.doors import slack_claims

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.slack_fixtures"]


async def test_the_button_claims_and_the_message_says_so(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, now_store: Store
) -> None:
    message = await message_of(slack_vendors)
    answer = await press(slack_door, slack_vendors, message)
    assert (answer.status_code, answer.content) == (200, b"")
    assert pressing.claims == [("c1~1", "ann")]
    assert message.says.splitlines()[-1] == "You have claimed it: the case is yours."
    assert "c1 is <yours> & nobody's" in message.says
    assert message.labels == ["Open the case"]
    assert message.buttons[0][1]["url"] == "https://help.example.org/inbox/c1"
    assert ("claimed_by_slack", "person:ann") in await audited(now_store)


async def test_slack_is_answered_before_anything_is_done(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient
) -> None:
    await press(slack_door, slack_vendors, await message_of(slack_vendors))
    assert pressing.happened == ["answered", "claimed"]


async def test_the_other_cases_of_a_message_keep_their_buttons(slack_door: Http, slack_vendors: Vendors) -> None:
    message = await message_of(slack_vendors, "c1", "c2")
    await press(slack_door, slack_vendors, message)
    assert message.labels == ["Open the case", "Claim", "Open the case"]
    assert [name for name, _ in message.buttons] == ["c1~1", "c2~1", "c2~1"]


async def test_the_same_delivery_twice_changes_nothing(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient
) -> None:
    body = form(slack_vendors.slack.pressed(await message_of(slack_vendors), "claim_case", ANN_THERE))
    headers = signed(body)
    answers = [(await slack_door.post(PATH, content=body, headers=headers)).status_code for _ in range(3)]
    assert answers == [200] * 3
    assert (len(pressing.claims), len(slack_vendors.slack.responses)) == (1, 1)


async def test_pressing_again_says_so_kindly(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, now_store: Store
) -> None:
    await acknowledged_by(now_store, "ann")
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    assert message.says.splitlines()[-1] == "You have claimed it before: the case is yours."
    assert pressing.claims == []


async def acknowledged_by(store: Store, staff_id: str) -> None:
    opened = await open_one(store)
    await save(store, case_of(opened, holder=staff_id, seq=1, status=HandoverStatus.acknowledged, acted_at=NOW))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("already_claimed", "Omar was faster and claimed this handover"),
        ("already_completed", "Omar already completed this"),
        ("already_cancelled", "Omar already cancelled this"),
    ],
)
async def test_who_is_slower_is_told_who_was_faster_and_since_when(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, now_store: Store, code: str, words: str
) -> None:
    pressing.answer = Refused(code, "…", holder="omar", since=NOW)
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    last = message.says.splitlines()[-1]
    assert last.startswith(words)
    assert last.endswith("(16 November 2026, 09:00 UTC)")
    assert f"<!date^{int(NOW.timestamp())}^" in message.text
    assert "omar@" not in str(message)
    assert message.labels == ["Open the case"]
    assert ("slack_claim_late", "person:ann") in await audited(now_store)


async def test_a_refusal_without_a_name_has_its_own_words(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient
) -> None:
    pressing.answer = Refused("odd", "Not <today>.")
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    assert message.says.splitlines()[-1] == "Not <today>."


@pytest.mark.parametrize(("member", "says"), [("U0NOBODY1", slack_claims.UNKNOWN), (BEN_THERE, slack_claims.DISABLED)])
async def test_who_is_unknown_or_disabled_is_told_and_nobody_else(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, now_store: Store, member: str, says: str
) -> None:
    message = await message_of(slack_vendors)
    before = list(message.blocks)
    await press(slack_door, slack_vendors, message, member)
    assert (message.whispers, message.blocks) == ([says], before)
    assert slack_vendors.slack.responses[0]["response_type"] == "ephemeral"
    assert pressing.claims == []
    assert ("slack_claim_refused", "unknown") in await audited(now_store)


async def test_of_two_with_one_account_neither_claims(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, now_store: Store
) -> None:
    await staff(now_store, at_slack(OMAR, ANN_THERE))
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    assert (message.whispers, pressing.claims) == ([slack_claims.SEVERAL], [])


@pytest.mark.parametrize("value", ["", "c1", "c1~2", "c9~1", "c1~0", "../c1~1", "x" * 2000, "c1~1\ud800", "<b>~1"])
async def test_a_case_that_is_none(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, value: str
) -> None:
    message = await message_of(slack_vendors)
    actions = [{"action_id": "claim_case", "block_id": "c1~1", "value": value}]
    assert (await press(slack_door, slack_vendors, message, actions=actions)).status_code == 200
    assert message.says.splitlines()[-1] == slack_claims.NO_CASE
    assert pressing.claims == []


async def test_a_case_that_is_gone_meanwhile_is_still_there_in_the_store(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient
) -> None:
    """The run has not begun yet, or can't be found: nothing is known of it, and nothing breaks."""
    pressing.answer = NotFound("open handover", "c1~1")
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    assert message.says.splitlines()[-1] == slack_claims.NO_CASE


async def test_while_temporal_is_away_the_button_stays(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient
) -> None:
    pressing.answer = Unavailable("No answer came in time. What was asked is not lost: look again in a moment.")
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message)
    assert message.whispers == [str(pressing.answer)]
    assert message.labels == ["Claim", "Open the case"]
    pressing.answer = None
    await press(slack_door, slack_vendors, message)
    assert message.labels == ["Open the case"]


async def test_what_goes_wrong_here_is_told_and_can_be_pressed_again(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, caplog: pytest.LogCaptureFixture
) -> None:
    pressing.answer = ValueError("very-secret")
    message = await message_of(slack_vendors)
    body = form(slack_vendors.slack.pressed(message, "claim_case", ANN_THERE))
    headers = signed(body)
    assert (await slack_door.post(PATH, content=body, headers=headers)).status_code == 200
    assert message.whispers == [slack_claims.FAILED]
    assert "very-secret" not in caplog.text
    pressing.answer = None
    await slack_door.post(PATH, content=body, headers=headers)
    assert message.says.splitlines()[-1] == slack_claims.CLAIMED


@pytest.mark.parametrize("answer", [(404, "expired_url"), (500, ""), (429, ""), (302, "")])
async def test_a_claim_stands_where_its_answer_is_not_taken(
    slack_door: Http,
    slack_vendors: Vendors,
    pressing: PressedClient,
    answer: tuple[int, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    slack_vendors.faults["slack_actions"] = answer
    payload = slack_vendors.slack.pressed(await message_of(slack_vendors), "claim_case", ANN_THERE)
    assert (await post(slack_door, payload)).status_code == 200
    assert pressing.claims == [("c1~1", "ann")]
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("web"))
    assert f"could not be answered: Slack answered {answer[0]}" in ours
    assert "/actions/" not in ours, "the address is a permission"


async def test_a_message_that_slack_does_not_show_gives_way_as_a_whole(
    slack_door: Http, slack_vendors: Vendors
) -> None:
    message = await message_of(slack_vendors)
    await press(slack_door, slack_vendors, message, message={"text": "x"})
    assert message.says == slack_claims.CLAIMED
