"""Opens what came with messages: from the store, or from the system outside that keeps it."""

from base64 import b64encode
from collections.abc import Mapping

from handover.attachments import IN_WORDS, LIMIT_IN_WORDS, MAX_BYTES, Content, kind_of
from handover.errors import NotFound, Refused, Unavailable
from handover.messages import Attachment
from handover.ports import KeptAttachments
from outbound import AddressRefused, Known, NotThere, TooLarge, Unreached, get_outside, origin_of
from settings import AppSettings


class AttachmentReader:
    """The port OpensAttachments. `known`: the servers outside that the operator has named (outbound/get.py)."""

    def __init__(self, kept: KeptAttachments, known: Mapping[str, Known]) -> None:
        self._kept = kept
        self._known = known

    async def open(self, conversation_id: str, attachment: Attachment) -> Content:
        """What it holds. Raises NotFound, Unavailable, and Refused for what is not opened here."""
        if attachment.id:
            return await self._kept.content(conversation_id, attachment.id)
        if not attachment.url:
            raise NotFound("address of", attachment.name or "this attachment")
        body = await self._fetched(attachment)
        media_type = kind_of(body)
        if media_type is None:
            raise _not_opened(f"It is none of the {IN_WORDS} that are opened here.")
        return Content(media_type, body)

    async def _fetched(self, attachment: Attachment) -> bytes:
        try:
            return await get_outside(attachment.url, MAX_BYTES, known=self._known)
        except AddressRefused as error:
            raise _not_opened(f"Its address is not called: {error}.") from error
        except TooLarge as error:
            raise _not_opened(f"It is larger than {LIMIT_IN_WORDS}.") from error
        except Unreached as error:
            raise Unavailable(f"It is kept elsewhere: {error}. Try again in a moment.") from error
        except NotThere as error:
            if error.status >= 500 or error.status == 429:
                raise Unavailable(f"It is kept elsewhere: {error}. Try again in a moment.") from error
            raise _not_opened(f"It is kept elsewhere, and {error}: it may have been deleted there.") from error


def known_servers(settings: AppSettings) -> dict[str, Known]:
    """Twilio wants to be told whose media it is, where an account protects them; Chatwoot may be in the operator's network.
    (https://www.twilio.com/docs/messaging/api/media-resource)"""
    found = {}
    if settings.twilio_auth_token and settings.twilio_account_sid:
        who = f"{settings.twilio_account_sid}:{settings.twilio_auth_token.get_secret_value()}"
        headers = {"Authorization": f"Basic {b64encode(who.encode()).decode()}"}
        found[origin_of(settings.twilio_api_url)] = Known(headers, allow_private=True)
    if settings.chatwoot_url:
        found[origin_of(settings.chatwoot_url)] = Known(allow_private=True)
    return found


def _not_opened(why: str) -> Refused:
    return Refused("attachment_not_opened", f"This attachment can't be opened here. {why}")
