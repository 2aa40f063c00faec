"""What a model must not say to a contact: a promise that only a handover can keep, or the instructions it works by."""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.guardrails.promise_words import promises
from assistant.guardrails.promises_abroad import promises_abroad
from assistant.text import content, folded, words

_PIECE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_OWN, _THEIRS = 0.8, 0.5
"""Shares of telling words: of a promise, that the source has as well, and of the source, that the promise repeats."""

_RUN = 20
"""Letters and digits in a row that the instructions have as well."""

_TELLING = 20
"""Such runs from which on they are no coincidence: a sentence of 39 letters, or parts of several."""

_MARKS = 3
"""Names of the form from which on an answer lays it out."""

_CONDITION = re.compile(
    r"\b(?:before|after|when|once|if|unless|until|while|during|as soon as|on the (?:day|morning))\b", re.I
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”]*”|`[^`\n]*`")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){16,}")
_LEET = str.maketrans("013457@$", "oieastas")


def without_promises(text: str, rules: Iterable[str] = ()) -> str:
    """The text without the sentences that promise a person; one without promises comes back unchanged.

    rules: sentences of the knowledge and of persons. What they say of people who call or come may be said again: it is how
    the business works, or a person's own promise. It must keep its condition: "before they arrive" makes it another one.
    """
    if not _promises(text):
        return text
    kept = [piece for piece in pieces(text) if not _promises(piece) or any(_says_again(piece, rule) for rule in rules)]
    return "".join(kept).strip()


def reveals(text: str, instructions: str, names: Iterable[str] = ()) -> bool:
    """Whether the text repeats the instructions: a sentence or several parts, spelt, spaced or encoded in any usual way.

    What the instructions quote is meant to be said and is no secret. names: words that only the form and the settings have.
    """
    runs = _runs(instructions)
    if any(_shared(view, runs) >= _TELLING for view in _views(text)):
        return True
    said = folded(text).lower()
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) for name in names if "_" in name) or (
        sum(bool(re.search(rf"[\"'`*-]\s*{re.escape(name)}\b[\"'`*]*\s*[:=]", said)) for name in names) >= _MARKS
    )


def pieces(text: str) -> Iterator[str]:
    """Sentences and lines, each with the space behind it."""
    start = 0
    for gap in _PIECE.finditer(text):
        yield text[start : gap.end()]
        start = gap.end()
    yield text[start:]


def _promises(text: str) -> bool:
    plain = folded(text)
    return any(promises(piece) or promises_abroad(piece) for piece in pieces(plain))


def _says_again(piece: str, rule: str) -> bool:
    """Whether the piece says what the rule says, in much the same words."""
    if _CONDITION.search(rule) and not _CONDITION.search(piece):
        return False
    said, told = _telling(piece), _telling(rule)
    both = len(said & told)
    return both > 0 and both >= _OWN * len(said) and both >= _THEIRS * len(told)


def _telling(sentence: str) -> frozenset[str]:
    """The beginnings of the words that carry a meaning: `arrive` and `arrival` are one."""
    return frozenset(stem[:5] for stem in content(words(sentence)))


@lru_cache(maxsize=64)
def _runs(instructions: str) -> frozenset[str]:
    told = _squeezed(_QUOTED.sub("\n", instructions))
    return frozenset(told[at : at + _RUN] for at in range(len(told) - _RUN + 1))


def _shared(said: str, runs: frozenset[str]) -> int:
    return len({said[at : at + _RUN] for at in range(len(said) - _RUN + 1)} & runs)


def _views(text: str) -> Iterator[str]:
    """The text's letters and digits as they stand, backwards, turned by 13, without leet, and decoded."""
    plain = folded(text)
    said = _squeezed(plain)
    yield said
    yield said[::-1]
    yield _squeezed(" ".join(reversed(plain.split())))
    yield codecs.encode(said, "rot13")
    yield _squeezed(plain.translate(_LEET))
    for decoded in _decoded(plain):
        yield _squeezed(decoded)


def _decoded(text: str) -> Iterator[str]:
    for run in _ENCODED.findall(text):
        whole = run.rstrip("=")[: len(run.rstrip("=")) // 4 * 4]
        try:
            yield base64.b64decode(whole, altchars=b"-_" if "-" in whole or "_" in whole else None).decode(
                "utf-8", "ignore"
            )
        except (binascii.Error, ValueError):
            continue
    for run in _HEX.findall(text):
        yield bytes.fromhex("".join(filter(str.isalnum, run))).decode("utf-8", "ignore")


def _squeezed(text: str) -> str:
    """Letters and digits in small, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(str.isalnum, parts))
