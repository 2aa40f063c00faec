"""What a member of Slack is sent: words as they are, a button for each thing that can be done, and what a refusal means."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from handover.casefile import Notification
from handover.errors import TryAgain, Undeliverable
from handover.ids import HandoverId
from handover.slack import MAX_TEXT, buttons, escaped, replaced, section
from integrations.apprise_sender import AppriseSender, make_senders
from integrations.letters import About, Letter, letter
from integrations.slack_sender import MOST_CASES, SlackSender, message, with_buttons
from settings import AppSettings
from tests.vendors.notified import SLACK_TOKEN, Vendors
from tests.vendors.slack import SIGNING_SECRET
from tests.vendors.slack_blocks import MAX_ALL, fault, shown

URL = "https://help.example.org"
SARAH = "U012AB3CD"


def told(number: int = 1, text: str = "It is yours", event: str = "conversation_assigned") -> Notification:
    return Notification.model_validate(
        {
            "key": f"c{number}~1:{event}",
            "staff_id": "sarah",
            "event": event,
            "conversation_id": f"c{number}",
            "number": 1,
            "text": text,
        }
    )


def about(number: int = 1, text: str = "It is yours", title: str = "The heating is out", claim: bool = True) -> About:
    link = f"{URL}/inbox/c{number}"
    return About((told(number, text),), title, "today", link, f"{URL}/claim/x" if claim else "")


def a_letter(*cases: About) -> Letter:
    return letter(cases or [about()], f"{URL}/notifications")


class Others:
    """Whoever is not a member."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, address: str, letter: Letter) -> None:
        self.sent.append(address)


@pytest.fixture
def workspace() -> Iterator[Vendors]:
    with Vendors.running() as running:
        yield running


def sender(vendors: Vendors, others: Others | None = None, token: str = SLACK_TOKEN) -> SlackSender:
    return SlackSender(SecretStr(token), others or Others(), vendors.url)


async def test_a_member_gets_buttons(workspace: Vendors) -> None:
    await sender(workspace).send(f" {SARAH} ", a_letter())
    [one] = workspace.slack.messages
    assert one.channel == SARAH
    assert one.says == "*A conversation is yours: The heating is out*\nIt is yours\nDue: today"
    [(_, claim), (_, opening)] = one.buttons
    assert (claim["action_id"], claim["value"], claim["style"]) == ("claim_case", "c1~1", "primary")
    assert (opening["action_id"], opening["url"]) == ("open_case", f"{URL}/inbox/c1")
    assert one.text == f"A conversation is yours: The heating is out\nIt is yours\nDue: today\n{URL}/inbox/c1"
    assert "/claim/" not in str(one), "whoever reads a message with the link could use it"


async def test_what_cannot_be_claimed_can_be_opened(workspace: Vendors) -> None:
    await sender(workspace).send(SARAH, a_letter(about(claim=False)))
    assert workspace.slack.messages[0].labels == ["Open the case"]


async def test_what_is_about_no_case_has_no_button(workspace: Vendors) -> None:
    review = Notification(key="r", staff_id="sarah", event="review", conversation_id="", number=0, text="12 handovers")
    await sender(workspace).send(SARAH, letter([About((review,))]))
    assert workspace.slack.messages[0].labels == []


async def test_whoever_has_a_webhook_of_their_own_is_told_by_it(workspace: Vendors) -> None:
    others = Others()
    await sender(workspace, others).send("https://hooks.slack.com/services/T/B/c", a_letter())
    assert (others.sent, workspace.slack.messages) == (["https://hooks.slack.com/services/T/B/c"], [])


async def test_words_are_shown_as_they_are_and_call_nobody(workspace: Vendors) -> None:
    words = "<!channel> &lt; <@U012AB3CD> <https://evil.example|Claim> a & b"
    await sender(workspace).send(SARAH, a_letter(about(text=words, title="<!here> & co")))
    [one] = workspace.slack.messages
    assert words in one.says
    assert "<!here> & co" in one.says
    assert "MENTION" not in one.says + shown(one.text)
    sent = one.text + "".join(block["text"]["text"] for block in one.blocks if block["type"] == "section")
    assert "&lt;!channel&gt; &amp;lt; &lt;@U012AB3CD&gt; &lt;https://evil.example|Claim&gt; a &amp; b" in sent
    assert not {"<", ">"} & {*sent}


async def test_each_case_of_a_letter_has_its_own_buttons(workspace: Vendors) -> None:
    await sender(workspace).send(SARAH, a_letter(*(about(number) for number in range(1, 9))))
    [one] = workspace.slack.messages
    claims = [button["value"] for _, button in one.buttons if "value" in button]
    assert claims == [f"c{number}~1" for number in range(1, MOST_CASES + 1)]
    assert one.says.endswith("… and 3 more cases. All of them")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("<>&"), max_size=700)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_whatever_is_said_slack_takes_it(said: list[tuple[str, str]]) -> None:
    letter_ = a_letter(*(about(n, text or "x", title) for n, (text, title) in enumerate(said, 1)))
    made = message(SARAH, letter_)
    assert fault(made["blocks"]) == ""
    assert 0 < len(made["text"]) <= 4000
    assert len(json.dumps(made["blocks"], ensure_ascii=False)) < MAX_ALL


@pytest.mark.parametrize("text", ["&" * 5000, "<>" * 4000, "x " * 5000])
def test_what_is_too_long_is_cut_between_letters(text: str) -> None:
    cut = escaped(text)
    assert len(cut) <= MAX_TEXT
    assert shown(cut).rstrip("…") == text[: len(shown(cut)) - 1].rstrip()


def refusal(error: str) -> tuple[int, str]:
    return 200, json.dumps({"ok": False, "error": error})


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refusal("channel_not_found"), Undeliverable, "knows nobody by this member id"),
        (refusal("user_not_found"), Undeliverable, "knows nobody by this member id"),
        (refusal("invalid_blocks"), Undeliverable, "refuses this message"),
        (refusal("msg_too_long"), Undeliverable, "refuses this message"),
        (refusal("account_inactive"), TryAgain, "HANDOVER_SLACK_URL"),
        (refusal("missing_scope"), TryAgain, "scope chat:write"),
        (refusal("internal_error"), TryAgain, r"did not take it \(internal_error\)"),
        (refusal("<b>xoxb</b>"), TryAgain, "without saying why"),
        ((200, "[]"), TryAgain, "without saying why"),
        ((200, "<html>"), TryAgain, "without saying why"),
        ((200, "[" * 9000), TryAgain, "without saying why"),
        ((200, '{"ok": 1}'), TryAgain, "without saying why"),
        ((503, ""), TryAgain, "Slack answered 503"),
        ((302, ""), TryAgain, "Slack answered 302"),
    ],
)
async def test_what_a_refusal_means(
    workspace: Vendors, answer: tuple[int, str], kind: type[Exception], words: str
) -> None:
    workspace.faults["slack"] = answer
    with pytest.raises((TryAgain, Undeliverable), match=words) as failed:
        await sender(workspace).send(SARAH, a_letter())
    assert type(failed.value) is kind
    assert SLACK_TOKEN not in str(failed.value)


async def test_slack_is_left_alone_for_as_long_as_it_asks(workspace: Vendors) -> None:
    workspace.faults["slack"], workspace.pauses["slack"] = (429, ""), 30
    with pytest.raises(TryAgain) as failed:
        await sender(workspace).send(SARAH, a_letter())
    assert failed.value.after == timedelta(seconds=30)


async def test_another_apps_token_is_our_fault_and_is_not_shown(
    workspace: Vendors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(TryAgain, match="HANDOVER_SLACK_URL") as failed:
        await sender(workspace, token="xoxb-another").send(SARAH, a_letter())
    assert "xoxb-another" not in str(failed.value) + caplog.text + repr(failed.value.__cause__)


async def test_a_slack_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(TryAgain, match=r"Slack: 127\.0\.0\.1 could not be reached"):
        await SlackSender(SecretStr(SLACK_TOKEN), Others(), "http://127.0.0.1:9999").send(SARAH, a_letter())


# ---- when there are buttons ------------------------------------------------------------------------------------------


def settings(**values: Any) -> AppSettings:
    return AppSettings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "has_buttons"),
    [
        ({}, False),
        ({"slack_url": f"slack://{SLACK_TOKEN}"}, False),
        ({"slack_signing_secret": SIGNING_SECRET}, False),
        ({"slack_url": f"slack://{SLACK_TOKEN}", "slack_signing_secret": ""}, False),
        ({"slack_url": f"slack://{SLACK_TOKEN}/", "slack_signing_secret": SIGNING_SECRET}, True),
    ],
)
def test_there_are_buttons_where_slack_can_tell_us_of_a_press(values: dict[str, Any], has_buttons: bool) -> None:
    found = with_buttons(make_senders(settings(**values)), settings(**values))
    assert type(found["slack"]) is (SlackSender if has_buttons else AppriseSender)
    assert found.keys() == make_senders(settings(**values)).keys()


async def test_the_token_is_that_of_the_setting(workspace: Vendors) -> None:
    own = settings(
        slack_url=f"slack://{SLACK_TOKEN}/", slack_signing_secret=SIGNING_SECRET, slack_api_url=workspace.url
    )
    await with_buttons(make_senders(own), own)["slack"].send(SARAH, a_letter())
    assert len(workspace.slack.messages) == 1


def test_the_settings_are_checked_and_not_shown() -> None:
    made = settings(slack_signing_secret=f" {SIGNING_SECRET}\n")
    assert made.slack_signing_secret is not None
    assert made.slack_signing_secret.get_secret_value() == SIGNING_SECRET
    assert SIGNING_SECRET not in repr(made)
    assert (made.slack_api_url, made.slack_hooks_url) == ("https://slack.com", "https://hooks.slack.com")
    for name, value in {"slack_signing_secret": "two words", "slack_api_url": "slack", "slack_hooks_url": "x"}.items():
        with pytest.raises(ValidationError, match="allowed are"):
            settings(**{name: value})


# ---- what takes a message's place ------------------------------------------------------------------------------------


def test_only_the_pressed_buttons_give_way() -> None:
    one, two = (buttons(HandoverId("c", number), URL, claim=True)[0] for number in (1, 2))
    made = replaced([section("a"), one, section("b"), two], "c~1", "Yours", [])
    assert made["blocks"] == [section("a"), section("Yours"), section("b"), two]
    assert (made["replace_original"], made["text"]) == (True, "Yours")


@pytest.mark.parametrize("count", [0, 49, 50, 500])
def test_a_message_that_is_not_known_gives_way_as_a_whole(count: int) -> None:
    there = [section("a")] * count
    named = [*there[1:], *buttons(HandoverId("c", 1), URL)] if count > 1 else there
    assert replaced(there, "c~1", "Yours", [])["blocks"] == [section("Yours")]
    made = replaced(named, "c~1", "Yours", [section("more")])
    assert len(made["blocks"]) <= 50
