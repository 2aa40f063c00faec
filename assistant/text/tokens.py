"""Reading a message: quoted text out, short forms expanded, slips corrected, split into clauses and words."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from assistant.text.lexicon import CONTRACTIONS, STOPWORDS, SYNONYMS, word_set

MOST_READ = 2000
"""Characters of a message that recognition looks at: its beginning and its end."""

_QUOTED_LINE = re.compile(r"^\s*>.*$", re.MULTILINE)
_QUOTED = re.compile(r"\"([^\"\n]*)\"|“([^”\n]*)”|«([^»\n]*)»|`([^`\n]*)`|(?<!\w)'((?:[^'\n]|'(?=\w))*)'(?!\w)")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+(?:['’][^\W_]+)*")
_COMPOUND = re.compile(r"\b(human|person|people|agent)-(?=\w)")
_BREAK = re.compile(r"[.,:](?!\d)|[!?;()\n…]+|\s[-–—]+\s|\bbut\b")
_STEM = re.compile(r"(?:ings?|edly|ed|ers?|es|s|ly|ies)$")

_CORRECTED = word_set("""
    human humans person agent agents speak speaking talking someone somebody anyone anybody operator manager
    representative supervisor customer service support connect transfer contact assistant specialist advisor
    technician employee department people
""")
_MEANT = sorted(_CORRECTED)
_KEPT = word_set("""
    humane persons persona personal agency agenda sneak steak peak speaks speaker speed manage managed manages
    contract contacts content context connects connected connector transfers supports supported services
    serviced customers custom operators operate operated representation representing managers assistants
    assistance specialists advisors technicians employees departments departed agents' supporter humans
    contracts special specialise employed
""")


def within_quotes_removed(text: str) -> str:
    """The text without what it quotes. One or two quoted words are emphasis and stay, as does a text that is all quote."""
    text = text.replace("’", "'").replace("‘", "'")
    rest = _QUOTED.sub(_emphasis, _QUOTED_LINE.sub(" ", text))
    return rest if _WORD.search(rest) else text


def _emphasis(match: re.Match[str]) -> str:
    inner = next((group for group in match.groups() if group is not None), "")
    return f" {inner} " if len(inner.split()) <= 2 else " … "


def readable(text: str) -> str:
    """The part of a message that recognition looks at: its own words, without addresses, at most MOST_READ characters."""
    if len(text) > MOST_READ:
        text = f"{text[: MOST_READ // 2]}\n{text[-MOST_READ // 2 :]}"
    return _ADDRESS.sub(" ", within_quotes_removed(text))


def clauses(text: str) -> list[list[str]]:
    """A message's clauses as lists of expanded and corrected English words, in lower case."""
    text = _COMPOUND.sub(r"\1", readable(text).lower())
    split = ([word for raw in words(part) for word in _spelt(raw)] for part in _BREAK.split(text))
    return [clause for clause in split if clause]


def words(text: str) -> list[str]:
    """The words as they stand, in lower case; scripts without spaces give one word a character."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def _spelt(word: str) -> tuple[str, ...]:
    """One word as it is meant: `don't` is two, `represntative` is corrected, `agent's` is an agent and his `'s`."""
    if word in CONTRACTIONS:
        return tuple(CONTRACTIONS[word].split())
    for ending, meant in (
        ("n't", "not"),
        ("'re", "are"),
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
        ("'m", "am"),
    ):
        if word.endswith(ending):
            return (corrected(word.removesuffix(ending)), meant)
    if word.endswith("'s"):
        stem = word.removesuffix("'s")
        return (
            (stem, "is")
            if stem in {"it", "that", "what", "there", "here", "who", "where", "how", "he", "she"}
            else (stem, "'s")
        )
    return (corrected(word),)


@lru_cache(maxsize=50_000)
def corrected(word: str) -> str:
    """The help-desk word that a misspelt one stands for; other words stay as they are."""
    if len(word) < 5 or word in _KEPT or word in _CORRECTED:
        return word
    for meant in _MEANT:
        allowed = 1 if len(meant) < 9 else 2
        same_start = word[0] == meant[0] or word[:2] == meant[1::-1]
        if same_start and OSA.distance(word, meant, score_cutoff=allowed) <= allowed:
            return meant
    return word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word's rough stem, with words that ask for the same thing made one: `charges` and `cost` are `price`."""
    base = _base(word)
    return _SAME.get(base, base)


def _base(word: str) -> str:
    if len(word) <= 3 or any(map(str.isdigit, word)):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    base = _STEM.sub("", word)
    if len(base) < 3:
        return word
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sl":
        return base[:-1]
    return base[:-1] if base.endswith("e") and len(base) > 3 else base


_SAME = {_base(word): _base(meant) for word, meant in SYNONYMS.items()}


def content(words_: list[str]) -> list[str]:
    """The stems of the words that carry a meaning of their own."""
    return [stem(word) for word in words_ if word not in STOPWORDS]
