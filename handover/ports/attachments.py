"""Pictures and documents that come with messages."""

from collections.abc import Sequence
from typing import Protocol

from handover.attachments import Content
from handover.messages import Attachment


class KeptAttachments(Protocol):
    """What visitors have attached, which nobody else keeps."""

    async def put(self, conversation_id: str, name: str, content: Content) -> Attachment:
        """Keep something; for a day where no message comes that refers to it. Raises Refused where there are enough."""
        ...

    async def sent(self, conversation_id: str, ids: Sequence[str]) -> list[Attachment]:
        """What a message refers to by these ids; it stays for good. Raises NotFound."""
        ...

    async def content(self, conversation_id: str, attachment_id: str) -> Content:
        """What is kept. Raises NotFound."""
        ...


class OpensAttachments(Protocol):
    """What came with messages, wherever it is kept."""

    async def open(self, conversation_id: str, attachment: Attachment) -> Content:
        """What it holds. Raises NotFound, Unavailable, and Refused for what is not opened here."""
        ...
