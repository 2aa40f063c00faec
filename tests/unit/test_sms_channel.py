"""Text messages on their way out, against a stand-in for Twilio that checks them: once each, in parts where they are long."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from adapters import make_outside
from channels import twilio_api
from channels.twilio import TRIAL, TwilioSms
from channels.twilio_api import AnswerLost, NotTaken, TwilioAccount
from handover.errors import TryAgain, Undeliverable
from handover.messages import Author, Contact, ConversationStatus
from handover.outside import Followed, Parcel
from settings import AppSettings
from store import Store
from tests.vendors import twilio as vendor
from tests.vendors.twilio import OTHER_NUMBER, OUR_NUMBER, SERVICE, Twilio

pytest_plugins = ["tests.unit.store_fixtures"]

THEIRS = "+15550199"
CONVERSATION = f"sms:{OUR_NUMBER[1:]}:{THEIRS[1:]}"
LONG = "The filter is dirty. " * 120


@pytest.fixture
async def twilio(real_time: Store) -> AsyncIterator[Twilio]:
    async with Twilio.opened() as twilio:
        yield twilio


@pytest.fixture
async def real_time(url: str) -> AsyncIterator[Store]:
    store = Store.at(url)
    yield store
    await store.close()


@pytest.fixture
def channel(real_time: Store, twilio: Twilio) -> TwilioSms:
    return channel_of(real_time, twilio)


def channel_of(store: Store, twilio: Twilio, **changes: str) -> TwilioSms:
    given = {"sid": vendor.SID, "token": vendor.TOKEN, "sender": OUR_NUMBER, "api_url": twilio.url} | changes
    account = TwilioAccount(given["sid"], SecretStr(given["token"]), given["sender"], given["api_url"])
    return TwilioSms(account, store.texts, "https://help.example.org/")


def parcel(
    text: str = "Hello", key: str = "turn/1/answer", conversation_id: str = CONVERSATION, **contact: object
) -> Parcel:
    return Parcel(
        row=1,
        conversation_id=conversation_id,
        channel="sms",
        key=key,
        author=Author.bot,
        text=text,
        contact=Contact.model_validate({"phone": THEIRS} | contact),
    )


async def test_a_message_is_sent_from_the_number_that_was_texted(channel: TwilioSms, twilio: Twilio) -> None:
    theirs = THEIRS[1:]
    sid = await channel.send(parcel(conversation_id=f"sms:{OTHER_NUMBER[1:]}:{theirs}"))
    [taken] = twilio.taken
    assert (taken.sid, taken.sender, taken.to, taken.body) == (sid, OTHER_NUMBER, THEIRS, "Hello")
    where = "https://help.example.org/webhooks/twilio/status"
    assert taken.callback == f"{where}?conversation=sms:{OTHER_NUMBER[1:]}:{theirs}&message=turn/1/answer"
    assert (twilio.refused, twilio.lists) == ([], 0)


async def test_a_service_sends_from_the_number_that_was_texted(real_time: Store, twilio: Twilio) -> None:
    channel = channel_of(real_time, twilio, sender=SERVICE)
    await channel.send(parcel(conversation_id=f"sms:{OTHER_NUMBER[1:]}:{THEIRS[1:]}"))
    await channel.send(parcel(conversation_id="crm-7", phone="+1 555-0198"))
    assert [(one.sender, one.to) for one in twilio.taken] == [(OTHER_NUMBER, THEIRS), (OUR_NUMBER, "+15550198")]


async def test_a_conversation_that_began_elsewhere_goes_to_the_contacts_phone(
    channel: TwilioSms, twilio: Twilio
) -> None:
    await channel.send(parcel(conversation_id="crm-7", phone="+1 (555) 0198"))
    assert [(one.sender, one.to) for one in twilio.taken] == [(OUR_NUMBER, "+15550198")]
    with pytest.raises(Undeliverable, match="no phone number with its country code"):
        await channel.send(parcel(conversation_id="crm-7", phone="555 0198"))


async def test_who_opted_out_is_sent_nothing(channel: TwilioSms, twilio: Twilio) -> None:
    with pytest.raises(Undeliverable, match="wants no more text messages"):
        await channel.send(parcel(tags=["vip", "sms_opted_out"]))
    assert (twilio.taken, twilio.refused) == ([], [])


async def test_who_opted_out_at_twilio_is_told_of_in_the_same_words(channel: TwilioSms, twilio: Twilio) -> None:
    twilio.blocked.add((OUR_NUMBER, THEIRS))
    with pytest.raises(Undeliverable, match=r"wants no more text messages .*21610"):
        await channel.send(parcel())


async def test_a_repeated_message_is_sent_once(channel: TwilioSms, real_time: Store, twilio: Twilio) -> None:
    """The worker may have died before it could write down that the message had left."""
    first = await channel.send(parcel())
    again = await channel_of(real_time, twilio).send(parcel())
    other = await channel.send(parcel(key="turn/2/answer"))
    assert first == again != other
    assert twilio.bodies(THEIRS) == ["Hello", "Hello"]


async def test_a_long_message_goes_in_parts_and_each_part_once(channel: TwilioSms, twilio: Twilio) -> None:
    await channel.send(parcel(LONG, key="before"))

    async def works(twilio: Twilio, form: dict[str, str]) -> vendor.Answer | None:
        return twilio.answer(form)

    twilio.faults = [works, vendor.fails]
    with pytest.raises(AnswerLost):
        await channel.send(parcel(LONG))
    assert len(twilio.bodies(THEIRS)) == 3
    sid = await channel.send(parcel(LONG))
    bodies = twilio.bodies(THEIRS)
    assert [body[:5] for body in bodies] == ["(1/2)", "(2/2)"] * 2
    assert sid == twilio.taken[2].sid


@pytest.mark.parametrize("fault", [vendor.takes_and_hangs_up, vendor.takes_and_fails])
async def test_what_twilio_took_without_a_word_is_not_sent_again(
    channel: TwilioSms, twilio: Twilio, fault: vendor.Fault
) -> None:
    """A message with the same words that was sent before is another one."""
    await channel.send(parcel(key="before"))
    twilio.faults = [fault]
    with pytest.raises(AnswerLost):
        await channel.send(parcel())
    sid = await channel.send(parcel())
    assert twilio.bodies(THEIRS) == ["Hello", "Hello"]
    assert sid == twilio.taken[1].sid
    assert await channel.send(parcel()) == sid


@pytest.mark.parametrize("fault", [vendor.hangs_up, vendor.fails])
async def test_what_twilio_did_not_take_is_sent_again(channel: TwilioSms, twilio: Twilio, fault: vendor.Fault) -> None:
    await channel.send(parcel(key="before"))
    twilio.faults = [fault]
    with pytest.raises(AnswerLost):
        await channel.send(parcel())
    await channel.send(parcel())
    assert (twilio.bodies(THEIRS), twilio.lists) == (["Hello", "Hello"], 1)


async def test_an_answer_that_does_not_come_or_does_not_end_is_waited_for_no_longer(
    channel: TwilioSms, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.faults = [vendor.answers_without_end, vendor.never_answers]
    with pytest.raises(AnswerLost, match="status 201 and no message"):
        await channel.send(parcel(key="large"))
    with monkeypatch.context() as hurry:
        hurry.setattr(twilio_api, "SECONDS", 0.3)
        with pytest.raises(AnswerLost, match=r"did not answer within 0\.3 seconds"):
            await channel.send(parcel(key="late"))
    for key in ("large", "late"):
        await channel.send(parcel(key=key))
    assert twilio.bodies(THEIRS) == ["Hello", "Hello"]


async def test_words_that_were_said_long_before_are_another_message(channel: TwilioSms, twilio: Twilio) -> None:
    """Not one of ours, or one that is forgotten here."""
    twilio.clock = vendor.later(timedelta(hours=-1))
    twilio.answer({"To": THEIRS, "From": OUR_NUMBER, "Body": "Hello"})
    twilio.clock = vendor.later(timedelta(seconds=-90))
    twilio.faults = [vendor.hangs_up]
    with pytest.raises(AnswerLost):
        await channel.send(parcel())
    sid = await channel.send(parcel())
    assert sid == twilio.taken[1].sid


async def test_a_trial_account_puts_words_before_the_text(channel: TwilioSms, twilio: Twilio) -> None:
    async def takes_as_a_trial(twilio: Twilio, form: dict[str, str]) -> vendor.Answer | None:
        twilio.answer(form | {"Body": TRIAL + form["Body"]})
        return None

    twilio.faults = [takes_as_a_trial]
    with pytest.raises(AnswerLost):
        await channel.send(parcel())
    await channel.send(parcel())
    assert twilio.bodies(THEIRS) == [TRIAL + "Hello"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21211, "This is no phone number"),
        (21614, "may be a landline"),
        (21408, "Geo permissions"),
        (21608, "trial accounts"),
        (30007, "filtered"),
        (29999, r"Twilio refuses the message: New rule\. \(https://www\.twilio\.com/docs/api/errors/29999\)"),
    ],
)
async def test_what_twilio_will_never_take(channel: TwilioSms, twilio: Twilio, code: int, words: str) -> None:
    twilio.faults = [vendor.refuses(code, "New rule.")]
    with pytest.raises(Undeliverable, match=words):
        await channel.send(parcel())


async def test_how_much_was_sent_before_a_refusal_is_said(channel: TwilioSms, twilio: Twilio) -> None:
    async def works(twilio: Twilio, form: dict[str, str]) -> vendor.Answer | None:
        return twilio.answer(form)

    twilio.faults = [works, vendor.refuses(30007)]
    with pytest.raises(Undeliverable, match=r"filtered .*The first 1 of its 2 parts were sent"):
        await channel.send(parcel(LONG))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (vendor.has_too_much_to_do, "too much to do"),
        (vendor.refuses(21606), "HANDOVER_TWILIO_FROM"),
        (vendor.refuses(21609), "HANDOVER_PUBLIC_URL"),
        (vendor.refuses(0, status=403), "HANDOVER_TWILIO_AUTH_TOKEN"),
        (vendor.refuses(20003, status=401), "HANDOVER_TWILIO_AUTH_TOKEN"),
        (vendor.refuses(0, status=301), "HANDOVER_TWILIO_API_URL"),
    ],
)
async def test_what_may_be_mended_is_tried_again(
    channel: TwilioSms, twilio: Twilio, fault: vendor.Fault, words: str
) -> None:
    twilio.faults = [fault]
    with pytest.raises(NotTaken, match=words):
        await channel.send(parcel())
    await channel.send(parcel())
    assert (twilio.bodies(THEIRS), twilio.lists) == (["Hello"], 0)


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (vendor.has_too_much_to_do, timedelta(seconds=vendor.PAUSE)),
        (vendor.refuses(21606), None),
        (vendor.fails, None),
    ],
)
async def test_twilio_says_when_to_come_again(
    channel: TwilioSms, twilio: Twilio, fault: vendor.Fault, pause: timedelta | None
) -> None:
    twilio.faults = [fault]
    with pytest.raises(TryAgain) as raised:
        await channel.send(parcel())
    assert raised.value.after == pause


async def test_a_wrong_token_is_named_by_its_setting_and_never_shown(real_time: Store, twilio: Twilio) -> None:
    channel = channel_of(real_time, twilio, token="a-secret-that-is-wrong")
    with pytest.raises(NotTaken, match="HANDOVER_TWILIO_AUTH_TOKEN") as raised:
        await channel.send(parcel())
    account = TwilioAccount("AC", SecretStr("a-secret-that-is-wrong"), "", "")
    assert "a-secret-that-is-wrong" not in f"{raised.value!r} {account!r}"


async def test_a_wrong_account_is_named_by_its_setting(real_time: Store, twilio: Twilio) -> None:
    channel = channel_of(real_time, twilio, sid="AC" + "0" * 32, token=vendor.TOKEN)
    with pytest.raises(NotTaken, match="HANDOVER_TWILIO_ACCOUNT_SID"):
        await channel.send(parcel())


async def test_nobody_there(real_time: Store, twilio: Twilio) -> None:
    with pytest.raises(NotTaken, match="can't be reached"):
        await channel_of(real_time, twilio, api_url="http://127.0.0.1:1").send(parcel())


async def test_a_look_that_fails_sends_nothing(channel: TwilioSms, real_time: Store, twilio: Twilio) -> None:
    """Whether the message is there is still not known."""
    twilio.faults = [vendor.takes_and_hangs_up]
    with pytest.raises(AnswerLost):
        await channel.send(parcel())
    with pytest.raises(NotTaken):
        await channel_of(real_time, twilio, token="wrong").send(parcel())
    await channel.send(parcel())
    assert twilio.bodies(THEIRS) == ["Hello"]


async def test_a_phone_shows_nothing_of_how_a_conversation_stands(channel: TwilioSms, twilio: Twilio) -> None:
    followed = Followed(
        conversation_id=CONVERSATION, channel="sms", status=ConversationStatus.human, contact=Contact(), told={"a": 1}
    )
    assert await channel.follow(followed) == {"a": 1}


async def test_the_channel_is_there_once_its_settings_are(
    real_time: Store, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "sms" not in make_outside(AppSettings(), real_time).remote
    for name, value in {
        "ACCOUNT_SID": vendor.SID,
        "AUTH_TOKEN": vendor.TOKEN,
        "FROM": OUR_NUMBER,
        "API_URL": twilio.url,
    }.items():
        monkeypatch.setenv(f"HANDOVER_TWILIO_{name}", value)
    await make_outside(AppSettings(), real_time).remote["sms"].send(parcel())
    assert twilio.bodies(THEIRS) == ["Hello"]
