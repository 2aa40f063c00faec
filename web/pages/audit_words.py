"""What the lines of the audit log are about, in plain words."""

from collections.abc import Mapping, Sequence

from handover.staff import Staff
from handover.views import KeyView

KINDS: Mapping[str, Mapping[str, str]] = {
    "Refused": {
        "missing_key": "Came without a key",
        "wrong_key": "Came with a wrong or revoked key",
        "key_of_nobody": "Came with a key of somebody who is not on the team",
        "missing_token": "Came to a chat without its token",
        "wrong_token": "Came to a chat with a wrong token",
        "foreign_origin": "Came from another site’s page",
        "wrong_signature": "Sent a webhook that is not signed as it should be",
        "sign_in_refused": "Could not sign in",
        "claim_link_refused": "Came with a claim link that is none, or of somebody disabled",
        "claim_link_late": "Came too late with a claim link",
        "slack_claim_refused": "Claimed in Slack, and is not on the team",
        "slack_claim_late": "Came too late with a claim in Slack",
        "chatwoot_unknown_agent": "Wrote in Chatwoot, and is not on the team",
    },
    "Signing in": {
        "signed_in": "Signed in",
        "password_set": "Chose a password",
        "session_ended": "Ended a session",
        "link_made": "Made a link to sign in",
    },
    "Keys": {
        "key_made": "Made a key",
        "key_revoked": "Revoked a key",
        "first_key_replaced": "Replaced the first key",
    },
    "Changes": {
        "staff_changed": "Changed somebody on the team",
        "subscription_added": "Added a subscription",
        "subscription_changed": "Changed a subscription",
        "subscription_removed": "Removed a subscription",
        "subscription_secret_replaced": "Replaced a subscription’s secret",
        "subscription_tested": "Tested a subscription",
        "subscription_resent": "Sent events again",
        "subscription_switched_off": "Switched a subscription off",
    },
    "Cases": {
        "claimed_by_link": "Claimed a case with a link",
        "claimed_by_slack": "Claimed a case in Slack",
        "bulk": "Changed many cases at once",
        "missed_taken_back": "Took a mark of a missed handover back",
    },
}
_WORDS = {kind: words for group in KINDS.values() for kind, words in group.items()}
NOBODYS = {
    "unknown": "Somebody unknown",
    "visitor": "A visitor",
    "handover": "Handover itself",
    "chatwoot": "Chatwoot",
    "terminal": "The terminal",
    "settings": "The settings",
}
"""Actors that are neither a person nor a key."""


def kind_in_words(kind: str) -> str:
    """What happened; a kind that is new here says its name."""
    return _WORDS.get(kind, kind.replace("_", " ").capitalize())


def actors(team: Sequence[Staff], keys: Sequence[KeyView]) -> dict[str, str]:
    """Who may stand in the log, by the name that it has there."""
    people = {f"person:{one.id}": one.name for one in team}
    return people | {f"key:{one.id}": f"Key {one.id} “{one.name}”" for one in keys} | NOBODYS
