"""Pictures and documents that come with a message: what they may be, and how they are named in words."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from handover.messages import MAX_ADDRESS, MAX_ATTACHMENTS, Attachment

MAX_BYTES = 10 * 1024 * 1024
"""The largest attachment that is kept or opened here, in bytes."""

MAX_KEPT = 30
"""How many attachments are kept for one conversation."""

_ADDRESS = r"^https?://[!-~]+$"
_NAMED = re.compile(r"(^|\n)\(sent [0-9]+ (picture|file)s?: [^\n]*\)$")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

OPENED = (*_PICTURES, "application/pdf")
"""What is opened here. Nothing of it can run a script in the page around it."""

IN_WORDS = "pictures (PNG, JPEG, GIF, WebP) and PDF files"
LIMIT_IN_WORDS = f"{MAX_BYTES // 1024**2} MB"


class Content(NamedTuple):
    """What an attachment holds. `media_type` is what its first bytes say, whatever its sender calls it."""

    media_type: str
    content: bytes


class GivenAttachment(BaseModel):
    """What another program says of something that came with a message. It stays where it is, and is shown from there. A
    field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=MAX_ADDRESS, pattern=_ADDRESS)]
    name: Annotated[str, Field(max_length=200)] = ""
    media_type: Annotated[str, Field(max_length=100)] = ""

    def as_attachment(self) -> Attachment:
        return attached(self.url, self.name, self.media_type)


class SaysSomething(BaseModel):
    """What a contact's message holds: words, attachments, or both.

    The text has a constraint so that halves of surrogate pairs, which JSON can name and UTF-8 can't hold, are refused.
    """

    text: Annotated[str, Field(min_length=0)] = ""
    attachments: list[Any] = []

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.attachments:
            raise ValueError("text: needed where nothing is attached")
        return self


GivenAttachments = Annotated[list[GivenAttachment], Field(max_length=MAX_ATTACHMENTS)]


def kind_of(content: bytes) -> str | None:
    """One of `OPENED` by the first bytes of a file (https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and the
    section on archives and documents below it); None for everything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:14] == b"WEBPVP":
        return "image/webp"
    return "application/pdf" if content.startswith(b"%PDF-") else None


def is_picture(media_type: str) -> bool:
    """Whether a page shows it in its place, and not only a link to it."""
    return media_type in _PICTURES


def attached(url: str, name: str = "", media_type: str = "") -> Attachment:
    """What a system outside says of an attachment. An address that can't be one is left out, and the rest is kept."""
    usable = url if len(url) <= MAX_ADDRESS and re.fullmatch(_ADDRESS, url) else ""
    return Attachment(url=usable, name=file_name(name) or _name_in(usable), media_type=media_type[:100])


def _name_in(address: str) -> str:
    """What the file at an address is called; empty where the address does not end with a name."""
    name = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    return file_name(name) if "." in name else ""


def file_name(given: str) -> str:
    """A name as it may be shown and saved: without folders, and without what can't be seen."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[:200]


def in_words(attachments: Sequence[Attachment]) -> str:
    """What came with a message, for whoever reads words alone, as the bot does: "(sent 1 picture: boiler.jpg)"."""
    if not attachments:
        return ""
    noun = "picture" if all(one.seems_a_picture for one in attachments) else "file"
    names = ", ".join(one.name or one.media_type or "unknown" for one in attachments)
    return f"(sent {len(attachments)} {noun}{'s' if len(attachments) > 1 else ''}: {names})"


def said_with(text: str, attachments: Sequence[Attachment]) -> str:
    """The words of a message, and of what came with it."""
    return "\n".join(filter(None, [text, in_words(attachments)]))


def words_alone(text: str) -> str:
    """What was said, without what `said_with` has put behind it: the names of files say nothing about what is wanted."""
    return _NAMED.sub("", text).strip()
