"""Text messages: whose numbers a conversation is between, who wants no more of them, and long texts in parts."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

OPTED_OUT = "sms_opted_out"
"""The tag of a contact who wants no more text messages."""

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "yes", "unstop"})
"""What alone in a message ends or begins it again. Twilio reads these words as well, blocks the number and answers by itself
(https://www.twilio.com/docs/messaging/guides/opt-out-keywords-for-sms, and since May 2025 with REVOKE and OPTOUT:
https://www.twilio.com/en-us/blog/update-to-fcc-s-sms-opt-out-keywords)."""

MAX_UNITS = 1600
"""The longest text that Twilio takes in one message (https://www.twilio.com/docs/api/errors/21617). It is counted here in
units of UTF-16, in which an emoji is two, so that no count of Twilio's is higher."""

_PART_UNITS = MAX_UNITS - len("(99/99) ")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|[。！？]|(?=\n)")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = 6
_DRESSING = str.maketrans("", "", " -./()\u00a0")
_CONVERSATION = re.compile(r"sms:([0-9]{3,15}):([0-9]{3,15})")

Wish = Literal["out", "in"]
_SEEN: dict[str, Wish] = {"STOP": "out", "START": "in"}


class Numbers(NamedTuple):
    """Between which two numbers a conversation is held: ours, and the contact's."""

    ours: str
    theirs: str


def conversation_id(numbers: Numbers) -> str:
    """The conversation between two numbers, each with its digits alone."""
    return f"sms:{numbers.ours.removeprefix('+')}:{numbers.theirs.removeprefix('+')}"


def numbers_of(conversation: str) -> Numbers | None:
    """The numbers that a conversation's id names; None for a conversation that did not begin with a text message."""
    match = _CONVERSATION.fullmatch(conversation)
    return Numbers(_number(match[1]), _number(match[2])) if match else None


def phone_number(text: str) -> str | None:
    """A number as somebody has written it, as the network wants it: E.164, as in +4930123456. None for anything else."""
    bare = text.translate(_DRESSING)
    return bare if _PHONE.fullmatch(bare) else None


def wish(text: str, seen_by_twilio: str = "") -> Wish | None:
    """Whether a message only says that its sender wants no more messages, or wants them again.

    seen_by_twilio: `OptOutType` of a Messaging Service with words of its own (STOP, START, HELP); it knows better.
    """
    if seen_by_twilio:
        return _SEEN.get(seen_by_twilio)
    word = text.strip().casefold()
    if word in STOP_WORDS:
        return "out"
    return "in" if word in START_WORDS else None


def parts(text: str) -> list[str]:
    """A text as messages that Twilio takes: itself, or numbered parts, "(1/2) …", that end with a sentence, or at least a
    word, wherever there is one to end with."""
    text = text.strip()
    if _units(text) <= MAX_UNITS:
        return [text]
    pieces = list(_pieces(text))
    return [f"({number}/{len(pieces)}) {piece}" for number, piece in enumerate(pieces, 1)]


def _number(digits: str) -> str:
    """Short codes, of up to six digits, are dialled without a plus."""
    return digits if len(digits) <= _SHORT_CODE else f"+{digits}"


def _pieces(text: str) -> Iterator[str]:
    while _units(text) > _PART_UNITS:
        end = _end_of_piece(text)
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _end_of_piece(text: str) -> int:
    """Where to cut: behind a sentence, unless that would waste more than half of the message; behind a word; or anywhere."""
    fits = _that_fit(text)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, 0, fits + 1) if match.end() <= fits]
    if sentences and sentences[-1] > fits // 2:
        return sentences[-1]
    blank = max((at for at in range(fits, fits // 2, -1) if text[at].isspace()), default=None)
    return fits if blank is None else blank


def _that_fit(text: str) -> int:
    """How many characters of a text that is too long fit into a part."""
    room = _PART_UNITS
    for at, sign in enumerate(text):
        room -= _units(sign)
        if room < 0:
            return at
    return len(text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
