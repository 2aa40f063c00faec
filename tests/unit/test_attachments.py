"""What may come with a message, by what is in it and not by what it is called, and how it is named in words."""

import pytest

from handover.attachments import attached, file_name, in_words, kind_of, said_with, words_alone
from handover.messages import Attachment
from tests.unit.files import GIF, HTML, JPEG, PDF, PNG, SVG, WEBP


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (GIF, "image/gif"),
        (GIF.replace(b"89a", b"87a"), "image/gif"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
        (PDF, "application/pdf"),
    ],
)
def test_what_is_opened(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"GIF88a", b"RIFF\x00\x00\x00\x00WAVEfmt ", b" " + PDF, SVG, HTML, b"PK\x03\x04", b"MZ"],
)
def test_everything_else_is_not(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("boiler.jpg", "boiler.jpg"),
        ("C:\\photos\\boiler.jpg", "boiler.jpg"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202efdp.exe\x00\n", "invoicefdp.exe"),
        (" Wärme 💬.png ", "Wärme 💬.png"),
        ("n" * 300, "n" * 200),
        ("/", ""),
    ],
)
def test_a_name_that_can_be_shown(given: str, name: str) -> None:
    assert file_name(given) == name


@pytest.mark.parametrize(
    ("url", "name", "reference"),
    [
        ("https://x.example/a%20b.jpg?token=1.2", "", ("https://x.example/a%20b.jpg?token=1.2", "a b.jpg")),
        ("https://x.example/Media/ME12", "", ("https://x.example/Media/ME12", "")),
        ("https://x.example/1.jpg", "boiler.jpg", ("https://x.example/1.jpg", "boiler.jpg")),
        ("javascript:alert(1)", "x.js", ("", "x.js")),
        ("https://x.example/ü.jpg", "", ("", "")),
        ("https://x.example/" + "a" * 2000, "", ("", "")),
    ],
)
def test_what_is_said_of_it_outside(url: str, name: str, reference: tuple[str, str]) -> None:
    found = attached(url, name)
    assert (found.url, found.name) == reference


@pytest.mark.parametrize("text", ["Look", "", "Look at\nthis (sent 2 days ago)", "(sent from my phone)"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_words_alone(text: str, count: int) -> None:
    assert words_alone(said_with(text, [Attachment(name="refund (1).pdf")] * count)) == text


def test_in_words() -> None:
    picture, other = Attachment(url="https://x/1", media_type="image/jpeg"), Attachment(id="1", name="bill.pdf")
    assert in_words([]) == ""
    assert in_words([picture]) == "(sent 1 picture: image/jpeg)"
    assert in_words([picture, picture]) == "(sent 2 pictures: image/jpeg, image/jpeg)"
    assert in_words([picture, other]) == "(sent 2 files: image/jpeg, bill.pdf)"
    assert in_words([Attachment()]) == "(sent 1 file: unknown)"
    assert said_with("Look", [other]) == "Look\n(sent 1 file: bill.pdf)"
    assert (said_with("", [other]), said_with("Look", [])) == ("(sent 1 file: bill.pdf)", "Look")
