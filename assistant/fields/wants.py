"""What a request is about, as far as it decides which of a contact's details it needs."""

import re
from collections.abc import Sequence

from assistant.fields.questions import times_asked
from assistant.knowledge import is_code, terms
from handover.bot import Bot
from handover.ports import Line

_BOOKING = re.compile(
    r"\b(?:book|schedule|arrange|appointment|come out|come over|come by|send (?:someone|somebody|a technician)|"
    r"(?:need|want|like|get|have|request|order) (?:\w+ ){0,4}(?:visit|technician|tune-?up|repair|inspection|installation|"
    r"diagnosis|appointment|maintenance|(?:some(?:one|body) to (?:fix|repair|look|check|install|come|service)))|"
    r"(?:repair|fix|install|check|service|look at|inspect) (?:my|our|the|a|an) )",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(
    r"\b(?:costs?|prices?|much|cancel|move|reschedule|how long|fees?|charge|schedule on|set a schedule)\b",
    re.IGNORECASE,
)
_DIAGNOSIS = re.compile(
    r"\b(?:error|fault|code|blink\w*|flash\w*|display(?:s|ing)?|show(?:s|ing|ed|n)?|says?|saying|reads?|reading|mean(?:s|ing)?|"
    r"stands? for|diagnos\w*)\b",
    re.IGNORECASE,
)


def booking(text: str) -> bool:
    """Whether a visit is wanted, rather than something about visits."""
    return bool(_BOOKING.search(text)) and not _ABOUT_IT.search(text)


def diagnosis(text: str) -> bool:
    """Whether the text asks about an error code of a product."""
    return bool(_DIAGNOSIS.search(text)) and any(map(is_code, terms(text)))


def next_field(bot: Bot, text: str, known: dict[str, str], transcript: Sequence[Line]) -> str | None:
    """The field to ask for next so that the request can be served. None where nothing is missing or all was asked before."""
    missing = (field for field in _needed(bot, text) if field not in known)
    return next((field for field in missing if not times_asked(field, transcript)), None)


def _needed(bot: Bot, text: str) -> list[str]:
    """A visit needs all that the bot collects; so may an error code, once it is known what it means on that model."""
    if diagnosis(text):
        return sorted(bot.collect, key=lambda field: "model" not in field)
    return list(bot.collect) if booking(text) else []
