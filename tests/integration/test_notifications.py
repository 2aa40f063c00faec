"""Staff are told by a real mail server and by stand-ins for the others, through a worker and Temporal: what arrives, when, how
often, and what a mail's link does."""

import asyncio
import logging
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from apprise.plugins.pushover import NotifyPushover
from apprise.plugins.slack import NotifySlack
from apprise.plugins.twilio import NotifyTwilio

from adapters import Outside
from client import WorkflowSignals
from handover.casefile import Notification
from handover.claim_link import claim_token
from handover.ids import HandoverId
from handover.messages import Claim, ConversationStatus
from handover.staff import Staff
from integrations.apprise_sender import AppriseSender, NotSent, make_senders
from integrations.letters import About, Letter, Letters, letter
from integrations.notifier import WINDOW, StaffNotifier
from integrations.routes import Call
from settings import AppSettings
from store import Store
from tests.unit.web_world import app_on
from tests.vendors import notified
from tests.vendors.mail import PASSWORD, SENDER, Mail, MailServer
from tests.vendors.notified import Taken, Vendors
from tests.workflows.town import Town, time_skipping_server
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

URL = "http://handover"
SECRET = "secret"
MINUTE = timedelta(minutes=1)
A_MINUTE_LATER = WINDOW + timedelta(seconds=5)
SARAH, OMAR = "sarah@example.org", "omar@example.org"


ACTIONS: dict[str, Any] = {"follow_up": {"assign": {"to": "user:sarah"}}, "urgent": {}, "specialist": {}}


def told(number: int = 1, event: str = "conversation_assigned", staff_id: str = "sarah", **values: Any) -> Notification:
    text = f"A conversation is assigned to you: number {number}"
    return Notification.model_validate(
        {
            "key": f"burst/{number}/{event}/{staff_id}",
            "staff_id": staff_id,
            "event": event,
            "conversation_id": f"b{number}",
            "number": 1,
            "text": text,
            **values,
        }
    )


def a_letter(text: str = "It is yours") -> Letter:
    link = f"{URL}/inbox/c1"
    return letter(
        [About((told().model_copy(update={"text": text}),), "Heat <b>is</b> out", "today", link, f"{URL}/claim/x")]
    )


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.running() as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    """A key and a certificate for localhost, in one file."""
    pem = tmp_path / "localhost.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(pem), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run([*command, *names], check=True, capture_output=True)
    pem.write_text(pem.read_text() + (tmp_path / "certificate.pem").read_text())
    return str(pem)


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    """Slack, Twilio and Pushover live at fixed addresses, which are these for the test."""
    with Vendors.running() as running:
        base = f"http://127.0.0.1:{running.port}"
        monkeypatch.setattr(NotifySlack, "api_url", f"{base}/api/{{}}")
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{base}/services")
        monkeypatch.setattr(NotifyTwilio, "notify_sms_url", f"{base}/2010-04-01/Accounts/{{sid}}/Messages.json")
        monkeypatch.setattr(NotifyPushover, "notify_url", f"{base}/1/messages.json")
        yield running


def settings(**values: Any) -> AppSettings:
    return AppSettings.model_validate(values)


def outside_senders(vendors: Vendors, **values: Any) -> Any:
    return make_senders(
        settings(
            sms_url=f"twilio://{notified.SID}:{notified.AUTH_TOKEN}@{notified.NUMBER}",
            slack_url=f"slack://{notified.SLACK_TOKEN}",
            notify_hosts=f"127.0.0.1:{vendors.port},localhost:{vendors.port}",
            **values,
        )
    )


# ---- one letter, as each vendor takes it -----------------------------------------------------------------------------


async def test_a_mail_over_smtp(mail_server: MailServer) -> None:
    await make_senders(settings(mail_url=mail_server.url))["email"].send(SARAH, a_letter("Grüße & <b>\n2nd line"))
    [mail] = mail_server.mails
    assert (mail.sender, mail.to) == (SENDER, [SARAH])
    assert mail.message["Subject"] == "A conversation is yours: Heat <b>is</b> out"
    assert mail.message["From"] == f"Handover <{SENDER}>"
    assert mail.message["X-Handover-Key"] == "burst/1/conversation_assigned/sarah"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "Grüße &amp; &lt;b&gt;<br>2nd line" in mail.part("html")
    plain = mail.part("plain")
    assert "Grüße & <b>\n2nd line" in plain
    assert "Due: today" in plain
    assert f"{URL}/inbox/c1" in plain.split()
    assert f"{URL}/claim/x" in plain.split()


async def test_a_subject_sets_no_header(mail_server: MailServer) -> None:
    about = About((told(),), "Heat\r\nBcc: victim@example.org\r\n\r\nBody", "", "")
    await make_senders(settings(mail_url=mail_server.url))["email"].send(SARAH, letter([about]))
    [mail] = mail_server.mails
    assert mail.to == [SARAH]
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "A conversation is yours: Heat Bcc: victim@example.org Body"


@pytest.mark.parametrize(
    ("address", "answer", "password"),
    [
        (SARAH, "451 4.3.0 Try again later", True),
        ("nobody@unknown.example.org", "", True),
        (SARAH, "", False),
    ],
    ids=["is busy", "knows no such person", "wants another password"],
)
async def test_a_mail_that_is_refused_is_not_sent_and_says_no_secret(
    mail_server: MailServer, address: str, answer: str, password: bool
) -> None:
    mail_server.answer = answer
    url = mail_server.url if password else mail_server.url.replace("p%40ss", "wrong")
    with pytest.raises(NotSent, match=r"^127\.0\.0\.1 did not take it: ") as failed:
        await make_senders(settings(mail_url=url))["email"].send(address, a_letter())
    assert PASSWORD not in str(failed.value)
    assert "p%40ss" not in str(failed.value)
    assert mail_server.mails == []


@pytest.mark.parametrize(
    ("channel", "address", "vendor", "to"),
    [
        ("sms", "+49 1511 2345678", "twilio", "+4915112345678"),
        ("slack", "U012AB3CD", "slack", "U012AB3CD"),
        ("slack", f"https://hooks.slack.com{notified.SLACK_HOOK}", "slack_hook", notified.SLACK_HOOK),
        ("push", "ntfy://127.0.0.1:PORT/on-call", "ntfy", "on-call"),
        ("push", f"gotify://127.0.0.1:PORT/{notified.GOTIFY_TOKEN}", "gotify", "gotify"),
        ("push", f"pover://{notified.PUSHOVER_USER}@{notified.PUSHOVER_TOKEN}", "pushover", notified.PUSHOVER_USER),
    ],
)
async def test_what_is_smaller_than_a_mail(vendors: Vendors, channel: str, address: str, vendor: str, to: str) -> None:
    address = address.replace("PORT", str(vendors.port))
    await outside_senders(vendors)[channel].send(address, a_letter("It's *yours* <!channel>"))
    [taken] = vendors.taken
    is_slack = channel == "slack"
    text = "It's *yours* &lt;!channel&gt;" if is_slack else "It's *yours* <!channel>"
    title = "A conversation is yours: Heat <b>is</b> out".replace("<", "&lt;" if is_slack else "<")
    title = "" if channel == "sms" else title.replace(">", "&gt;" if is_slack else ">")
    assert taken == Taken(vendor, to, title, f"{text}\nDue: today\n{URL}/inbox/c1")
    assert vendors.refused == []


async def test_a_workflow_of_teams_by_https(
    vendors: Vendors, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with Vendors.running(certificate) as teams:
        address = f"workflow://localhost:{teams.port}/643e69f83c8944/{notified.SIGNATURE}"
        await outside_senders(teams)["teams"].send(address, a_letter())
        [taken] = teams.taken
    assert (taken.vendor, taken.title) == ("teams", "A conversation is yours: Heat <b>is</b> out")
    assert f"{URL}/inbox/c1" in taken.text


@pytest.mark.parametrize(
    ("channel", "address", "vendor", "answer"),
    [
        ("slack", "U012AB3CD", "slack", (200, '{"ok": false, "error": "account_inactive"}')),
        ("slack", "U012AB3CD", "slack", (429, "")),
        ("sms", "+4915112345678", "twilio", (401, '{"code": 20003, "message": "Authenticate"}')),
        ("push", "ntfy://127.0.0.1:PORT/very-secret-topic", "ntfy", (507, "")),
        ("push", f"gotify://127.0.0.1:PORT/{notified.GOTIFY_TOKEN}", "gotify", (500, "<html>oops</html>")),
    ],
)
async def test_what_a_vendor_does_not_take_is_not_sent_and_says_no_secret(
    vendors: Vendors, channel: str, address: str, vendor: str, answer: tuple[int, str]
) -> None:
    vendors.faults[vendor] = answer
    with pytest.raises(NotSent, match="did not take it: ") as failed:
        await outside_senders(vendors)[channel].send(address.replace("PORT", str(vendors.port)), a_letter())
    for secret in (
        notified.SLACK_TOKEN,
        notified.AUTH_TOKEN,
        "very-secret-topic",
        notified.GOTIFY_TOKEN,
        "4915112345678",
    ):
        assert secret not in str(failed.value)


async def test_what_failed_is_in_the_error_and_in_no_log(vendors: Vendors) -> None:
    """Whatever listens at the root, as our own log does; pytest listens to loggers that keep to themselves, too."""
    heard: list[logging.LogRecord] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    listener = Listener()
    logging.getLogger().addHandler(listener)
    vendors.faults["ntfy"] = (500, "")
    with pytest.raises(NotSent):
        await outside_senders(vendors)["push"].send(f"ntfy://127.0.0.1:{vendors.port}/very-secret-topic", a_letter())
    logging.getLogger().removeHandler(listener)
    assert [one.getMessage() for one in heard if one.name.startswith("apprise")] == []


async def test_a_vendor_that_does_not_answer_holds_up_nobody_for_long() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def route(address: str, letter: Letter) -> Call:
        return Call(f"ntfy://127.0.0.1:{port}/topic", "", "text", False, "push")

    with pytest.raises(NotSent, match=r"^push did not (answer|take)"):
        await AppriseSender(route, frozenset({"127.0.0.1"}), seconds=0.3).send("", a_letter())
    server.close()


@pytest.mark.parametrize("url", ["ntfy://127.0.0.1:9/topic", "gotify://127.0.0.1:9/AAbbccdd"])
async def test_the_host_is_looked_at_once_more_before_it_is_called(url: str) -> None:
    sender = AppriseSender(
        lambda address, letter: Call(url, "", "text", False, "push"), frozenset({"push.example.org"})
    )
    with pytest.raises(NotSent, match="its host is not allowed"):
        await sender.send("", a_letter())


def test_a_setting_that_apprise_cannot_use_is_named_without_its_secret() -> None:
    with pytest.raises(ValueError, match=r"^HANDOVER_SMS_URL: something is missing") as refused:
        make_senders(settings(sms_url="twilio://AC:very-secret@1"))
    assert "very-secret" not in str(refused.value)


# ---- from a handover to a mail, and from its link to a claim ---------------------------------------------------------


class Office:
    """A town whose staff get mails."""

    def __init__(self, town: Town, mail_server: MailServer, signals: WorkflowSignals, outside: Outside) -> None:
        self.town = town
        self.mail_server = mail_server
        self.signals = signals
        self.outside = outside

    @property
    def notifier(self) -> StaffNotifier:
        """As the worker's activity has it."""
        store, outside = self.town.store, self.outside
        assert outside.letters is not None
        senders = outside.senders
        return StaffNotifier(store.team, store.notifications, senders, outside.letters, self.signals, outside.window)

    async def put(self, staff_id: str, **values: Any) -> None:
        person = await self.town.store.team.staff(staff_id)
        await self.town.store.settings.put_staff(Staff.model_validate(person.model_dump(mode="json") | values))

    async def has_mails(self, address: str, count: int) -> bool:
        return len(self.mail_server.to(address)) >= count

    async def mails(self, address: str, count: int) -> list[Mail]:
        await self.town.until(lambda: self.has_mails(address, count))
        found = self.mail_server.to(address)
        assert len(found) == count
        return found


@asynccontextmanager
async def opened_office(folder: Path, mail_server: MailServer) -> AsyncIterator[Office]:
    async with time_skipping_server() as environment, letters_of(folder) as letters:
        outside = Outside(senders=make_senders(settings(mail_url=mail_server.url)), letters=letters)
        async with Town.with_people(environment, folder, outside=outside) as town:
            yield Office(town, mail_server, WorkflowSignals(environment.client), outside)


@asynccontextmanager
async def letters_of(folder: Path) -> AsyncIterator[Letters]:
    """Letters over the town's own store, which is there before the town."""
    store = Store.at(f"sqlite+aiosqlite:///{folder / 'handover.db'}")

    def claim_link(handover: HandoverId, staff_id: str) -> str:
        return f"{URL}/claim/{claim_token(SECRET, handover, staff_id, datetime.now(UTC))}"

    yield Letters(store.handovers, URL, claim_link)
    await store.close()


@pytest.fixture
async def office(tmp_path: Path, mail_server: MailServer) -> AsyncIterator[Office]:
    async with opened_office(tmp_path, mail_server) as office:
        await office.put("omar", addresses={"email": OMAR})
        await office.town.change_bot(actions=ACTIONS)
        yield office


@pytest.fixture
async def web(office: Office, services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    """The pages over the town, with nobody signed in."""
    store: Any = office.town.store
    own = {"client": office.town.client, "reads": store.reads, "team": store.team, "door": store.access}
    app = app_on(replace(services, **own))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=URL, headers={"Accept": "text/html"}) as http:
        yield http


def claim_links(mail: Mail) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"{URL}(/claim/[\w.-]+)", mail.part("plain"))))


async def test_a_mail_at_once_and_its_link_claims_by_its_button_alone(office: Office, web: httpx2.AsyncClient) -> None:
    town = office.town
    await town.hand_over()
    [mail] = await office.mails(SARAH, 1)
    assert mail.message["Subject"].startswith(("A conversation is yours: Follow up:", "A task is yours: Follow up:"))
    assert f"{URL}/inbox/{town.conversation_id}" in mail.part("plain")
    [link] = claim_links(mail)
    for _ in range(2):  # a scanner of mail
        assert (await web.get(link)).status_code == 200
        assert (await web.head(link)).status_code == 200
        assert (await web.get(link, headers={"Sec-Purpose": "prefetch"})).status_code == 200
    assert (await town.conversation()).status is ConversationStatus.escalated
    claimed = await web.post(link, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})
    assert "The case is yours" in claimed.text
    conversation = await town.conversation()
    assert conversation.status is ConversationStatus.human
    assert conversation.handover is not None
    assert conversation.handover.assignee == "sarah"
    assert "The case is yours" in (await web.post(link)).text
    assert len(await town.log("claimed")) == 1


async def test_of_two_people_one_claims_and_the_other_is_told_who(office: Office, web: httpx2.AsyncClient) -> None:
    town = office.town
    await town.hand_over()
    [link] = claim_links((await office.mails(SARAH, 1))[0])
    await town.client.claim(town.handover, Claim(staff_id="ben"))
    late = await web.post(link)
    assert late.status_code == 409
    assert "<strong>Ben Okafor</strong> has this case since" in late.text
    assert [one.actor for one in await town.log("claimed")] == ["ben"]
    assert "<strong>Ben Okafor</strong> has this case since" in (await web.get(link)).text


# ---- bursts and quiet hours ------------------------------------------------------------------------------------------


async def test_a_burst_of_ten_is_one_mail_at_once_and_one_with_the_other_nine(office: Office) -> None:
    await asyncio.gather(*(office.notifier.notify(told(number)) for number in range(10)))
    [first] = await office.mails(SARAH, 1)
    await office.town.pass_time(A_MINUTE_LATER)
    both = await office.mails(SARAH, 2)
    assert both[1].message["Subject"].startswith("9 notifications: A conversation is yours: ")
    texts = [re.findall(r"assigned to you: number (\d)", mail.part("plain")) for mail in both]
    assert [len(found) for found in texts] == [1, 9]
    assert {*texts[0], *texts[1]} == {*"0123456789"}
    await office.town.pass_time(A_MINUTE_LATER)
    assert len(office.mail_server.mails) == 2
    assert len(await office.town.told("sarah")) == 10, "the inbox has each at once"
    assert first.message["Message-ID"] != both[1].message["Message-ID"]


async def test_the_same_notification_again_is_no_second_mail(office: Office) -> None:
    for _ in range(2):
        await asyncio.gather(*(office.notifier.notify(told(number)) for number in range(3)))
    await office.town.pass_time(A_MINUTE_LATER)
    await office.mails(SARAH, 2)
    for number in range(3):
        await office.notifier.notify(told(number))
    await office.town.pass_time(A_MINUTE_LATER)
    assert len(office.mail_server.mails) == 2


async def test_a_burst_to_one_holds_up_nobody_else(office: Office) -> None:
    people = ("sarah", "omar")
    await asyncio.gather(*(office.notifier.notify(told(n, staff_id=who)) for n in range(3) for who in people))
    await office.mails(SARAH, 1)
    await office.mails(OMAR, 1)


def quiet_around(now: datetime, hours: int = 3) -> dict[str, str]:
    """Quiet from an hour ago, for so many hours."""
    start, end = now - timedelta(hours=1), now + timedelta(hours=hours - 1)
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "time_zone": "UTC"}


async def test_in_quiet_hours_the_inbox_is_told_and_the_rest_comes_together_when_they_end(office: Office) -> None:
    town = office.town
    await office.put("sarah", quiet=quiet_around(datetime.now(UTC)))
    await town.hand_over()
    await town.pass_time(timedelta(minutes=90))
    assert office.mail_server.to(SARAH) == []
    assert {"conversation_assigned", "task_assigned"} <= {*await town.told("sarah")}
    await town.pass_time(timedelta(minutes=45))
    [mail] = await office.mails(SARAH, 1)
    assert mail.message["Subject"].startswith("2 notifications: ")
    assert len(claim_links(mail)) == 1, "one case, one link"


async def test_what_is_urgent_waits_for_no_quiet_hours(office: Office) -> None:
    await office.put("sarah", quiet=quiet_around(datetime.now(UTC)))
    await office.town.change_bot(
        actions=ACTIONS | {"follow_up": {"assign": {"to": "user:sarah"}, "task": {"priority": "urgent"}}}
    )
    await office.town.hand_over()
    await office.mails(SARAH, 2)


async def test_what_was_held_waits_on_where_it_has_become_quiet(office: Office) -> None:
    for number in range(2):
        await office.notifier.notify(told(number))
    await office.mails(SARAH, 1)
    await office.put("sarah", quiet=quiet_around(datetime.now(UTC)))
    await office.town.pass_time(timedelta(minutes=10))
    assert len(office.mail_server.mails) == 1
    await office.town.pass_time(timedelta(hours=2, minutes=5))
    await office.mails(SARAH, 2)


async def test_who_is_disabled_meanwhile_is_told_nothing_of_what_waits(office: Office) -> None:
    for number in range(3):
        await office.notifier.notify(told(number))
    await office.mails(SARAH, 1)
    await office.put("sarah", enabled=False)
    await office.town.pass_time(A_MINUTE_LATER)
    await office.put("sarah", enabled=True)
    await office.town.pass_time(A_MINUTE_LATER)
    assert len(office.mail_server.mails) == 1


async def test_a_mail_server_that_was_away_gets_what_waited_once(office: Office) -> None:
    for number in range(3):
        await office.notifier.notify(told(number))
    await office.mails(SARAH, 1)
    office.mail_server.answer = "451 4.3.0 Try again later"
    await office.town.pass_time(timedelta(minutes=30))
    office.mail_server.answer = ""
    await office.town.pass_time(timedelta(minutes=10))
    [_, late] = await office.mails(SARAH, 2)
    assert late.message["Subject"].startswith("2 notifications: ")


@pytest.mark.slow
async def test_what_could_not_be_sent_in_a_day_reaches_a_manager(office: Office) -> None:
    for number in range(3):
        await office.notifier.notify(told(number))
    await office.mails(SARAH, 1)
    office.mail_server.answer = "451 4.3.0 Try again later"
    for _ in range(25):
        await office.town.pass_time(timedelta(hours=1))
    await office.town.until(lambda: _was_told(office, "omar"))
    page = await office.town.store.notifications.inbox("omar")
    [problem] = [one.text for one in page.items if one.event == "problem"]
    assert problem.startswith("2 notifications for sarah could not be sent by email: ")
    assert PASSWORD not in problem


async def _was_told(office: Office, staff_id: str) -> bool:
    return "problem" in await office.town.told(staff_id)
