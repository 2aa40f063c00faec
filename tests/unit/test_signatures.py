"""Signatures of systems outside: their own published values, a reference library, and everything that is not signed."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from handover import signatures

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BODY = '{"text": "Grüße 🙂"}'.encode()


def test_twilios_published_example() -> None:
    """From the guide to validating requests of Twilio's own libraries, which hold themselves against it too."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    sent = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert signatures.twilio_signature("12345", url, sent.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signatures.is_twilio("12345", url, sent.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not signatures.is_twilio("12345", url, {**sent, "New": "1"}.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_slacks_published_example() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    secret, timestamp = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
    wanted = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signatures.slack_signature(secret, timestamp, body) == wanted
    assert signatures.is_slack(secret, timestamp, body, wanted, datetime.fromtimestamp(1531420700, UTC))
    assert not signatures.is_slack(secret, timestamp, body, wanted, datetime.fromtimestamp(1531421000, UTC))


def test_standard_webhooks_are_what_the_reference_makes_and_takes() -> None:
    ours = signatures.standard_signature(SECRET, "msg_1", SECONDS, BODY)
    assert ours == Webhook(SECRET).sign("msg_1", NOW, BODY.decode())
    assert signatures.is_standard([SECRET], "msg_1", SECONDS, BODY, ours, NOW)


def test_a_secret_may_be_changed_while_both_are_in_use() -> None:
    old = "whsec_" + base64.b64encode(b"o" * 32).decode()
    signed = signatures.standard_signature(old, "msg_1", SECONDS, BODY)
    assert signatures.is_standard([SECRET, old], "msg_1", SECONDS, BODY, f"v2,else {signed}", NOW)
    assert not signatures.is_standard([SECRET], "msg_1", SECONDS, BODY, signed, NOW)


def test_chatwoot_and_zendesk_by_hand() -> None:
    """Computed once with `openssl dgst -sha256 -hmac SECRET`, in hex and in Base64."""
    assert signatures.chatwoot_signature("cw-secret", "1772442000", b'{"event":"message_created"}') == (
        "sha256=749a5d12c845230a4e7f438a15a748eb959154e3180ae7ea691e1e2642e14e41"
    )
    assert (
        signatures.zendesk_signature("zd-secret", "2026-03-02T09:00:00Z", b'{"ticket":7}')
        == "5hVqRWHKw1xZ4gqg+NZQfxwUDx65mgQEVjGOhcmFAgo="
    )


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_what_was_signed_at_another_time_is_not_taken(off: timedelta) -> None:
    near, far = NOW + off * 0.9, NOW + off
    signed = signatures.chatwoot_signature("cw-secret", SECONDS, BODY)
    assert signatures.is_chatwoot("cw-secret", SECONDS, BODY, signed, near)
    assert not signatures.is_chatwoot("cw-secret", SECONDS, BODY, signed, far)
    written = NOW.isoformat()
    signed = signatures.zendesk_signature("zd-secret", written, BODY)
    assert signatures.is_zendesk("zd-secret", written, BODY, signed, near)
    assert not signatures.is_zendesk("zd-secret", written, BODY, signed, far)
    signed = signatures.standard_signature(SECRET, "msg_1", SECONDS, BODY)
    assert not signatures.is_standard([SECRET], "msg_1", SECONDS, BODY, signed, far)


@given(timestamp=st.text(max_size=20), signature=st.text(max_size=60), body=st.binary(max_size=60))
def test_what_is_malformed_is_not_signed(timestamp: str, signature: str, body: bytes) -> None:
    assert not signatures.is_chatwoot("s", timestamp, body, signature, NOW)
    assert not signatures.is_slack("s", timestamp, body, signature, NOW)
    assert not signatures.is_zendesk("s", timestamp, body, signature, NOW)
    assert not signatures.is_standard([SECRET], "id", timestamp, body, signature, NOW)
    assert not signatures.is_twilio("s", timestamp, [(signature, timestamp)], signature)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_????", "whsec_ü", "whsec_YWJj", base64.b64encode(b"x" * 32).decode()]
)
def test_a_secret_that_is_none_is_refused_in_words(secret: str) -> None:
    with pytest.raises(ValueError, match="allowed is whsec_"):
        signatures.standard_key(secret)
