"""Text as a reader sees it: without characters that can't be seen, look-alikes of letters, and wrappings around the words."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ue000-\uf8ff]"
)
"""Controls, zero widths, directions, tags and private characters. Joiners (200C, 200D) stay: scripts and emoji need them."""

_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнгпзɡɩɑΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαενικρτυԛԝАЕОРСХІЈЅКМТВНՕսոհցօ",
    "aeopcyxijsdhkmtbhrn3giaABEZHIKMNOPTYXoaevikptuqwAEOPCXIJSKMTBHOunhgo",
)
_LEET = str.maketrans("01345789@$", "oieastbgas")
_WORD = re.compile(r"[^\W_]+")
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[\w@$]*[a-z])(?=[\w@$]*[\d@$])[a-z\d@$]{2,}(?![\w@$])", re.IGNORECASE)
_PARTED = re.compile(r"(?<![^\W_])[^\W\d_](?:[.\-_*·|/~+][^\W\d_]){2,}(?![^\W_])")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?: [^\W\d_]){2,}(?![^\W_])")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_FENCE = re.compile(r"^\s*`{3,}\w*|`{3,}\s*$|^\s*~{3,}\w*$", re.MULTILINE)
_TAG = re.compile(
    r"<[/!?]?[a-zA-Z|-][^<>]*>|\[/?(?:INST|SYS|SYSTEM|USER|ASSISTANT|B|I)\]|<<?/?SYS>>?|<\|[^|]*\|>", re.IGNORECASE
)
_ROLE = re.compile(
    r"^\W*(?:system|developer|assistant|user|human|ai|model|instructions?|prompt|admin)(?: (?:prompt|message|note|override))?"
    r"\W*[:>\]=]",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
_QUOTES = re.compile(r"[\"“”„«»`]")
_DEEPEST = 8


def visible(text: str) -> str:
    """The text without what can't be seen: what a reader and a program make of it is the same then."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def folded(text: str) -> str:
    """The visible text in plain letters: wide, styled and look-alike ones are the usual ones."""
    plain = unicodedata.normalize("NFKC", visible(text)).replace("\u200c", "").replace("\u200d", "")
    return _WORD.sub(lambda word: _in_one_script(word[0]), plain)


def undisguised(text: str) -> list[str]:
    """The text in other readings, the same ones left out: in plain letters, decoded, and taken out of its wrappings.

    Each is what somebody may have meant to write. Base64 and ciphers are not read: nobody asks for help in them.
    """
    plain = _decoded(folded(text))
    bare = _unwrapped(plain)
    readings = (plain, bare, _joined(bare), _LEET_WORD.sub(_without_leet, bare))
    return [reading for reading in dict.fromkeys(readings) if reading.strip() and reading != text]


def _in_one_script(word: str) -> str:
    """A word that mixes Latin letters with look-alikes of another script, in Latin ones; a Greek or Russian word stays."""
    if word.isascii() or not any(letter.isascii() and letter.isalpha() for letter in word):
        return word
    return word.translate(_LOOKALIKES)


def _decoded(text: str) -> str:
    escaped = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    return folded(html.unescape(unquote(escaped) if "%20" in escaped else escaped))


def _unwrapped(text: str) -> str:
    """Without code fences, tags and markers of roles; what a JSON text says, a line each; quotes that a marked role puts."""
    bare = _FENCE.sub("\n", text)
    with suppress(ValueError, RecursionError):
        return "\n".join(_strings(json.loads(bare), _DEEPEST))
    bare = _TAG.sub(" ", bare)
    if _ROLE.search(bare):
        bare = _QUOTES.sub(" ", _ROLE.sub("\n", bare))
    return bare


def _strings(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict | list) and deep:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part, deep - 1)


def _joined(text: str) -> str:
    """`h u m a n` and `h-u-m-a-n` as words; two spaces end one."""
    for parted in (_PARTED, _SPACED):
        text = parted.sub(_in_one_piece, text)
    return text


def _in_one_piece(word: re.Match[str]) -> str:
    return "".join(_WORD.findall(word[0]))


def _without_leet(word: re.Match[str]) -> str:
    return word[0].translate(_LEET)
