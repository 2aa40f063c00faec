"""Who sent a request from outside: signatures over its raw bytes, as each system makes them. The time is passed in.

Whatever is malformed is simply not signed; nothing here raises.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How old, or how far ahead, a signed request may be: an older one may be somebody's who has listened."""

STANDARD_PREFIX = "whsec_"


def twilio_signature(token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What `X-Twilio-Signature` has to be: Base64 of HMAC-SHA1 over the full public URL and every parameter's name and
    value, sorted by name (https://www.twilio.com/docs/usage/security, "Validating requests")."""
    signed = url + "".join(name + value for name, value in sorted(parameters))
    return _base64_hmac(token.encode(), signed.encode("utf-8", "replace"), "sha1")


def is_twilio(token: str, url: str, parameters: Iterable[tuple[str, str]], signature: str) -> bool:
    return _same(twilio_signature(token, url, parameters), signature)


def chatwoot_signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Chatwoot-Signature` has to be: hex of HMAC-SHA256 over `{timestamp}.{body}`."""
    return "sha256=" + _hex_hmac(secret, f"{timestamp}.".encode("utf-8", "replace") + body)


def is_chatwoot(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    return is_fresh(timestamp, now) and _same(chatwoot_signature(secret, timestamp, body), signature)


def zendesk_signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Zendesk-Webhook-Signature` has to be: Base64 of HMAC-SHA256 over timestamp and body
    (https://developer.zendesk.com/documentation/webhooks/verifying/)."""
    return _base64_hmac(secret.encode(), timestamp.encode("utf-8", "replace") + body, "sha256")


def is_zendesk(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """The timestamp is an ISO 8601 one here."""
    return _is_near(_iso(timestamp), now) and _same(zendesk_signature(secret, timestamp, body), signature)


def slack_signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Slack-Signature` has to be: hex of HMAC-SHA256 over `v0:{timestamp}:{body}`
    (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    return "v0=" + _hex_hmac(secret, f"v0:{timestamp}:".encode("utf-8", "replace") + body)


def is_slack(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    return is_fresh(timestamp, now) and _same(slack_signature(secret, timestamp, body), signature)


def standard_signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One entry of `webhook-signature` by Standard Webhooks: `v1,` and Base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`
    with the bytes that stand in Base64 behind `whsec_` (https://www.standardwebhooks.com). Raises ValueError for a secret
    that is none."""
    key = standard_key(secret)
    return "v1," + _base64_hmac(key, f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body, "sha256")


def is_standard(
    secrets: Iterable[str], message_id: str, timestamp: str, body: bytes, signatures: str, now: datetime
) -> bool:
    """Whether one of several signatures, separated by blanks, was made with one of several secrets: secrets change."""
    if not message_id or not is_fresh(timestamp, now):
        return False
    given = signatures.split()
    wanted = [standard_signature(secret, message_id, timestamp, body) for secret in secrets]
    return any(_same(one, other) for one in wanted for other in given)


def standard_key(secret: str) -> bytes:
    """The bytes of a Standard Webhooks secret. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
    except ValueError as error:
        raise ValueError("this is no secret; allowed is whsec_ and Base64 of 24 to 64 bytes") from error
    if not secret.startswith(STANDARD_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("this is no secret; allowed is whsec_ and Base64 of 24 to 64 bytes")
    return key


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether Unix seconds, as text, are near now."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()


def _is_near(at: datetime | None, now: datetime) -> bool:
    return at is not None and abs(now - at) <= TOLERANCE


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _hex_hmac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _base64_hmac(key: bytes, signed: bytes, digest: str) -> str:
    return base64.b64encode(hmac.new(key, signed, digest).digest()).decode()


def _same(wanted: str, given: str) -> bool:
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))
