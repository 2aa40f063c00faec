"""A bot's Markdown files as passages: one a section, named by its headings; long sections one a few paragraphs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from handover.ports import Document

_LONGEST = 700
"""Characters of a passage from which on its section is cut at paragraphs."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|`|^\s*(?:[-*+>]|\d+\.)\s+", re.MULTILINE)
_MODEL = re.compile(r"\b[A-Z][A-Za-z]+[- ]?\d{2,}[A-Za-z]?\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])")


class Passage(NamedTuple):
    """A piece of knowledge that answers one question: where it stands, under which headings, and its plain text."""

    document: str
    headings: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        return " — ".join(self.headings)

    @property
    def source(self) -> str:
        return f"{self.document}: {self.headings[-1]}" if self.headings else self.document


def passages(documents: Sequence[Document]) -> list[Passage]:
    """All passages of the documents, in their order."""
    return [
        Passage(document.name, headings, part)
        for document in documents
        for headings, body in _sections(document.text)
        for part in _parts(body)
    ]


def models(found: Iterable[Passage]) -> tuple[str, ...]:
    """The product models that headings name, such as `NW-200`, each once."""
    named = (model for passage in found for heading in passage.headings for model in _MODEL.findall(heading))
    return tuple(dict.fromkeys(named))


def sentences(text: str) -> list[str]:
    """The text's sentences, whole and in order."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence]


def _sections(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each section's headings, outermost first, with the text that stands directly under them."""
    headings: list[tuple[int, str]] = []
    body: list[str] = []
    for line in text.splitlines():
        match = _HEADING.match(line)
        if match is None:
            body.append(line)
            continue
        yield tuple(title for _, title in headings), "\n".join(body)
        level = len(match[1])
        headings = [*(one for one in headings if one[0] < level), (level, match[2])]
        body = []
    yield tuple(title for _, title in headings), "\n".join(body)


def _parts(body: str) -> Iterator[str]:
    """The section's plain text, cut between paragraphs where it is long."""
    part = ""
    for paragraph in map(_plain, re.split(r"\n\s*\n", body)):
        if part and len(part) + len(paragraph) > _LONGEST:
            yield part
            part = ""
        part = f"{part} {paragraph}".strip()
    if part:
        yield part


def _plain(paragraph: str) -> str:
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", paragraph)).split())
