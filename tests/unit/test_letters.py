"""What staff read outside the inbox, and where it may be sent: subjects, links, escaping, addresses, settings."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handover.addresses import address_fault, masked
from handover.casefile import Case, Notification, OpenedCase
from handover.errors import NotFound
from handover.ids import HandoverId
from handover.messages import Contact, HandoverStatus
from handover.staff import Staff
from handover.turns import Standing
from integrations.apprise_sender import make_senders
from integrations.letters import LONGEST_BRIEF, LONGEST_SUBJECT, MOST_CASES, Letter, Letters
from integrations.routes import Unusable, routes
from settings import AppSettings
from tests.unit.store_world import case_of, policy, task

SARAH = Staff(id="sarah", name="Sarah")
URL = "https://help.example.org"
MAIL = "mailtos://handover:secret@mail.example.org?from=h@example.org"
GOOD_TWILIO = f"twilio://AC{'a' * 32}:{'b' * 32}@+15551234567"


class Cases:
    """One case, whichever is asked for; or none."""

    def __init__(self, case: Case | None = None) -> None:
        self.found = case

    async def case(self, handover: HandoverId) -> Case:
        if self.found is None:
            raise NotFound("handover", str(handover))
        return self.found


def a_case(holder: str = "sarah", title: str = "Follow up: the heating is out", **values: Any) -> Case:
    opened = OpenedCase.model_validate(
        {
            "number": 1,
            "bot_id": "support",
            "contact": Contact(name="Jamie", email="jamie@example.org", phone="+15550199"),
            "policy": policy(),
            "standing": Standing.model_validate({"status": "escalated", "epoch": 1, "handover": 1}),
        }
    )
    return case_of(opened, holder=holder, task=task().model_copy(update={"title": title}), **values)


def told(
    event: str = "conversation_assigned", text: str = "It is yours", number: int = 1, of: str = "c1"
) -> Notification:
    return Notification.model_validate(
        {
            "key": f"{of}~{number}:1:{event}:sarah",
            "staff_id": "sarah",
            "event": event,
            "conversation_id": of,
            "number": number,
            "text": text,
        }
    )


async def letter(
    *notifications: Notification, case: Case | None = None, person: Staff = SARAH, url: str = URL
) -> Letter:
    def claim_link(handover: HandoverId, staff_id: str) -> str:
        return f"{url}/claim/{handover}/{staff_id}"

    return await Letters(Cases(case), url, claim_link).to(person, notifications or [told()])


# ---- what is read ----------------------------------------------------------------------------------------------------


async def test_a_mail_names_the_case_and_leads_to_it() -> None:
    mail = await letter(told(text="A conversation is assigned to you: the heating is out"), case=a_case())
    assert mail.subject == "A conversation is yours: Follow up: the heating is out"
    assert f'<a href="{URL}/inbox/c1">{URL}/inbox/c1</a>' in mail.html
    assert f"{URL}/claim/c1~1/sarah" in mail.html
    assert "Due: Tuesday, 17 November 2026, 09:00 (UTC)" in mail.html
    assert mail.key == "c1~1:1:conversation_assigned:sarah"


async def test_what_is_smaller_than_a_mail_has_no_link_that_claims() -> None:
    """A channel may have more readers than one."""
    short = await letter(case=a_case())
    assert short.brief == f"It is yours\nDue: Tuesday, 17 November 2026, 09:00 (UTC)\n{URL}/inbox/c1"


async def test_times_are_in_the_time_zone_of_the_reader() -> None:
    berlin = Staff.model_validate({"id": "sarah", "name": "Sarah", "quiet": {"time_zone": "Europe/Berlin"}})
    assert "10:00 (Europe/Berlin)" in (await letter(case=a_case(), person=berlin)).html


@pytest.mark.parametrize("event", ["reminder", "escalation", "problem", "update"])
async def test_what_gives_nobody_a_case_has_no_link_that_claims(event: str) -> None:
    mail = await letter(told(event), case=a_case())
    assert "/claim/" not in mail.html
    assert f"{URL}/inbox/c1" in mail.html


@pytest.mark.parametrize(
    "values",
    [{"holder": "omar"}, {"status": HandoverStatus.acknowledged}, {"status": HandoverStatus.completed}],
    ids=["somebody else has it", "claimed already", "over"],
)
async def test_only_a_case_that_waits_for_this_person_has_a_link_that_claims(values: dict[str, Any]) -> None:
    assert "/claim/" not in (await letter(case=a_case(**values))).html


async def test_nothing_about_the_contact_is_in_it_but_what_the_inbox_says() -> None:
    mail = await letter(told(text="It is yours"), case=a_case())
    for secret in ("Jamie", "jamie@example.org", "+15550199"):
        assert secret not in mail.subject + mail.html + mail.brief


async def test_a_review_is_about_no_case() -> None:
    review = told("review", "Week 2026-W46\n\n12 handovers <all done>", number=0, of="")
    mail = await letter(review)
    assert mail.subject == "The weekly review: Week 2026-W46 12 handovers <all done>"
    assert "Week 2026-W46<br><br>12 handovers &lt;all done&gt;" in mail.html
    assert "/inbox/" not in mail.html


async def test_a_case_that_is_not_written_down_yet_is_told_of_by_its_words() -> None:
    mail = await letter(told(text="It is yours: heating"), case=None)
    assert mail.subject == "A conversation is yours: It is yours: heating"
    assert f"{URL}/inbox/c1" in mail.html


async def test_without_a_public_address_there_are_no_links() -> None:
    assert "href" not in (await Letters(Cases(a_case())).to(SARAH, [told()])).html


async def test_several_come_in_one_letter_each_case_once() -> None:
    some = [told(), told("task_assigned", "A task"), told(of="c2", text="Another")]
    mail = await letter(*some, case=a_case())
    assert mail.subject.startswith("3 notifications: A conversation is yours: Follow up")
    assert mail.html.count(f"{URL}/inbox/c1</a>") == mail.html.count(f"{URL}/inbox/c2</a>") == 1
    assert mail.html.count("<hr>") == 1
    assert mail.key == f"{some[0].key}+2"
    assert mail.notifications == tuple(some)
    assert [one in mail.brief for one in ("It is yours; A task", "Another")] == [True, True]


async def test_what_has_no_room_is_counted_and_found_in_the_inbox() -> None:
    mail = await letter(*[told(of=f"c{number}", text="x" * 150) for number in range(MOST_CASES + 7)], case=a_case())
    assert mail.html.count("Open the case") == MOST_CASES
    assert f'7 more cases: <a href="{URL}/notifications">' in mail.html
    assert len(mail.brief) < LONGEST_BRIEF + 100
    shown = mail.brief.count("/inbox/c")
    assert f"… and {MOST_CASES + 7 - shown} more cases. {URL}/notifications" in mail.brief


NASTY = 'Heat\r\nBcc: victim@example.org\x00\u202e <script>alert(1)</script> & "quotes" {{7*7}} \x1b[31m'


async def test_whatever_a_contact_wrote_is_text() -> None:
    mail = await letter(told(text=NASTY), case=a_case(title=NASTY))
    assert "<script" not in mail.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot; {{7*7}}" in mail.html
    assert not re.search(r"[\r\n\x00-\x1f\u202e]", mail.subject)
    assert not re.search(r"[\x00\x1b\u202e\r]", mail.html + mail.brief)


@given(st.text(max_size=400), st.text(max_size=400))
async def test_a_subject_is_one_short_line_and_a_page_has_our_tags_alone(title: str, text: str) -> None:
    mail = await letter(told(text=text), told(of="c2", text=title), case=a_case(title=title))
    assert mail.subject == " ".join(mail.subject.split())
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", mail.subject)
    assert len(mail.subject) <= LONGEST_SUBJECT
    assert set(re.findall(r"</?(\w+)", mail.html)) <= {"p", "b", "br", "a", "hr"}


@pytest.mark.parametrize(
    ("values", "urgent"),
    [({}, False), ({"urgent": True}, True), ({"priority": "urgent"}, True), ({"priority": "high"}, False)],
)
async def test_what_is_about_an_urgent_case_is_urgent(values: dict[str, Any], urgent: bool) -> None:
    assert await Letters(Cases(a_case(**values))).is_urgent(told("reminder")) is urgent


async def test_what_is_about_no_case_is_not_urgent() -> None:
    assert not await Letters(Cases()).is_urgent(told("review", of=""))


# ---- where it goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "sarah@example.org"),
        ("email", "o'brien+on-call@mail.example.co.uk"),
        ("sms", "+4915112345678"),
        ("sms", "+1 (555) 0101-234"),
        ("slack", "U012AB3CD"),
        ("slack", "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"),
        ("slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/#on-call"),
        (
            "teams",
            "https://prod-1.westeurope.logic.azure.com:443/workflows/6/triggers/manual/paths/invoke?api-version=1&sig=4",
        ),
        ("push", "ntfy://on-call-7b1"),
        ("push", "https://ntfy.sh/on-call-7b1"),
        ("push", "ntfys://user:token@push.example.org/on-call"),
        ("push", "gotifys://push.local:8443/AAbbcc"),
        ("push", f"pover://{'u' * 30}@{'t' * 30}"),
        ("push", "pbul://o.abcdefgh"),
    ],
)
def test_what_a_channel_takes(channel: str, address: str) -> None:
    assert address_fault(channel, address, {"push.example.org", "push.local:8443"}) == ""


ELSEWHERE = [
    "json://127.0.0.1/",
    "xml://10.0.0.1",
    "form://internal",
    "file:///etc/passwd",
    "syslog://",
    "mailto://user:pass@mail.example.org",
    "dbus://",
    "windows://",
    "mqtt://127.0.0.1/topic",
    "apprise://127.0.0.1/token",
    "https://example.org/hook",
    "http://169.254.169.254/latest/meta-data",
    "https://hooks.slack.com.evil.example/services/T/B/C",
    "https://hooks.slack.com@evil.example/services/T/B/C",
    "https://evil.example#https://hooks.slack.com/services/T/B/C",
    "ntfy://127.0.0.1/topic",
    "ntfy://push.example.org@127.0.0.1/topic",
    "ntfy://127.0.0.1\\@push.example.org/topic",
    "ntfys://push.example.org:9/../../t?attach=http://127.0.0.1",
    "gotify://localhost/AAbb",
    "gotify://push.local:22/AAbb",
    "workflow://127.0.0.1/a/b",
    "slack://T1/A1/c?template=/etc/passwd",
    "slack://T1/A1/c/#x?template=/etc/passwd",
    "https://a.logic.azure.com/workflows/6/triggers/manual/paths/invoke?template=/etc/passwd",
    "https://a.logic.azure.com/workflows/6?sig=1#?template=/etc/passwd",
    "pover://a b@c",
    "ntfy://topic\r\nX: y",
    "",
    "://",
    "ntfy://[",
]


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("channel", ["email", "sms", "slack", "teams", "push"])
def test_no_address_leads_to_a_file_or_to_a_host_that_nobody_allowed(channel: str, address: str) -> None:
    fault = address_fault(channel, address, {"push.example.org", "push.local:8443"})
    assert "; allowed is " in fault


@pytest.mark.parametrize(
    "address", ["a@b.org,c@d.org", "a@b.org;c@d.org", "Sarah <a@b.org>", "a@b.org\nBcc: c@d.org", "@"]
)
def test_a_mail_goes_to_one_person(address: str) -> None:
    assert address_fault("email", address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sarah@example.org", "sarah@example.org"),
        ("+15550101", "+15550101"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazk", "slack://…lazk"),
        ("ntfy://topic", "ntfy://…"),
    ],
)
def test_a_page_shows_no_address_that_is_a_secret(address: str, shown: str) -> None:
    assert masked(address) == shown


def settings(**values: Any) -> AppSettings:
    return AppSettings.model_validate(values)


async def test_each_channel_is_there_once_it_is_set_up() -> None:
    assert routes(settings()).keys() == {"slack", "teams", "push"}
    empty = settings(mail_url="", sms_url="", slack_url="")
    assert routes(empty).keys() == make_senders(empty).keys() == {"slack", "teams", "push"}
    all_of_them = routes(settings(mail_url=MAIL, sms_url=GOOD_TWILIO))
    assert all_of_them.keys() == {"email", "sms", "slack", "teams", "push"}


async def test_a_call_has_the_persons_address_and_shows_no_secret() -> None:
    found = routes(settings(mail_url=MAIL, sms_url=GOOD_TWILIO, slack_url="slack://xoxb-1-2-abc"))
    some = await letter()
    mail = found["email"]("o'brien+x@example.org", some)
    assert "&to=o%27brien%2Bx%40example.org&+X-Handover-Key=" in mail.url
    assert "secret" not in repr(mail)
    assert found["sms"]("+1 555-0101 234", some).url.endswith("?to=%2B15550101234")
    assert found["slack"]("U012AB3CD", some).url == "slack://xoxb-1-2-abc?to=%2BU012AB3CD"
    with pytest.raises(Unusable, match="can't be used: json:// is none of this channel's"):
        found["push"]("json://127.0.0.1", some)
    with pytest.raises(Unusable, match="HANDOVER_SLACK_URL, which is not set"):
        routes(settings())["slack"]("U012AB3CD", some)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("mail_url", "smtp://mail.example.org", "this is no mail server; allowed are addresses like mailtos://"),
        ("mail_url", "mailto://", "this is no mail server"),
        ("mail_url", f"{MAIL}&to=boss@example.org", "this names whom the mail goes to"),
        ("mail_url", f"{MAIL}&bcc=boss@example.org", "this names whom the mail goes to"),
        ("mail_url", "mailto://u:p@mail.example.org/boss@example.org", "this names whom the mail goes to"),
        ("sms_url", "json://example.org", "this is no service of text messages; allowed are twilio://"),
        ("sms_url", f"{GOOD_TWILIO}?to=+15550101", "this names whom it goes to"),
        ("slack_url", "slack://T/A/C", "this is no Slack app"),
        ("notify_hosts", "https://push.example.org", "is no host; allowed are names like ntfy.example.org"),
    ],
)
def test_a_setting_that_is_none_is_refused_without_showing_it(name: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        settings(**{name: value})
    assert "secret" not in str(refused.value)


def test_the_settings_that_hold_secrets_do_not_show_them() -> None:
    shown = repr(settings(mail_url=MAIL, sms_url=GOOD_TWILIO, slack_url="slack://xoxb-1-2-abc"))
    for secret in (":secret@", "b" * 32, "xoxb"):
        assert secret not in shown


def test_hosts_are_a_list() -> None:
    assert settings(notify_hosts=" Push.local:8443, ntfy.example.org,").allowed_notify_hosts == {
        "push.local:8443",
        "ntfy.example.org",
    }
