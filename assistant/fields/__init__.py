"""The details of a contact that a bot collects: which are needed, what asks for them, and which values a text gives."""

from assistant.fields.questions import asked, only_asks, question, times_asked
from assistant.fields.values import (
    LONGEST_NAME,
    contact_details,
    email,
    known,
    phone,
    read,
    refuses,
    without_addresses,
)

__all__ = [
    "LONGEST_NAME",
    "asked",
    "contact_details",
    "email",
    "known",
    "only_asks",
    "phone",
    "question",
    "read",
    "refuses",
    "times_asked",
    "without_addresses",
]
