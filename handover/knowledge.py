"""A bot's documents: what they may be called, how long they may be, and how one comes, changes and goes."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from handover.bot import Bot
from handover.errors import NotFound, Problem, SettingsError
from handover.ports import Document
from handover.staff import Staff

MOST_DOCUMENTS = 100
MOST_BYTES = 48 * 1024
"""Of one document in UTF-8: with what JSON adds to it, it fits into one request."""
MOST_BYTES_IN_ALL = 1024 * 1024
MOST_IN_A_NAME = 100

_NAME = re.compile(r"(?:\w[\w. ()-]*/)*\w[\w. ()-]*\.(?:md|txt)")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What no text holds but line breaks and tabs; a picture or a PDF file under another name does."""
_NAMES_ALLOWED = (
    "allowed are names like warranty.md or prices/2027.txt: letters, digits, blanks and . _ - ( ), / between folders, .md "
    f"or .txt at the end, {MOST_IN_A_NAME} characters in all"
)


class BotFolder(NamedTuple):
    """A bot as files: its settings, the documents that they name, and the team; empty where no file has one."""

    bot: Bot
    documents: list[Document]
    team: list[Staff]


def document(name: str, text: str) -> Document:
    """A document as it is kept: line breaks are those of Unix, whatever wrote it."""
    return Document(name, text.removeprefix("\ufeff").replace("\r\n", "\n"))


def size(one: Document) -> int:
    """Bytes in UTF-8."""
    return len(one.text.encode("utf-8", "replace"))


def checked(documents: Sequence[Document], source: str = "knowledge") -> list[Document]:
    """A bot's whole knowledge, by name. Raises SettingsError that names every document which can't be used."""
    if problems := [*_problems_of_all(documents), *(wrong for one in documents for wrong in _problems(one))]:
        raise SettingsError(source, problems)
    return sorted(documents)


def with_document(documents: Sequence[Document], one: Document) -> list[Document]:
    """The knowledge with this document, in place of one of the same name. Raises SettingsError."""
    return checked([*(other for other in documents if other.name != one.name), one])


def without_document(documents: Sequence[Document], name: str) -> list[Document]:
    """The knowledge without a document. Raises NotFound."""
    found(documents, name)
    return [other for other in documents if other.name != name]


def found(documents: Sequence[Document], name: str) -> Document:
    """The document of this name. Raises NotFound."""
    for one in documents:
        if one.name == name:
            return one
    raise NotFound("document", name)


def _problems_of_all(documents: Sequence[Document]) -> Iterator[Problem]:
    names = [one.name for one in documents]
    if len(names) > MOST_DOCUMENTS:
        yield Problem("", f"these are {len(names)} documents; allowed are {MOST_DOCUMENTS}")
    if (in_all := sum(map(size, documents))) > MOST_BYTES_IN_ALL:
        yield Problem("", f"all documents have {in_all} bytes; allowed are {MOST_BYTES_IN_ALL} together")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(name, "this name comes twice; allowed is each name once")


def _problems(one: Document) -> Iterator[Problem]:
    if len(one.name) > MOST_IN_A_NAME or not _NAME.fullmatch(one.name):
        yield Problem(one.name, f"this is no name of a document; {_NAMES_ALLOWED}")
    if not one.text.strip():
        yield Problem(one.name, "this document is empty; allowed is text in Markdown")
    if _NO_TEXT.search(one.text):
        yield Problem(one.name, "this is no text; allowed is text in Markdown, in UTF-8")
    if (length := size(one)) > MOST_BYTES:
        yield Problem(one.name, f"it has {length} bytes; allowed are {MOST_BYTES} in one document: cut it into several")
