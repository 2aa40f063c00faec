"""The doors that Twilio calls: signed or not at all, taken once, and what contacts say about having messages or not."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from pydantic import SecretStr

from handover.errors import Unavailable
from handover.messages import Author, Contact, PostedMessage
from handover.sms import OPTED_OUT
from handover.turns import BeginRequest, Delivery
from handover.views import MessageView
from settings import AppSettings
from store import Store
from tests.unit.web_world import ClientDouble, Http, app_on
from tests.vendors.twilio import OUR_NUMBER, TOKEN, signature, text_of
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

PUBLIC = "https://help.example.org/handover"
THEIRS = "+15550199"
CONVERSATION = f"sms:{OUR_NUMBER[1:]}:{THEIRS[1:]}"
SMS, STATUS = "/webhooks/twilio/sms", "/webhooks/twilio/status"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

Form = dict[str, str]


class Posting(ClientDouble):
    """A client that messages are posted by. `down`: Temporal does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[tuple[str, PostedMessage, str, Contact]] = []
        self.down = False

    async def post(self, conversation_id: str, message: PostedMessage, **more: Any) -> None:
        if self.down:
            raise Unavailable("Temporal does not answer.")
        self.posted.append((conversation_id, message, more["channel"], more["contact"]))


@pytest.fixture
def client() -> Posting:
    return Posting()


@pytest.fixture
def settings(services: Services) -> AppSettings:
    """The settings of the app: signed by Twilio's token, and behind a proxy that takes a path away."""
    services.settings.twilio_auth_token = SecretStr(TOKEN)
    services.settings.public_url = PUBLIC + "/"
    return services.settings


@pytest.fixture
async def twilio(services: Services, settings: AppSettings) -> AsyncIterator[Http]:
    app = app_on(services)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://inside:8000") as http:
        yield http


async def signed(twilio: Http, path: str, form: Form, **changes: str) -> httpx2.Response:
    """Twilio calls: the signature is over the public address."""
    sign = signature(PUBLIC + path, list(form.items()), changes.get("token", TOKEN))
    return await twilio.post(path, data=form, headers={"X-Twilio-Signature": changes.get("signature", sign)})


async def shown(store: Store, conversation_id: str = CONVERSATION) -> list[MessageView]:
    return (await store.reads.messages(conversation_id, notes=True)).items


async def tags(store: Store) -> list[str]:
    return (await store.reads.conversation(CONVERSATION)).contact.tags


async def test_a_text_goes_to_the_conversation_between_the_two_numbers(
    twilio: Http, client: Posting, now_store: Store
) -> None:
    form = text_of(THEIRS, "What does E3 mean? ñ & = +")
    answer = await signed(twilio, SMS, form)
    assert (answer.status_code, answer.text) == (200, EMPTY)
    assert answer.headers["content-type"].startswith("text/xml")
    [(conversation_id, message, channel, contact)] = client.posted
    assert (conversation_id, channel, contact) == (CONVERSATION, "sms", Contact(phone=THEIRS))
    assert (message.message_id, message.text) == (form["MessageSid"], "What does E3 mean? ñ & = +")


async def test_a_repeated_text_is_the_same_message(twilio: Http, client: Posting) -> None:
    """Twilio's own repetitions carry the same MessageSid; the workflow takes each once."""
    form = text_of(THEIRS, "Hello")
    for _ in range(2):
        assert (await signed(twilio, SMS, form)).status_code == 200
    assert {message.message_id for _, message, _, _ in client.posted} == {form["MessageSid"]}


async def test_parameters_that_are_new_or_come_twice_are_signed_as_well(twilio: Http, client: Posting) -> None:
    pairs = [*text_of(THEIRS, "Hello", NewThing="1").items(), ("Labels", "b"), ("Labels", "a"), ("Empty", "")]
    headers = {
        "X-Twilio-Signature": signature(PUBLIC + SMS, pairs),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode(pairs)
    assert (await twilio.post(SMS, content=body, headers=headers)).status_code == 200
    assert len(client.posted) == 1
    assert (await twilio.post(SMS, content=body + "&More=1", headers=headers)).status_code == 401


MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.mark.parametrize(
    ("more", "text", "media"),
    [
        (
            {"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": MEDIA},
            "",
            [(MEDIA, "image/jpeg")],
        ),
        ({"Body": "Look ", "NumMedia": "1", "MediaContentType0": "audio/amr"}, "Look", [("", "audio/amr")]),
        ({"Body": "", "NumMedia": "1", "MediaUrl0": "ftp://media"}, "", [("", "")]),
        ({"Body": " "}, "(sent an empty message)", []),
    ],
)
async def test_what_comes_along_is_kept_by_reference(
    twilio: Http, client: Posting, more: Form, text: str, media: list[tuple[str, str]]
) -> None:
    assert (await signed(twilio, SMS, text_of(THEIRS, "") | more)).status_code == 200
    message = client.posted[0][1]
    assert (message.text, [(one.url, one.media_type) for one in message.attachments]) == (text, media)


@pytest.mark.parametrize("path", [SMS, STATUS])
@pytest.mark.parametrize("wrong", ["", "x", "ünsinn", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", " " * 5000])
async def test_without_the_right_signature_nothing_happens(
    twilio: Http, client: Posting, now_store: Store, path: str, wrong: str
) -> None:
    form = text_of(THEIRS, "STOP")
    header = {b"X-Twilio-Signature": wrong.encode("latin-1")} if wrong else {}
    answer = await twilio.post(path, data=form, headers=header)
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:handover:problem:wrong_signature"
    assert client.posted == []
    [audit] = (await now_store.access.audits()).items
    assert (audit.kind, THEIRS in audit.text) == ("wrong_signature", False)
    assert audit.text.startswith("/webhooks/twilio from ")


@pytest.mark.parametrize("path", [SMS, STATUS])
async def test_another_token_or_another_address_is_another_signature(twilio: Http, client: Posting, path: str) -> None:
    form = text_of(THEIRS, "Hello")
    assert (await signed(twilio, path, form, token="another")).status_code == 401
    inside = signature(f"http://inside:8000{path}", list(form.items()))
    assert (await signed(twilio, path, form, signature=inside)).status_code == 401
    sign = signature(PUBLIC + path, list(form.items()))
    answer = await twilio.post(f"{path}?more=1", data=form, headers={"X-Twilio-Signature": sign})
    assert answer.status_code == 401
    assert client.posted == []


@pytest.mark.parametrize("path", [SMS, STATUS])
async def test_without_the_setting_there_is_no_door(twilio: Http, settings: AppSettings, path: str) -> None:
    for unset in (None, SecretStr("")):
        settings.twilio_auth_token = unset
        answer = await signed(twilio, path, text_of(THEIRS, "Hello"), token="")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "changes", "named"),
    [
        (SMS, {"MessageSid": ""}, "MessageSid"),
        (SMS, {"MessageSid": "SM/../x y"}, "MessageSid"),
        (SMS, {"From": ""}, "From"),
        (SMS, {"From": "whatsapp:+15550199"}, "From"),
        (SMS, {"From": "Northwind"}, "From"),
        (SMS, {"From": "+٣٤٥٦٧٨٩"}, "From"),
        (SMS, {"To": "+" + "1" * 40}, "To"),
        (SMS, {"NumMedia": "many"}, "NumMedia"),
        (SMS, {"NumMedia": "1000000"}, "NumMedia"),
        (SMS, {"NumMedia": "-1"}, "NumMedia"),
        (STATUS, {}, "MessageStatus"),
        (STATUS, {"MessageStatus": "failed", "ErrorCode": "x"}, "ErrorCode"),
        (STATUS, {"MessageStatus": "failed", "MessageSid": "💥"}, "MessageSid"),
    ],
)
async def test_signed_nonsense_is_refused_by_name(
    twilio: Http, client: Posting, path: str, changes: Form, named: str
) -> None:
    answer = await signed(twilio, path, text_of(THEIRS, "Hello") | changes)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"Nothing was changed: {named}: ")
    assert client.posted == []


@pytest.mark.parametrize("path", [SMS, STATUS])
@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"%ff=%00&=&&&", b'{"From": "+15550199"}', b"From"])
async def test_signed_bytes_that_are_no_parameters_are_refused(twilio: Http, path: str, body: bytes) -> None:
    pairs = [(name, value) for name, value in httpx2.QueryParams(body.decode("utf-8", "replace")).multi_items()]
    for given in ([], pairs):
        header = {"X-Twilio-Signature": signature(PUBLIC + path, given)}
        assert (await twilio.post(path, content=body, headers=header)).status_code in (401, 422)


async def test_a_text_over_the_cap_is_refused(twilio: Http, client: Posting) -> None:
    assert (await signed(twilio, SMS, text_of(THEIRS, "x" * 70_000))).status_code == 413
    assert (await signed(twilio, SMS, text_of(THEIRS, "x" * 17_000))).status_code == 413
    assert client.posted == []


async def test_while_temporal_is_away_twilio_is_told_to_come_again(twilio: Http, client: Posting) -> None:
    client.down = True
    form = text_of(THEIRS, "Hello")
    assert (await signed(twilio, SMS, form)).status_code == 503
    client.down = False
    assert (await signed(twilio, SMS, form)).status_code == 200
    assert len(client.posted) == 1


async def test_stop_is_no_message_but_kept(twilio: Http, client: Posting, now_store: Store) -> None:
    form = text_of(THEIRS, " Stop ")
    for _ in range(2):
        answer = await signed(twilio, SMS, form)
        assert (answer.status_code, answer.text) == (200, EMPTY)
    assert client.posted == []
    assert await tags(now_store) == [OPTED_OUT]
    [note] = await shown(now_store)
    words = "The contact texted Stop: nothing is sent to this number any more, until they text START."
    assert (note.author, note.text, note.label) == ("note", words, "Handover")
    assert (await now_store.reads.messages(CONVERSATION)).items == []


async def test_start_begins_it_again_and_an_old_stop_that_comes_again_does_not_end_it(
    twilio: Http, client: Posting, now_store: Store
) -> None:
    stop, start = text_of(THEIRS, "STOP"), text_of(THEIRS, "yes")
    for form in (stop, start, start, stop):
        assert (await signed(twilio, SMS, form)).status_code == 200
    assert await tags(now_store) == []
    assert client.posted == []
    assert [one.text for one in await shown(now_store)][1:] == ["The contact texted yes: they get text messages again."]


async def test_yes_is_a_message_of_who_had_not_opted_out(twilio: Http, client: Posting, now_store: Store) -> None:
    """It may be the answer to an offer of the bot's."""
    await now_store.transcripts.begin(known(), "hvac")
    for text in ("YES", "HELP"):
        await signed(twilio, SMS, text_of(THEIRS, text))
    await signed(twilio, SMS, text_of("+15550198", "Yes"))
    assert [message.text for _, message, _, _ in client.posted] == ["YES", "HELP", "Yes"]


async def test_words_of_a_service_of_its_own(twilio: Http, client: Posting, now_store: Store) -> None:
    await signed(twilio, SMS, text_of(THEIRS, "Arrêt", OptOutType="STOP"))
    assert await tags(now_store) == [OPTED_OUT]
    await signed(twilio, SMS, text_of(THEIRS, "My boiler is cold"))
    assert [message.text for _, message, _, _ in client.posted] == ["My boiler is cold"]
    assert await tags(now_store) == [OPTED_OUT]
    await signed(twilio, SMS, text_of(THEIRS, "Encore", OptOutType="START"))
    assert await tags(now_store) == []


async def test_who_opted_out_keeps_their_other_tags(twilio: Http, now_store: Store) -> None:
    await now_store.transcripts.begin(known("vip"), "hvac")
    await signed(twilio, SMS, text_of(THEIRS, "STOP"))
    assert await tags(now_store) == ["vip", OPTED_OUT]
    parcel = await waiting(now_store)
    assert parcel.contact.tags == ["vip", OPTED_OUT]
    await signed(twilio, SMS, text_of(THEIRS, "START"))
    assert await tags(now_store) == ["vip"]


@pytest.mark.parametrize("status", ["failed", "undelivered"])
async def test_a_message_that_did_not_arrive_says_why(twilio: Http, now_store: Store, status: str) -> None:
    """Before and after it was written down that Twilio took it."""
    await now_store.transcripts.begin(known(), "hvac")
    parcel = await waiting(now_store)
    assert (await signed(twilio, callback(), state("sent"))).status_code == 204
    assert [one.state for one in await shown(now_store)] == ["sending"]
    for code in ("30003", "30008"):
        assert (await signed(twilio, callback(), state(status, code))).status_code == 204
    await now_store.transcripts.mark_left(parcel.row, "SM1")
    assert (await signed(twilio, callback(), state("delivered"))).status_code == 204
    [one] = await shown(now_store)
    assert one.state == "failed"
    assert one.failed == "The contact's phone is switched off or out of reach (Twilio 30003)"
    assert await now_store.transcripts.next_waiting(CONVERSATION) is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?conversation=sms:1:2",
        f"?conversation={CONVERSATION}&message=other",
        "?conversation=c9&message=turn/1/answer",
    ],
)
async def test_the_state_of_others_messages_changes_nothing(twilio: Http, now_store: Store, query: str) -> None:
    await now_store.transcripts.begin(known(), "hvac")
    await waiting(now_store)
    assert (await signed(twilio, STATUS + query, state("failed"))).status_code == 204
    assert [one.state for one in await shown(now_store)] == ["sending"]


def known(*tags: str) -> BeginRequest:
    contact = Contact(phone=THEIRS, tags=list(tags))
    return BeginRequest(conversation_id=CONVERSATION, bot_id="hvac", channel="sms", contact=contact)


async def waiting(store: Store) -> Any:
    """An answer of the bot's that is being sent."""
    key, text = "turn/1/answer", "E3 is a flame sensor."
    await store.transcripts.put(
        Delivery(conversation_id=CONVERSATION, key=key, author=Author.bot, text=text, channel="sms"), waits=True
    )
    return await store.transcripts.next_waiting(CONVERSATION)


def callback() -> str:
    return f"{STATUS}?conversation={CONVERSATION}&message=turn/1/answer"


def state(status: str, code: str = "") -> Form:
    form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": status, "From": OUR_NUMBER, "To": THEIRS}
    return form | ({"ErrorCode": code} if code else {})
