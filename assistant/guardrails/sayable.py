"""What of a model's words may be sent to a contact: nothing but plain text that the bot has grounds and leave to say."""

import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import urlsplit

from assistant import fields
from assistant.guardrails.promises import pieces, reveals, without_promises
from assistant.knowledge import sentences
from assistant.model import chosen
from assistant.text import folded, visible
from handover.messages import Author
from handover.ports import Question

_LONGEST = 2000
"""Characters of an answer; a longer one ends with the last whole sentence before that."""

_BLOCK = re.compile(r"<(script|style|iframe|object|svg|form|template)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][a-z0-9-]*(?:\s[^<>]*|/)?>|<!--.*?(?:-->|$)", re.IGNORECASE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]*)\]\(\s*<?([^\s)>]*)[^)]*\)")
_ENDING = (
    "com|net|org|info|biz|io|co|dev|app|xyz|site|online|link|click|top|me|tv|cc|"
    "us|uk|de|fr|es|it|nl|eu|ru|cn|example|test"
)
"""Endings by which a name without a path is an address."""
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://[^\s<>\"'“”`]+|\b(?:javascript|data|vbscript|file|mailto|tel|sms):[^\s<>\"']+|"
    rf"(?<![\w@.-])//[\w.-]+\.\w[^\s<>\"']*|\bwww\.[^\s<>\"']+|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_ENDING})\b(?:[/?#:][^\s<>\"']*)?|"
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"']*|\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/][^\s<>\"']*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+%-]+(?:@|\s?[\[(]at[\])]\s?)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().\-/]{0,2}\d){6,17}")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b")
_END = re.compile(r"^.*[.!?…。！？](?=\s)", re.DOTALL)


class Grounds:
    """What a model was given that its words may rest on. What the contact says counts for their own details only."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._persons = [line.text for line in question.transcript if line.author is Author.person]

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The sentences of the passages and of persons."""
        passages = [one.text for one in chosen(self._question)]
        return tuple(sentence for text in (*passages, *self._persons) for sentence in sentences(text))

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Links that the knowledge, persons or the settings hold."""
        return frozenset(_bare(found) for text in self._ours for found in _addresses(text))

    @cached_property
    def mails(self) -> frozenset[str]:
        """Mail addresses that anybody named in this conversation, in small letters."""
        return frozenset(found.lower() for found in _MAIL.findall(self._given))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Long numbers that anybody named in this conversation, without what stands between their digits."""
        return tuple(_digits(found) for found in _NUMBER.findall(self._given))

    @property
    def _ours(self) -> list[str]:
        documents = [one.text for one in self._question.knowledge]
        return [*documents, *self._persons, self._question.bot.model_dump_json()]

    @cached_property
    def _given(self) -> str:
        asked = self._question
        theirs = [line.text for line in asked.transcript if line.author is not Author.note]
        return "\n".join([*self._ours, *theirs, asked.text, *fields.known(asked.contact).values()])


def sayable(text: str, held: Grounds, instructions: str, names: Iterable[str] = ()) -> str:
    """The text as it may be sent: unchanged where nothing is wrong with it, empty where nothing of it is left.

    Without what can't be seen, markup and pictures; without the sentences that promise a person or that name an address, a
    mail address or a long number that the model was not given. None of a text that repeats the instructions is sent.

    names: words of the form and of the settings that no contact is told.
    """
    plain = _without_markup(visible(text), held)
    if reveals(text, instructions, names) or reveals(plain, instructions, names):
        return ""
    known = "".join(part for part in pieces(plain) if not _names_unknown(part, held))
    return _cut(without_promises(known, held.rules))


def _without_markup(text: str, held: Grounds) -> str:
    """Plain text: a link that the bot knows stays as it is, of any other only its words."""
    bare = _PICTURE.sub("", _TAG.sub("", _BLOCK.sub("", text)))
    return _LINK.sub(lambda link: link[0] if _bare(link[2]) in held.addresses else link[1], bare)


def _names_unknown(text: str, held: Grounds) -> bool:
    """Whether the text names an address, a mail address or a long number from nowhere."""
    plain = folded(text)
    if any(mail.lower() not in held.mails for mail in _MAIL.findall(plain)):
        return True
    if any(_bare(found) not in held.addresses for found in _addresses(plain)):
        return True
    numbers = map(_digits, _NUMBER.findall(_DATE.sub(" ", plain)))
    return not all(any(number in known or known in number for known in held.numbers) for number in numbers)


def _addresses(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)]}'*_") for found in _ADDRESS.findall(_MAIL.sub(" ", text))]


def _bare(address: str) -> str:
    """An address to compare: without the scheme, www and a slash at its end; one of another scheme as it stands."""
    lowered = address.strip().rstrip("/").lower()
    parts = urlsplit(lowered) if lowered.startswith(("http://", "https://", "//")) else None
    return (
        lowered.removeprefix(f"{parts.scheme}:").removeprefix("//").removeprefix("www.")
        if parts
        else lowered.removeprefix("www.")
    )


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text.strip()
    whole = _END.match(text[:_LONGEST])
    return whole[0] if whole else text[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
