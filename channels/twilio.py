"""Text messages by Twilio: how a message gets to the contact's phone, once.

Twilio has no key by which a repeated request is the same message. So each part is noted before it is sent. Where the answer
was lost, the next try looks through Twilio's own list for a message with the same words before it sends them again.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from channels.twilio_api import NotTaken, Taken, TwilioAccount, TwilioApi
from handover import sms
from handover.errors import Undeliverable
from handover.outside import Followed, Parcel
from handover.ports import SentPart, SentParts
from handover.sms_failures import OPTED_OUT_WORDS

STATUS_PATH = "/webhooks/twilio/status"
CLOCKS_DIFFER = timedelta(minutes=2)
"""How far Twilio's clock may be behind ours."""

TRIAL = "Sent from your Twilio trial account - "
"""What Twilio puts before each text of a trial account."""


class _Part(NamedTuple):
    """One message for Twilio: the numbered part of a text, or all of it."""

    parcel: Parcel
    number: int
    body: str

    @property
    def name(self) -> tuple[str, str, int]:
        return self.parcel.conversation_id, self.parcel.key, self.number


class TwilioSms:
    """The port RemoteChannel for text messages. `public_url`: where Twilio reaches our doors."""

    def __init__(self, account: TwilioAccount, sent: SentParts, public_url: str) -> None:
        self._api = TwilioApi(account)
        self._sender = account.sender
        self._sent = sent
        self._status_url = public_url.rstrip("/") + STATUS_PATH

    async def send(self, parcel: Parcel) -> str:
        """Hand over a message, a long one in parts, and return the first part's sid. Parts that were taken before are not
        sent again. Raises Undeliverable, and NotTaken or AnswerLost for what is tried again."""
        if sms.OPTED_OUT in parcel.contact.tags:
            raise Undeliverable(OPTED_OUT_WORDS)
        numbers = self._numbers(parcel)
        bodies = sms.parts(parcel.text)
        sids: list[str] = []
        for number, body in enumerate(bodies, 1):
            try:
                sids.append(await self._send_once(_Part(parcel, number, body), numbers))
            except Undeliverable as error:
                raise Undeliverable(_with_what_was_sent(str(error), len(sids), len(bodies))) from error
        return sids[0]

    async def follow(self, followed: Followed) -> dict[str, Any]:
        """A phone shows nothing but messages."""
        return followed.told

    def _numbers(self, parcel: Parcel) -> sms.Numbers:
        """From which number to which. A contact who texted one of ours is answered from that one."""
        numbers = sms.numbers_of(parcel.conversation_id)
        if numbers is not None:
            return numbers
        theirs = sms.phone_number(parcel.contact.phone)
        if theirs is None:
            raise Undeliverable("The contact has no phone number with its country code, such as +15550100")
        return sms.Numbers("" if self._has_service else self._sender, theirs)

    @property
    def _has_service(self) -> bool:
        return self._sender.startswith("MG")

    async def _send_once(self, part: _Part, numbers: sms.Numbers) -> str:
        begun = await self._sent.begin(*part.name)
        if begun.reference:
            return begun.reference
        sid = await self._found(part, numbers, begun) if begun.again else ""
        sid = sid or await self._create(part, numbers)
        await self._sent.taken(*part.name, sid)
        return sid

    async def _create(self, part: _Part, numbers: sms.Numbers) -> str:
        try:
            return await self._api.create(self._form(part, numbers))
        except (Undeliverable, NotTaken):
            await self._sent.not_taken(*part.name)
            raise

    def _form(self, part: _Part, numbers: sms.Numbers) -> dict[str, str]:
        """The parameters. Twilio says at the `StatusCallback` what becomes of the message, whose key is in the address."""
        form = {"To": numbers.theirs, "Body": part.body}
        form |= {"From": numbers.ours} if numbers.ours else {}
        form |= {"MessagingServiceSid": self._sender} if self._has_service else {}
        query = {"conversation": part.parcel.conversation_id, "message": part.parcel.key}
        return form | {"StatusCallback": f"{self._status_url}?{urlencode(query, safe=':/')}"}

    async def _found(self, part: _Part, numbers: sms.Numbers, begun: SentPart) -> str:
        """The sid of a part whose answer was lost; empty where Twilio does not have it."""
        newest = await self._api.newest(numbers.theirs, numbers.ours)
        same = [one for one in newest if _is(one, part.body) and one.created > begun.since - CLOCKS_DIFFER]
        known = await self._sent.known([one.sid for one in same])
        return _oldest(one for one in same if one.sid not in known)


def _is(taken: Taken, body: str) -> bool:
    return taken.body.removeprefix(TRIAL) == body


def _oldest(found: Iterable[Taken]) -> str:
    return next((one.sid for one in sorted(found, key=lambda one: one.created)), "")


def _with_what_was_sent(words: str, sent: int, parts: int) -> str:
    return f"{words}. The first {sent} of its {parts} parts were sent" if sent else words
