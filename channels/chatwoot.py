"""Conversations in Chatwoot: what is said here goes there, and how a handover stands is shown to the agents there."""

import logging
from collections.abc import Awaitable
from typing import Any, Protocol

from channels.chatwoot_api import ChatwootApi, Gone, TokenRefused
from channels.chatwoot_words import as_label, context, ending, spoken
from handover.casefile import Case
from handover.chatwoot import CHANNEL, Place, place_of, written_there
from handover.errors import NotFound, Undeliverable
from handover.messages import Author, ConversationStatus, HandoverStatus
from handover.outside import Followed, Parcel
from handover.ports import RemoteChannel, Team, Transcripts
from settings import AppSettings

_log = logging.getLogger(__name__)

_GIVEN_TO_PEOPLE = frozenset({ConversationStatus.escalated, ConversationStatus.human})

Told = dict[str, Any]


class _Parts(Protocol):
    """What is read of the store."""

    @property
    def team(self) -> Team: ...

    @property
    def transcripts(self) -> Transcripts: ...


def chatwoot_channels(settings: AppSettings, store: _Parts) -> dict[str, RemoteChannel]:
    """The channel, where it is configured."""
    token, user_token = settings.chatwoot_token, settings.chatwoot_user_token
    if not settings.chatwoot_url or token is None:
        return {}
    api = ChatwootApi(
        settings.chatwoot_url, token.get_secret_value(), user_token.get_secret_value() if user_token else ""
    )
    return {CHANNEL: ChatwootChannel(api, store.team, store.transcripts)}


class ChatwootChannel:
    """The port RemoteChannel over Chatwoot."""

    def __init__(self, api: ChatwootApi, team: Team, transcripts: Transcripts) -> None:
        self._api = api
        self._team = team
        self._transcripts = transcripts

    async def send(self, parcel: Parcel) -> str:
        """Write the message there, unless it is there already: because it was written there, or the last try got through."""
        written = written_there(parcel.key) if parcel.author is Author.person else None
        if written is not None:
            return str(written)
        place = place_of(parcel.conversation_id)
        if place is None:
            raise Undeliverable("This conversation is not one of Chatwoot's; its id would be chatwoot:ACCOUNT:NUMBER")
        return str(await self._write_once(place, spoken(parcel), parcel.key))

    async def follow(self, followed: Followed) -> Told:
        """Make Chatwoot show what is so: who has the conversation, why, and how it ended. What is told is not told again."""
        place, told, standing = place_of(followed.conversation_id), dict(followed.told), _standing(followed)
        if place is None or told.pop("gone", None) == standing:
            return followed.told
        try:
            await self._show_status(place, followed, told)
            if followed.case is not None:
                await self._show_case(place, followed, followed.case, told)
        except Gone:
            told["gone"] = standing
        return told

    async def _show_status(self, place: Place, followed: Followed, told: Told) -> None:
        status = wanted_status(followed)
        if status is not None and told.get("status") != status:
            await self._api.set_status(place, status)
            told["status"] = status

    async def _show_case(self, place: Place, followed: Followed, case: Case, told: Told) -> None:
        if case.status.ended:
            await self._tell_end(place, case, told)
        elif followed.status in _GIVEN_TO_PEOPLE:
            await self._tell_context(place, case, told)
            await _if_allowed(self._assign(place, case, told), "assign it")
            await _if_allowed(self._label(place, followed, case, told), "label it")

    async def _tell_context(self, place: Place, case: Case, told: Told) -> None:
        """One note a handover, with all that is known."""
        if told.get("note") == case.number:
            return
        lines = await self._transcripts.transcript(case.conversation_id)
        await self._write_once(place, context(case, lines), f"handover/{case.number}/context", private=True)
        told["note"] = case.number

    async def _tell_end(self, place: Place, case: Case, told: Told) -> None:
        """How it ended, where it was told that it began; one that was reopened may end again."""
        end = f"{case.number} {case.completed_at}"
        if told.get("note") != case.number or told.get("end") == end:
            return
        key = f"handover/{case.number}/end/{case.completed_at:%Y%m%d%H%M%S}"
        await self._write_once(place, ending(case), key, private=True)
        told["end"] = end

    async def _assign(self, place: Place, case: Case, told: Told) -> None:
        """Give it to the same person there, found by their email address. Who is not there is named in the note."""
        if case.holder is None or told.get("assignee") == case.holder.staff_id:
            return
        email = await self._email(case.holder.staff_id)
        agent = (await self._api.agents(place.account)).get(email) if email else None
        if agent is not None:
            await self._api.assign(place, agent)
        told["assignee"] = case.holder.staff_id

    async def _email(self, staff_id: str) -> str:
        try:
            return (await self._team.staff(staff_id)).addresses.get("email", "").strip().casefold()
        except NotFound:
            return ""

    async def _label(self, place: Place, followed: Followed, case: Case, told: Told) -> None:
        """Add the tags to the labels that are there. One that somebody took away there is not added again."""
        labels = dict.fromkeys(map(as_label, [*followed.contact.tags, *case.policy.tags]))
        known = told.get("labels", [])
        new = [label for label in labels if label and label not in known]
        if not new:
            return
        there = await self._api.labels(place)
        missing = [label for label in new if label not in there]
        if missing:
            await self._api.set_labels(place, [*there, *missing])
        told["labels"] = [*known, *new]

    async def _write_once(self, place: Place, text: str, key: str, *, private: bool = False) -> int:
        """Chatwoot knows no idempotency keys: before anything is written, it is looked whether a lost answer did it."""
        found = await self._api.find_message(place, key)
        return found if found is not None else await self._api.post_message(place, text, key, private=private)


def wanted_status(followed: Followed) -> str | None:
    """The status in Chatwoot: `open` is for people, `pending` for the bot, `resolved` is over. None leaves it as it is: a
    conversation that was never given to people is the bot's there from the beginning."""
    if followed.status in _GIVEN_TO_PEOPLE:
        return "open"
    if followed.status is ConversationStatus.closed:
        return "resolved"
    if "status" not in followed.told:
        return None
    return "resolved" if followed.case and followed.case.status is HandoverStatus.completed else "pending"


def _standing(followed: Followed) -> str:
    """What was to be shown when the conversation was not there: nothing is tried again before that changes."""
    return f"{followed.status} {followed.case.number if followed.case else 0}"


async def _if_allowed(step: Awaitable[None], what: str) -> None:
    """What an agent can do by hand holds up nothing else where the token may not do it, or Chatwoot refuses it."""
    try:
        await step
    except Gone:
        raise
    except (TokenRefused, Undeliverable) as error:
        _log.warning("A conversation was handed over in Chatwoot, but Handover could not %s: %s.", what, error)
