"""A channel to any system outside that takes signed webhooks: docs/webhook-channel.md."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from handover.errors import TryAgain, Undeliverable
from handover.hook_settings import HookSettings, their_id
from handover.hooks import ChangedConversation, Event, change_event, message_event
from handover.outside import Followed, Parcel
from handover.signatures import standard_signature
from outbound import Answer, object_in, post_outside

LATER = frozenset({401, 403, 408, 409, 425, 429})
"""What a receiver answers whose keys, clock or load are the trouble, and not the message: it is tried again."""

LONGEST_REFERENCE = 200


class WebhookChannel:
    """The port RemoteChannel to the receiver of one name. `now` gives the time in UTC, which is signed.

    Whatever is sent twice has the same `webhook-id` twice: the receiver takes it once.
    """

    def __init__(
        self, name: str, settings: HookSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        if settings.url is None:
            raise ValueError(f"The channel {name} has no url: its answers are read from the API")
        self._name, self._settings, self._url, self._now = name, settings, settings.url, now

    async def send(self, parcel: Parcel) -> str:
        """POST a message. Returns how the receiver calls it; our own id where its answer does not say."""
        theirs = their_id(self._name, parcel.conversation_id)
        if theirs is None:
            raise Undeliverable(f"This conversation did not come in by {self._name}, which knows no contact for it")
        event = message_event(theirs, parcel)
        answer = await self._post(event)
        if not 200 <= answer.status < 300:
            raise Undeliverable(f"{self._name} does not take it: {_in_words(answer)}")
        return _reference(answer.body) or event.id

    async def follow(self, followed: Followed) -> dict[str, Any]:
        """POST how the conversation stands, where that is not what was told last. A receiver that refuses to hear of it is
        not told the same again."""
        theirs = their_id(self._name, followed.conversation_id)
        if theirs is None:
            return followed.told
        before = int(followed.told.get("changes", 0))
        event = change_event(theirs, followed, before)
        if event.data.model_dump(mode="json") == followed.told.get("said", _quiet(theirs)):
            return followed.told
        await self._post(event)
        return {"changes": before + 1, "said": event.data.model_dump(mode="json")}

    async def _post(self, event: Event) -> Answer:
        """The receiver's answer: it has taken the event, or never will. Raises TryAgain, Unreached or AddressRefused."""
        answer = await post_outside(
            self._url, event.body, self._signed(event), allow_private=self._settings.allow_private
        )
        if answer.status >= 500 or 300 <= answer.status < 400 or answer.status in LATER:
            raise TryAgain(f"{self._name} answered {_in_words(answer)}", answer.after)
        return answer

    def _signed(self, event: Event) -> dict[str, str]:
        seconds = str(int(self._now().timestamp()))
        signatures = [
            standard_signature(secret, event.id, seconds, event.body) for secret in self._settings.all_secrets
        ]
        return {
            "webhook-id": event.id,
            "webhook-timestamp": seconds,
            "webhook-signature": " ".join(signatures),
            "content-type": "application/json",
        }


def _quiet(theirs: str) -> dict[str, Any]:
    """How every conversation begins, which nobody needs to be told."""
    return ChangedConversation.model_validate(
        {"conversation_id": theirs, "status": "bot", "handover": None}
    ).model_dump(mode="json")


def _reference(body: bytes) -> str:
    """How the receiver calls the message, where its answer is JSON that says so."""
    said = object_in(body)
    named = said.get("reference") or said.get("message_id")
    return named if isinstance(named, str) and len(named) <= LONGEST_REFERENCE else ""


def _in_words(answer: Answer) -> str:
    """The status, and what it means here."""
    meanings = {
        404: "there is nobody at this address",
        410: "the contact or the receiver is gone",
        413: "the message is too long for it",
    }
    meaning = "redirects are not followed" if 300 <= answer.status < 400 else meanings.get(answer.status, "")
    return f"{answer.status}, {meaning}" if meaning else str(answer.status)
